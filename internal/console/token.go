package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

type tokenRequest struct {
	// Client is a key.
	Client string `json:"client"`
	// Scopes may be empty: the client's own then.
	Scopes []string `json:"scopes"`
}

// tokenAnswer is what the token endpoint, or the operation, answered.
type tokenAnswer struct {
	Status int    `json:"status"`
	Token  string `json:"token"`
	Error  string `json:"error"`
}

// token asks for a token, as the client would.
func (c *console) token(r *http.Request, asked tokenRequest) (tokenAnswer, error) {
	client, err := c.system.FindClient(asked.Client)
	if err != nil {
		return tokenAnswer{}, err
	}
	if client.TokenURL == "" {
		return tokenAnswer{}, fmt.Errorf("the user pool of %s has no domain, and so no token endpoint", client.Key)
	}
	request := tokenrequest.Of(client.TokenOperation, clientcredentials.Config{
		ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL, Scopes: asked.Scopes, AuthStyle: oauth2.AuthStyleInParams,
	})
	ctx, cancel := context.WithTimeout(r.Context(), walkthrough.DefaultTimeout)
	defer cancel()
	token, err := request.Token(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: c.transport}))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return tokenAnswer{Status: refused.Response.StatusCode, Error: refused.ErrorCode}, nil
	}
	if err != nil {
		return tokenAnswer{}, err
	}
	return tokenAnswer{Status: http.StatusOK, Token: token.AccessToken}, nil
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
	found := inspection{Verdicts: append([]local.Verdict{}, c.system.Inspect(token)...)}
	var err error
	if found.Header, found.Claims, err = walkthrough.Decode(token); err != nil {
		found.Problem = err.Error()
	}
	return found, nil
}
