package local

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/cognito"
	"example.com/weather-events-api/local/internal/contract"
)

const (
	typeUserPool       = "AWS::Cognito::UserPool"
	typeResourceServer = "AWS::Cognito::UserPoolResourceServer"
	typeUserPoolClient = "AWS::Cognito::UserPoolClient"
	typeUserPoolDomain = "AWS::Cognito::UserPoolDomain"
)

// userPool gathers the resources of one user pool.
type userPool struct {
	*cognito.Pool // nil until everything was gathered
	resource      *cfn.Resource
	config        cognito.PoolConfig
	domains       []string
	scopes        []contract.Scope
	clients       []Client
}

func (d *deployment) deployUserPools() {
	var pools []*userPool
	d.resources(typeUserPool, func(resource *cfn.Resource, p *cfn.Properties) {
		pool := d.userPool(resource, p)
		d.pools[pool.config.ID] = pool
		pools = append(pools, pool)
	})
	d.resources(typeResourceServer, d.resourceServer)
	d.resources(typeUserPoolDomain, d.userPoolDomain)
	d.resources(typeUserPoolClient, d.userPoolClient)
	for _, pool := range pools {
		d.startUserPool(pool)
	}
}

// userPool reads the pool itself. Most of its properties are about users, of
// whom a machine client knows nothing.
func (d *deployment) userPool(resource *cfn.Resource, p *cfn.Properties) *userPool {
	p.Ignore("UserPoolName", "Policies", "Schema", "AliasAttributes", "UsernameAttributes", "UsernameConfiguration",
		"AccountRecoverySetting", "AdminCreateUserConfig", "AutoVerifiedAttributes", "DeletionProtection", "DeviceConfiguration",
		"EmailAuthenticationMessage", "EmailAuthenticationSubject", "EmailConfiguration", "EmailVerificationMessage",
		"EmailVerificationSubject", "EnabledMfas", "KeyConfiguration", "MfaConfiguration", "SmsAuthenticationMessage",
		"SmsConfiguration", "SmsVerificationMessage", "UserAttributeUpdateSettings", "UserPoolAddOns", "UserPoolTags",
		"UserPoolTier", "VerificationMessageTemplate", "WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID", "WebAuthnUserVerification")
	p.Refuse("IssuerConfiguration", "only the default issuer is served")
	if triggers := p.Object("LambdaConfig"); p.Has("LambdaConfig") {
		triggers.Refuse("PreTokenGeneration", "a trigger changes the claims of a token, and no Lambda function runs here")
		triggers.Refuse("PreTokenGenerationConfig", "a trigger changes the claims of a token, and no Lambda function runs here")
		triggers.Ignore("CreateAuthChallenge", "CustomEmailSender", "CustomMessage", "CustomSMSSender", "DefineAuthChallenge", "KMSKeyID",
			"PostAuthentication", "PostConfirmation", "PreAuthentication", "PreSignUp", "UserMigration", "VerifyAuthChallengeResponse")
	}
	id := d.userPoolID(resource)
	return &userPool{resource: resource, config: cognito.PoolConfig{
		LogicalID:      resource.LogicalID,
		ID:             id,
		Issuer:         d.url + "/" + id,
		SigningKeys:    d.ids.SigningKeys(resource.LogicalID),
		Clock:          d.options.clock,
		OnTokenRequest: noteTokenRequest,
	}}
}

// poolOf returns the pool that a resource belongs to.
func (d *deployment) poolOf(resource *cfn.Resource, p *cfn.Properties) *userPool {
	id := p.RequiredString("UserPoolId")
	pool := d.pools[id]
	if pool == nil && id != "" {
		p.Problemf("UserPoolId", "user pool %q is not in the template: only pools of the same template are served", id)
	}
	return pool
}

func (d *deployment) resourceServer(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	p.Ignore("Name")
	server := cognito.ResourceServer{Identifier: p.RequiredString("Identifier")}
	var described []contract.Scope
	for _, scope := range p.List("Scopes") {
		name := scope.RequiredString("ScopeName")
		server.Scopes = append(server.Scopes, name)
		described = append(described, contract.Scope{Name: server.Identifier + "/" + name, Description: scope.String("ScopeDescription", "")})
	}
	if pool != nil {
		pool.config.ResourceServers = append(pool.config.ResourceServers, server)
		pool.scopes = append(pool.scopes, described...)
	}
}

func (d *deployment) userPoolDomain(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	p.Ignore("CustomDomainConfig", "ManagedLoginVersion", "Routing")
	if domain := p.RequiredString("Domain"); pool != nil && domain != "" {
		pool.domains = append(pool.domains, domain)
	}
}

func (d *deployment) userPoolClient(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	p.Ignore("AnalyticsConfiguration", "AuthSessionValidity", "CallbackURLs", "DefaultRedirectURI", "EnablePropagateAdditionalUserContextData",
		"EnableTokenRevocation", "ExplicitAuthFlows", "IdTokenValidity", "LogoutURLs", "PreventUserExistenceErrors", "ReadAttributes",
		"RefreshTokenRotation", "RefreshTokenValidity", "SupportedIdentityProviders", "WriteAttributes")
	client := cognito.Client{
		ID:                              d.ids.ClientID(resource.LogicalID),
		Name:                            p.String("ClientName", resource.LogicalID),
		AllowedOAuthFlowsUserPoolClient: p.Bool("AllowedOAuthFlowsUserPoolClient", false),
		AllowedOAuthFlows:               p.Strings("AllowedOAuthFlows"),
		AllowedOAuthScopes:              p.Strings("AllowedOAuthScopes"),
		AccessTokenValidity:             accessTokenValidity(p),
	}
	if p.Bool("GenerateSecret", false) {
		client.Secret = d.ids.ClientSecret(resource.LogicalID)
	}
	refuseAsCognito(p, client)
	if pool == nil {
		return
	}
	pool.config.Clients = append(pool.config.Clients, client)
	pool.clients = append(pool.clients, Client{
		LogicalID: resource.LogicalID,
		Name:      client.Name,
		UserPool:  pool.resource.LogicalID,
		ID:        client.ID,
		Secret:    client.Secret,
		Scopes:    client.AllowedOAuthScopes,
		path:      constructPath(resource),
	})
}

// refuseAsCognito reports what Cognito refuses to create.
func refuseAsCognito(p *cfn.Properties, client cognito.Client) {
	if !slices.Contains(client.AllowedOAuthFlows, "client_credentials") {
		return
	}
	if client.Secret == "" {
		p.Problemf("GenerateSecret", "must be true for the flow client_credentials: Cognito refuses to create the client")
	}
	if len(client.AllowedOAuthFlows) > 1 {
		p.Problemf("AllowedOAuthFlows", "client_credentials may not be combined with %s: Cognito refuses to create the client",
			strings.Join(slices.DeleteFunc(slices.Clone(client.AllowedOAuthFlows), func(flow string) bool { return flow == "client_credentials" }), ", "))
	}
}

// accessTokenValidity reads AccessTokenValidity, whose unit is hours unless
// TokenValidityUnits says otherwise.
func accessTokenValidity(p *cfn.Properties) time.Duration {
	units := p.Object("TokenValidityUnits")
	units.Ignore("IdToken", "RefreshToken")
	unit := map[string]time.Duration{
		"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour,
	}[units.OneOf("AccessToken", "hours", "seconds", "minutes", "hours", "days")]
	validity := time.Duration(p.Int("AccessTokenValidity", 0)) * unit
	if validity != 0 && (validity < cognito.MinAccessTokenValidity || validity > cognito.MaxAccessTokenValidity) {
		p.Problemf("AccessTokenValidity", "must be 5 minutes to 1 day, got %s: Cognito refuses to create the client", validity)
		return 0
	}
	return validity
}

// startUserPool makes a pool of what was gathered and mounts its endpoints. A
// custom domain and a prefix both lead to it; the first one is the one shown.
func (d *deployment) startUserPool(pool *userPool) {
	d.checkScopesExist(pool)
	if len(pool.domains) > 0 {
		pool.config.DomainURL = d.url + "/" + pool.domains[0]
	}
	if len(d.problems.Problems) > 0 {
		return // of a pool that was read in part, most problems would be consequences
	}
	started, err := cognito.NewPool(pool.config)
	if err != nil {
		d.problems.Addf(pool.resource.LogicalID, "%v", err)
		return
	}
	pool.Pool = started
	d.mount(pool.config.ID, started.IssuerHandler())
	for _, domain := range pool.domains {
		d.mount(domain, started.DomainHandler())
	}
	for _, client := range pool.clients {
		if pool.config.DomainURL != "" {
			client.TokenURL = pool.config.DomainURL + "/oauth2/token"
		}
		d.clients = append(d.clients, client)
	}
}

// checkScopesExist reports a client scope that no resource server of the pool
// declares: Cognito refuses to create such a client.
func (d *deployment) checkScopesExist(pool *userPool) {
	declared := []string{"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"}
	for _, server := range pool.config.ResourceServers {
		for _, scope := range server.Scopes {
			declared = append(declared, server.Identifier+"/"+scope)
		}
	}
	for _, client := range pool.clients {
		for _, scope := range client.Scopes {
			if !slices.Contains(declared, scope) {
				d.problems.Addf(client.LogicalID+".Properties.AllowedOAuthScopes", "no resource server of %s declares %q: Cognito refuses to create the client",
					pool.resource.LogicalID, scope)
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
