package apigateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/internal/pattern"
)

// Authorizer decides who may call a method. Methods share it by pointer.
type Authorizer struct {
	Label string
	// Name is for people. It has no effect on responses.
	Name string
	// Type is COGNITO_USER_POOLS; TOKEN, for a Lambda function that gets one header; or
	// REQUEST, for a Lambda function that gets the request without its body.
	Type string
	// IdentitySource is method.request.header.{name}, the header with the token. For
	// REQUEST, it is a list, separated by commas, of method.request.{header or
	// querystring}.{name}, stageVariables.{name} and context.{variable}. A request
	// without one of them is refused, and the function is not called.
	IdentitySource string
	// IdentityValidationExpression is a regular expression that must match the whole
	// audience of the token, or the whole header for TOKEN; empty matches any. An access
	// token has no audience, so with an expression it is always refused. The syntax is
	// that of package regexp. It has no effect on REQUEST.
	IdentityValidationExpression string
	// Verifiers are the verifiers of the user pools, at least one. The authorizer accepts
	// a token of any of them.
	Verifiers []TokenVerifier
	// ID is the authorizer's id in the SourceArn {API}/authorizers/{ID}.
	ID string
	// URI and HasCredentials are as for an [Integration] with a Lambda function.
	URI            string
	HasCredentials bool
	// ResultTTL is how long a result of the Lambda function is cached for the same
	// identity sources, by the clock of the API: at most an hour. 0 turns caching off.
	ResultTTL time.Duration
}

// authorizer is a compiled Authorizer of user pools.
type authorizer struct {
	header    string
	audience  *pattern.Pattern // nil for any
	verifiers []TokenVerifier
}

const identityHeaderPrefix = "method.request.header."

// compileAuthorizer compiles an authorizer. It reports problems at the authorizer's own
// label.
func compileAuthorizer(a *Authorizer, all *problems) *authorizer {
	at := all.at(a.Label)
	if a.Type != string(AuthorizationCognitoUserPools) {
		at.in("Type").addf("%q is not supported; allowed are %s, %s and %s", a.Type, AuthorizationCognitoUserPools, typeToken, typeRequest)
	}
	header, ok := strings.CutPrefix(a.IdentitySource, identityHeaderPrefix)
	if !ok || !isToken(header) {
		at.in("IdentitySource").addf("must be %s and the name of a header, got %q", identityHeaderPrefix, a.IdentitySource)
	}
	if len(a.Verifiers) == 0 {
		at.in("ProviderARNs").addf("has no user pool; at least one is needed")
	}
	compiled := &authorizer{header: http.CanonicalHeaderKey(header), verifiers: slices.Clone(a.Verifiers)}
	if a.IdentityValidationExpression != "" {
		compiled.audience = compilePattern(a.IdentityValidationExpression, at.in("IdentityValidationExpression"))
	}
	return compiled
}

// cognitoAuthorization requires a token with one of the scopes.
type cognitoAuthorization struct {
	*authorizer
	scopes []string
}

func (a *cognitoAuthorization) authorize(x *exchange) (refused *refusal) {
	x.caller.token, refused = a.check(x.request.Header, a.scopes)
	return refused
}

func (a *cognitoAuthorization) inspect(text string) (opens bool, reason string) {
	token, refused := a.check(http.Header{a.header: {text}}, a.scopes)
	if refused != nil {
		return false, refused.reason
	}
	if len(a.scopes) == 0 {
		return true, "the token is an ID token, which a method without scopes requires"
	}
	common := slices.IndexFunc(a.scopes, func(scope string) bool { return slices.Contains(token.Scopes, scope) })
	return true, "the token has the scope " + a.scopes[common]
}

// check returns the token of a request, or refuses the request.
func (a *authorizer) check(header http.Header, scopes []string) (Token, *refusal) {
	values := header[a.header]
	switch {
	case len(values) == 0:
		return Token{}, errNoToken
	case len(values) > 1:
		// AWS does not document several headers; we assume that it refuses them, which is
		// safe.
		return Token{}, unauthorized(fmt.Sprintf("%d %s headers", len(values), a.header))
	}
	// The prefix is optional. AWS does not document other spellings; we assume that it
	// refuses them.
	text := strings.TrimPrefix(values[0], "Bearer ")
	if text == "" {
		return Token{}, errNoToken
	}
	token, refused := a.verify(text)
	if refused == nil {
		refused = a.checkClaims(token, scopes)
	}
	return token, refused
}

// verify tries the pools in turn. If one pool says that the token has expired, so does
// verify.
func (a *authorizer) verify(text string) (Token, *refusal) {
	var reasons []string
	expired := false
	for _, verifier := range a.verifiers {
		token, err := verifier.Verify(text)
		if err == nil {
			return token, nil
		}
		expired = expired || errors.Is(err, ErrTokenExpired)
		reasons = append(reasons, err.Error())
	}
	refused := unauthorized(strings.Join(reasons, "; "))
	if expired {
		refused.message = "The incoming token has expired"
	}
	return Token{}, refused
}

// checkClaims checks the claims of a verified token. A REST API responds to insufficient
// scope with 401; 403 is for HTTP APIs.
func (a *authorizer) checkClaims(token Token, scopes []string) *refusal {
	switch {
	case len(scopes) == 0 && token.Use != IDToken:
		return unauthorized("the method has no scopes and so needs an ID token")
	case len(scopes) > 0 && token.Use != AccessToken:
		return unauthorized("the method has scopes and so needs an access token")
	case len(scopes) > 0 && !slices.ContainsFunc(token.Scopes, func(scope string) bool { return slices.Contains(scopes, scope) }):
		return unauthorized("the token has none of the scopes " + strings.Join(scopes, ", "))
	case a.audience != nil && !slices.ContainsFunc(token.Audience, a.audience.MatchString):
		return unauthorized("the token's audience does not match the identity validation expression")
	}
	return nil
}

// ErrTokenExpired is wrapped by the error of a [TokenVerifier] for a token that was valid
// and has expired. Every other error means that the token is invalid.
var ErrTokenExpired = errors.New("the token has expired")

// TokenVerifier verifies the tokens of one user pool.
type TokenVerifier interface {
	// Verify returns a token, given without "Bearer ", if the pool signed it and it is
	// valid now. Its error is logged, so it must not contain any part of the token. It is
	// called concurrently.
	Verify(token string) (Token, error)
}

// TokenUse is the claim token_use.
type TokenUse string

// The kinds of token that an authorizer accepts.
const (
	AccessToken TokenUse = "access"
	IDToken     TokenUse = "id"
)

// Token is a verified token.
type Token struct {
	Use TokenUse
	// ClientID is the id of the app client, for the log.
	ClientID string
	// Scopes are the scopes of an access token.
	Scopes []string
	// Audience is the aud claim, which access tokens do not have.
	Audience []string
	// Claims are all claims as encoding/json decodes them, with numbers as json.Number or
	// float64. They are read-only.
	Claims map[string]any
}

// claimTexts returns claims as $context.authorizer.claims. API Gateway passes all of them
// as text, with exp and iat in Java's date format.
func claimTexts(claims map[string]any) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, claim := range claims {
		texts[name] = claimText(name, claim)
	}
	return texts
}

func claimText(name string, claim any) string {
	switch v := claim.(type) {
	case string:
		return v
	case nil:
		return ""
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return numberClaimText(name, v.String())
	case float64:
		return numberClaimText(name, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		// AWS does not document lists and objects; we assume commas between the items of
		// a list, and JSON for an object.
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = claimText("", item)
		}
		return strings.Join(items, ",")
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
}

func numberClaimText(name, number string) string {
	if name == "exp" || name == "iat" {
		if seconds, err := strconv.ParseInt(number, 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
		}
	}
	return number
}
