package machineauth_test

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
)

// shapesOfApps divide apps into stacks, servers and clients.
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
		{"a Stage below a stack, synthesized before the app, as a pipeline has it", func(a *ordersApp) {
			stage := awscdk.NewStage(a.stack, str("Production"), nil)
			inner := awscdk.NewStack(stage, str("Orders"), nil)
			use(inner, newOrdersIn(inner).auth)
			stage.Synth(nil)
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
		{"a custom domain, whose target CDK reads by a custom resource", func(a *ordersApp) {
			props := ordersProps(machineauth.NewScope("read", "Read orders"))
			props.TokenDomainName = str("auth.example.org")
			stack := newStackIn(a.app, "Other")
			props.TokenCertificate = awscertificatemanager.Certificate_FromCertificateArn(stack, str("Certificate"), str("arn:aws:acm:us-east-1:111122223333:certificate/c"))
			auth := machineauth.NewAuthorizationServer(stack, str("Auth"), props)
			use(stack, auth)
			awscdk.NewCfnOutput(stack, str("Target"), &awscdk.CfnOutputProps{Value: auth.Domain().(awscognito.UserPoolDomain).CloudFrontEndpoint()})
		}},
		{"a client of two authorization servers, in a separate stack", func(a *ordersApp) {
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

// shapesOfMethods are what an API may have besides one scope per method, and what may be
// beside the API.
func shapesOfMethods() []shape {
	str := jsii.String
	return []shape{
		{"unchanged", func(*ordersApp) {}},
		{"an API without protection beside", func(a *ordersApp) { addMethod(newAPI(a.stack, "Public").Root(), "GET", nil) }},
		{"an API without protection, which sets the account's role", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Public"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(true)})
			addMethod(api.Root(), "GET", nil)
		}},
		{"an API of an OpenAPI document beside", func(a *ordersApp) {
			awsapigateway.NewSpecRestApi(a.stack, str("Public"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: awsapigateway.ApiDefinition_FromInline(object{
				"openapi": "3.0.1", "info": object{"title": "Public", "version": "1"},
				"paths": object{"/": object{"get": object{"x-amazon-apigateway-integration": object{"type": "mock"}}}},
			})})
		}},
		{"account role, by option", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Second"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(true)})
			options := &machineauth.ProtectOptions{AllowAccountCloudWatchRole: jsii.Bool(true)}
			addMethod(api.Root(), "GET", a.auth.Protect(api, options).Require(a.read))
		}},
		{"an unused Require", func(a *ordersApp) {
			api, protected := a.protect("Second", nil)
			protected.Require(a.read)
			protected.AllowUnauthenticated(addMethod(api.Root(), "PUT", nil), str("a test"))
		}},
		{"public by name", func(a *ordersApp) {
			a.protected.AllowUnauthenticated(addMethod(a.ordersResource(), "GET", nil), str("health check of the load balancer"))
		}},
		{"public by name, made so later", func(a *ordersApp) {
			a.protected.AllowUnauthenticated(a.get, str("everybody may read"))
			cfnMethod(a.get).SetAuthorizationType(str("NONE"))
			cfnMethod(a.get).SetAuthorizationScopes(nil)
			cfnMethod(a.get).SetAuthorizerId(nil)
		}},
		{"CORS preflights of every option", func(a *ordersApp) {
			all := awsapigateway.Cors_ALL_ORIGINS()
			two := jsii.Strings("https://example.org", "https://example.com")
			for i, options := range []*awsapigateway.CorsOptions{
				{AllowOrigins: all},
				{AllowOrigins: jsii.Strings("https://example.org"), AllowCredentials: jsii.Bool(true)},
				{AllowOrigins: two, AllowCredentials: jsii.Bool(true), MaxAge: seconds(60)},
				{AllowOrigins: two, StatusCode: jsii.Number(200), DisableCache: jsii.Bool(true)},
				{AllowOrigins: all, ExposeHeaders: jsii.Strings("X-Total"), AllowHeaders: jsii.Strings("Authorization"), AllowMethods: jsii.Strings("GET", "PUT")},
			} {
				resource := a.api.Root().AddResource(jsii.String("cors"+strconv.Itoa(i)), nil)
				resource.AddCorsPreflight(options)
				addMethod(resource, "GET", a.require("orders/read"))
			}
		}},
		{"CORS preflights of a whole API", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Web"), &awsapigateway.RestApiProps{
				CloudWatchRole:              jsii.Bool(false),
				DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: jsii.Strings("https://a.example.org", "https://b.example.org"), AllowCredentials: jsii.Bool(true)},
			})
			protected := a.auth.Protect(api, nil)
			addMethod(api.Root().AddResource(str("orders"), nil).AddResource(str("{id}"), nil), "GET", protected.Require(a.read))
		}},
		{"other authorization by name: IAM", func(a *ordersApp) {
			method := addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
			a.protected.AllowOtherAuthorization(method, str("operators sign with IAM"))
		}},
		{"other authorization by name: Lambda authorizer", func(a *ordersApp) {
			method := addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{Authorizer: a.lambdaAuthorizer()})
			a.protected.AllowOtherAuthorization(method, str("partners have API keys of their own"))
		}},
		{"other authorization by name: ID token of people of another user pool", func(a *ordersApp) {
			people := awscognito.NewUserPool(a.stack, str("People"), noSignUp())
			a.protected.AllowOtherAuthorization(addMethod(a.ordersResource(), "GET", a.with(a.authorizerOf(people))), str("the back office"))
		}},
		{"other authorization by name: ID token of people of the same user pool", func(a *ordersApp) {
			a.protected.AllowOtherAuthorization(addMethod(a.ordersResource(), "GET", a.require()), str("the back office"))
		}},
		{"other authorization by name: a scope of Cognito's own", func(a *ordersApp) {
			a.protected.AllowOtherAuthorization(addMethod(a.ordersResource(), "GET", a.require("openid")), str("people see their own"))
		}},
		{"people in the user pool of machines, by name", func(a *ordersApp) {
			a.auth.AllowPeople(a.people("openid", "orders/read"), str("the back office reads orders"))
		}},
		{"people in the machines' user pool, with separate scopes", func(a *ordersApp) { a.people("openid", "profile") }},
		{"people in a separate user pool, who sign up", func(a *ordersApp) {
			pool := awscognito.NewUserPool(a.stack, str("People"), &awscognito.UserPoolProps{SelfSignUpEnabled: jsii.Bool(true)})
			pool.AddClient(str("Web"), &awscognito.UserPoolClientOptions{AuthFlows: &awscognito.AuthFlow{UserSrp: jsii.Bool(true)}})
		}},
		{"gateway response, model and validator", func(a *ordersApp) {
			a.api.AddGatewayResponse(str("Denied"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_ACCESS_DENIED(), StatusCode: str("403")})
			options := a.protected.Require(a.write)
			options.RequestValidator = a.api.AddRequestValidator(str("Validator"), &awsapigateway.RequestValidatorOptions{ValidateRequestBody: jsii.Bool(true)})
			options.RequestModels = &map[string]awsapigateway.IModel{"application/json": a.api.AddModel(str("Order"), &awsapigateway.ModelOptions{
				Schema: &awsapigateway.JsonSchema{Type: awsapigateway.JsonSchemaType_OBJECT, Enum: &[]any{nil, 1, 1.5, "a", true}, MinProperties: jsii.Number(1)},
			})}
			options.RequestParameters = &map[string]*bool{"method.request.header.X-Request": jsii.Bool(true)}
			addMethod(a.ordersResource(), "POST", options)
		}},
		{"gateway response that refers to another stack", func(a *ordersApp) {
			help := awssns.NewTopic(newStackIn(a.app, "Help"), str("Topic"), nil)
			a.api.AddGatewayResponse(str("Denied"), &awsapigateway.GatewayResponseOptions{
				Type: awsapigateway.ResponseType_ACCESS_DENIED(), ResponseHeaders: &map[string]*string{"X-Help": str("'" + *help.TopicArn() + "'")},
			})
		}},
		{"another declared scope, setter of the L1", func(a *ordersApp) {
			cfnMethod(a.get).SetAuthorizationScopes(jsii.Strings("orders/read", "orders/write"))
		}},
		{"shorter cache, aspect", func(a *ordersApp) {
			a.everyMethod(func(method awsapigateway.CfnMethod) { method.SetApiKeyRequired(true) })
			a.cfnAuthorizer().SetAuthorizerResultTtlInSeconds(jsii.Number(60))
		}},
		{"protected methods, generic and included", func(a *ordersApp) {
			properties := object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": a.protected.Authorizer().AuthorizerId(), "AuthorizationScopes": []string{"orders/read"}}
			a.generic("Generic", "AWS::ApiGateway::Method", a.methodProperties(a.api.RestApiId(), properties))
		}},
		{"a deployment by hand that follows", func(a *ordersApp) {
			deployment := awsapigateway.NewDeployment(a.stack, str("Mine"), &awsapigateway.DeploymentProps{Api: a.api})
			a.protected.Follow(deployment)
			awsapigateway.NewStage(a.stack, str("Live"), &awsapigateway.StageProps{Deployment: deployment, StageName: str("live")})
		}},
		{"a scope that only CloudFormation knows", func(a *ordersApp) { addMethod(a.ordersResource(), "GET", a.require(*parameter(a.stack, "Scope"))) }},
	}
}
