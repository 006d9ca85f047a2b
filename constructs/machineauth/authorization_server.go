package machineauth

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// AuthorizationServer is a Cognito user pool that issues access tokens to machine
// clients: the pool, a resource server with its custom scopes, a domain with the token
// endpoint, and the clients. It can protect several REST APIs.
type AuthorizationServer interface {
	constructs.Construct

	// AddClient adds a client that can request tokens for some of the declared scopes.
	// id must be unique among the clients of the authorization server. It panics with a
	// *[ValidationError] if id or props are invalid. Use [NewClient] for a client in
	// another stack.
	AddClient(id *string, props *ClientProps) Client
	// Access returns scopes of this authorization server, for [ClientProps].Access. It
	// panics with a *[ValidationError] without scopes, or if the authorization server
	// does not declare one of them.
	Access(scopes ...Scope) Access
	// DefaultMethodOptions returns options for methods that have no options of their
	// own. A caller of such a method needs a token with at least one of scopes. Use it
	// for an API that creates its own methods, such as a LambdaRestApi, and needs
	// options before you can call Protect:
	//
	//	api := awsapigateway.NewLambdaRestApi(stack, jsii.String("Orders"), &awsapigateway.LambdaRestApiProps{
	//		Handler:              handler,
	//		DefaultMethodOptions: auth.DefaultMethodOptions(stack, jsii.String("OrdersAuthorizer"), read),
	//	})
	//	auth.Protect(api, nil)
	//
	// It creates the authorizer in scope, which must be in the API's stack. An
	// authorizer belongs to one API: call DefaultMethodOptions for each. The synthesis
	// fails if no protected API uses the options. It panics with a *[ValidationError]
	// as Require does.
	DefaultMethodOptions(scope constructs.Construct, id *string, scopes ...Scope) *awsapigateway.MethodOptions
	// SecurityScheme returns the OpenAPI 3 security scheme for operations that this
	// authorization server protects, for the definition of a SpecRestApi. An operation
	// refers to it with the qualified names of its scopes.
	//
	// Source: "x-amazon-apigateway-authorizer object", Amazon API Gateway Developer
	// Guide.
	SecurityScheme() map[string]any
	// Protect puts this authorization server in front of api: from then on, every
	// method of api must be protected (see [ProtectedApi]). Nil options mean the
	// defaults. Calling it again for the same api, with nil options, returns the same
	// ProtectedApi. It panics with a *[ValidationError] if api is nil, if options are
	// invalid, or if another authorization server protects api.
	//
	// api is a RestApi or a variant of it (LambdaRestApi, StepFunctionsRestApi), a
	// SpecRestApi whose document uses SecurityScheme, or an imported API. The rules
	// cannot see the other methods and deployments of an imported API.
	Protect(api awsapigateway.IRestApi, options *ProtectOptions) ProtectedApi
	// AllowPeople accepts an app client of the user pool that signs people in and may
	// hold scopes that methods require. reason is required; reviewers find it in the
	// template. Create the client with UserPool().AddClient. It panics with a
	// *[ValidationError] if client is nil, belongs to another user pool, or is a
	// machine client, or if reason is empty.
	AllowPeople(client awscognito.UserPoolClient, reason *string)

	// UserPool returns the user pool, the new one or the one in props.
	UserPool() awscognito.IUserPool
	// ResourceServer returns the resource server that declares the scopes.
	ResourceServer() awscognito.IUserPoolResourceServer
	// Domain returns the domain of the token endpoint, the new one or the one in props.
	// It is nil with NoDomain, or if only the URL is known.
	Domain() awscognito.IUserPoolDomain
	// Scopes returns the declared scopes, in the order of the props.
	Scopes() []Scope
	// Clients returns the clients that hold scopes of the authorization server, in the
	// order of their creation.
	Clients() []Client
	// TokenUrl returns the URL that issues tokens: the token endpoint (RFC 6749 section
	// 3.2), or the Cognito API with NoDomain. It panics with a *[ValidationError] if
	// the attributes of an imported authorization server do not include it.
	TokenUrl() *string
	// TokenOperation returns the operation of the Cognito API that issues tokens,
	// "GetClientToken", with NoDomain. Otherwise it returns nil.
	TokenOperation() *string
	// QualifiedName returns a declared scope as it appears in tokens and token
	// requests, "identifier/scope". It panics with a *[ValidationError] for an
	// undeclared scope.
	QualifiedName(scope Scope) *string
}

// Ids of an authorization server's children other than clients. They are part of the
// logical ids of the resources.
const (
	userPoolID       = "UserPool"
	resourceServerID = "ResourceServer"
	domainID         = "Domain"
)

type authorizationServer = jsiiProxy_authorizationServer // see construction.New

type jsiiProxy_authorizationServer struct {
	constructs.Construct
	app               *construction.App
	identifier        string
	scopes            []Scope
	userPool          awscognito.IUserPool
	cfnUserPool       awscognito.CfnUserPool // nil if it was given
	resourceServer    awscognito.IUserPoolResourceServer
	cfnResourceServer awscdk.CfnResource // nil if it was imported
	domain            awscognito.IUserPoolDomain
	noDomain          bool
	tokenURL          *string // set unless it follows from the domain
	clients           []*client
	protected         []*protectedApi
	defaults          []*defaultOptions
	imported          bool
}

// NewAuthorizationServer creates an [AuthorizationServer] in scope.
//
// If props are invalid, it creates nothing and panics with a *[ValidationError] that
// lists every problem.
func NewAuthorizationServer(scope constructs.Construct, id *string, props *AuthorizationServerProps) AuthorizationServer {
	construction.RequireScopeAndID("NewAuthorizationServer", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)
	resolved := props.withDefaults()

	server := &authorizationServer{
		app:        construction.AppOf(scope),
		identifier: *resolved.Identifier,
		scopes:     append([]Scope(nil), *resolved.Scopes...),
		noDomain:   isTrue(resolved.NoDomain),
		tokenURL:   resolved.TokenUrl,
	}
	construction.New(server, scope, id)
	server.app.Holds(server, scope)
	registerRules(server.app)

	server.userPool = resolved.UserPool
	if server.userPool == nil {
		server.userPool = newUserPool(server, &resolved)
		server.app.Holds(server.userPool, server)
	}
	server.resourceServer = newResourceServer(server, &resolved)
	l1s := server.app.L1s(server, "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolResourceServer")
	server.cfnUserPool = construction.First[awscognito.CfnUserPool](l1s)
	server.cfnResourceServer = construction.First[awscognito.CfnUserPoolResourceServer](l1s)
	setMark(server.cfnResourceServer, mark.AuthorizationServer, true)
	server.domain = resolved.UserPoolDomain
	if server.domain == nil && !server.noDomain {
		server.domain = newDomain(server, &resolved)
	}
	return server
}

func newUserPool(server *authorizationServer, props *AuthorizationServerProps) awscognito.UserPool {
	return awscognito.NewUserPool(server, jsii.String(userPoolID), &awscognito.UserPoolProps{
		UserPoolName:        props.UserPoolName,
		SignInAliases:       &awscognito.SignInAliases{Email: jsii.Bool(true)},
		SignInCaseSensitive: jsii.Bool(false),
		SelfSignUpEnabled:   jsii.Bool(false),
		EnableSmsRole:       jsii.Bool(false),
		AccountRecovery:     awscognito.AccountRecovery_EMAIL_ONLY,
		PasswordPolicy: &awscognito.PasswordPolicy{
			MinLength:        jsii.Number(14),
			RequireLowercase: jsii.Bool(true),
			RequireUppercase: jsii.Bool(true),
			RequireDigits:    jsii.Bool(true),
			RequireSymbols:   jsii.Bool(true),
			TempPasswordValidity: construction.Once(server.app, "a day", func() awscdk.Duration {
				return awscdk.Duration_Days(jsii.Number(1))
			}),
		},
		RemovalPolicy: props.RemovalPolicy,
	})
}

func newResourceServer(server *authorizationServer, props *AuthorizationServerProps) awscognito.UserPoolResourceServer {
	scopes := make([]awscognito.ResourceServerScope, 0, len(server.scopes))
	for _, s := range server.scopes {
		scopes = append(scopes, construction.Once(server.app, "scope "+s.Name()+" "+s.Description(), func() awscognito.ResourceServerScope {
			return awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
				ScopeName:        jsii.String(s.Name()),
				ScopeDescription: jsii.String(s.Description()),
			})
		}))
	}
	return awscognito.NewUserPoolResourceServer(server, jsii.String(resourceServerID), &awscognito.UserPoolResourceServerProps{
		UserPool:                   server.userPool,
		Identifier:                 props.Identifier,
		UserPoolResourceServerName: props.ResourceServerName,
		Scopes:                     &scopes,
	})
}

func (s *authorizationServer) UserPool() awscognito.IUserPool { return s.userPool }
func (s *authorizationServer) ResourceServer() awscognito.IUserPoolResourceServer {
	return s.resourceServer
}
func (s *authorizationServer) Domain() awscognito.IUserPoolDomain { return s.domain }
func (s *authorizationServer) Scopes() []Scope                    { return append([]Scope(nil), s.scopes...) }

func (s *authorizationServer) poolID() *string { return construction.UserPoolID(s.userPool) }
func (s *authorizationServer) poolARN() *string {
	return construction.Known(s.userPool, "UserPoolArn", s.userPool.UserPoolArn)
}

// poolIn returns the value that identifies the user pool in a mark of a resource in
// stack: the pool's logical id if it is in that stack, otherwise its ARN.
func (s *authorizationServer) poolIn(stack awscdk.Stack) *string {
	if made, ok := s.userPool.(awscognito.UserPool); ok && construction.StackOf(made) == stack {
		return construction.Known(made, "LogicalId", func() *string {
			if s.cfnUserPool != nil {
				return s.cfnUserPool.LogicalId()
			}
			return s.app.L1(made).LogicalId()
		})
	}
	return s.poolARN()
}

// hasPoolIn reports whether the server created its user pool in stack.
func (s *authorizationServer) hasPoolIn(stack awscdk.Stack) bool {
	return s.cfnUserPool != nil && construction.StackOf(s.userPool) == stack
}

func (s *authorizationServer) AllowPeople(people awscognito.UserPoolClient, reason *string) {
	const remedy = "create a client for people with UserPool().AddClient"
	var problems validation.Collector
	switch {
	case people == nil:
		problems.Addf("client", "is nil: pass the client that signs people in")
	case slices.ContainsFunc(s.clients, func(c *client) bool { return c.has(people) }):
		problems.Addf("client", "%s is a machine client: %s", *people.Node().Path(), remedy)
	case *s.cfnClientOf(people).UserPoolId() != *s.poolID():
		problems.Addf("client", "%s belongs to another user pool: %s", *people.Node().Path(), remedy)
	}
	requireReason(&problems, reason, "why people may hold the client's scopes")
	construction.PanicIfInvalid(s, "AllowPeople", &problems)
	setMark(s.cfnClientOf(people), mark.People, reason)
}

func (s *authorizationServer) Clients() []Client {
	clients := make([]Client, 0, len(s.clients))
	for _, c := range s.clients {
		clients = append(clients, c)
	}
	return clients
}

func (s *authorizationServer) QualifiedName(scope Scope) *string {
	s.panicUnlessDeclared("QualifiedName", []Scope{scope})
	return jsii.String(s.qualified(scope))
}
