package walkthrough

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/tokenrequest"
)

// tokenRequest requests a token for the target's client.
func (w *walk) tokenRequest(scope string) request { return w.target.grant(scope).request() }

// request returns the token request. An empty Scope requests all scopes of the
// client.
func (g Grant) request() request {
	if g.TokenOperation == clienttoken.Operation {
		return g.operationRequest()
	}
	return g.endpointRequest()
}

// endpointRequest sends the credentials in the body (client_secret_post), as the
// article does.
func (g Grant) endpointRequest() request {
	form := []field{
		{name: "grant_type", value: "client_credentials"},
		{name: "client_id", value: g.ClientID},
		{name: "client_secret", secret: g.ClientSecret, variable: "CLIENT_SECRET"},
	}
	if g.Scope != "" {
		form = append(form, field{name: "scope", value: g.Scope})
	}
	return request{
		method:  http.MethodPost,
		url:     g.TokenURL,
		headers: []field{{name: "Content-Type", value: "application/x-www-form-urlencoded"}},
		form:    form,
		answer:  endpointMembers,
	}
}

func (g Grant) operationRequest() request {
	scopes := ""
	if names := strings.Fields(g.Scope); len(names) > 0 {
		scopes = `,"Scopes":` + jsonText(names)
	}
	secret := jsonText(g.ClientSecret)
	return request{
		method:  http.MethodPost,
		url:     g.TokenURL,
		headers: []field{{name: clienttoken.TargetHeader, value: clienttoken.Target}, {name: "Content-Type", value: clienttoken.ContentType}},
		operation: []field{
			{value: `{"ClientId":` + jsonText(g.ClientID) + `,"Secret":"`},
			{secret: secret[1 : len(secret)-1], variable: "CLIENT_SECRET"},
			{value: `"` + scopes + `}`},
		},
		answer: operationMembers,
	}
}

// jsonText returns a value as JSON that is safe to print.
func jsonText(value any) string {
	text, _ := json.Marshal(value) // cannot fail for strings
	return string(printable.JSON(text))
}

// tokenMembers are the names of the members of an answer to a token request.
type tokenMembers struct {
	result                      string // the object that holds the three below, "" for the answer itself
	token, tokenType, expiresIn string
	scopeRefused                []string // errors for a scope that the client may not have
}

// AWS does not document which error Cognito returns for a scope that the client may
// not have. The article reports "the grant isn't valid", RFC 6749 has invalid_scope,
// and GetClientToken is only known to fail. We assume that each of these errors is
// right.
var (
	endpointMembers = tokenMembers{
		token: "access_token", tokenType: "token_type", expiresIn: "expires_in",
		scopeRefused: []string{"invalid_grant", "invalid_scope"},
	}
	operationMembers = tokenMembers{
		result: "ClientAuthenticationResult", token: "AccessToken", tokenType: "TokenType", expiresIn: "ExpiresIn",
		scopeRefused: []string{"InvalidParameterException", "NotAuthorizedException", "ScopeDoesNotExistException"},
	}
)

type tokenAnswer struct {
	status int
	names  tokenMembers
	// members are the members of the answer, result the members of the object that
	// holds the token.
	members, result map[string]any
	// token is "" without a token, code is "" without an error.
	token, code string
}

// read parses the answer to a token request. The error never quotes the body, which
// may hold a token.
func (m tokenMembers) read(a answer) (tokenAnswer, error) {
	if a.isRedirect() || len(a.body) == 0 {
		return tokenAnswer{}, fmt.Errorf("%s", a)
	}
	members, err := decodeObject(a.body)
	if err != nil {
		return tokenAnswer{}, fmt.Errorf("%d, but the body %w; its Content-Type is %q", a.status, err, a.header.Get("Content-Type"))
	}
	read := tokenAnswer{status: a.status, names: m, members: members, result: members}
	if m.result == "" {
		if code, found := members["error"]; found {
			read.code = fmt.Sprint(code)
		}
	} else {
		read.result, _ = members[m.result].(map[string]any)
		read.code = tokenrequest.ErrorType(a.header, a.body)
	}
	read.token, _ = read.result[m.token].(string)
	return read, nil
}

// isToken reports whether the answer grants a token.
func (a tokenAnswer) isToken() bool { return a.status == http.StatusOK && a.token != "" }

// String returns the error of the answer, or the names of its members.
func (a tokenAnswer) String() string {
	_, hasToken := a.result[a.names.token]
	switch {
	case a.code != "" && hasToken:
		return fmt.Sprintf("%d with error %s, and with an access token", a.status, a.code)
	case a.code != "":
		return fmt.Sprintf("%d with error %s", a.status, a.code)
	case hasToken:
		return fmt.Sprintf("%d with an access token", a.status)
	}
	return fmt.Sprintf("%d with members %s", a.status, slices.Sorted(maps.Keys(a.members)))
}

// wantEveryScope expects a token with the scopes of GET and POST, and without the
// denied scope.
func (w *walk) wantEveryScope(a answer, step *Step) error {
	scope, err := w.wantToken(a, step)
	if err != nil {
		return err
	}
	granted := strings.Fields(scope)
	for _, wanted := range []string{w.target.GetScope, w.target.PostScope} {
		if !slices.Contains(granted, wanted) {
			return fmt.Errorf("200, but the scope %q lacks %s", scope, wanted)
		}
	}
	if slices.Contains(granted, w.target.DeniedScope) {
		return fmt.Errorf("200, but the scope %q holds %s", scope, w.target.DeniedScope)
	}
	return nil
}

// wantOneScope expects a token with exactly the scope of POST.
func (w *walk) wantOneScope(a answer, step *Step) error {
	scope, err := w.wantToken(a, step)
	if err == nil && scope != w.target.PostScope {
		err = fmt.Errorf("200, but the scope is %q", scope)
	}
	return err
}

// wantToken expects a token of the client, and returns its scope. It keeps the token
// for later steps even if the rest of the answer is wrong.
func (w *walk) wantToken(a answer, step *Step) (scope string, err error) {
	read, err := w.readToken(a, w.tokenRequest("").answer)
	if err != nil {
		return "", err
	}
	if !read.isToken() {
		return "", errors.New(read.String())
	}
	w.tokens[step.Name] = read.token
	// RFC 6749, section 5.1: the token type is case insensitive.
	names, result := read.names, read.result
	if tokenType, _ := result[names.tokenType].(string); !strings.EqualFold(tokenType, "Bearer") {
		return "", fmt.Errorf("200, but %s is %s", names.tokenType, show(result[names.tokenType]))
	}
	expiresIn, _ := result[names.expiresIn].(json.Number)
	if seconds, err := expiresIn.Int64(); err != nil || seconds <= 0 {
		return "", fmt.Errorf("200, but %s is %s", names.expiresIn, show(result[names.expiresIn]))
	}
	_, claims, err := Decode(read.token)
	if err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Claims = claims
	defer w.secrets.redactAll(claims)
	if scope, err = w.checkClaims(claims); err != nil {
		return "", fmt.Errorf("200, but %w", err)
	}
	step.Got = fmt.Sprintf("200, Bearer, %s %s, scope %s", names.expiresIn, expiresIn, scope)
	return scope, nil
}

// checkClaims checks the claims of the client's access token, and returns its scope.
func (w *walk) checkClaims(claims map[string]any) (scope string, err error) {
	for _, claim := range []struct{ name, want string }{
		{"token_use", "access"}, {"client_id", w.target.ClientID},
	} {
		if claims[claim.name] != claim.want {
			return "", fmt.Errorf("the claim %s is %s, not %q", claim.name, show(claims[claim.name]), claim.want)
		}
	}
	scope, ok := claims["scope"].(string)
	if !ok {
		return "", errors.New("the access token has no scope claim")
	}
	return scope, nil
}

// wantScopeRefused expects the error for a scope that the client may not have.
func (w *walk) wantScopeRefused(a answer, step *Step) error {
	read, err := w.readToken(a, w.tokenRequest("").answer)
	if err != nil {
		return err
	}
	step.Got = read.String()
	_, hasToken := read.result[read.names.token]
	if a.status != http.StatusBadRequest || hasToken || !slices.Contains(read.names.scopeRefused, read.code) {
		return errors.New(step.Got)
	}
	return nil
}

// readToken reads the answer to a token request, and hides its token from reports.
func (w *walk) readToken(a answer, names tokenMembers) (tokenAnswer, error) {
	read, err := names.read(a)
	w.secrets.hide(read.token)
	return read, err
}

// Decode returns the header and the claims of a JSON Web Token in compact form. It
// does not verify the signature: the API that accepts the token does.
//
// It is strict: three segments, base64url without padding, and one JSON object in
// each of the first two (RFC 7515, section 7.1; RFC 7519, section 7.2). Numbers are
// [json.Number]. The error never holds the token.
func Decode(token string) (header, claims map[string]any, err error) {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return nil, nil, fmt.Errorf("a JWT has 3 segments separated by dots, got %d", len(segments))
	}
	decoded := make([][]byte, len(segments))
	for i, name := range []string{"header", "payload", "signature"} {
		if decoded[i], err = decodeSegment(segments[i]); err != nil {
			return nil, nil, fmt.Errorf("the %s of the JWT %w", name, err)
		}
	}
	if header, err = decodeObject(decoded[0]); err != nil {
		return nil, nil, fmt.Errorf("the header of the JWT %w", err)
	}
	if claims, err = decodeObject(decoded[1]); err != nil {
		return nil, nil, fmt.Errorf("the payload of the JWT %w", err)
	}
	return header, claims, nil
}

func decodeSegment(segment string) ([]byte, error) {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	// The decoder skips line breaks, which base64url does not allow.
	if err != nil || strings.ContainsAny(segment, "\r\n") {
		return nil, errors.New("is not base64url without padding")
	}
	return decoded, nil
}

// decodeObject decodes data, which must be one JSON object and nothing else.
func decodeObject(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var object map[string]any
	err := decoder.Decode(&object)
	if err == nil {
		_, err = decoder.Token()
	}
	// Nothing may follow the object; null decodes to no object.
	if err != io.EOF || object == nil || !utf8.Valid(data) {
		return nil, errors.New("is not a JSON object")
	}
	return object, nil
}
