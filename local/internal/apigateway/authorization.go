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
	// authorize sets x.caller, or refuses the request.
	authorize(x *exchange) *refusal
	// inspect reports whether a token opens the method, and why. The token may begin with
	// "Bearer ".
	inspect(token string) (opens bool, reason string)
}

// caller is what an authorization knows about the caller. The zero value is an anonymous
// caller.
type caller struct {
	// token is the token of a user pool.
	token Token
	// context is $context.authorizer of a Lambda authorizer, nil without one.
	context map[string]string
	// latency is how long the Lambda authorizer took.
	latency time.Duration
	// usageIdentifierKey is the Lambda authorizer's, for [AuthorizerKeySource].
	usageIdentifierKey string
}

// event returns the caller as a function sees it, nil for an anonymous caller.
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

// authorization compiles the authorization of a method, nil if anyone may call.
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

// authorizer compiles the authorizer of a method, once for all methods that share it.
func (c *compiler) authorizer(config *Method, at place) authorization {
	a := config.Authorizer
	isLambda := a.Type == typeToken || a.Type == typeRequest
	switch {
	case !isLambda && a.Type != string(AuthorizationCognitoUserPools): // compileAuthorizer reports the type
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

// closed refuses every request. It stands in for an authorization with a problem, and is
// never served.
type closed struct{}

func (closed) authorize(*exchange) *refusal { return unauthorized("the method has a problem") }

func (closed) inspect(string) (opens bool, _ string) { return false, "the method has a problem" }

// Verdict says whether one method accepts a token.
type Verdict struct {
	HTTPMethod, Path string
	// Opens reports whether a request with the token reaches the integration.
	Opens bool
	// Reason says why, or why not.
	Reason string
}

// Inspect returns a verdict on a token for every method, in the order of
// [Config.Methods]. The token may begin with "Bearer ". Methods decide as for a request
// with the token.
func (a *API) Inspect(token string) []Verdict {
	verdicts := make([]Verdict, len(a.methods))
	for i, m := range a.methods {
		verdicts[i] = Verdict{HTTPMethod: m.httpMethod, Path: m.path}
		verdicts[i].Opens, verdicts[i].Reason = m.inspect(token)
	}
	return verdicts
}

// inspect assumes that the caller has the API key that the method requires.
func (m *method) inspect(text string) (opens bool, reason string) {
	if opens, reason = m.inspectToken(text); opens && m.needsKey {
		reason += "; an API key is needed too"
	}
	return opens, reason
}

func (m *method) inspectToken(text string) (opens bool, reason string) {
	if m.authorization == nil {
		return true, "the method has no authorizer: anyone may call it"
	}
	return m.authorization.inspect(text)
}

// APIKey identifies a caller. It does not authorize.
type APIKey struct {
	// ID is $context.identity.apiKeyId.
	ID string
	// Value is the value that a caller sends, unique among keys. It is a secret.
	Value string
	// Enabled reports whether the key may be used.
	Enabled bool
	// Stages are the names of the stages in the key's usage plans.
	Stages []string
}

// APIKeySource is where a request has its API key.
type APIKeySource string

const (
	// HeaderKeySource is the header X-API-Key.
	HeaderKeySource APIKeySource = "HEADER"
	// AuthorizerKeySource is the usageIdentifierKey that a Lambda authorizer returns.
	AuthorizerKeySource APIKeySource = "AUTHORIZER"
)

// apiKeyHeader is the header with the key, in canonical form.
const apiKeyHeader = "X-Api-Key"

// checkAPIKey refuses a request without a key for its stage. API Gateway checks the key
// after the authorizer, as execution logs show.
func (x *exchange) checkAPIKey() *refusal {
	var given string
	values := x.request.Header[apiKeyHeader]
	switch {
	case x.api.apiKeySource == AuthorizerKeySource:
		given = x.caller.usageIdentifierKey
	case len(values) > 1:
		// AWS does not document several headers; we assume that it takes none of them.
		return invalidAPIKey("several X-API-Key headers")
	case len(values) == 1:
		given = values[0]
	}
	key, known := x.api.apiKeys[given]
	switch {
	case given == "" && x.api.apiKeySource == AuthorizerKeySource:
		return invalidAPIKey("the API takes its keys from a Lambda authorizer, and none returned a usageIdentifierKey")
	case given == "":
		return invalidAPIKey("no API key: send it in the header X-API-Key")
	case !known:
		return invalidAPIKey("no template has the API key")
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

// iamAuthorization requires a signature with AWS credentials. There are none here, so it
// refuses every request, with the response that API Gateway sends for unknown
// credentials.
type iamAuthorization struct{}

// signatureAlgorithm begins the Authorization header of Signature Version 4.
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
			reason: "the method requires a signature with AWS credentials (AWS_IAM), and the Authorization header is not one",
		}
	}
	return errUnknownCredentials
}

func (iamAuthorization) inspect(string) (opens bool, reason string) {
	return false, "the method requires a signature with AWS credentials (AWS_IAM), not a token"
}

// Both messages are documented. AWS does not document the gateway response of the second;
// we assume INVALID_SIGNATURE, with the error type of other AWS services.
var (
	errNotSigned = &refusal{
		responseType: typeMissingAuthenticationToken, message: "Missing Authentication Token",
		reason: "the request is not signed, and the method requires a signature with AWS credentials (AWS_IAM)",
	}
	errUnknownCredentials = &refusal{
		responseType: typeInvalidSignature, errorType: "UnrecognizedClientException", message: "The security token included in the request is invalid.",
		reason: "the method requires a signature with AWS credentials (AWS_IAM), and there are none here",
	}
)

// signatureParameters are the parameters of a signature's Authorization header.
var signatureParameters = []string{"Credential", "Signature", "SignedHeaders"}

// incompleteSignature returns API Gateway's message for an Authorization header that is
// not a signature, "" if it may be one. The message does not quote the header, which may
// hold a token. AWS does not document which part of it is hashed; we assume the invalid
// part.
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
