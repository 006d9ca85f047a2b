package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

type tokenRequest struct {
	// Client is a logical id.
	Client string `json:"client"`
	// Scopes may be empty: the client's own then.
	Scopes []string `json:"scopes"`
}

// tokenAnswer is what the token endpoint answered.
type tokenAnswer struct {
	Status int    `json:"status"`
	Token  string `json:"token"`
	Error  string `json:"error"`
}

// token asks the token endpoint for a token, as the client would.
func (c *console) token(r *http.Request, asked tokenRequest) (tokenAnswer, error) {
	client, err := c.server.FindClient(asked.Client)
	if err != nil {
		return tokenAnswer{}, err
	}
	if client.TokenURL == "" {
		return tokenAnswer{}, fmt.Errorf("the user pool of %s has no domain, and so no token endpoint", client.LogicalID)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {client.ID}, "client_secret": {client.Secret}}
	if len(asked.Scopes) > 0 {
		form.Set("scope", strings.Join(asked.Scopes, " "))
	}
	ctx, cancel := context.WithTimeout(r.Context(), walkthrough.DefaultTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, client.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return tokenAnswer{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return tokenAnswer{}, err
	}
	defer response.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return tokenAnswer{}, fmt.Errorf("the token endpoint answered %d without JSON", response.StatusCode)
	}
	return tokenAnswer{response.StatusCode, body.AccessToken, body.Error}, nil
}

type tokenText struct {
	Token string `json:"token"`
}

// inspection is what there is to know about a token.
type inspection struct {
	// Header and Claims are decoded, not verified. Problem says why they are not
	// there.
	Header  map[string]any `json:"header"`
	Claims  map[string]any `json:"claims"`
	Problem string         `json:"problem"`
	// Verdicts are those of the methods' authorizers, which do verify it.
	Verdicts []local.Verdict `json:"verdicts"`
}

// inspect reads a token as it was pasted: with or without "Bearer ", and broken
// into lines by a terminal or not.
func (c *console) inspect(_ *http.Request, pasted tokenText) (inspection, error) {
	token := strings.TrimPrefix(strings.TrimSpace(pasted.Token), "Bearer ")
	token = strings.Join(strings.Fields(token), "")
	found := inspection{Verdicts: append([]local.Verdict{}, c.server.Inspect(token)...)}
	var err error
	if found.Header, found.Claims, err = walkthrough.Decode(token); err != nil {
		found.Problem = err.Error()
	}
	return found, nil
}
