// Orders is the app of the orders team: its API, which web pages of other origins may
// call (CORS), and its scopes.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/company/scopes"
	"example.com/weather-events-api/constructs/machineauth"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("company-orders"), &awscdk.StackProps{Env: scopes.Env})

	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		UserPool:       awscognito.UserPool_FromUserPoolArn(stack, jsii.String("UserPool"), scopes.UserPoolArn),
		UserPoolDomain: awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), scopes.DomainPrefix),
		Identifier:     scopes.Orders.Identifier,
		Scopes:         scopes.Orders.Scopes,
	})

	api := awsapigateway.NewRestApi(stack, jsii.String("Orders"), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false),
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{
			AllowOrigins: jsii.Strings("https://office.example.com"),
		},
	})
	protected := auth.Protect(api, nil)
	orders := api.Root().AddResource(jsii.String("orders"), nil)
	orders.AddMethod(jsii.String("GET"), answer(`{"orders":[]}`), requires(protected, scopes.ReadOrders))
	orders.AddMethod(jsii.String("POST"), answer(`{"message":"accepted"}`), requires(protected, scopes.PlaceOrders))
	app.Synth(nil)
}

const allowOrigin = "method.response.header.Access-Control-Allow-Origin"

// requires returns the options of a method that requires scope and answers 200.
func requires(protected machineauth.ProtectedApi, scope machineauth.Scope) *awsapigateway.MethodOptions {
	options := protected.Require(scope)
	options.MethodResponses = &[]*awsapigateway.MethodResponse{{
		StatusCode:         jsii.String("200"),
		ResponseParameters: &map[string]*bool{allowOrigin: jsii.Bool(true)},
	}}
	return options
}

// answer is a backend that always answers with body. A real API has a Lambda
// function or an HTTP service here.
func answer(body string) awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode:         jsii.String("200"),
			ResponseParameters: &map[string]*string{allowOrigin: jsii.String("'https://office.example.com'")},
			ResponseTemplates:  &map[string]*string{"application/json": jsii.String(body)},
		}},
	})
}
