package properties_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// given holds what values need in their stack. All of it is below one construct, so the
// construct under test made everything else.
type given struct {
	scope    constructs.Construct
	made     int
	userPool awscognito.UserPool
	server   machineauth.AuthorizationServer
	scopes   []machineauth.Scope
}

func newGiven(stack awscdk.Stack) *given {
	return &given{scope: constructs.NewConstruct(stack, jsii.String("Given"))}
}

// id returns a new id for a given construct.
func (g *given) id() *string {
	g.made++
	return jsii.String(fmt.Sprint("Given", g.made))
}

func (g *given) parameter(kind string, defaultValue any) awscdk.CfnParameter {
	return awscdk.NewCfnParameter(g.scope, g.id(), &awscdk.CfnParameterProps{Type: &kind, Default: defaultValue})
}

// pool returns the only given user pool.
func (g *given) pool() awscognito.UserPool {
	if g.userPool == nil {
		g.userPool = awscognito.NewUserPool(g.scope, jsii.String("Pool"), nil)
	}
	return g.userPool
}

// authorizationServer returns the given authorization server. Its first scope is for GET,
// its second for POST, and it has a client for each.
func (g *given) authorizationServer() machineauth.AuthorizationServer {
	if g.server == nil {
		g.scopes = []machineauth.Scope{machineauth.NewScope("read", "Read"), machineauth.NewScope("write", "Write")}
		g.server = machineauth.NewAuthorizationServer(g.scope, jsii.String("Shared"), &machineauth.AuthorizationServerProps{
			Identifier: jsii.String("shared"), Scopes: &g.scopes,
		})
		for _, scope := range g.scopes {
			g.server.AddClient(jsii.String(scope.Name()), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{scope}})
		}
	}
	return g.server
}

// mock answers every request with 200.
func mock() awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		PassthroughBehavior:  awsapigateway.PassthroughBehavior_NEVER,
		RequestTemplates:     &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}},
	})
}
