package console

import (
	"fmt"
	"net/http"

	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// description is what the page draws. No secret is in it.
type description struct {
	URL       string           `json:"url"`
	UserPools []local.UserPool `json:"userPools"`
	APIs      []api            `json:"apis"`
	Clients   []client         `json:"clients"`
	APIKeys   []apiKey         `json:"apiKeys"`
	Unserved  []string         `json:"unserved"`
	Waivers   []local.Waiver   `json:"waivers"`
	// Steps are those of the walk-through, LeftOut those that are not for this
	// template. NoSteps says why there are none.
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
	Key       string   `json:"key"`
	Name      string   `json:"name"`
	UserPool  string   `json:"userPool"`
	ID        string   `json:"clientId"`
	HasSecret bool     `json:"hasSecret"`
	Scopes    []string `json:"scopes"`
	TokenURL  string   `json:"tokenUrl"`
	// TokenOperation is that of [local.Client].
	TokenOperation string `json:"tokenOperation"`
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

// secretOf is whose secret is asked for: a client's, or the value of an API key.
type secretOf struct {
	// Client and APIKey are keys. One of them is given.
	Client string `json:"client"`
	APIKey string `json:"apiKey"`
}

type secret struct {
	Secret string `json:"secret"`
}

// secret gives away the secret of a client, or the value of an API key.
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
