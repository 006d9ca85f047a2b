package machineauth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// Client is one service that calls APIs: an app client with a secret that can only use
// the client_credentials grant (RFC 6749 section 4.4).
//
// To revoke a client, remove it: Cognito then refuses its credentials. Tokens that it
// already has are valid until they expire.
type Client interface {
	constructs.Construct

	// UserPoolClient returns the app client of the current generation. Do not call its
	// UserPoolClientSecret, which adds a Lambda function that reads the secret; the
	// rules refuse that. Use ClientSecret.
	UserPoolClient() awscognito.UserPoolClient
	// PreviousUserPoolClient returns the app client of the previous generation while a
	// rotation is open, otherwise nil.
	PreviousUserPoolClient() awscognito.UserPoolClient
	// ClientId returns the client_id.
	ClientId() *string
	// ClientSecret returns the client_secret, for a property that takes a SecretValue,
	// such as the value of a Secrets Manager secret. CloudFormation resolves it; the
	// value is in no template. The rules refuse it in an output or in a plain property
	// of any other resource.
	ClientSecret() awscdk.SecretValue
	// Secret returns the secret with the credentials, or nil without
	// [ClientProps].StoreCredentials.
	Secret() awssecretsmanager.ISecret
	// GrantRead allows grantee to read Secret. It panics with a *[ValidationError] if
	// grantee is nil, or without [ClientProps].StoreCredentials.
	GrantRead(grantee awsiam.IGrantable) awsiam.Grant
	// Scopes returns the scopes that the client may request, in the order of the props,
	// Scopes before Access.
	Scopes() []Scope
	// Scope returns these scopes as the scope parameter of a token request: qualified
	// names separated by spaces (RFC 6749 section 3.3).
	Scope() *string
}

type client = jsiiProxy_client // see construction.New

type jsiiProxy_client struct {
	constructs.Construct
	id          string
	owner       *authorizationServer // the server whose AddClient created it, or nil
	access      []Access             // the server of the first one issues the tokens
	secretName  *string
	generations []*generation // the last is the current one
	secret      awssecretsmanager.ISecret
}

// NewClient creates a [Client] in scope, for example in the stack of the service that
// uses it. Its app client and the secret with its credentials belong to that stack,
// which CloudFormation deploys after the stacks of its resource servers.
//
// If id or props are invalid, it creates nothing and panics with a *[ValidationError]
// that lists every problem.
func NewClient(scope constructs.Construct, id *string, props *ClientProps) Client {
	construction.RequireScopeAndID("NewClient", scope, id)
	if props == nil {
		props = &ClientProps{}
	}
	var problems validation.Collector
	if props.Scopes != nil {
		problems.Addf("Scopes", "do not say which authorization server declares them: use Access: &[]machineauth.Access{auth.Access(read)}")
	}
	if scope.Node().TryFindChild(id) != nil {
		problems.Addf("id", "%s is already the id of a construct in this scope: use another id", validation.Quote(*id))
	}
	return newClient(scope, &client{id: *id, access: slices.Clone(derefSlice(props.Access))}, props, &problems)
}

func (s *authorizationServer) AddClient(id *string, props *ClientProps) Client {
	construction.RequireScopeAndID("AddClient", s, id)
	if props == nil {
		props = &ClientProps{}
	}
	var problems validation.Collector
	if s.isTaken(*id) {
		problems.Addf("id", "%s is already taken in this authorization server: use another id", validation.Quote(*id))
	}
	access := derefSlice(props.Access)
	if props.Scopes != nil {
		s.validateUsedScopes(&problems, "Scopes", *props.Scopes)
		access = append([]Access{{s, slices.Clone(*props.Scopes)}}, access...)
	}
	return newClient(s, &client{id: *id, owner: s, access: access}, props, &problems)
}

// newClient creates c in scope. Its id, owner and access are already set.
func newClient(scope constructs.Construct, c *client, props *ClientProps, problems *validation.Collector) Client {
	c.validate(problems, props)
	construction.PanicIfInvalid(scope, c.id, problems)

	c.secretName = props.SecretName
	construction.New(c, scope, &c.id)
	for _, number := range props.generations() {
		c.generations = append(c.generations, c.newGeneration(number, props))
	}
	if c.previous() != nil {
		lastly(c, c.exportPrevious)
	}
	if isTrue(props.StoreCredentials) {
		c.secret = c.newSecret(props)
	}
	for _, server := range c.servers() {
		server.clients = append(server.clients, c)
	}
	return c
}

// home returns the authorization server that issues the client's tokens.
func (c *client) home() *authorizationServer { return c.access[0].server }

// servers returns the authorization servers whose scopes the client holds, each once.
func (c *client) servers() []*authorizationServer { return serversOf(c.access) }

func (c *client) UserPoolClient() awscognito.UserPoolClient { return c.current().userPoolClient }
func (c *client) ClientId() *string                         { return c.current().clientID() }
func (c *client) Secret() awssecretsmanager.ISecret         { return c.secret }

// has reports whether an app client is one of the client's generations.
func (c *client) has(userPoolClient awscognito.UserPoolClient) bool {
	return slices.ContainsFunc(c.generations, func(g *generation) bool { return g.userPoolClient == userPoolClient })
}

func (c *client) PreviousUserPoolClient() awscognito.UserPoolClient {
	if previous := c.previous(); previous != nil {
		return previous.userPoolClient
	}
	return nil
}

func (c *client) ClientSecret() awscdk.SecretValue {
	return awscdk.SecretValue_ResourceAttribute(c.current().clientSecret())
}

func (c *client) Scope() *string {
	return jsii.String(strings.Join(qualifiedNames(c.access), " "))
}

func (c *client) Scopes() []Scope {
	var scopes []Scope
	for _, a := range c.access {
		scopes = append(scopes, a.scopes...)
	}
	return scopes
}

// newSecret creates the secret with everything that a service needs to get tokens.
// CloudFormation updates it before it deletes an app client, so it never refers to a
// deleted one.
func (c *client) newSecret(props *ClientProps) awssecretsmanager.Secret {
	credentials := c.current().credentials()
	credentials["token_url"] = c.home().TokenUrl()
	if operation := c.home().TokenOperation(); operation != nil {
		credentials["token_operation"] = operation
	}
	credentials["scope"] = c.Scope()
	if previous := c.previous(); previous != nil {
		credentials["previous"] = previous.credentials()
	}
	return awssecretsmanager.NewSecret(c, jsii.String("Secret"), &awssecretsmanager.SecretProps{
		Description:   jsii.String("OAuth 2.0 client credentials of " + props.clientName(c.id) + " for " + identifiers(c.servers())),
		SecretName:    props.SecretName,
		EncryptionKey: props.SecretEncryptionKey,
		// In the template, the text refers to the app client's attributes.
		SecretStringValue: awscdk.SecretValue_UnsafePlainText(awscdk.Stack_Of(c).ToJsonString(credentials, nil)),
	})
}

// identifiers returns the identifier of the first server and the number of others. All
// of them could make a description longer than Secrets Manager accepts.
func identifiers(servers []*authorizationServer) string {
	if more := len(servers) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more", servers[0].identifier, more)
	}
	return servers[0].identifier
}

func (g *generation) credentials() map[string]any {
	return map[string]any{"client_id": g.clientID(), "client_secret": g.clientSecret()}
}

func (c *client) GrantRead(grantee awsiam.IGrantable) awsiam.Grant {
	var problems validation.Collector
	if c.secret == nil {
		problems.Addf("StoreCredentials", "is not set, so there is no secret to read: set it in ClientProps")
	}
	if grantee == nil {
		problems.Addf("grantee", "is nil: pass the role or function that reads the credentials")
	}
	construction.PanicIfInvalid(c, "GrantRead", &problems)
	return c.secret.GrantRead(grantee, nil)
}
