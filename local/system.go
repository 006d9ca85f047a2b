package local

import (
	"slices"

	"example.com/weather-events-api/local/internal/apigateway"
)

// UserPool is one Cognito user pool of the template.
type UserPool struct {
	// LogicalID is that of the UserPool in the template, Name its name.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	ID        string `json:"id"`
	// Issuer is the claim iss of the pool's tokens.
	Issuer          string           `json:"issuer"`
	ResourceServers []ResourceServer `json:"resourceServers"`
}

// ResourceServer declares scopes of a user pool.
type ResourceServer struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	// Scopes are in the order of the template.
	Scopes []Scope `json:"scopes"`
}

// Scope is one scope of a resource server.
type Scope struct {
	// Name is that in tokens: the identifier of the resource server, a slash and
	// the name that the template gives.
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Method is one method of a REST API, and who may call it.
type Method struct {
	// HTTPMethod may be ANY.
	HTTPMethod string `json:"httpMethod"`
	// Path is that of the resource below the stage, such as /orders/{id}.
	Path string `json:"path"`
	// Scopes are those of which a token must have one. A method that has user
	// pools and no scopes opens with an ID token only, which no client here gets.
	Scopes []string `json:"scopes"`
	// UserPools are the logical ids of those whose tokens are accepted. Without
	// one, everybody may call.
	UserPools []string `json:"userPools"`
	// Public is the reason that the template gives for letting everybody call, as
	// AllowUnauthenticated of package machineauth writes it. "" if it gives none.
	Public string `json:"public,omitempty"`
}

// Verdict is what one method of an API makes of a token.
type Verdict struct {
	// API is the logical id of the RestApi.
	API        string `json:"api"`
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Opens reports whether the authorizer lets a request with the token pass.
	Opens bool `json:"opens"`
	// Reason says why, or why not, for people.
	Reason string `json:"reason"`
}

// UserPools returns every user pool, in the order of the template.
func (s *Server) UserPools() []UserPool { return slices.Clone(s.system.userPools) }

// Methods returns the methods of the API with that logical id, in the order of
// the template, and none if there is no such API.
func (s *Server) Methods(logicalID string) []Method {
	for _, api := range s.system.apis {
		if api.resource.LogicalID == logicalID {
			return s.system.methods(api)
		}
	}
	return nil
}

// Inspect returns what every method of every API makes of a token, given with or
// without "Bearer ": the methods' own authorizers verify it, by the clock of
// [WithClock].
func (s *Server) Inspect(token string) []Verdict {
	var verdicts []Verdict
	for _, api := range s.system.apis {
		for _, v := range api.started.Inspect(token) {
			verdicts = append(verdicts, Verdict{api.resource.LogicalID, v.HTTPMethod, v.Path, v.Opens, v.Reason})
		}
	}
	return verdicts
}

// system is what a [Server] knows about the template.
type system struct {
	userPools []UserPool
	apis      []*restAPI
	poolOf    map[apigateway.TokenVerifier]string // the logical id
}

// system is called when everything has started.
func (d *deployment) system() system {
	s := system{poolOf: map[apigateway.TokenVerifier]string{}}
	for _, resource := range d.resolver.Resources() {
		switch resource.Type {
		case typeUserPool:
			pool := d.pools[d.userPoolID(resource)]
			s.poolOf[poolVerifier{pool.Pool}] = resource.LogicalID
			s.userPools = append(s.userPools, UserPool{
				LogicalID:       resource.LogicalID,
				Name:            d.resolver.Properties(resource).String("UserPoolName", ""),
				ID:              pool.config.ID,
				Issuer:          pool.config.Issuer,
				ResourceServers: d.resourceServers(pool),
			})
		case typeRestAPI:
			s.apis = append(s.apis, d.restAPIs[d.apiID(resource)])
		}
	}
	return s
}

// resourceServers returns those of a pool with what only people need of them.
func (d *deployment) resourceServers(pool *userPool) []ResourceServer {
	servers := []ResourceServer{}
	for _, resource := range d.resolver.Resources() {
		if resource.Type != typeResourceServer {
			continue
		}
		p := d.resolver.Properties(resource)
		if d.poolOf(resource, p) != pool {
			continue
		}
		server := ResourceServer{Identifier: p.String("Identifier", ""), Name: p.String("Name", ""), Scopes: []Scope{}}
		for _, scope := range p.List("Scopes") {
			server.Scopes = append(server.Scopes, Scope{
				Name:        server.Identifier + "/" + scope.String("ScopeName", ""),
				Description: scope.String("ScopeDescription", ""),
			})
		}
		servers = append(servers, server)
	}
	return servers
}

func (s *system) methods(api *restAPI) []Method {
	var methods []Method
	for _, m := range api.config.Methods {
		method := Method{HTTPMethod: m.HTTPMethod, Path: m.Path, Scopes: append([]string{}, m.AuthorizationScopes...), UserPools: []string{}, Public: m.Public}
		if m.Authorizer != nil {
			for _, verifier := range m.Authorizer.Verifiers {
				method.UserPools = append(method.UserPools, s.poolOf[verifier])
			}
		}
		methods = append(methods, method)
	}
	return methods
}
