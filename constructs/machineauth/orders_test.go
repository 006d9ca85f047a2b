//go:build !race

package machineauth_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// orders is the authorization server that most tests start from: identifier
// "orders", scopes read and write, construct path Test/Auth.
type orders struct {
	stack       awscdk.Stack
	read, write machineauth.Scope
	auth        machineauth.AuthorizationServer
}

// newOrders makes orders in an app of its own.
func newOrders() orders { return newOrdersIn(cdktest.NewStack()) }

// newOrdersIn makes orders in stack. Several stacks of one app cost one
// synthesis.
func newOrdersIn(stack awscdk.Stack) orders {
	o := orders{
		stack: stack,
		read:  machineauth.NewScope("read", "Read orders"),
		write: machineauth.NewScope("write", "Write orders"),
	}
	o.auth = machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), ordersProps(o.read, o.write))
	return o
}

// ordersProps are the least props that are valid.
func ordersProps(declared ...machineauth.Scope) *machineauth.AuthorizationServerProps {
	return &machineauth.AuthorizationServerProps{Identifier: jsii.String("orders"), Scopes: &declared}
}

// client adds a client that holds scopes.
func (o orders) client(id string, scopes ...machineauth.Scope) machineauth.Client {
	return o.auth.AddClient(&id, &machineauth.ClientProps{Scopes: &scopes})
}

// protect makes an API, as yet without methods, and protects it.
func (o orders) protect(id string, options *machineauth.ProtectOptions) (awsapigateway.RestApi, machineauth.ProtectedApi) {
	api := newAPI(o.stack, id)
	return api, o.auth.Protect(api, options)
}

func newAPI(stack awscdk.Stack, id string) awsapigateway.RestApi {
	return awsapigateway.NewRestApi(stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
}

func newStackIn(app awscdk.App, id string) awscdk.Stack { return awscdk.NewStack(app, &id, nil) }

func mock() awsapigateway.Integration { return awsapigateway.NewMockIntegration(nil) }

// addMethod adds a method with a mock integration to resource.
func addMethod(resource awsapigateway.IResource, verb string, options *awsapigateway.MethodOptions) awsapigateway.Method {
	return resource.AddMethod(&verb, mock(), options)
}

func cfnClient(c machineauth.Client) awscognito.CfnUserPoolClient { return cfnOf(c.UserPoolClient()) }

func cfnOf(client awscognito.UserPoolClient) awscognito.CfnUserPoolClient {
	return client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
}

// parameter is a value that only CloudFormation knows.
func parameter(stack awscdk.Stack, id string) *string {
	return awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
}

func scopes(s ...machineauth.Scope) *[]machineauth.Scope { return &s }

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(&n) }
func seconds(n float64) awscdk.Duration { return awscdk.Duration_Seconds(&n) }
