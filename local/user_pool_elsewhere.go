package local

import (
	"crypto/sha256"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/cognito"
)

// userPoolARN matches the ARN of a user pool, and userPoolID the id.
var (
	userPoolARN = regexp.MustCompile(`^arn:aws[\w-]*:cognito-idp:[\w-]+:\d{12}:userpool/([\w-]+_[0-9A-Za-z]+)$`)
	userPoolID  = regexp.MustCompile(`^([\w-]+)_[0-9A-Za-z]+$`)
)

// poolOf returns the pool of a resource.
func (s *System) poolOf(p *cfn.Properties) *userPool {
	s.asPool = true
	id := p.RequiredString("UserPoolId")
	s.asPool = false
	return s.userPoolNamed(p, "UserPoolId", id[strings.LastIndex(id, "/")+1:])
}

// poolsOf returns the pools in a list of ARNs.
func (s *System) poolsOf(p *cfn.Properties, property string) []*userPool {
	s.asPool = true
	arns := p.Strings(property)
	s.asPool = false
	var pools []*userPool
	for _, arn := range arns {
		arn = arn[max(0, strings.LastIndex(arn, "arn:")):] // an imported id resolves to an ARN within an ARN
		if pool := s.userPoolNamed(p, property, arn); pool != nil {
			pools = append(pools, pool)
		}
	}
	return pools
}

// userPoolNamed returns the pool with an ARN or an id: a pool of a stack, or a stand-in,
// which it creates if needed.
func (s *System) userPoolNamed(p *cfn.Properties, property, name string) *userPool {
	id := name
	if match := userPoolARN.FindStringSubmatch(name); match != nil {
		id = match[1]
	}
	pool := s.poolByID[id]
	switch {
	case name == "":
		return nil // reported already
	case pool != nil && pool.config.ID == id && id != name && pool.arn != name && !pool.madeUp:
		p.Problemf(property, "the ARN of %s is %s, got %s", pool.config.LogicalID, pool.arn, s.quote(name))
		return nil
	case pool != nil:
		return pool
	case !userPoolID.MatchString(id):
		p.Problemf(property, "must name a user pool, got %s", s.quote(name))
		return nil
	}
	ids := cognito.NewGenerator("elsewhere " + id)
	if s.options.randomCredentials {
		ids = cognito.NewGenerator("")
	}
	pool = &userPool{arn: name, madeUp: true, config: cognito.PoolConfig{LogicalID: "user pool " + id, ID: id, SigningKeys: ids.SigningKeys(id)}}
	s.addUserPool(pool)
	return pool
}

// key returns a name that is unique among pools.
func (p *userPool) key() string {
	if p.madeUp {
		return p.config.ID
	}
	return p.resource.key()
}

func (p *userPool) logicalID() string {
	if p.madeUp {
		return ""
	}
	return p.resource.LogicalID
}

// madeUpARN returns the ARN of the stand-in for the user pool that an export names.
func madeUpARN(export string) string {
	sum := sha256.Sum256([]byte(export))
	id := new(big.Int).SetBytes(sum[:8]).Text(36)
	return "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_" + id[:min(len(id), 9)]
}

// mapUserPools applies [WithUserPool].
func (s *System) mapUserPools() {
	for _, name := range slices.Sorted(maps.Keys(s.options.userPools)) {
		id := name
		if match := userPoolARN.FindStringSubmatch(name); match != nil {
			id = match[1]
		} else if !userPoolID.MatchString(name) {
			id = userPoolARN.FindStringSubmatch(madeUpARN(name))[1]
		}
		target := s.options.userPools[name]
		var found []*userPool
		var known []string
		for _, pool := range s.pools {
			in := pool.resource.stack
			if slices.Contains(in.of.Names, target) || in.name == target || pool.resource.qualified() == target {
				found = append(found, pool)
			}
			known = append(known, pool.resource.qualified())
		}
		if len(found) != 1 {
			s.problems.Addf("user pool "+name, "%s matches %d of %d user pools, want one; there are: %s", s.quote(target), len(found), len(known), strings.Join(known, ", "))
			continue
		}
		s.poolByID[id] = found[0]
	}
}

// addMadeUp completes a stand-in: it adds the scopes that methods and clients name, a
// domain, and a client that holds every scope that a method requires.
func (s *System) addMadeUp(pool *userPool) {
	required := s.requiredScopes(pool)
	declared := map[string]bool{}
	for _, server := range pool.servers {
		declared[server.Identifier] = true
	}
	scopes := slices.Clone(required)
	for _, client := range pool.clients {
		scopes = append(scopes, client.Scopes...)
	}
	slices.Sort(scopes)
	for _, scope := range slices.Compact(scopes) {
		slash := strings.LastIndex(scope, "/")
		if slash < 0 || declared[scope[:slash]] {
			continue
		}
		identifier := scope[:slash]
		at := slices.IndexFunc(pool.config.ResourceServers, func(s cognito.ResourceServer) bool { return s.Identifier == identifier })
		if at < 0 {
			at = len(pool.config.ResourceServers)
			pool.config.ResourceServers = append(pool.config.ResourceServers, cognito.ResourceServer{Identifier: identifier})
			pool.servers = append(pool.servers, ResourceServer{Identifier: identifier, Name: identifier, Scopes: []Scope{}})
		}
		pool.config.ResourceServers[at].Scopes = append(pool.config.ResourceServers[at].Scopes, scope[slash+1:])
		pool.servers[at].Scopes = append(pool.servers[at].Scopes, Scope{Name: scope, Description: "Required by a method, or held by a client"})
	}
	if len(pool.domains) == 0 {
		s.addDomain(pool, nil, strings.ToLower(strings.ReplaceAll(pool.config.ID, "_", "-")))
	}
	if len(required) == 0 {
		return
	}
	ids := cognito.NewGenerator("elsewhere " + pool.config.ID)
	if s.options.randomCredentials {
		ids = cognito.NewGenerator("")
	}
	client := cognito.Client{
		ID: ids.ClientID("Client"), Secret: ids.ClientSecret("Client"), Name: "made up for " + pool.config.ID,
		AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"client_credentials"}, AllowedOAuthScopes: required,
	}
	pool.config.Clients = append(pool.config.Clients, client)
	pool.clients = append(pool.clients, Client{
		Key: pool.config.ID + "/Client", Name: client.Name, UserPool: pool.key(), MadeUp: true,
		ID: client.ID, Secret: client.Secret, Scopes: required,
	})
}

// requiredScopes returns the resource server scopes that methods with a pool require.
func (s *System) requiredScopes(pool *userPool) []string {
	var scopes []string
	for _, api := range s.restAPIs {
		for _, method := range api.config.Methods {
			if method.Authorizer == nil {
				continue
			}
			for _, verifier := range method.Authorizer.Verifiers {
				if verifier == (poolVerifier{pool}) {
					scopes = append(scopes, method.AuthorizationScopes...)
				}
			}
		}
	}
	scopes = slices.DeleteFunc(scopes, func(scope string) bool { return !strings.Contains(scope, "/") })
	slices.Sort(scopes)
	return slices.Compact(scopes)
}
