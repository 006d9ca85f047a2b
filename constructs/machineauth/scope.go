package machineauth

import (
	"reflect"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// Scope is one custom scope of a resource server: a permission that a client may hold
// and a method may require.
//
// A scope is a value, not a string. Pass the same Scope to the
// [AuthorizationServerProps] that declare it, to the [ClientProps] of a client that may
// request it, and to [ProtectedApi.Require] for the methods that it opens. So nobody
// can use an undeclared scope. Two scopes are equal only if they come from the same
// call of [NewScope].
type Scope interface {
	// Name returns the scope's name, without the resource server's identifier.
	Name() string
	// Description returns what the scope permits, for people.
	Description() string

	// scope keeps other types from implementing Scope.
	scope()
}

// NewScope returns a new scope, which one [AuthorizationServer] should declare.
//
// name has 1 to 256 printable ASCII characters without space, '"', '/' and '\';
// description has 1 to 256 characters. [NewAuthorizationServer] checks both, and
// reports them with its other problems.
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
			problems.Addf(property, "entry %d is nil: use a scope from NewScope", i)
			continue
		}
		name, description := s.Name(), s.Description()
		problems.String(property, &name, limits.ScopeName)
		if !limits.ScopeDescription.Allows(description) {
			problems.Addf(property, "description of %s must be %s, got %s", validation.Quote(name), limits.ScopeDescription, validation.Quote(description))
		}
		if qualified := identifier + "/" + name; len(qualified) > limits.QualifiedScope && !validation.IsToken(identifier) {
			problems.Addf(property, "%s with its identifier has %d characters, Cognito accepts at most %d: shorten one of the two",
				validation.Quote(name), len(qualified), limits.QualifiedScope)
		}
		if seen[name] {
			problems.Addf(property, "%s is declared twice: use a different name for each scope of a resource server", validation.Quote(name))
		}
		seen[name] = true
	}
}

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
			problems.Addf(property, "entry %d is nil: use a scope from NewScope", i)
		case !slices.Contains(s.scopes, scope):
			problems.Addf(property, "%s is not a scope of resource server %q: use a scope value from its Scopes (%s), not one of another server or a new one",
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

// Access lists scopes that a client may request from one authorization server. It is
// created by [AuthorizationServer].Access; the zero value is invalid.
type Access struct {
	server *authorizationServer
	scopes []Scope
}

func (s *authorizationServer) Access(scopes ...Scope) Access {
	var problems validation.Collector
	if len(scopes) == 0 {
		problems.Addf("scopes", "must have at least one: pass the scopes that the client may request")
	}
	s.validateUsedScopes(&problems, "scopes", scopes)
	construction.PanicIfInvalid(s, "Access", &problems)
	return Access{s, slices.Clone(scopes)}
}

// serversOf returns the authorization servers of accesses, each once.
func serversOf(accesses []Access) []*authorizationServer {
	var servers []*authorizationServer
	for _, a := range accesses {
		if a.server != nil && !slices.Contains(servers, a.server) {
			servers = append(servers, a.server)
		}
	}
	return servers
}

// qualifiedNames returns the scopes of accesses, each as "identifier/scope".
func qualifiedNames(accesses []Access) []string {
	var names []string
	for _, a := range accesses {
		names = append(names, a.server.qualifiedNames(a.scopes)...)
	}
	return names
}

// validateAccess checks that one client can have all accesses.
func validateAccess(problems *validation.Collector, accesses []Access) {
	for i, a := range accesses {
		if a.server == nil {
			problems.Addf("Access", "entry %d is empty: use the Access method of an authorization server", i)
		}
	}
	servers := serversOf(accesses)
	for i, server := range servers {
		if i == 0 {
			continue
		}
		switch first := servers[0]; {
		case !server.sharesPoolWith(first):
			problems.Addf("Access", "%s and %s have different user pools, but a client belongs to one: create a client for each", *first.Node().Path(), *server.Node().Path())
		case server.noDomain != first.noDomain:
			with, without := server, first
			if first.noDomain {
				with, without = first, server
			}
			problems.Addf("Access", "%s has NoDomain but %s does not, and a client gets its tokens in one way: set it for both or for neither", *with.Node().Path(), *without.Node().Path())
		}
	}
	validateDistinctScopes(problems, accesses)
}

// sharesPoolWith reports whether two servers have the same user pool. Two CDK tokens
// can be the same CloudFormation value.
func (s *authorizationServer) sharesPoolWith(other *authorizationServer) bool {
	a, b := *s.poolID(), *other.poolID()
	if a == b || !validation.IsToken(a) || !validation.IsToken(b) {
		return a == b
	}
	stack := s.userPool.Stack()
	return stack == other.userPool.Stack() && reflect.DeepEqual(stack.Resolve(&a), stack.Resolve(&b))
}

// validateDistinctScopes reports scopes that two accesses contain.
func validateDistinctScopes(problems *validation.Collector, accesses []Access) {
	type held struct {
		server *authorizationServer
		scope  Scope
	}
	in := map[held]int{}
	for i, a := range accesses {
		for _, scope := range a.scopes {
			if first, found := in[held{a.server, scope}]; found && first != i && scope != nil {
				problems.Addf("Access", "%s is listed twice: list it once", validation.Quote(a.server.qualified(scope)))
			}
			in[held{a.server, scope}] = i
		}
	}
}
