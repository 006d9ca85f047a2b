package machineauth

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
)

// generation is one app client of a [Client]. A client secret cannot be changed, so new
// credentials are a new generation. Because of the construct ids, opening a rotation
// creates one app client, and closing it deletes another: no deployment replaces one.
type generation struct {
	name           string // name of the app client
	userPoolClient awscognito.UserPoolClient
	cfn            awscognito.CfnUserPoolClient
}

func (c *client) newGeneration(number int, props *ClientProps) *generation {
	id := "Resource"
	if number > 1 {
		id = fmt.Sprintf("Generation%d", number)
	}
	g := &generation{name: props.clientName(c.id) + nameSuffix(number)}
	g.userPoolClient = awscognito.NewUserPoolClient(c, &id, c.userPoolClientProps(g.name, props.AccessTokenValidity))
	g.cfn = c.home().cfnClientOf(g.userPoolClient)
	if c.home().TokenOperation() != nil {
		g.cfn.SetExplicitAuthFlows(jsii.Strings(clienttoken.AuthFlow))
		awscdk.Validations_Of(g.cfn).Acknowledge(&awscdk.Acknowledgment{
			Id: jsii.String("CloudFormation-Validate::W3030"), Reason: jsii.String("CDK does not know the flow " + clienttoken.AuthFlow + " yet"),
		})
	}
	// The scopes are plain strings in the template. This dependency makes
	// CloudFormation create them before the client that uses them.
	for _, server := range c.servers() {
		if !server.imported {
			g.cfn.AddResourceDependency(server.cfnResourceServer, nil)
		}
	}
	setMark(g.cfn, mark.Machine, c.home().poolID())
	return g
}

func (s *authorizationServer) cfnClientOf(client awscognito.UserPoolClient) awscognito.CfnUserPoolClient {
	return s.app.L1(client).(awscognito.CfnUserPoolClient)
}

// nameSuffix distinguishes the generations of a client in the console.
func nameSuffix(number int) string {
	if number == 1 {
		return ""
	}
	return fmt.Sprintf(" generation %d", number)
}

func (c *client) current() *generation { return c.generations[len(c.generations)-1] }

// previous returns the previous generation while a rotation is open, otherwise nil.
func (c *client) previous() *generation {
	if len(c.generations) == 1 {
		return nil
	}
	return c.generations[0]
}

// exportPrevious keeps the export of the previous client_id. Stacks that use ClientId
// import it until they are deployed, which is after this stack, and CloudFormation does
// not delete an export that is in use.
func (c *client) exportPrevious() {
	stack := awscdk.Stack_Of(c)
	for outer := stack.NestedStackParent(); outer != nil; outer = stack.NestedStackParent() {
		stack = outer
	}
	stack.ExportValue(c.previous().clientID(), nil)
}

func (g *generation) clientID() *string     { return g.userPoolClient.UserPoolClientId() }
func (g *generation) clientSecret() *string { return g.cfn.AttrClientSecret() }

func (c *client) userPoolClientProps(name string, validity awscdk.Duration) *awscognito.UserPoolClientProps {
	if validity == nil {
		validity = construction.Once(c.home().app, "an hour", func() awscdk.Duration {
			return awscdk.Duration_Minutes(jsii.Number(60))
		})
	}
	var scopes []awscognito.OAuthScope
	for _, name := range qualifiedNames(c.access) {
		scopes = append(scopes, construction.Once(c.home().app, "OAuth scope "+name, func() awscognito.OAuthScope {
			return awscognito.OAuthScope_Custom(&name)
		}))
	}
	return &awscognito.UserPoolClientProps{
		UserPool:           c.home().userPool,
		UserPoolClientName: &name,
		GenerateSecret:     jsii.Bool(true),
		OAuth:              &awscognito.OAuthSettings{Flows: &awscognito.OAuthFlows{ClientCredentials: jsii.Bool(true)}, Scopes: &scopes},
		// Setting a flow, even to false, makes CDK write ExplicitAuthFlows. Without it,
		// Cognito turns SRP and custom sign-in on.
		AuthFlows:                  &awscognito.AuthFlow{UserSrp: jsii.Bool(false)},
		SupportedIdentityProviders: &[]awscognito.UserPoolClientIdentityProvider{},
		PreventUserExistenceErrors: jsii.Bool(true),
		EnableTokenRevocation:      jsii.Bool(true),
		AccessTokenValidity:        validity,
	}
}
