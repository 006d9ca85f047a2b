package machineauth

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// ClientProps configures a [Client].
type ClientProps struct {
	// Scopes are the scopes that the client may request, 1 to 50, all declared by
	// the authorization server. A token request that names no scope gets them all.
	//
	// Required.
	Scopes *[]Scope
	// ClientName is the client's name in the console, 1 to 128 letters, digits,
	// spaces and _ + = , . @ -
	//
	// Default: the construct id.
	ClientName *string
	// AccessTokenValidity is how long an access token is valid, 5 minutes to
	// 1 day in whole minutes.
	//
	// Default: 60 minutes.
	AccessTokenValidity awscdk.Duration
}

// Client is one service that calls the API: an app client with a secret that
// can do nothing but the client_credentials grant (RFC 6749 section 4.4).
//
// Revoking a client is removing it: Cognito then refuses its credentials.
type Client interface {
	constructs.Construct

	// UserPoolClient returns the app client. Do not call its
	// UserPoolClientSecret: it adds a Lambda that reads the secret, which is an
	// error at synthesis. Use ClientSecret.
	UserPoolClient() awscognito.UserPoolClient
	// ClientId returns the client_id.
	ClientId() *string
	// ClientSecret returns the client_secret, for a property that takes a
	// SecretValue, such as a Secrets Manager secret's. CloudFormation resolves
	// it; it is in no template. Using it in an output or in the plain property of
	// any other resource is an error at synthesis.
	ClientSecret() awscdk.SecretValue
	// Scopes returns the scopes that the client may request, in the order of the props.
	Scopes() []Scope
	// Scope returns them as the scope parameter of a token request: qualified
	// names, separated by spaces (RFC 6749 section 3.3).
	Scope() *string
}

type client struct {
	constructs.Construct
	id             string
	server         *authorizationServer
	scopes         []Scope
	userPoolClient awscognito.UserPoolClient
}

func (s *authorizationServer) AddClient(id *string, props *ClientProps) Client {
	construction.RequireScopeAndID("AddClient", s, id)
	if props == nil {
		props = &ClientProps{}
	}
	var problems validation.Collector
	s.validateClient(&problems, *id, props)
	construction.PanicIfInvalid(s, *id, &problems)

	c := &client{id: *id, server: s, scopes: append([]Scope(nil), *props.Scopes...)}
	constructs.NewConstruct_Override(c, s, id)
	c.userPoolClient = awscognito.NewUserPoolClient(c, jsii.String("Resource"), c.userPoolClientProps(props))
	// The scopes are plain strings in the template: only this makes
	// CloudFormation create them before the client that names them.
	c.userPoolClient.Node().AddDependency(s.resourceServer)
	s.clients = append(s.clients, c)
	return c
}

func (s *authorizationServer) validateClient(problems *validation.Collector, id string, props *ClientProps) {
	if s.Node().TryFindChild(&id) != nil {
		problems.Addf("id", "%s is taken: give every client of an authorization server its own id", validation.Quote(id))
	}
	if n := len(derefSlice(props.Scopes)); n == 0 || n > maxScopesPerClient {
		problems.Addf("Scopes", "must have 1 to %d scopes, got %d", maxScopesPerClient, n)
	}
	s.validateUsedScopes(problems, "Scopes", derefSlice(props.Scopes))
	name := props.clientName(id)
	problems.String("ClientName", &name, poolOrClientNameRule)
	for _, other := range s.clients {
		if existing := *other.userPoolClient.UserPoolClientName(); existing == name && other.id != id {
			problems.Addf("ClientName", "%s is the name of client %q already: give every client its own name", validation.Quote(name), other.id)
		}
	}
	problems.Merge(props.Validate())
}

// Validate checks what does not depend on the authorization server; it returns
// nil, or a *[ValidationError] that lists every problem.
func (p *ClientProps) Validate() error {
	var problems validation.Collector
	if p != nil {
		validateWholeUnits(&problems, "AccessTokenValidity", p.AccessTokenValidity, minTokenValidity, maxTokenValidity, time.Minute)
	}
	return problems.Err("ClientProps")
}

func (p *ClientProps) clientName(id string) string {
	if p.ClientName != nil {
		return *p.ClientName
	}
	return id
}

func (c *client) userPoolClientProps(props *ClientProps) *awscognito.UserPoolClientProps {
	validity := props.AccessTokenValidity
	if validity == nil {
		validity = awscdk.Duration_Minutes(jsii.Number(60))
	}
	return &awscognito.UserPoolClientProps{
		UserPool:           c.server.userPool,
		UserPoolClientName: jsii.String(props.clientName(c.id)),
		GenerateSecret:     jsii.Bool(true),
		OAuth: &awscognito.OAuthSettings{
			Flows:  &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)},
			Scopes: c.oauthScopes(),
		},
		// Naming a flow, even to deny it, makes CDK write ExplicitAuthFlows. Left
		// out, Cognito would turn SRP and custom sign-in on.
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: jsii.Bool(false)},
		SupportedIdentityProviders: &[]awscognito.UserPoolClientIdentityProvider{},
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		AccessTokenValidity:        validity,
	}
}

// oauthScopes returns the client's scopes for CDK, made once per server: each
// costs a round trip to Node.
func (c *client) oauthScopes() *[]awscognito.OAuthScope {
	scopes := make([]awscognito.OAuthScope, 0, len(c.scopes))
	for _, s := range c.scopes {
		if c.server.oauthScopes[s] == nil {
			c.server.oauthScopes[s] = awscognito.OAuthScope_Custom(jsii.String(c.server.qualified(s)))
		}
		scopes = append(scopes, c.server.oauthScopes[s])
	}
	return &scopes
}

func (c *client) UserPoolClient() awscognito.UserPoolClient { return c.userPoolClient }
func (c *client) ClientId() *string                         { return c.userPoolClient.UserPoolClientId() }
func (c *client) Scopes() []Scope                           { return append([]Scope(nil), c.scopes...) }

func (c *client) Scope() *string {
	return jsii.String(joinScopes(c.server.qualifiedNames(c.scopes)))
}

func (c *client) ClientSecret() awscdk.SecretValue {
	return awscdk.SecretValue_ResourceAttribute(c.cfn().AttrClientSecret())
}

func (c *client) cfn() awscognito.CfnUserPoolClient {
	return c.userPoolClient.Node().DefaultChild().(awscognito.CfnUserPoolClient)
}
