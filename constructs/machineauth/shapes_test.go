//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// Every shape of API that people have can be protected, and nothing is found then.
func TestShapes(t *testing.T) {
	str := jsii.String
	for _, test := range []struct {
		name  string
		build func(*ordersApp)
	}{
		{"LambdaRestApi", func(a *ordersApp) {
			api := awsapigateway.NewLambdaRestApi(a.stack, str("Lambda"), &awsapigateway.LambdaRestApiProps{
				Handler: function(a.stack), CloudWatchRole: jsii.Bool(false),
				DefaultMethodOptions: a.auth.DefaultMethodOptions(a.stack, str("LambdaAuthorizer"), a.read),
			})
			a.auth.Protect(api, nil)
		}},
		{"LambdaRestApi with CORS and one method of another scope", func(a *ordersApp) {
			api := awsapigateway.NewLambdaRestApi(a.stack, str("Lambda"), &awsapigateway.LambdaRestApiProps{
				Handler: function(a.stack), CloudWatchRole: jsii.Bool(false),
				DefaultMethodOptions:        a.auth.DefaultMethodOptions(a.stack, str("LambdaAuthorizer"), a.read),
				DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()},
			})
			protected := a.auth.Protect(api, &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(0)})
			addMethod(api.Root().AddResource(str("orders"), nil), "POST", protected.Require(a.write))
		}},
		{"own deployments and stages", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Mine"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false)})
			protected := a.auth.Protect(api, nil)
			for _, name := range []string{"blue", "green"} {
				deployment := awsapigateway.NewDeployment(a.stack, str("Deployment"+name), &awsapigateway.DeploymentProps{Api: api})
				protected.Follow(deployment)
				stage := awsapigateway.NewStage(a.stack, str("Stage"+name), &awsapigateway.StageProps{Deployment: deployment, StageName: &name})
				api.AddUsagePlan(str("Plan"+name), nil).AddApiStage(&awsapigateway.UsagePlanPerApiStage{Api: api, Stage: stage})
			}
			addMethod(api.Root(), "GET", protected.Require(a.read))
			api.AddGatewayResponse(str("Denied"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_ACCESS_DENIED()})
		}},
		{"imported API", func(a *ordersApp) {
			stack := newStackIn(a.app, "Elsewhere")
			api := imported(stack, str("abcdefghij"), str("root"))
			protected := a.auth.Protect(api, nil)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			deployment := awsapigateway.NewDeployment(stack, str("Deployment"), &awsapigateway.DeploymentProps{Api: api})
			protected.Follow(deployment)
			awsapigateway.NewStage(stack, str("Stage"), &awsapigateway.StageProps{Deployment: deployment, StageName: str("live")})
		}},
		{"SpecRestApi", func(a *ordersApp) {
			api := awsapigateway.NewSpecRestApi(a.stack, str("Spec"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: awsapigateway.ApiDefinition_FromInline(object{
				"openapi": "3.0.1", "info": object{"title": "Orders", "version": "1"},
				"paths":      pathsOf(map[string]any{"/orders": []any{"orders/read"}}),
				"components": object{"securitySchemes": object{"pool": a.auth.SecurityScheme()}},
			})})
			a.auth.Protect(api, nil)
		}},
		{"an unused Require", func(a *ordersApp) {
			api, protected := a.protect("Second", nil)
			protected.Require(a.read)
			protected.AllowUnauthenticated(addMethod(api.Root(), "PUT", nil), str("a test"))
		}},
		{"a client of two authorization servers, in a stack of its own", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("charge", "Charge"))
			props.Identifier, props.UserPool, props.UserPoolDomain = str("billing"), a.auth.UserPool(), a.auth.Domain()
			billing := machineauth.NewAuthorizationServer(newStackIn(a.app, "Billing"), str("Billing"), props)
			use(newStackIn(a.app, "BillingApi"), billing)
			machineauth.NewClient(newStackIn(a.app, "Shop"), str("Shop"), &machineauth.ClientProps{
				Access:           &[]machineauth.Access{a.auth.Access(a.read), billing.Access(billing.Scopes()...)},
				StoreCredentials: jsii.Bool(true),
			})
		}},
		{"an authorization server of another app", func(a *ordersApp) {
			read := machineauth.NewScope("read", "Read invoices")
			stack := newStackIn(a.app, "Invoices")
			auth := machineauth.AuthorizationServer_FromAttributes(stack, str("Auth"), &machineauth.AuthorizationServerAttributes{
				UserPoolArn: str("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"),
				Identifier:  str("invoices"), Scopes: scopes(read), DomainPrefix: str("company"),
			})
			use(stack, auth)
			auth.AddClient(str("Accounting"), &machineauth.ClientProps{Scopes: scopes(read), StoreCredentials: jsii.Bool(true)})
		}},
		{"without a domain", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("read", "Read invoices"))
			props.NoDomain = jsii.Bool(true)
			stack := newStackIn(a.app, "NoDomain")
			auth := machineauth.NewAuthorizationServer(stack, str("Auth"), props)
			use(stack, auth)
			auth.AddClient(str("Accounting"), &machineauth.ClientProps{Scopes: scopes(auth.Scopes()[0]), StoreCredentials: jsii.Bool(true)})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newOrdersApp(t)
			test.build(a)
			cdktest.Equal(t, "findings", cdktest.Findings(t, a.app), []cdktest.Finding(nil))
		})
	}
}

// function returns a Lambda function.
func function(stack awscdk.Stack) awslambda.Function {
	return awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"), Code: awslambda.Code_FromInline(jsii.String("x")),
	})
}
