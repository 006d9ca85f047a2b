// Package machineauth puts OAuth 2.0 machine-to-machine authorization (RFC 6749
// section 4.4, client credentials) in front of any API Gateway REST API, with
// Amazon Cognito as the authorization server.
//
//	read := machineauth.NewScope("read", "Read orders")
//	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
//		Identifier: jsii.String("orders"),
//		Scopes:     &[]machineauth.Scope{read},
//	})
//	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})
//
//	protected := auth.Protect(api, nil)
//	api.Root().AddMethod(jsii.String("GET"), integration, protected.Require(read))
//
// # Rules of protection
//
// The first authorization server of an app registers package rules with CDK,
// which then holds them on the templates of all stacks, whatever wrote them: L2,
// L1, generic resources, aspects, included templates or raw overrides. Among
// what fails the synthesis:
//
//   - a method of a protected API without its authorizer or without a declared
//     scope, unless [ProtectedApi.AllowUnauthenticated] or
//     [ProtectedApi.AllowOtherAuthorization] names it;
//   - a client that is no machine's, unless [AuthorizationServer.AllowPeople]
//     names it;
//   - a stage whose deployment does not follow what it enforces;
//   - a client secret anywhere but in the value of a Secrets Manager secret, and
//     a Lambda function that reads one;
//   - the CloudWatch role of the account, unless
//     [ProtectOptions].AllowAccountCloudWatchRole says so.
//
// What is allowed by name stands in the Metadata of the resource with its reason.
// Errors and warnings of lesser weight can be acknowledged where their construct
// stands, by the id that the report prints:
//
//	awscdk.Validations_Of(pool).Acknowledge(&awscdk.Acknowledgment{
//		Id:     jsii.String("machineauth::pool-trigger"),
//		Reason: jsii.String("the trigger adds a claim, and no scope"),
//	})
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

// AuthorizationServer is a Cognito user pool that issues access tokens to
// machine clients: the pool, a resource server with its custom scopes, a domain
// with the token endpoint, and the clients. It can protect several REST APIs.
type AuthorizationServer interface {
	constructs.Construct

	// AddClient adds a client that can request tokens for some of the declared
	// scopes. It panics with a *[ValidationError] if props are invalid. A client
	// that belongs elsewhere, or holds scopes of several authorization servers,
	// is made by [NewClient].
	AddClient(id *string, props *ClientProps) Client
	// Access returns what a client may do here, for [ClientProps].Access. It
	// panics with a *[ValidationError] without scopes, or if the authorization
	// server does not declare one of them.
	Access(scopes ...Scope) Access
	// DefaultMethodOptions returns options for the methods of an API that name
	// none of their own, which may then be called with a token that holds at
	// least one of scopes. It is for an API that makes its methods itself, such as
	// a LambdaRestApi, and needs them before Protect can be called:
	//
	//	api := awsapigateway.NewLambdaRestApi(stack, jsii.String("Orders"), &awsapigateway.LambdaRestApiProps{
	//		Handler:              handler,
	//		DefaultMethodOptions: auth.DefaultMethodOptions(stack, jsii.String("OrdersAuthorizer"), read),
	//	})
	//	auth.Protect(api, nil)
	//
	// It creates the authorizer in scope, which has to be in the stack of the API.
	// An authorizer is for one API: call it for each. The synthesis fails for
	// options that no protected API has. It panics with a *[ValidationError] as
	// Require does.
	DefaultMethodOptions(scope constructs.Construct, id *string, scopes ...Scope) *awsapigateway.MethodOptions
	// SecurityScheme returns the security scheme of an OpenAPI 3 document whose
	// operations this authorization server protects, for the definition of a
	// SpecRestApi. An operation names it with the qualified names of its scopes.
	//
	// Source: "x-amazon-apigateway-authorizer object", Amazon API Gateway
	// Developer Guide.
	SecurityScheme() map[string]any
	// Protect puts this authorization server in front of api, and from then on
	// every method of api has to be protected (see [ProtectedApi]). Calling it
	// again for the same api, with nil options, returns the same ProtectedApi.
	// A nil options is the default. It panics with a *[ValidationError] if
	// options are invalid or another authorization server protects api.
	//
	// api is a RestApi or one of its kinds (LambdaRestApi, StepFunctionsRestApi), a
	// SpecRestApi, whose document names SecurityScheme, or an imported API, whose
	// other methods and deployments the rules cannot see.
	Protect(api awsapigateway.IRestApi, options *ProtectOptions) ProtectedApi
	// AllowPeople accepts an app client of the user pool that signs people in and
	// may hold scopes that methods require. The reason has to be given: it stands
	// in the template, for whoever reviews it. Make the client with
	// UserPool().AddClient. It panics with a *[ValidationError] if client is of
	// another user pool or one of AddClient.
	AllowPeople(client awscognito.UserPoolClient, reason *string)

	// UserPool returns the user pool, the new one or the one given.
	UserPool() awscognito.IUserPool
	// ResourceServer returns the resource server that declares the scopes.
	ResourceServer() awscognito.IUserPoolResourceServer
	// Domain returns the domain of the token endpoint, the new one or the one
	// given. It is nil with NoDomain, and where only the URL is known.
	Domain() awscognito.IUserPoolDomain
	// Scopes returns the declared scopes, in the order of the props.
	Scopes() []Scope
	// Clients returns the clients that hold scopes of the authorization server, in
	// the order in which they were made.
	Clients() []Client
	// TokenUrl returns the URL that tokens come from: the token endpoint's
	// (RFC 6749 section 3.2), or with NoDomain that of Cognito's API. It panics
	// with a *[ValidationError] if the attributes of an imported authorization
	// server do not say.
	TokenUrl() *string
	// TokenOperation returns nil, or with NoDomain the operation of Cognito's API
	// that issues tokens, "GetClientToken".
	TokenOperation() *string
	// QualifiedName returns a declared scope as tokens and requests spell it,
	// "identifier/scope". It panics with a *[ValidationError] for any other scope.
	QualifiedName(scope Scope) *string
}

// Ids of what an authorization server creates beside its clients. They are part
// of the logical ids of the resources.
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
	tokenURL          *string // if it does not follow from the domain
	clients           []*client
	protected         []*protectedApi
	defaults          []*defaultOptions
	imported          bool
}

// NewAuthorizationServer creates an [AuthorizationServer] in scope.
//
// It panics with a *[ValidationError] that lists every problem if props are
// invalid; nothing has been created then.
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

// poolIn returns what names the user pool in a mark of a resource in stack: its
// logical id if it is there, else its ARN.
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

// hasPoolIn reports whether the server has made its user pool in stack.
func (s *authorizationServer) hasPoolIn(stack awscdk.Stack) bool {
	return s.cfnUserPool != nil && construction.StackOf(s.userPool) == stack
}

func (s *authorizationServer) AllowPeople(people awscognito.UserPoolClient, reason *string) {
	const remedy = "make one for people with UserPool().AddClient"
	var problems validation.Collector
	switch {
	case people == nil:
		problems.Addf("client", "is nil: pass the client that people sign in with")
	case slices.ContainsFunc(s.clients, func(c *client) bool { return c.has(people) }):
		problems.Addf("client", "%s is a machine client: %s", *people.Node().Path(), remedy)
	case *s.cfnClientOf(people).UserPoolId() != *s.poolID():
		problems.Addf("client", "%s is of another user pool: %s", *people.Node().Path(), remedy)
	}
	requireReason(&problems, reason, "why people hold the scopes of the client")
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
