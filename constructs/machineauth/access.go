package machineauth

import (
	"reflect"
	"slices"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// Access is what a client may do at one authorization server: some of the scopes
// that it declares. [AuthorizationServer].Access makes one.
type Access struct {
	server *authorizationServer
	scopes []Scope
}

func (s *authorizationServer) Access(scopes ...Scope) Access {
	var problems validation.Collector
	if len(scopes) == 0 {
		problems.Addf("scopes", "must have at least one: name what the client may do")
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

// validateAccess checks that one client can have accesses.
func validateAccess(problems *validation.Collector, accesses []Access) {
	for i, a := range accesses {
		if a.server == nil {
			problems.Addf("Access", "entry %d is empty: use one made by the Access method of an authorization server", i)
		}
	}
	servers := serversOf(accesses)
	for i, server := range servers {
		if i == 0 {
			continue
		}
		switch first := servers[0]; {
		case !server.sharesPoolWith(first):
			problems.Addf("Access", "%s and %s have two user pools, and a client is of one: make a client for each", *first.Node().Path(), *server.Node().Path())
		case server.noDomain != first.noDomain:
			with, without := server, first
			if first.noDomain {
				with, without = first, server
			}
			problems.Addf("Access", "%s has NoDomain and %s has not, and a client gets its tokens in one way: set it for both or for none", *with.Node().Path(), *without.Node().Path())
		}
	}
	validateDistinctScopes(problems, accesses)
}

// sharesPoolWith reports whether two servers have one user pool. One value of
// CloudFormation's can be two tokens of CDK's.
func (s *authorizationServer) sharesPoolWith(other *authorizationServer) bool {
	a, b := *s.poolID(), *other.poolID()
	if a == b || !validation.IsToken(a) || !validation.IsToken(b) {
		return a == b
	}
	stack := s.userPool.Stack()
	return stack == other.userPool.Stack() && reflect.DeepEqual(stack.Resolve(&a), stack.Resolve(&b))
}

// validateDistinctScopes reports scopes that are in two accesses.
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
