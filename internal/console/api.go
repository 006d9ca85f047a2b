package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

// description is the system as the page draws it, without secrets.
type description struct {
	URL       string           `json:"url"`
	UserPools []local.UserPool `json:"userPools"`
	APIs      []api            `json:"apis"`
	Clients   []client         `json:"clients"`
	APIKeys   []apiKey         `json:"apiKeys"`
	Unserved  []string         `json:"unserved"`
	Waivers   []local.Waiver   `json:"waivers"`
	// Steps are the steps of the walk-through, LeftOut the steps that this template has
	// nothing for. NoSteps says why there are no steps.
	Steps   []walkthrough.Step    `json:"steps"`
	LeftOut []walkthrough.LeftOut `json:"leftOut"`
	NoSteps string                `json:"noSteps"`
}

// api is a stage with the methods of its API.
type api struct {
	local.API
	Methods []local.Method `json:"methods"`
}

// client is a client without its secret.
type client struct {
	Key            string   `json:"key"`
	Name           string   `json:"name"`
	UserPool       string   `json:"userPool"`
	ID             string   `json:"clientId"`
	HasSecret      bool     `json:"hasSecret"`
	Scopes         []string `json:"scopes"`
	TokenURL       string   `json:"tokenUrl"`
	TokenOperation string   `json:"tokenOperation"`
}

// apiKey is an API key without its value.
type apiKey struct {
	Key     string   `json:"key"`
	Name    string   `json:"name"`
	Enabled bool     `json:"enabled"`
	Stages  []string `json:"stages"`
}

func (c *console) describe() description {
	d := description{
		URL:       c.system.URL(),
		UserPools: append([]local.UserPool{}, c.system.UserPools()...),
		APIs:      []api{},
		Clients:   []client{},
		APIKeys:   []apiKey{},
		Unserved:  append([]string{}, c.system.Unserved()...),
		Waivers:   c.system.Waivers(),
		Steps:     []walkthrough.Step{},
		LeftOut:   []walkthrough.LeftOut{},
	}
	for _, a := range c.system.APIs() {
		d.APIs = append(d.APIs, api{a, c.system.Methods(a.Key)})
	}
	for _, one := range c.system.Clients() {
		d.Clients = append(d.Clients, client{
			one.Key, one.Name, one.UserPool, one.ID, one.Secret != "", append([]string{}, one.Scopes...), one.TokenURL, one.TokenOperation,
		})
	}
	for _, one := range c.system.APIKeys() {
		d.APIKeys = append(d.APIKeys, apiKey{one.Key, one.Name, one.Enabled, one.Stages})
	}
	target, err := walkthrough.FindTarget(c.system)
	if err == nil {
		d.Steps, err = walkthrough.Plan(target)
		d.LeftOut = append(d.LeftOut, target.LeftOut()...)
	}
	if err != nil {
		d.NoSteps = err.Error()
	}
	return d
}

// secretOf names a client, or an API key, whose secret is requested.
type secretOf struct {
	// Client and APIKey are keys. Exactly one is set.
	Client string `json:"client"`
	APIKey string `json:"apiKey"`
}

type secret struct {
	Secret string `json:"secret"`
}

// secret returns the secret of a client, or the value of an API key.
func (c *console) secret(_ *http.Request, of secretOf) (secret, error) {
	if of.APIKey == "" {
		found, err := c.system.FindClient(of.Client)
		return secret{found.Secret}, err
	}
	for _, key := range c.system.APIKeys() {
		if key.Key == of.APIKey {
			return secret{key.Value}, nil
		}
	}
	return secret{}, fmt.Errorf("there is no API key %q", of.APIKey)
}

type tokenRequest struct {
	// Client is the key of a client.
	Client string `json:"client"`
	// Scopes may be empty: all scopes of the client.
	Scopes []string `json:"scopes"`
}

// tokenAnswer is the answer of the token endpoint, or of GetClientToken.
type tokenAnswer struct {
	Status int    `json:"status"`
	Token  string `json:"token"`
	Error  string `json:"error"`
}

// token requests a token as the client.
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

// inspection is what can be said about a token.
type inspection struct {
	// Header and Claims are decoded, not verified. Problem says why they are missing.
	Header  map[string]any `json:"header"`
	Claims  map[string]any `json:"claims"`
	Problem string         `json:"problem"`
	// Verdicts are those of the methods' authorizers, which verify the token.
	Verdicts []local.Verdict `json:"verdicts"`
}

// inspect reads a pasted token, with or without "Bearer " and line breaks.
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

type stepName struct {
	Step string `json:"step"`
}

// stepResult is a step that was run, with what was sent and received.
type stepResult struct {
	Step      walkthrough.Step `json:"step"`
	Exchanges []exchange       `json:"exchanges"`
	// More is the number of exchanges that are left out.
	More int `json:"more"`
}

// step runs one step of the walk-through, as the command verify does.
func (c *console) step(r *http.Request, name stepName) (stepResult, error) {
	target, err := walkthrough.FindTarget(c.system)
	if err != nil {
		return stepResult{}, err
	}
	recorder := &recorder{base: c.transport, secrets: []string{target.ClientSecret, target.APIKey}}
	for _, method := range target.Methods {
		recorder.secrets = append(recorder.secrets, method.Refused.ClientSecret)
	}
	target.Transport = recorder
	step, err := walkthrough.RunStep(r.Context(), target, name.Step)
	if err != nil {
		return stepResult{}, err
	}
	return stepResult{*step, recorder.exchanges, recorder.more}, nil
}

// expect returns who can call what according to the templates.
func expect(system *local.System) (*matrix.Matrix, error) {
	target, err := matrix.Of(system).HeldTo(rules.Source(system.Source()))
	if err != nil {
		return nil, err
	}
	return target.Expect(), nil
}

// try also makes the requests. Stubs answer them, so that no backend is called. Only
// one request of the page runs at a time: each makes many calls.
func (c *console) try(r *http.Request, _ struct{}) (*matrix.Matrix, error) {
	c.trying.Lock()
	defer c.trying.Unlock()
	system, err := c.system.WithoutBackends()
	if err != nil {
		return nil, err
	}
	defer system.Close()
	tried, err := expect(system)
	if err != nil {
		return nil, err
	}
	return tried, tried.Try(r.Context(), matrix.Options{Transport: system.Transport(), Skip: matrix.OnlyDecided})
}
