package machineauth

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// qualified returns a declared scope as "identifier/scope".
func (s *authorizationServer) qualified(scope Scope) string {
	return s.identifier + "/" + scope.Name()
}

func (s *authorizationServer) qualifiedNames(scopes []Scope) []string {
	names := make([]string, 0, len(scopes))
	for _, scope := range scopes {
		names = append(names, s.qualified(scope))
	}
	return names
}

// validateUsedScopes checks scopes that a client holds or a method requires.
func (s *authorizationServer) validateUsedScopes(problems *validation.Collector, property string, scopes []Scope) {
	seen := map[Scope]bool{}
	for i, scope := range scopes {
		switch {
		case scope == nil:
			problems.Addf(property, "entry %d is nil: use a scope made by NewScope", i)
		case !slices.Contains(s.scopes, scope):
			problems.Addf(property, "%s is not a scope of resource server %q: use one that its Scopes declare (%s), not one of another server or a new one",
				validation.Quote(scope.Name()), s.identifier, strings.Join(scopeNames(s.scopes), ", "))
		case seen[scope]:
			problems.Addf(property, "%s is listed twice: list it once", validation.Quote(scope.Name()))
		}
		seen[scope] = true
	}
}

func (s *authorizationServer) panicUnlessDeclared(function string, scopes []Scope) {
	var problems validation.Collector
	s.validateUsedScopes(&problems, "scope", scopes)
	construction.PanicIfInvalid(s, function, &problems)
}
