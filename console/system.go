package console

import (
	"errors"
	"net/http"
	"slices"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

// description is what the page draws. No secret is in it.
type description struct {
	URL       string           `json:"url"`
	UserPools []local.UserPool `json:"userPools"`
	APIs      []api            `json:"apis"`
	Clients   []client         `json:"clients"`
	Unserved  []string         `json:"unserved"`
	// Steps are those of the walk-through. NoSteps says why there are none.
	Steps   []walkthrough.Step `json:"steps"`
	NoSteps string             `json:"noSteps"`
}

// api is a stage with the methods of its API.
type api struct {
	local.API
	Methods []local.Method `json:"methods"`
}

// client is a client without its secret.
type client struct {
	LogicalID string   `json:"logicalId"`
	Name      string   `json:"name"`
	UserPool  string   `json:"userPool"`
	ID        string   `json:"clientId"`
	HasSecret bool     `json:"hasSecret"`
	Scopes    []string `json:"scopes"`
	TokenURL  string   `json:"tokenUrl"`
}

func (c *console) describe() description {
	d := description{
		URL:       c.server.URL(),
		UserPools: append([]local.UserPool{}, c.server.UserPools()...),
		APIs:      []api{},
		Clients:   []client{},
		Unserved:  append([]string{}, c.server.Unserved()...),
		Steps:     []walkthrough.Step{},
	}
	for _, a := range c.server.APIs() {
		d.APIs = append(d.APIs, api{a, c.server.Methods(a.LogicalID)})
	}
	for _, one := range c.server.Clients() {
		d.Clients = append(d.Clients, client{
			one.LogicalID, one.Name, one.UserPool, one.ID, one.Secret != "", append([]string{}, one.Scopes...), one.TokenURL,
		})
	}
	target, err := c.target()
	if err == nil {
		d.Steps, err = walkthrough.Plan(target)
	}
	if err != nil {
		d.NoSteps = err.Error()
	}
	return d
}

var errNoTarget = errors.New("the walk-through needs GET / and POST / of one API, behind a scope each, and a client that holds both scopes: nothing in this template is like that")

// target is what the walk-through fits: an API with GET and POST at its root,
// and a client that holds a scope of each.
func (c *console) target() (walkthrough.Target, error) {
	for _, a := range c.server.APIs() {
		for _, client := range c.server.Clients() {
			get := c.scopeOf(a, "GET", client)
			post := c.scopeOf(a, "POST", client)
			if get == "" || post == "" || get == post || client.TokenURL == "" {
				continue
			}
			return walkthrough.Target{
				APIURL: a.URL, TokenURL: client.TokenURL, ClientID: client.ID, ClientSecret: client.Secret,
				GetScope: get, PostScope: post, DeniedScope: c.deniedScope(client),
			}, nil
		}
	}
	return walkthrough.Target{}, errNoTarget
}

// scopeOf returns a scope of the client that opens a method at the root of an API.
func (c *console) scopeOf(a local.API, httpMethod string, client local.Client) string {
	for _, method := range c.server.Methods(a.LogicalID) {
		if method.HTTPMethod != httpMethod || method.Path != "/" || !slices.Contains(method.UserPools, client.UserPool) {
			continue
		}
		for _, scope := range method.Scopes {
			if slices.Contains(client.Scopes, scope) {
				return scope
			}
		}
	}
	return ""
}

// deniedScope returns a scope of the client's user pool that the client may not
// request, or "" if it may request every one.
func (c *console) deniedScope(client local.Client) string {
	for _, pool := range c.server.UserPools() {
		for _, server := range pool.ResourceServers {
			for _, scope := range server.Scopes {
				if pool.LogicalID == client.UserPool && !slices.Contains(client.Scopes, scope.Name) {
					return scope.Name
				}
			}
		}
	}
	return ""
}

type clientName struct {
	// Client is a logical id.
	Client string `json:"client"`
}

type secret struct {
	Secret string `json:"secret"`
}

// secret gives away the secret of a client.
func (c *console) secret(_ *http.Request, name clientName) (secret, error) {
	found, err := c.server.FindClient(name.Client)
	return secret{found.Secret}, err
}
