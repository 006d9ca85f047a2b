package local

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/cognito"
)

// UserPool is one Cognito user pool.
type UserPool struct {
	// Key and Stack are as for an [API].
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is the logical id of the UserPool.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// MadeUp reports whether the pool is a stand-in for a user pool that no stack
	// declares, and that an authorizer or a client names. ARN is then the ARN or the id
	// they name. A stand-in has the scopes that methods require and a client that holds
	// all of them, but no stack and no logical id. See [WithUserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"id"`
	ARN    string `json:"arn"`
	// Issuer is the iss claim of the pool's tokens.
	Issuer          string           `json:"issuer"`
	ResourceServers []ResourceServer `json:"resourceServers"`
}

// ResourceServer is one resource server of a user pool.
type ResourceServer struct {
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	// Scopes are in the order of the template.
	Scopes []Scope `json:"scopes"`
}

// Scope is one scope of a resource server.
type Scope struct {
	// Name is the name in tokens: IDENTIFIER/SCOPE, with the identifier of the resource
	// server.
	Name        string `json:"name"`
	Description string `json:"description"`
}

// UserPools returns every user pool, in template order.
func (s *System) UserPools() []UserPool {
	var pools []UserPool
	for _, pool := range s.pools {
		one := UserPool{
			Key:             pool.key(),
			LogicalID:       pool.logicalID(),
			Name:            pool.name,
			MadeUp:          pool.madeUp,
			ID:              pool.config.ID,
			ARN:             pool.arn,
			Issuer:          pool.config.Issuer,
			ResourceServers: append([]ResourceServer{}, pool.servers...),
		}
		if !pool.madeUp {
			one.Stack = pool.resource.stack.name
		}
		pools = append(pools, one)
	}
	return pools
}

// userPool gathers the resources of one user pool.
type userPool struct {
	*cognito.Pool // nil until everything was gathered
	resource      resource
	arn           string
	name          string
	madeUp        bool
	config        cognito.PoolConfig
	domains       []string
	atDomain      struct{ http.Handler } // serves the domains, once the pool has started
	domainOf      map[string]string      // the label of the domain, by prefix or custom
	servers       []ResourceServer
	clients       []Client
}

// userPool reads a user pool. Most of its properties concern users and do not affect
// machine clients.
func (s *System) userPool(r resource, p *cfn.Properties) {
	s.checkText(p, "UserPoolName", limits.PoolOrClientName)
	p.Ignore("Policies", "Schema", "AliasAttributes", "UsernameAttributes", "UsernameConfiguration",
		"AccountRecoverySetting", "AdminCreateUserConfig", "AutoVerifiedAttributes", "DeletionProtection", "DeviceConfiguration",
		"EmailAuthenticationMessage", "EmailAuthenticationSubject", "EmailConfiguration", "EmailVerificationMessage",
		"EmailVerificationSubject", "EnabledMfas", "KeyConfiguration", "MfaConfiguration", "SmsAuthenticationMessage",
		"SmsConfiguration", "SmsVerificationMessage", "UserAttributeUpdateSettings", "UserPoolAddOns", "UserPoolTags",
		"UserPoolTier", "VerificationMessageTemplate", "WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID", "WebAuthnUserVerification")
	p.Refuse("IssuerConfiguration", "only the default issuer is supported")
	s.triggers(p.Object("LambdaConfig"))
	s.addUserPool(&userPool{
		resource: r,
		arn:      r.userPoolARN(),
		name:     p.String("UserPoolName", ""),
		config:   cognito.PoolConfig{LogicalID: r.label(), ID: r.userPoolID(), SigningKeys: r.stack.ids.SigningKeys(r.LogicalID)},
	})
}

// triggers reads the Lambda triggers of a pool. Only a pre token generation trigger of
// version V3_0 changes the tokens of machine clients.
//
// Source: "Pre token generation Lambda trigger", Amazon Cognito Developer Guide.
func (s *System) triggers(p *cfn.Properties) {
	p.Ignore("CreateAuthChallenge", "CustomEmailSender", "CustomMessage", "CustomSMSSender", "DefineAuthChallenge", "InboundFederation", "KMSKeyID",
		"PostAuthentication", "PostConfirmation", "PreAuthentication", "PreSignUp", "PreTokenGeneration", "UserMigration", "VerifyAuthChallengeResponse")
	const property = "PreTokenGenerationConfig"
	trigger := p.Object(property)
	trigger.Ignore("LambdaArn")
	if trigger.OneOf("LambdaVersion", "V1_0", "V1_0", "V2_0", "V3_0") == "V3_0" {
		s.refuseUnlessWaived(p, property, withoutTokenTrigger, nil)
	}
}

func (s *System) addUserPool(pool *userPool) {
	pool.domainOf = map[string]string{}
	pool.config.Issuer = s.url + "/" + pool.config.ID
	pool.config.Clock = s.options.clock
	pool.config.OnTokenRequest = noteTokenRequest
	s.poolByID[pool.config.ID] = pool
	s.pools = append(s.pools, pool)
}

// checkText reports a text that the AWS service would refuse.
func (s *System) checkText(p *cfn.Properties, property string, rule validation.StringRule) {
	if value := p.String(property, ""); p.Has(property) && !rule.Matches(value) {
		p.Problemf(property, "must be %s, got %s", rule, s.quote(value))
	}
}

func (s *System) resourceServer(_ resource, p *cfn.Properties) {
	pool := s.poolOf(p)
	server := cognito.ResourceServer{Identifier: p.RequiredString("Identifier")}
	described := ResourceServer{Identifier: server.Identifier, Name: p.RequiredString("Name"), Scopes: []Scope{}}
	s.checkText(p, "Identifier", limits.Identifier)
	s.checkText(p, "Name", limits.ResourceServerName)
	for _, scope := range p.List("Scopes") {
		name, description := scope.RequiredString("ScopeName"), scope.RequiredString("ScopeDescription")
		s.checkText(scope, "ScopeName", limits.ScopeName)
		s.checkText(scope, "ScopeDescription", limits.ScopeDescription)
		qualified := server.Identifier + "/" + name
		if len(qualified) > limits.QualifiedScope {
			scope.Problemf("ScopeName", "must have at most %d characters with the identifier and a slash in front, got %d", limits.QualifiedScope, len(qualified))
		}
		server.Scopes = append(server.Scopes, name)
		described.Scopes = append(described.Scopes, Scope{Name: qualified, Description: description})
	}
	if len(server.Scopes) > limits.ScopesPerResourceServer {
		p.Problemf("Scopes", "must be %d at most, got %d", limits.ScopesPerResourceServer, len(server.Scopes))
	}
	if pool == nil {
		return
	}
	for _, other := range pool.config.ResourceServers {
		if other.Identifier == server.Identifier && server.Identifier != "" {
			p.Problemf("Identifier", "another resource server of the user pool has the identifier %s too: Cognito refuses to create it", s.quote(server.Identifier))
		}
	}
	pool.config.ResourceServers = append(pool.config.ResourceServers, server)
	pool.servers = append(pool.servers, described)
}

// userPoolDomain reads a domain: a custom domain if it has a CustomDomainConfig, or else
// a prefix. A user pool may have one of each.
func (s *System) userPoolDomain(r resource, p *cfn.Properties) {
	pool := s.poolOf(p)
	domain := p.RequiredString("Domain")
	rule, kind := limits.Prefix, "prefix"
	if p.Has("CustomDomainConfig") {
		rule, kind = limits.TokenDomain, "custom"
	} else if word := limits.ReservedWord(domain); word != "" {
		p.Problemf("Domain", "must not contain %q, which Cognito reserves, got %s", word, s.quote(domain))
	}
	if domain != "" {
		s.checkText(p, "Domain", rule)
	}
	p.Ignore("CustomDomainConfig", "ManagedLoginVersion", "Routing")
	if pool == nil || domain == "" {
		return
	}
	if other := pool.domainOf[kind]; other != "" {
		p.Problemf("Domain", "the user pool already has the %s domain %s: Cognito refuses to create another", kind, other)
	}
	pool.domainOf[kind] = r.label()
	s.addDomain(pool, r.stack, domain)
}

// addDomain mounts a domain of a pool. A custom domain and a prefix both work; the first
// one is shown.
func (s *System) addDomain(pool *userPool, in *stack, domain string) {
	url := s.mount(in, domain, &pool.atDomain)
	pool.domains = append(pool.domains, domain)
	pool.config.DomainURL = cmp.Or(pool.config.DomainURL, url)
	region, _, _ := strings.Cut(pool.config.ID, "_")
	s.addressSecrets(region, domain, url)
}

// startUserPools starts the pools and mounts their endpoints, and GetClientToken at the
// root, where an AWS SDK or the AWS CLI calls it if this system is its endpoint.
func (s *System) startUserPools() {
	for _, pool := range s.pools {
		if pool.madeUp {
			s.addMadeUp(pool)
		}
		s.checkScopesExist(pool)
	}
	if len(s.problems.Problems) > 0 {
		return // most problems of a partly read pool would follow from these
	}
	var started []*cognito.Pool
	for _, pool := range s.pools {
		if s.startUserPool(pool) {
			started = append(started, pool.Pool)
		}
	}
	s.userPoolsAPI = cognito.APIHandler(started, noteTokenRequest)
}

// startUserPool starts a pool and reports whether it could.
func (s *System) startUserPool(pool *userPool) bool {
	started, err := cognito.NewPool(pool.config)
	if err != nil {
		s.problems.Addf(pool.config.LogicalID, "%v", err)
		return false
	}
	pool.Pool = started
	pool.atDomain.Handler = started.DomainHandler()
	s.mount(pool.resource.stack, pool.config.ID, started.IssuerHandler())
	for i, client := range pool.clients {
		config := pool.config.Clients[i]
		byFlow := config.AllowedOAuthFlowsUserPoolClient && slices.Contains(config.AllowedOAuthFlows, "client_credentials")
		byAPI := slices.Contains(config.ExplicitAuthFlows, clienttoken.AuthFlow)
		client.Machine = client.Secret != "" && (byFlow || byAPI)
		switch {
		case pool.config.DomainURL != "" && slices.Contains(config.AllowedOAuthFlows, "client_credentials"):
			client.TokenURL = pool.config.DomainURL + "/oauth2/token"
		case byAPI:
			client.TokenURL, client.TokenOperation = s.url+"/", clienttoken.Operation
		case pool.config.DomainURL != "":
			client.TokenURL = pool.config.DomainURL + "/oauth2/token"
		}
		s.clients = append(s.clients, client)
	}
	return true
}

// checkScopesExist reports client scopes that no resource server of the pool declares:
// Cognito refuses to create such a client.
func (s *System) checkScopesExist(pool *userPool) {
	declared := slices.Clone(limits.CognitoScopes)
	for _, server := range pool.config.ResourceServers {
		for _, scope := range server.Scopes {
			declared = append(declared, server.Identifier+"/"+scope)
		}
	}
	for _, client := range pool.clients {
		for _, scope := range client.Scopes {
			if !slices.Contains(declared, scope) {
				s.problems.Addf(client.label+".Properties.AllowedOAuthScopes", "no resource server of %s declares %s: Cognito refuses to create the client",
					pool.config.LogicalID, s.quote(scope))
			}
		}
	}
}

func noteTokenRequest(ctx context.Context, event cognito.TokenEvent) {
	refused := event.Reason
	if event.Error != "" {
		refused = event.Error + ": " + event.Reason
	}
	noteAccess(ctx, event.ClientID, refused)
}
