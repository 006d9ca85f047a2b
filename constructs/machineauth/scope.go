package machineauth

import (
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// Scope is one custom scope of a resource server: a permission that a client
// may hold and a method may require.
//
// A scope is a value, not a string. The same Scope is given to the
// [AuthorizationServerProps] that declare it, to the [ClientProps] of a client
// that may request it, and to [ProtectedApi.Require] for the methods it opens,
// so a scope that nobody declared cannot be named. Two scopes are the same only
// if they come from the same call of [NewScope].
type Scope interface {
	// Name returns the scope's name, without the resource server's identifier.
	Name() string
	// Description returns what the scope permits, for people.
	Description() string

	// scope keeps other types from implementing Scope.
	scope()
}

// NewScope returns a new scope, to be declared by one [AuthorizationServer].
//
// The name has 1 to 256 printable ASCII characters without space, '"', '/' and
// '\'; the description has 1 to 256 characters. Both are checked by
// [NewAuthorizationServer], which reports them with its other problems.
//
// Source: ResourceServerScopeType, Amazon Cognito user pools API reference.
func NewScope(name, description string) Scope {
	return &scope{name: name, description: description}
}

type scope struct{ name, description string }

func (s *scope) Name() string        { return s.name }
func (s *scope) Description() string { return s.description }
func (s *scope) scope()              {}

// scopeNames returns the names of scopes, in their order.
func scopeNames(scopes []Scope) []string {
	names := make([]string, 0, len(scopes))
	for _, s := range scopes {
		if s != nil {
			names = append(names, s.Name())
		}
	}
	return names
}

// validateDeclaredScopes checks the scopes that a resource server declares.
func validateDeclaredScopes(problems *validation.Collector, identifier string, scopes []Scope) {
	const property = "Scopes"
	if len(scopes) == 0 || len(scopes) > limits.ScopesPerResourceServer {
		problems.Addf(property, "must have 1 to %d scopes, got %d", limits.ScopesPerResourceServer, len(scopes))
	}
	seen := map[string]bool{}
	for i, s := range scopes {
		if s == nil {
			problems.Addf(property, "entry %d is nil: use a scope made by NewScope", i)
			continue
		}
		name, description := s.Name(), s.Description()
		problems.String(property, &name, limits.ScopeName)
		if !limits.ScopeDescription.Allows(description) {
			problems.Addf(property, "description of %s must be %s, got %s", validation.Quote(name), limits.ScopeDescription, validation.Quote(description))
		}
		if qualified := identifier + "/" + name; len(qualified) > limits.QualifiedScope && !validation.IsToken(identifier) {
			problems.Addf(property, "%s with the identifier in front has %d characters, at most %d are allowed",
				validation.Quote(name), len(qualified), limits.QualifiedScope)
		}
		if seen[name] {
			problems.Addf(property, "%s is declared twice: every scope of a resource server needs its own name", validation.Quote(name))
		}
		seen[name] = true
	}
}
