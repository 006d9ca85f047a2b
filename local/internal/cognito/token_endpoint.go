package cognito

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

const tokenPath = "/oauth2/token"

// tokenResponse is RFC 6749 section 5.1, in the order Amazon Cognito writes it.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	TokenType   string `json:"token_type"`
}

// serveToken is the token endpoint.
func (p *Pool) serveToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if r.Method != http.MethodPost {
		// The empty body is a working choice.
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

// authorize decides on a token request. The client is the one that the request
// names, if the pool has it, also when it is refused.
func (p *Pool) authorize(w http.ResponseWriter, r *http.Request) (*appClient, []string, *refusal) {
	request, refused := parseTokenRequest(w, r)
	if refused != nil {
		return nil, nil, refused
	}
	if (request.credentials == credentials{}) {
		return nil, nil, refuse(invalidClient, "there is no client authentication that can be read")
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

// respond issues a token and returns the body that carries it.
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
