package walkthrough

import (
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

// meant returns the scopes named for GET and POST, if each method requires one of
// them or none: then a template that swaps them is wrong.
func (c candidate) meant(p pair) (getScope, postScope string) {
	if !p.isWhole() {
		return "", ""
	}
	return c.named(p)
}

// meantAlone is meant for an API with only one of the methods.
func (c candidate) meantAlone(p pair) (getScope, postScope string) {
	if p.isWhole() || !p.get.exists() && !p.post.exists() {
		return "", ""
	}
	return c.named(p)
}

func (c candidate) named(p pair) (getScope, postScope string) {
	for _, m := range []callable{p.get, p.post} {
		if len(m.Scopes) > 1 || len(m.Scopes) == 1 && (m.Scopes[0] != c.namedGet && m.Scopes[0] != c.namedPost || !opens(m, m.Scopes[0], c.client)) {
			return "", ""
		}
	}
	return c.namedGet, c.namedPost
}

// NamedScopes returns the scopes of a client that are named get and post, if it
// holds both.
func NamedScopes(held []string) (get, post string) {
	for _, scope := range held {
		identifier, isGet := strings.CutSuffix(scope, "/get")
		if isGet && slices.Contains(held, identifier+"/post") {
			return scope, identifier + "/post"
		}
	}
	return "", ""
}

// required returns scopes that the methods require, with one for POST that does not
// open GET.
func (c candidate) required(p pair) (getScope, postScope string) {
	gets := c.held(func(scope string) bool { return opens(p.get, scope, c.client) })
	posts := c.held(func(scope string) bool { return opens(p.post, scope, c.client) && !slices.Contains(gets, scope) })
	if len(gets) == 0 || len(posts) == 0 {
		return "", ""
	}
	return gets[0], posts[0]
}

// unlessOpen returns any scope for a method that requires none, and the method's own
// scope even if its authorizer refuses the client's tokens: the walk-through then
// shows what is wrong.
func (c candidate) unlessOpen(p pair) (getScope, postScope string) {
	if !p.isWhole() || opensAny(p.get, c.client) && opensAny(p.post, c.client) {
		return "", "" // both are right, they only require the same scope
	}
	wanted := func(m callable) []string {
		return c.held(func(scope string) bool {
			return isCustom(scope) && (len(m.Scopes) == 0 || slices.Contains(m.Scopes, scope))
		})
	}
	gets := wanted(p.get)
	for _, post := range wanted(p.post) {
		if get := slices.IndexFunc(gets, func(scope string) bool { return scope != post }); get >= 0 {
			return gets[get], post
		}
	}
	return "", ""
}

// same returns one scope for both methods.
func (c candidate) same(p pair) (getScope, postScope string) {
	if !p.isWhole() {
		return "", ""
	}
	scope := c.first(func(scope string) bool { return takes(p.get, scope, c.client) && takes(p.post, scope, c.client) })
	return scope, scope
}

// alone returns the scope of the only method, and for the other one a scope that
// does not open it, if the client holds one.
func (c candidate) alone(p pair) (getScope, postScope string) {
	only := p.get
	if !only.exists() {
		only = p.post
	}
	if p.isWhole() || !only.exists() {
		return "", ""
	}
	own := c.first(func(scope string) bool { return takes(only, scope, c.client) })
	if own == "" || !p.get.exists() {
		return own, own
	}
	if other := c.first(func(scope string) bool {
		return isCustom(scope) && scope != own && !slices.Contains(only.Scopes, scope)
	}); other != "" {
		return own, other
	}
	return own, own
}

// neither returns any scope, for an API without GET and POST: tokens can still be
// requested and refused.
func (c candidate) neither(p pair) (getScope, postScope string) {
	if p.get.exists() || p.post.exists() {
		return "", ""
	}
	any := c.first(isCustom)
	return any, any
}

// first returns the first scope of the client that satisfies kind, or "".
func (c candidate) first(kind func(scope string) bool) string {
	if index := slices.IndexFunc(c.client.Scopes, kind); index >= 0 {
		return c.client.Scopes[index]
	}
	return ""
}

// held returns the scopes of the client that satisfy kind.
func (c candidate) held(kind func(scope string) bool) (scopes []string) {
	for _, scope := range c.client.Scopes {
		if kind(scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// opens reports whether a token of the client with scope opens a method.
func opens(m callable, scope string, client local.Client) bool {
	return isCustom(scope) && slices.Contains(m.Scopes, scope) && slices.Contains(m.UserPools, client.UserPool)
}

// opensAny reports whether a method requires a scope in a token of the client's user
// pool.
func opensAny(m callable, client local.Client) bool {
	return len(m.Scopes) > 0 && slices.Contains(m.UserPools, client.UserPool)
}

// takes reports whether a method accepts a token of the client with scope, or
// requires no scope.
func takes(m callable, scope string, client local.Client) bool {
	return opens(m, scope, client) || isCustom(scope) && len(m.Scopes) == 0
}

// isCustom reports whether a scope belongs to a resource server. Clients get only
// such scopes by client credentials; Cognito's own scopes are for people.
func isCustom(scope string) bool { return strings.Contains(scope, "/") }
