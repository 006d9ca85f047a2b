package matrix

import (
	"slices"
	"strings"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

// Target is the system that a matrix is about.
type Target struct {
	// APIs are the stages.
	APIs []local.API
	// Methods are the methods of each API, by its key.
	Methods   map[string][]local.Method
	Clients   []local.Client
	UserPools []local.UserPool
	APIKeys   []local.APIKey
	// Findings are the rules' findings in the same stacks, if Linted reports that the rules
	// checked them.
	Findings []rules.Finding
	Linted   bool
}

// Of returns a target with everything that a system serves.
func Of(system *local.System) Target {
	t := Target{
		APIs: system.APIs(), Methods: map[string][]local.Method{},
		Clients: system.Clients(), UserPools: system.UserPools(), APIKeys: system.APIKeys(),
	}
	for _, api := range t.APIs {
		t.Methods[api.Key] = system.Methods(api.Key)
	}
	return t
}

// HeldTo returns the target with the rules' findings in its stacks.
func (t Target) HeldTo(stacks rules.Source) (Target, error) {
	var err error
	t.Findings, err = rules.Check(stacks)
	t.Linted = err == nil
	return t, err
}

// Expect returns the matrix that the templates imply. It makes no request.
func (t Target) Expect() *Matrix {
	m := &Matrix{Methods: []Method{}, Cells: [][]Cell{}, target: t}
	for _, api := range t.APIs {
		m.Methods = append(m.Methods, t.methodsOf(api)...)
	}
	m.Callers = t.callers(m.Methods)
	for _, method := range m.Methods {
		row := make([]Cell, len(m.Callers))
		for j, caller := range m.Callers {
			row[j] = t.expect(method, caller)
		}
		m.Cells = append(m.Cells, row)
	}
	m.judge()
	return m
}

// callers returns the columns.
func (t Target) callers(methods []Method) []Caller {
	callers := []Caller{{Kind: Nobody, Name: "nobody"}}
	if slices.ContainsFunc(methods, func(m Method) bool { return m.APIKeyRequired }) {
		callers = append(callers, Caller{Kind: NobodyWithKey, Name: "nobody, with an API key"})
	}
	callers = append(callers, Caller{Kind: Foreign, Name: "a token that somebody else signed"})
	if slices.ContainsFunc(methods, Method.asksForBoth) {
		callers = append(callers, Caller{Kind: Keyless, Name: "a token that opens, without an API key"})
	}
	for i, client := range t.Clients {
		name, custom := t.nameOf(client), customScopes(client)
		caller := Caller{Kind: Client, Client: client.Key, client: i, NoToken: noToken(client, custom)}
		if len(custom) != 1 {
			all := caller
			all.Name, all.Scopes, all.all = name+" with all its scopes", custom, true
			if len(custom) == 0 {
				all.Name = name + ", which holds no scope"
			}
			callers = append(callers, all)
		}
		for _, scope := range custom {
			one := caller
			one.Name, one.Scopes = name+" with "+scope, []string{scope}
			callers = append(callers, one)
		}
	}
	return callers
}

// customScopes returns the scopes of resource servers that a client holds. Cognito's own
// scopes are for users.
func customScopes(client local.Client) (custom []string) {
	for _, scope := range client.Scopes {
		if strings.Contains(scope, "/") {
			custom = append(custom, scope)
		}
	}
	return custom
}

// noToken says why a client cannot get a token, "" if it can.
func noToken(client local.Client, custom []string) string {
	switch {
	case client.Secret == "":
		return "the client has no secret"
	case !client.Machine:
		return "the client is for people: it gets no token by client credentials"
	case client.TokenURL == "":
		return "the user pool has no domain"
	case len(custom) == 0:
		return "the client holds no scope of a resource server"
	}
	return ""
}

// nameOf returns the name of a client, or its key if another client has the name too.
func (t Target) nameOf(client local.Client) string {
	for _, other := range t.Clients {
		if other.Key != client.Key && other.Name == client.Name {
			return client.Key
		}
	}
	return client.Name
}

// poolName returns the name of a user pool, or its key without one.
func (t Target) poolName(key string) string {
	for _, pool := range t.UserPools {
		if pool.Key == key && pool.Name != "" {
			return pool.Name
		}
	}
	return key
}

// keyOf returns an API key that opens a stage, "" if none is known.
func (t Target) keyOf(m Method) string {
	for _, key := range t.APIKeys {
		if key.Enabled && slices.Contains(key.Stages, m.API+"/"+m.Stage) {
			return key.Value
		}
	}
	return ""
}
