package cognito

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const tokenPath = "/oauth2/token"

// tokenResponse is the response of RFC 6749 section 5.1, in the order of Amazon
// Cognito.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}

// serveToken serves the token endpoint.
func (p *Pool) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if r.Method != http.MethodPost {
		// AWS does not document this; we assume an empty body.
		p.observe(r.Context(), TokenEvent{Reason: "the method is not POST"})
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	client, scopes, refused := p.authorize(w, r)
	event := TokenEvent{Scopes: slices.Clone(scopes)}
	if client != nil {
		event.ClientID, event.ClientName = client.id, client.name
	}
	if refused != nil {
		event.Error, event.Reason = refused.code, refused.reason
		p.observe(r.Context(), event)
		refused.write(w)
		return
	}
	body, err := p.respond(client, scopes)
	if err != nil {
		event.Scopes, event.Reason = nil, err.Error()
		p.observe(r.Context(), event)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	p.observe(r.Context(), event)
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}

// authorize decides on a token request. It returns the client that the request
// names, if the pool has it, even when it refuses.
func (p *Pool) authorize(w http.ResponseWriter, r *http.Request) (*appClient, []string, *refusal) {
	request, refused := parseTokenRequest(w, r)
	if refused != nil {
		return nil, nil, refused
	}
	if (request.credentials == credentials{}) {
		return nil, nil, refuse(invalidClient, "there is no readable client authentication")
	}
	client := p.clients[request.credentials.clientID]
	if reason := client.authenticate(request.credentials.secret); reason != "" {
		return client, nil, refuse(invalidClient, reason)
	}
	switch {
	case !client.oauthEnabled:
		return client, nil, refuse(invalidGrant, "AllowedOAuthFlowsUserPoolClient is false")
	case !slices.Contains(client.flows, "client_credentials"):
		return client, nil, refuse(unauthorizedClient, "AllowedOAuthFlows has no client_credentials")
	}
	scopes, refused := client.scopes.grant(request.scopes)
	return client, scopes, refused
}

// respond issues a token and returns the response body.
func (p *Pool) respond(client *appClient, scopes []string) ([]byte, error) {
	token, err := p.issue(client, scopes)
	if err != nil {
		return nil, err
	}
	return json.Marshal(tokenResponse{
		AccessToken: token,
		ExpiresIn:   int64(client.validity / time.Second),
		TokenType:   "Bearer",
	})
}

const (
	formMediaType  = "application/x-www-form-urlencoded"
	maxRequestBody = 64 << 10
)

// tokenRequest is a well-formed client credentials request.
type tokenRequest struct {
	credentials credentials
	scopes      []string
}

// parseTokenRequest reads a request as RFC 6749 sections 3.2 and 4.4.2 define it.
// Parameters in the URL are ignored. AWS does not document which error comes first;
// we assume that the request is checked before its client.
func parseTokenRequest(w http.ResponseWriter, r *http.Request) (tokenRequest, *refusal) {
	form, refused := parseForm(w, r)
	if refused != nil {
		return tokenRequest{}, refused
	}
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return tokenRequest{}, refuse(invalidRequest, "the grant_type parameter is missing")
	default:
		return tokenRequest{}, refuse(unsupportedGrantType, "the grant_type is not client_credentials")
	}
	// Resource binding is not available for client credentials. AWS does not document
	// the answer; we assume that the parameter is refused, not ignored.
	if form.Get("resource") != "" {
		return tokenRequest{}, refuse(invalidRequest, "the resource parameter is not available for client credentials")
	}
	// AWS does not document the answer to metadata that is not a JSON object; we assume
	// invalid_request.
	if metadata := form.Get("aws_client_metadata"); metadata != "" && !isJSONObject(metadata) {
		return tokenRequest{}, refuse(invalidRequest, "aws_client_metadata is not a JSON object")
	}
	given, refused := parseCredentials(r.Header, form)
	if refused != nil {
		return tokenRequest{}, refused
	}
	request := tokenRequest{credentials: given}
	if scope := form.Get("scope"); scope != "" {
		request.scopes = strings.Split(scope, " ") // RFC 6749 section 3.3: exactly one space
	}
	return request, nil
}

// parseForm returns the parameters of the body. RFC 6749 section 3.2: a parameter
// must not be repeated, and one without a value counts as left out.
func parseForm(w http.ResponseWriter, r *http.Request) (url.Values, *refusal) {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != formMediaType {
		return nil, refuse(invalidRequest, "the content type is not "+formMediaType)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return nil, refuse(invalidRequest, "the body cannot be read or is larger than 64 KiB")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse(invalidRequest, "the body is not form-urlencoded")
	}
	for _, values := range form {
		// AWS does not document this; we assume that a repeated parameter is an error.
		if len(values) > 1 {
			return nil, refuse(invalidRequest, "a parameter is given more than once")
		}
	}
	return form, nil
}

func isJSONObject(s string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(s), &object) == nil && object != nil
}

// credentials authenticate the client of a request. Missing or malformed values are
// empty and authenticate no client.
type credentials struct {
	clientID string
	secret   string
}

// parseCredentials reads client_secret_basic from the Authorization header or
// client_secret_post from the form (RFC 6749 section 2.3.1).
func parseCredentials(header http.Header, form url.Values) (credentials, *refusal) {
	inForm := credentials{clientID: form.Get("client_id"), secret: form.Get("client_secret")}
	switch authorization := header.Values("Authorization"); {
	case len(authorization) == 0:
		return inForm, nil
	case len(authorization) > 1 || inForm.secret != "":
		// RFC 6749 section 2.3 forbids two methods in one request, and section 5.2 gives
		// the error. We assume that Cognito follows it.
		return credentials{}, refuse(invalidRequest, "more than one client authentication is given")
	default:
		basic := parseBasic(authorization[0])
		// Amazon Cognito's examples send client_id together with the header. AWS does not
		// document two different clients; we assume an error.
		if inForm.clientID != "" && basic.clientID != "" && inForm.clientID != basic.clientID {
			return credentials{}, refuse(invalidRequest, "the Authorization header and client_id name different clients")
		}
		return basic, nil
	}
}

// parseBasic returns the credentials of a Basic Authorization header. The id and the
// secret are form-urlencoded before they are base64-encoded.
func parseBasic(authorization string) credentials {
	scheme, encoded, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return credentials{}
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimLeft(encoded, " "))
	if err != nil {
		return credentials{}
	}
	id, secret, _ := strings.Cut(string(decoded), ":")
	var basic credentials
	basic.clientID, _ = url.QueryUnescape(id) // "" if malformed
	basic.secret, _ = url.QueryUnescape(secret)
	return basic
}

// authenticate returns "" if secret is the client's, or else why the client is not
// authenticated. The client may be nil or have no secret. The time does not depend
// on the secret or on whether the client exists.
func (c *appClient) authenticate(secret string) string {
	var want [sha256.Size]byte // not the hash of any secret
	if c != nil {
		want = c.secretHash
	}
	got := sha256.Sum256([]byte(secret))
	authenticated := subtle.ConstantTimeCompare(got[:], want[:]) == 1
	switch {
	case c == nil:
		return "the pool has no client with this id"
	case !c.confidential:
		return "the client has no secret and cannot authenticate"
	case !authenticated:
		return "the client secret is wrong or missing"
	}
	return ""
}

// The error codes of RFC 6749 section 5.2 that the token endpoint returns.
const (
	invalidRequest       = "invalid_request"
	invalidClient        = "invalid_client"
	invalidGrant         = "invalid_grant"
	unauthorizedClient   = "unauthorized_client"
	unsupportedGrantType = "unsupported_grant_type"
	invalidScope         = "invalid_scope"
)

// refusal says why no token is issued.
type refusal struct {
	// code is all that the client is told.
	code string
	// reason is for the access log. It never holds a credential.
	reason string
}

func refuse(code, reason string) *refusal { return &refusal{code: code, reason: reason} }

// write answers 400 for every code, as Amazon Cognito does. RFC 6749 section 5.2 has
// 401 and WWW-Authenticate for invalid_client.
func (e *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(http.StatusBadRequest)
	w.Write([]byte(`{"error":"` + e.code + `"}`))
}
