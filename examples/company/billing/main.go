// Billing is the app of the billing team: one backend for every path and method, behind
// a proxy that requires one scope.
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
	stack := awscdk.NewStack(app, jsii.String("company-billing"), &awscdk.StackProps{Env: scopes.Env})

	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		UserPool:       awscognito.UserPool_FromUserPoolArn(stack, jsii.String("UserPool"), scopes.UserPoolArn),
		UserPoolDomain: awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), scopes.DomainPrefix),
		Identifier:     scopes.Billing.Identifier,
		Scopes:         scopes.Billing.Scopes,
	})

	options := auth.DefaultMethodOptions(stack, jsii.String("BillingAuthorizer"), scopes.Charge)
	options.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
	api := awsapigateway.NewRestApi(stack, jsii.String("Billing"), &awsapigateway.RestApiProps{
		CloudWatchRole:       jsii.Bool(false),
		DefaultIntegration:   backend(),
		DefaultMethodOptions: options,
	})
	auth.Protect(api, nil)
	api.Root().AddMethod(jsii.String("ANY"), nil, nil)
	api.Root().AddProxy(nil)
	app.Synth(nil)
}

// backend always answers the same. A real API has a Lambda function or an HTTP
// service here.
func backend() awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode:        jsii.String("200"),
			ResponseTemplates: &map[string]*string{"application/json": jsii.String(`{"message":"charged"}`)},
		}},
	})
}
