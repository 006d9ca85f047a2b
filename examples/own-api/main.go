// Own-api protects a small REST API of its own: orders and reports, three
// scopes, and two services that hold different ones.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	newShopStack(app)
	app.Synth(nil)
}

func newShopStack(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("own-api"), nil)

	readOrders := machineauth.NewScope("orders.read", "Read orders")
	writeOrders := machineauth.NewScope("orders.write", "Place orders")
	readReports := machineauth.NewScope("reports.read", "Read reports")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("shop"),
		Scopes:     &[]machineauth.Scope{readOrders, writeOrders, readReports},
	})
	auth.AddClient(jsii.String("Checkout"), &machineauth.ClientProps{
		Scopes: &[]machineauth.Scope{readOrders, writeOrders},
	})
	auth.AddClient(jsii.String("Analytics"), &machineauth.ClientProps{
		Scopes:              &[]machineauth.Scope{readReports},
		AccessTokenValidity: awscdk.Duration_Hours(jsii.Number(12)),
	})

	api := awsapigateway.NewRestApi(stack, jsii.String("Shop"), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false),
	})
	protected := auth.Protect(api, nil)
	orders := api.Root().AddResource(jsii.String("orders"), nil)
	orders.AddMethod(jsii.String("GET"), answer(`{"orders":[]}`), requires(protected, readOrders))
	orders.AddMethod(jsii.String("POST"), answer(`{"message":"accepted"}`), requires(protected, writeOrders))
	reports := api.Root().AddResource(jsii.String("reports"), nil)
	reports.AddMethod(jsii.String("GET"), answer(`{"reports":[]}`), requires(protected, readReports))
	return stack
}

// requires returns the options of a method that answers 200 to a token with scope.
func requires(protected machineauth.ProtectedApi, scope machineauth.Scope) *awsapigateway.MethodOptions {
	options := protected.Require(scope)
	options.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
	return options
}

// answer is a backend that always answers with body. A real API has a Lambda
// function or an HTTP service here.
func answer(body string) awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode:        jsii.String("200"),
			ResponseTemplates: &map[string]*string{"application/json": jsii.String(body)},
		}},
	})
}
