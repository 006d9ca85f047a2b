package local

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
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
	domainOf      map[string]string // the logical id, by kind
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
	d.startUserPoolsAPI(pools)
}

// userPool reads the pool itself. Most of its properties are about users, of
// whom a machine client knows nothing.
func (d *deployment) userPool(resource *cfn.Resource, p *cfn.Properties) *userPool {
	d.checkText(p, "UserPoolName", limits.PoolOrClientName)
	p.Ignore("Policies", "Schema", "AliasAttributes", "UsernameAttributes", "UsernameConfiguration",
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
	return &userPool{resource: resource, domainOf: map[string]string{}, config: cognito.PoolConfig{
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

// checkText reports a text that Cognito, or another service, refuses.
func (d *deployment) checkText(p *cfn.Properties, property string, rule validation.StringRule) {
	if value := p.String(property, ""); p.Has(property) && !rule.Matches(value) {
		p.Problemf(property, "must be %s, got %s", rule, d.quote(value))
	}
}

func (d *deployment) resourceServer(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	server := cognito.ResourceServer{Identifier: p.RequiredString("Identifier")}
	p.RequiredString("Name")
	d.checkText(p, "Identifier", limits.Identifier)
	d.checkText(p, "Name", limits.ResourceServerName)
	var described []contract.Scope
	for _, scope := range p.List("Scopes") {
		name, description := scope.RequiredString("ScopeName"), scope.RequiredString("ScopeDescription")
		d.checkText(scope, "ScopeName", limits.ScopeName)
		d.checkText(scope, "ScopeDescription", limits.ScopeDescription)
		qualified := server.Identifier + "/" + name
		if len(qualified) > limits.QualifiedScope {
			scope.Problemf("ScopeName", "must have %d characters at most with the identifier and a slash in front, got %d", limits.QualifiedScope, len(qualified))
		}
		server.Scopes = append(server.Scopes, name)
		described = append(described, contract.Scope{Name: qualified, Description: description})
	}
	if len(server.Scopes) > limits.ScopesPerResourceServer {
		p.Problemf("Scopes", "must be %d at most, got %d", limits.ScopesPerResourceServer, len(server.Scopes))
	}
	if pool == nil {
		return
	}
	for _, other := range pool.config.ResourceServers {
		if other.Identifier == server.Identifier && server.Identifier != "" {
			p.Problemf("Identifier", "%s is the one of another resource server of the user pool too: Cognito refuses to create it", d.quote(server.Identifier))
		}
	}
	pool.config.ResourceServers = append(pool.config.ResourceServers, server)
	pool.scopes = append(pool.scopes, described...)
}

// userPoolDomain reads a domain, which is a prefix of one of Cognito's unless
// there is a certificate for it. Of both kinds a user pool may have one.
func (d *deployment) userPoolDomain(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	domain := p.RequiredString("Domain")
	rule, kind := limits.Prefix, "prefix"
	if p.Has("CustomDomainConfig") {
		rule, kind = limits.TokenDomain, "custom"
	} else if word := limits.ReservedWord(domain); word != "" {
		p.Problemf("Domain", "must not contain %q, which Cognito reserves, got %s", word, d.quote(domain))
	}
	if domain != "" {
		d.checkText(p, "Domain", rule)
	}
	p.Ignore("CustomDomainConfig", "ManagedLoginVersion", "Routing")
	if pool == nil || domain == "" {
		return
	}
	if other := pool.domainOf[kind]; other != "" {
		p.Problemf("Domain", "the user pool has the %s domain %s already: Cognito refuses to create another", kind, other)
	}
	pool.domainOf[kind] = resource.LogicalID
	pool.domains = append(pool.domains, domain)
}

func (d *deployment) userPoolClient(resource *cfn.Resource, p *cfn.Properties) {
	pool := d.poolOf(resource, p)
	p.Ignore("AnalyticsConfiguration", "AuthSessionValidity", "CallbackURLs", "DefaultRedirectURI", "EnablePropagateAdditionalUserContextData",
		"EnableTokenRevocation", "LogoutURLs", "PreventUserExistenceErrors", "ReadAttributes",
		"RefreshTokenRotation", "SupportedIdentityProviders", "WriteAttributes")
	d.checkText(p, "ClientName", limits.PoolOrClientName)
	validity(p, "IdToken", "hours", limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity)
	validity(p, "RefreshToken", "days", limits.MinRefreshTokenValidity, limits.MaxRefreshTokenValidity)
	client := cognito.Client{
		ID:                              d.ids.ClientID(resource.LogicalID),
		Name:                            p.String("ClientName", resource.LogicalID),
		AllowedOAuthFlowsUserPoolClient: p.Bool("AllowedOAuthFlowsUserPoolClient", false),
		AllowedOAuthFlows:               p.Strings("AllowedOAuthFlows"),
		AllowedOAuthScopes:              p.Strings("AllowedOAuthScopes"),
		ExplicitAuthFlows:               p.Strings("ExplicitAuthFlows"),
		AccessTokenValidity:             validity(p, "AccessToken", "hours", limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity),
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

// flows are those of AllowedOAuthFlows, authFlows those of ExplicitAuthFlows.
//
// Source: CreateUserPoolClient, Amazon Cognito user pools API reference.
var (
	flows     = []string{"code", "implicit", "client_credentials"}
	authFlows = []string{
		"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
		"ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
		"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH",
	}
)

// refuseAsCognito reports what Cognito refuses to create.
func refuseAsCognito(p *cfn.Properties, client cognito.Client) {
	if len(client.AllowedOAuthScopes) > limits.ScopesPerClient {
		p.Problemf("AllowedOAuthScopes", "must be %d at most, got %d: Cognito refuses to create the client", limits.ScopesPerClient, len(client.AllowedOAuthScopes))
	}
	for _, flow := range client.AllowedOAuthFlows {
		if !slices.Contains(flows, flow) {
			p.Problemf("AllowedOAuthFlows", "must be %s, got %s: Cognito refuses to create the client", strings.Join(flows, " or "), validation.Quote(flow))
		}
	}
	for _, flow := range client.ExplicitAuthFlows {
		if !slices.Contains(authFlows, flow) {
			p.Problemf("ExplicitAuthFlows", "must be %s, got %s: Cognito refuses to create the client", strings.Join(authFlows, " or "), validation.Quote(flow))
		}
	}
	if slices.Contains(client.ExplicitAuthFlows, clienttoken.AuthFlow) {
		if client.Secret == "" {
			p.Problemf("GenerateSecret", "must be true for the flow %s: Cognito refuses to create the client", clienttoken.AuthFlow)
		}
		if others := without(client.ExplicitAuthFlows, clienttoken.AuthFlow); len(others) > 0 {
			p.Problemf("ExplicitAuthFlows", "%s may not be combined with %s: Cognito refuses to create the client", clienttoken.AuthFlow, strings.Join(others, ", "))
		}
	}
	if !slices.Contains(client.AllowedOAuthFlows, "client_credentials") {
		return
	}
	if client.Secret == "" && !slices.Contains(client.ExplicitAuthFlows, clienttoken.AuthFlow) { // of which it is said already
		p.Problemf("GenerateSecret", "must be true for the flow client_credentials: Cognito refuses to create the client")
	}
	if len(client.AllowedOAuthFlows) > 1 {
		p.Problemf("AllowedOAuthFlows", "client_credentials may not be combined with %s: Cognito refuses to create the client",
			strings.Join(without(client.AllowedOAuthFlows, "client_credentials"), ", "))
	}
}

func without(flows []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(flows), func(flow string) bool { return flow == one })
}

var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

// validity reads how long the tokens of a kind are valid, in a unit that
// TokenValidityUnits may change. It is 0 if that is left out.
func validity(p *cfn.Properties, token, unit string, least, most time.Duration) time.Duration {
	property := token + "Validity"
	unit = p.Object("TokenValidityUnits").OneOf(token, unit, "seconds", "minutes", "hours", "days")
	number := p.Int(property, 0)
	switch {
	case !p.Has(property), number == 0 && token == "RefreshToken": // 0 is the default of refresh tokens, and of no other
		return 0
	case number <= 0 || number > int(most/units[unit]) || time.Duration(number)*units[unit] < least:
		p.Problemf(property, "must be %s to %s, got %d %s: Cognito refuses to create the client", spell(least), spell(most), number, unit)
		return 0
	}
	return time.Duration(number) * units[unit]
}

// spell writes the limits of a validity.
func spell(limit time.Duration) string {
	switch limit {
	case limits.MaxAccessTokenValidity:
		return "1 day"
	case limits.MinRefreshTokenValidity:
		return "1 hour"
	case limits.MaxRefreshTokenValidity:
		return "10 years"
	}
	return fmt.Sprintf("%d minutes", int(limit.Minutes()))
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
	for i, client := range pool.clients {
		switch config := pool.config.Clients[i]; {
		case pool.config.DomainURL != "" && slices.Contains(config.AllowedOAuthFlows, "client_credentials"):
			client.TokenURL = pool.config.DomainURL + "/oauth2/token"
		case slices.Contains(config.ExplicitAuthFlows, clienttoken.AuthFlow):
			client.TokenURL, client.TokenOperation = d.url+"/", clienttoken.Operation
		case pool.config.DomainURL != "":
			client.TokenURL = pool.config.DomainURL + "/oauth2/token"
		}
		d.clients = append(d.clients, client)
	}
}

// startUserPoolsAPI mounts GetClientToken where an AWS SDK or the AWS CLI calls it
// when this server is its endpoint.
func (d *deployment) startUserPoolsAPI(pools []*userPool) {
	var started []*cognito.Pool
	for _, pool := range pools {
		if pool.Pool != nil {
			started = append(started, pool.Pool)
		}
	}
	d.userPoolsAPI = cognito.APIHandler(started, noteTokenRequest)
}

// checkScopesExist reports a client scope that no resource server of the pool
// declares: Cognito refuses to create such a client.
func (d *deployment) checkScopesExist(pool *userPool) {
	declared := slices.Clone(limits.CognitoScopes)
	for _, server := range pool.config.ResourceServers {
		for _, scope := range server.Scopes {
			declared = append(declared, server.Identifier+"/"+scope)
		}
	}
	for _, client := range pool.clients {
		for _, scope := range client.Scopes {
			if !slices.Contains(declared, scope) {
				d.problems.Addf(client.LogicalID+".Properties.AllowedOAuthScopes", "no resource server of %s declares %s: Cognito refuses to create the client",
					pool.resource.LogicalID, d.quote(scope))
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
