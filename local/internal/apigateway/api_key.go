package apigateway

import "slices"

// APIKey tells a caller apart. It is no authorization.
type APIKey struct {
	// ID is $context.identity.apiKeyId.
	ID string
	// Value is what a caller sends. No two keys have the same. It is a secret.
	Value string
	// Enabled says that the key may be used.
	Enabled bool
	// Stages are the names of those that usage plans of the key have.
	Stages []string
}

// APIKeySource is where the key of a request is taken from.
type APIKeySource string

const (
	// HeaderKeySource is the header X-API-Key.
	HeaderKeySource APIKeySource = "HEADER"
	// AuthorizerKeySource is the usageIdentifierKey that a Lambda authorizer answers.
	AuthorizerKeySource APIKeySource = "AUTHORIZER"
)

// apiKeyHeader is the header of a key, in canonical form.
const apiKeyHeader = "X-Api-Key"

// checkAPIKey refuses a request without a key that opens its stage. It comes after
// the authorizer, as execution logs show.
func (x *exchange) checkAPIKey() *refusal {
	var given string
	values := x.request.Header[apiKeyHeader]
	switch {
	case x.api.apiKeySource == AuthorizerKeySource:
		given = x.caller.usageIdentifierKey
	case len(values) > 1:
		// What API Gateway makes of several is not documented. Taking none of them is an
		// assumption.
		return invalidAPIKey("several X-API-Key headers")
	case len(values) == 1:
		given = values[0]
	}
	key, known := x.api.apiKeys[given]
	switch {
	case given == "" && x.api.apiKeySource == AuthorizerKeySource:
		return invalidAPIKey("the API takes its keys from a Lambda authorizer, and none answered a usageIdentifierKey")
	case given == "":
		return invalidAPIKey("no API key: send it in the header X-API-Key")
	case !known:
		return invalidAPIKey("the API key is none of the templates'")
	case !key.Enabled:
		return invalidAPIKey("the API key " + key.ID + " is disabled")
	case !slices.Contains(key.Stages, x.stage.Name):
		return invalidAPIKey("no usage plan of the API key " + key.ID + " has the stage " + x.stage.Name)
	}
	x.apiKey = key
	return nil
}

func invalidAPIKey(reason string) *refusal {
	return &refusal{responseType: typeInvalidAPIKey, message: "Forbidden", reason: reason}
}
