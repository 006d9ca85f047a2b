package cognito

import (
	"fmt"
	"slices"

	"example.com/weather-events-api/internal/limits"
)

// clientScopes tells what a client may request and what it can be granted.
type clientScopes struct {
	// allowed maps every scope of the client to whether a resource server
	// declares it: standard scopes such as openid and scopes removed from their
	// resource server are false.
	allowed map[string]bool
	// usable are the scopes that can be granted, in the client's order.
	usable []string
}

// declaredScopes are the custom scopes in the form a client requests them.
func declaredScopes(servers []ResourceServer) map[string]bool {
	declared := make(map[string]bool)
	for _, server := range servers {
		for _, name := range server.Scopes {
			declared[server.Identifier+"/"+name] = true
		}
	}
	return declared
}

func newClientScopes(allowed []string, declared map[string]bool) clientScopes {
	scopes := clientScopes{allowed: make(map[string]bool, len(allowed))}
	for _, scope := range allowed {
		_, twice := scopes.allowed[scope]
		scopes.allowed[scope] = declared[scope]
		if declared[scope] && !twice {
			scopes.usable = append(scopes.usable, scope)
		}
	}
	return scopes
}

// grant returns the scopes of the token for those requested, each once and in
// that order. If none is, every usable scope of the client is granted.
func (s clientScopes) grant(requested []string) ([]string, *refusal) {
	if len(requested) == 0 {
		if len(s.usable) == 0 {
			return nil, refuse(invalidScope, "the client has no custom scope that a resource server declares")
		}
		return s.usable, nil
	}
	var granted []string
	for _, scope := range requested {
		// That RFC 6749 section 3.3 is kept to is a working choice.
		if !isScopeToken(scope) {
			return nil, refuse(invalidScope, "a scope is malformed: the token endpoint takes scopes separated by one space, GetClientToken a list of them")
		}
		usable, allowed := s.allowed[scope]
		switch {
		case !allowed || slices.Contains(limits.CognitoScopes, scope): // these are a signed-in user's
			// A working choice: an error is documented, its code is not. So is
			// that a standard scope is refused even if the client has it.
			return nil, refuse(invalidGrant, fmt.Sprintf("the client is not allowed the scope %.*q", limits.QualifiedScope, scope))
		case usable && !slices.Contains(granted, scope):
			granted = append(granted, scope)
		}
		// Allowed but no longer on its resource server: Amazon Cognito ignores it.
	}
	if len(granted) == 0 {
		return nil, refuse(invalidScope, "no resource server declares any of the scopes requested")
	}
	return granted, nil
}

// isScopeToken implements scope-token of RFC 6749 section 3.3.
func isScopeToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return s != ""
}
