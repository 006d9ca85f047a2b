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
// Each is an error at synthesis, never a surprise after deployment:
//
//  1. Every method of a protected API has the authorizer and at least one
//     scope, also a method that is added later, unless
//     [ProtectedApi.AllowUnauthenticated] names it.
//  2. A client has a secret, the client_credentials flow and no other, no user
//     sign-in flow, and only scopes that its resource server declares. It is
//     created after the resource server.
//  3. The API's deployment is replaced when its authorizer changes, whatever
//     the feature flags of the app.
//  4. The account-wide API Gateway CloudWatch role is not touched unless
//     [ProtectOptions].AllowAccountCloudWatchRole says so.
//  5. No custom-resource Lambda reads a client secret.
//  6. A client secret is in no output and in no property but the value of a
//     Secrets Manager secret.
//
// The rules see the properties of constructs, not raw overrides
// (AddPropertyOverride, AddOverride), which CDK applies after validation.
package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// AuthorizationServer is a Cognito user pool that issues access tokens to
// machine clients: the pool, a resource server with its custom scopes, a domain
// with the token endpoint, and the clients. It can protect several REST APIs.
type AuthorizationServer interface {
	constructs.Construct

	// AddClient adds a client that can request tokens for some of the declared
	// scopes. It panics with a *[ValidationError] if props are invalid.
	AddClient(id *string, props *ClientProps) Client
	// Protect puts this authorization server in front of api, and from then on
	// every method of api has to be protected (see [ProtectedApi]). Calling it
	// again for the same api, with nil options, returns the same ProtectedApi.
	// A nil options is the default. It panics with a *[ValidationError] if
	// options are invalid or another authorization server protects api.
	Protect(api awsapigateway.RestApi, options *ProtectOptions) ProtectedApi

	// UserPool returns the user pool, the new one or the one given.
	UserPool() awscognito.IUserPool
	// ResourceServer returns the resource server that declares the scopes.
	ResourceServer() awscognito.UserPoolResourceServer
	// Domain returns the domain of the token endpoint, the new one or the one given.
	Domain() awscognito.IUserPoolDomain
	// Scopes returns the declared scopes, in the order of the props.
	Scopes() []Scope
	// Clients returns the clients, in the order in which they were added.
	Clients() []Client
	// TokenUrl returns the URL of the token endpoint (RFC 6749 section 3.2).
	TokenUrl() *string
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

type authorizationServer struct {
	constructs.Construct
	path           string
	stack          awscdk.Stack // the outermost
	guard          *guard
	identifier     string
	scopes         []Scope
	userPool       awscognito.IUserPool
	resourceServer awscognito.UserPoolResourceServer
	domain         awscognito.IUserPoolDomain
	oauthScopes    map[Scope]awscognito.OAuthScope
	clients        []*client
	protected      []*protectedApi
	required       map[string]bool // qualified names that methods require, noted by the guard
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
		identifier:  *resolved.Identifier,
		scopes:      append([]Scope(nil), *resolved.Scopes...),
		oauthScopes: map[Scope]awscognito.OAuthScope{},
		required:    map[string]bool{},
	}
	constructs.NewConstruct_Override(server, scope, id)
	server.path = *server.Node().Path()

	server.userPool = resolved.UserPool
	if server.userPool == nil {
		server.userPool = newUserPool(server, &resolved)
	}
	server.resourceServer = newResourceServer(server, &resolved)
	server.domain = resolved.UserPoolDomain
	if server.domain == nil {
		server.domain = newDomain(server, &resolved)
	}
	server.guard = guardOf(server)
	server.guard.addServer(server)
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
			MinLength:            jsii.Number(14),
			RequireLowercase:     jsii.Bool(true),
			RequireUppercase:     jsii.Bool(true),
			RequireDigits:        jsii.Bool(true),
			RequireSymbols:       jsii.Bool(true),
			TempPasswordValidity: awscdk.Duration_Days(jsii.Number(1)),
		},
		RemovalPolicy: props.RemovalPolicy,
	})
}

func newResourceServer(server *authorizationServer, props *AuthorizationServerProps) awscognito.UserPoolResourceServer {
	scopes := make([]awscognito.ResourceServerScope, 0, len(server.scopes))
	for _, s := range server.scopes {
		scopes = append(scopes, awscognito.NewResourceServerScope(&awscognito.ResourceServerScopeProps{
			ScopeName:        jsii.String(s.Name()),
			ScopeDescription: jsii.String(s.Description()),
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
func (s *authorizationServer) ResourceServer() awscognito.UserPoolResourceServer {
	return s.resourceServer
}
func (s *authorizationServer) Domain() awscognito.IUserPoolDomain { return s.domain }
func (s *authorizationServer) Scopes() []Scope                    { return append([]Scope(nil), s.scopes...) }
func (s *authorizationServer) TokenUrl() *string                  { return tokenURL(s, s.domain) }

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
