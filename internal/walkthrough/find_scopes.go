package walkthrough

import (
	"slices"
	"strings"

	"example.com/weather-events-api/local"
)

// meant returns the scopes whose names say what they are for, if each method
// requires one of them or none: then a template that swaps them is wrong.
func (c candidate) meant(p pair) (getScope, postScope string) {
	if !p.isWhole() {
		return "", ""
	}
	return c.named(p)
}

// meantAlone is meant where there is one of the methods.
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

// NamedScopes returns of the scopes that a client holds the ones that are called get
// and post, if there are both.
func NamedScopes(held []string) (get, post string) {
	for _, scope := range held {
		identifier, isGet := strings.CutSuffix(scope, "/get")
		if isGet && slices.Contains(held, identifier+"/post") {
			return scope, identifier + "/post"
		}
	}
	return "", ""
}

// required returns scopes that the methods require, one of POST only.
func (c candidate) required(p pair) (getScope, postScope string) {
	gets := c.held(func(scope string) bool { return opens(p.get, scope, c.client) })
	posts := c.held(func(scope string) bool { return opens(p.post, scope, c.client) && !slices.Contains(gets, scope) })
	if len(gets) == 0 || len(posts) == 0 {
		return "", ""
	}
	return gets[0], posts[0]
}

// unlessOpen takes any scope for a method that requires none, and the method's
// own though its authorizer takes no token of the client: the walk-through shows
// what is wrong.
func (c candidate) unlessOpen(p pair) (getScope, postScope string) {
	if !p.isWhole() || opensAny(p.get, c.client) && opensAny(p.post, c.client) {
		return "", "" // nothing is wrong with them but that they are the same
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
// does not open it, if the client holds any.
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

// neither returns any scope: tokens can be asked for, and refused.
func (c candidate) neither(p pair) (getScope, postScope string) {
	if p.get.exists() || p.post.exists() {
		return "", ""
	}
	any := c.first(isCustom)
	return any, any
}

// first returns a scope of the client that is of a kind, or "".
func (c candidate) first(kind func(scope string) bool) string {
	if index := slices.IndexFunc(c.client.Scopes, kind); index >= 0 {
		return c.client.Scopes[index]
	}
	return ""
}

// held returns the scopes of the client that are of a kind.
func (c candidate) held(kind func(scope string) bool) (scopes []string) {
	for _, scope := range c.client.Scopes {
		if kind(scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// opens reports whether a method takes a token of the client with a scope.
func opens(m callable, scope string, client local.Client) bool {
	return isCustom(scope) && slices.Contains(m.Scopes, scope) && slices.Contains(m.UserPools, client.UserPool)
}

// opensAny reports whether a method asks for a scope, in a token of the client's
// user pool.
func opensAny(m callable, client local.Client) bool {
	return len(m.Scopes) > 0 && slices.Contains(m.UserPools, client.UserPool)
}

// takes reports whether a method takes a token of the client with a scope, or
// requires none.
func takes(m callable, scope string, client local.Client) bool {
	return opens(m, scope, client) || isCustom(scope) && len(m.Scopes) == 0
}

// isCustom reports whether a scope is one that a client gets for itself: those of
// Cognito's own, which have no resource server, are for people.
func isCustom(scope string) bool { return strings.Contains(scope, "/") }
