package apigateway

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// authorization decides who may call a method.
type authorization interface {
	// authorize notes in x who calls, or refuses the request.
	authorize(x *exchange) *refusal
	// inspect says what it makes of a token, given with or without "Bearer ".
	inspect(token string) (opens bool, reason string)
}

// caller is what an authorization found out about who calls. The zero value is
// anybody.
type caller struct {
	// token is that of a user pool.
	token Token
	// context is $context.authorizer of a Lambda authorizer, nil without one.
	context map[string]string
	// latency is how long it took.
	latency time.Duration
	// usageIdentifierKey is what it answered, for [AuthorizerKeySource].
	usageIdentifierKey string
}

// event is the caller as a function sees it: nil for anybody.
func (c *caller) event() map[string]any {
	switch {
	case c.context != nil:
		event := map[string]any{}
		for name, value := range c.context {
			event[name] = value
		}
		event[latencyName] = c.latency.Milliseconds()
		return event
	case c.token.Use != "":
		return map[string]any{"claims": texts(claimTexts(c.token.Claims))}
	}
	return nil
}

// authorization returns nil for a method that everybody may call.
func (c *compiler) authorization(config *Method, at place) authorization {
	switch config.AuthorizationType {
	case AuthorizationNone, AuthorizationIAM:
		if config.Authorizer != nil {
			at.in("AuthorizerId").addf("is set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if len(config.AuthorizationScopes) > 0 {
			at.in("AuthorizationScopes").addf("are set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if config.AuthorizationType == AuthorizationIAM {
			return iamAuthorization{}
		}
		return nil
	case AuthorizationCognitoUserPools, AuthorizationCustom:
		if config.Authorizer == nil {
			at.in("AuthorizerId").addf("is missing; AuthorizationType %s needs an authorizer", config.AuthorizationType)
			return closed{}
		}
		return c.authorizer(config, at)
	}
	at.in("AuthorizationType").addf("%q is not supported; allowed are %s", config.AuthorizationType, strings.Join([]string{
		string(AuthorizationNone), string(AuthorizationCognitoUserPools), string(AuthorizationIAM), string(AuthorizationCustom),
	}, ", "))
	return closed{}
}

// authorizer returns the authorizer of a method, which is one of its type.
func (c *compiler) authorizer(config *Method, at place) authorization {
	a := config.Authorizer
	isLambda := a.Type == typeToken || a.Type == typeRequest
	switch {
	case !isLambda && a.Type != string(AuthorizationCognitoUserPools): // of which compileAuthorizer says so
	case isLambda != (config.AuthorizationType == AuthorizationCustom):
		at.in("AuthorizerId").addf("is an authorizer of type %s, and AuthorizationType is %s: API Gateway refuses the method", a.Type, config.AuthorizationType)
		return closed{}
	}
	if isLambda {
		if len(config.AuthorizationScopes) > 0 {
			at.in("AuthorizationScopes").addf("are set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if c.lambdaAuthorizers[a] == nil {
			c.lambdaAuthorizers[a] = c.compileLambdaAuthorizer(a)
		}
		return c.lambdaAuthorizers[a]
	}
	if c.authorizers[a] == nil {
		c.authorizers[a] = compileAuthorizer(a, c.all)
	}
	return &cognitoAuthorization{c.authorizers[a], slices.Clone(config.AuthorizationScopes)}
}

// closed lets nobody pass: a method with a problem, which is never served.
type closed struct{}

func (closed) authorize(*exchange) *refusal { return unauthorized("the method has a problem") }

func (closed) inspect(string) (opens bool, _ string) { return false, "the method has a problem" }

// Verdict is what one method makes of a token.
type Verdict struct {
	HTTPMethod, Path string
	// Opens reports whether a request with the token reaches the integration.
	Opens bool
	// Reason says why, or why not.
	Reason string
}

// Inspect returns what every method, in the order of [Config.Methods], makes of
// a token, given with or without "Bearer ". It is decided as for a request that
// carries the token.
func (a *API) Inspect(token string) []Verdict {
	verdicts := make([]Verdict, len(a.methods))
	for i, m := range a.methods {
		verdicts[i] = Verdict{HTTPMethod: m.httpMethod, Path: m.path}
		verdicts[i].Opens, verdicts[i].Reason = m.inspect(token)
	}
	return verdicts
}

// inspect takes an API key for granted: a caller who may call has one too.
func (m *method) inspect(text string) (opens bool, reason string) {
	if opens, reason = m.inspectToken(text); opens && m.needsKey {
		reason += "; an API key is needed too"
	}
	return opens, reason
}

func (m *method) inspectToken(text string) (opens bool, reason string) {
	if m.authorization == nil {
		return true, "the method has no authorizer: everybody may call it"
	}
	return m.authorization.inspect(text)
}

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

// iamAuthorization asks for a signature with credentials of AWS. Nobody here has
// any, so it lets nobody pass, and says what API Gateway says to credentials that it
// does not know.
type iamAuthorization struct{}

// signatureAlgorithm is what the header of a signature begins with, Signature
// Version 4.
const signatureAlgorithm = "AWS4-HMAC-SHA256"

func (iamAuthorization) authorize(x *exchange) *refusal {
	values := x.request.Header["Authorization"]
	query := x.query()
	switch {
	case query.Get("X-Amz-Algorithm") == signatureAlgorithm && query.Get("X-Amz-Signature") != "" && query.Get("X-Amz-Credential") != "":
		return errUnknownCredentials
	case len(values) == 0 || values[0] == "":
		return errNotSigned
	}
	date := x.request.Header.Get("X-Amz-Date") + x.request.Header.Get("Date")
	if message := incompleteSignature(values[0], date); message != "" {
		return &refusal{
			responseType: typeMissingAuthenticationToken, errorType: "IncompleteSignatureException", message: message,
			reason: "the method asks for a signature with credentials of AWS (AWS_IAM), and the Authorization header is none",
		}
	}
	return errUnknownCredentials
}

func (iamAuthorization) inspect(string) (opens bool, reason string) {
	return false, "the method asks for a signature with credentials of AWS (AWS_IAM), which no token is"
}

// Both texts are documented. Which gateway response the second belongs to is not; its
// error type is what other services of AWS give.
var (
	errNotSigned = &refusal{
		responseType: typeMissingAuthenticationToken, message: "Missing Authentication Token",
		reason: "the request is not signed, and the method asks for a signature with credentials of AWS (AWS_IAM)",
	}
	errUnknownCredentials = &refusal{
		responseType: typeInvalidSignature, errorType: "UnrecognizedClientException", message: "The security token included in the request is invalid.",
		reason: "the method asks for a signature with credentials of AWS (AWS_IAM), and nobody here has any",
	}
)

// signatureParameters are those of the header of a signature.
var signatureParameters = []string{"Credential", "Signature", "SignedHeaders"}

// incompleteSignature returns what API Gateway says of an Authorization header that
// is no signature, "" if it may be one. The header is never repeated: it may be a
// token. Which part of it API Gateway hashes is not documented; that it is the one
// that is wrong is an assumption.
func incompleteSignature(header, date string) string {
	given := map[string]bool{}
	if _, parameters, found := strings.Cut(header, " "); found {
		for parameter := range strings.SplitSeq(parameters, ",") {
			name, _, isPair := strings.Cut(strings.TrimSpace(parameter), "=")
			if !isPair {
				return "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '" +
					hashed(parameter) + "'."
			}
			given[name] = true
		}
	}
	var missing []string
	for _, name := range signatureParameters {
		if !given[name] {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	if date == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if len(missing) == 0 {
		return ""
	}
	return strings.Join(missing, " ") + " (Hashed with SHA-256 and encoded with Base64) Authorization=" + hashed(header)
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}
