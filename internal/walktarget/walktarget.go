// Package walktarget finds in a served template what the walk-through can be
// taken with.
package walktarget

import (
	"errors"
	"slices"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

var errNoTarget = errors.New("the walk-through needs GET / and POST / of one API, behind a scope each, and a client that holds both scopes: nothing in this template is like that")

// Of returns what the walk-through fits: an API with GET and POST at its root,
// and a client that holds a scope of each. The error says that there is none.
func Of(server *local.Server) (walkthrough.Target, error) {
	for _, a := range server.APIs() {
		for _, client := range server.Clients() {
			get := scopeOf(server, a, "GET", client)
			post := scopeOf(server, a, "POST", client)
			if get == "" || post == "" || get == post || client.TokenURL == "" {
				continue
			}
			return walkthrough.Target{
				APIURL: a.URL, TokenURL: client.TokenURL, ClientID: client.ID, ClientSecret: client.Secret,
				GetScope: get, PostScope: post, DeniedScope: deniedScope(server, client),
			}, nil
		}
	}
	return walkthrough.Target{}, errNoTarget
}

// scopeOf returns a scope of the client that opens a method at the root of an API.
func scopeOf(server *local.Server, a local.API, httpMethod string, client local.Client) string {
	for _, method := range server.Methods(a.LogicalID) {
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
func deniedScope(server *local.Server, client local.Client) string {
	for _, pool := range server.UserPools() {
		for _, resourceServer := range pool.ResourceServers {
			for _, scope := range resourceServer.Scopes {
				if pool.LogicalID == client.UserPool && !slices.Contains(client.Scopes, scope.Name) {
					return scope.Name
				}
			}
		}
	}
	return ""
}
