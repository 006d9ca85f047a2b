//go:build !race

package machineauth_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/pipelines"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// shapesOfApps are how apps are cut into stacks, servers and clients.
func shapesOfApps() []shape {
	str := jsii.String
	return []shape{
		{"several APIs", func(a *ordersApp) {
			for _, id := range []string{"Second", "Third"} {
				api, protected := a.protect(id, &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(0)})
				addMethod(api.Root(), "GET", protected.Require(a.read, a.write))
			}
		}},
		{"two authorization servers", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("read", "Read invoices"))
			props.Identifier = str("invoices")
			use(newStackIn(a.app, "Invoices"), machineauth.NewAuthorizationServer(a.stack, str("Invoices"), props))
		}},
		{"two resource servers in one user pool", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("read", "Read invoices"))
			props.Identifier, props.UserPool, props.UserPoolDomain = str("invoices"), a.auth.UserPool(), a.auth.Domain()
			use(newStackIn(a.app, "Invoices"), machineauth.NewAuthorizationServer(a.stack, str("Invoices"), props))
		}},
		{"authorization server and API in two stacks", func(a *ordersApp) {
			stack := newStackIn(a.app, "ApiStack")
			api := newAPI(stack, "Api")
			protected := a.auth.Protect(api, nil)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			addMethod(api.Root().AddResource(str("more"), nil), "GET", protected.Require(a.write))
		}},
		{"API in a nested stack", func(a *ordersApp) {
			api := newAPI(awscdk.NewNestedStack(a.stack, str("Nested"), nil), "Api")
			addMethod(api.Root(), "GET", a.auth.Protect(api, nil).Require(a.read))
		}},
		{"everything in a nested stack", func(a *ordersApp) {
			nested := awscdk.NewNestedStack(newStackIn(a.app, "Outer"), str("Nested"), nil)
			use(nested, newOrdersIn(nested).auth)
		}},
		{"Stages", func(a *ordersApp) {
			for _, id := range []string{"Test", "Production"} {
				stage := awscdk.NewStage(a.app, str("Stage"+id), nil)
				o := newOrdersIn(awscdk.NewStack(stage, str("Auth"), nil))
				stack := awscdk.NewStack(awscdk.NewStage(stage, str("Inner"), nil), str("Orders"), nil)
				use(stack, newOrdersIn(stack).auth)
				use(awscdk.NewStack(stage, str("Api"), nil), o.auth)
			}
		}},
		{"a pipeline", func(a *ordersApp) {
			stack := newStackIn(a.app, "Pipeline")
			pipeline := pipelines.NewCodePipeline(stack, str("Pipeline"), &pipelines.CodePipelineProps{
				Synth: pipelines.NewShellStep(str("Synth"), &pipelines.ShellStepProps{
					Input:    pipelines.CodePipelineSource_Connection(str("owner/repository"), str("main"), &pipelines.ConnectionSourceOptions{ConnectionArn: str("arn:aws:codestar-connections:eu-west-1:111122223333:connection/c")}),
					Commands: jsii.Strings("make synth"),
				}),
			})
			stage := awscdk.NewStage(stack, str("Production"), nil)
			inner := awscdk.NewStack(stage, str("Orders"), nil)
			use(inner, newOrdersIn(inner).auth)
			pipeline.AddStage(stage, nil)
		}},
		{"credentials in a secret, read by ARN in another stack", func(a *ordersApp) {
			shop := a.auth.AddClient(str("Shop"), &machineauth.ClientProps{Scopes: scopes(a.write), StoreCredentials: jsii.Bool(true)})
			other := newStackIn(a.app, "Other")
			shop.GrantRead(awsiam.NewRole(other, str("Service"), &awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(str("ecs-tasks.amazonaws.com"), nil)}))
			awsssm.NewStringParameter(other, str("Arn"), &awsssm.StringParameterProps{StringValue: shop.Secret().SecretArn()})
		}},
		{"an open rotation", func(a *ordersApp) {
			a.auth.AddClient(str("Shop"), &machineauth.ClientProps{Scopes: scopes(a.write), StoreCredentials: jsii.Bool(true), Generations: jsii.Numbers(1, 2)})
		}},
		{"a user pool that is elsewhere", func(a *ordersApp) {
			serverOfPool(newStackIn(a.app, "Other"), "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc")
		}},
		{"a domain of its own, whose target CDK reads by a custom resource", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("read", "Read orders"))
			props.TokenDomainName = str("auth.example.org")
			stack := newStackIn(a.app, "Other")
			props.TokenCertificate = awscertificatemanager.Certificate_FromCertificateArn(stack, str("Certificate"), str("arn:aws:acm:us-east-1:111122223333:certificate/c"))
			auth := machineauth.NewAuthorizationServer(stack, str("Auth"), props)
			use(stack, auth)
			awscdk.NewCfnOutput(stack, str("Target"), &awscdk.CfnOutputProps{Value: auth.Domain().(awscognito.UserPoolDomain).CloudFrontEndpoint()})
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
	}
}
