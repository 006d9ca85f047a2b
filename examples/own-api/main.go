// Own-api protects a small REST API with two scopes, and two services that hold
// different ones.
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
	stack := awscdk.NewStack(app, jsii.String("orders"), nil)

	read := machineauth.NewScope("read", "Read orders")
	write := machineauth.NewScope("write", "Create orders")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"),
		Scopes:     &[]machineauth.Scope{read, write},
	})
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read}})
	auth.AddClient(jsii.String("Shop"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{read, write}})

	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false),
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			MethodResponses: &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}},
		},
	})
	protected := auth.Protect(api, nil)
	api.Root().AddMethod(jsii.String("GET"), backend(), protected.Require(read))
	api.Root().AddMethod(jsii.String("POST"), backend(), protected.Require(write))
	app.Synth(nil)
}

// backend always answers 200. Yours is a Lambda function or an HTTP service.
func backend() awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates:     &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{StatusCode: jsii.String("200")}},
	})
}
