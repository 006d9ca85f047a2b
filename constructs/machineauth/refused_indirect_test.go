package machineauth_test

import (
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/aws-cdk-go/awscdk/v2/triggers"
	"github.com/aws/jsii-runtime-go"
)

// appsBrokenIndirectly break a rule through a file, a mapping, a parameter, or a
// construct that passes a value on.
func appsBrokenIndirectly() []brokenApp {
	str := jsii.String
	document := func(a *ordersApp, name, text string) {
		path := filepath.Join(a.t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			a.t.Fatal(err)
		}
		a.auth.Protect(awsapigateway.NewSpecRestApi(a.stack, str("Spec"), &awsapigateway.SpecRestApiProps{
			CloudWatchRole: jsii.Bool(false), ApiDefinition: awsapigateway.ApiDefinition_FromAsset(&path, nil),
		}), nil)
	}
	function := func(a *ordersApp) awslambda.Function {
		return awslambda.NewFunction(a.stack, str("Function"), &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_LATEST(), Handler: str("index.handler"), Code: awslambda.Code_FromInline(str("exports.handler = async () => {}")),
		})
	}
	provide := func(a *ordersApp, handler awslambda.Function) {
		provider := customresources.NewProvider(a.stack, str("Provider"), &customresources.ProviderProps{OnEventHandler: handler})
		awscdk.NewCustomResource(a.stack, str("Custom"), &awscdk.CustomResourceProps{ServiceToken: provider.ServiceToken()})
	}
	keep := func(a *ordersApp) awssecretsmanager.ISecret {
		return awssecretsmanager.NewSecret(a.stack, str("Kept"), &awssecretsmanager.SecretProps{
			SecretObjectValue: &map[string]awscdk.SecretValue{"client_secret": a.reporting.ClientSecret()},
		})
	}
	return []brokenApp{
		{"open: OpenAPI document in a file", func(a *ordersApp) {
			document(a, "api.yaml", "openapi: 3.0.1\ninfo: {title: Orders, version: '1'}\npaths: {/a: {get: {x-amazon-apigateway-integration: {type: mock}}}}\n")
		}, []string{"method-open"}},
		{"open: Swagger document in a file", func(a *ordersApp) {
			document(a, "api.json", `{"swagger": "2.0", "info": {"title": "Orders", "version": "1"}, "paths": {"/a": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": {"type": "mock"}}}}}`)
		}, []string{"method-open"}},
		{"open: document in JSON that a function makes", func(a *ordersApp) {
			override(a.api, "Body", object{"Fn::ToJsonString": object{"openapi": "3.0.1", "paths": pathsOf(map[string]any{"/a": nil})}})
		}, []string{"method-open"}},
		{"open: default of a mapping", func(a *ordersApp) {
			types := awscdk.NewCfnMapping(a.stack, str("Types"), &awscdk.CfnMappingProps{Mapping: &map[string]*map[string]any{"prod": {"type": "COGNITO_USER_POOLS"}}})
			cfnMethod(a.get).SetAuthorizationType(types.FindInMap(parameter(a.stack, "Env"), str("type"), str("NONE")))
		}, []string{"method-open"}},
		{"open: another value of a parameter", func(a *ordersApp) {
			env := awscdk.NewCfnParameter(a.stack, str("Env"), &awscdk.CfnParameterProps{Default: "prod"})
			awscdk.NewCfnCondition(a.stack, str("Dev"), &awscdk.CfnConditionProps{Expression: awscdk.Fn_ConditionEquals(env.ValueAsString(), str("dev"))})
			cfnMethod(a.get).SetAuthorizationType(awscdk.Token_AsString(awscdk.Fn_ConditionIf(str("Dev"), "NONE", "COGNITO_USER_POOLS"), nil))
		}, []string{"method-open"}},
		{"open: API by the value of an SSM parameter", func(a *ordersApp) {
			shared := awsssm.NewStringParameter(a.stack, str("Shared"), &awsssm.StringParameterProps{StringValue: a.api.RestApiId()})
			method := addMethod(imported(a.stack, shared.StringValue(), a.api.RestApiRootResourceId()).Root(), "PUT", nil)
			a.api.LatestDeployment().Node().AddDependency(method)
		}, []string{"method-open"}},
		{"open: API key", func(a *ordersApp) {
			addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)})
		}, []string{"method-open"}},
		{"client: people, imported user pool in another stack", func(a *ordersApp) {
			pool := awscognito.UserPool_FromUserPoolArn(newStackIn(a.app, "Other"), str("Pool"), a.auth.UserPool().UserPoolArn())
			pool.AddClient(str("People"), &awscognito.UserPoolClientOptions{OAuth: &awscognito.OAuthSettings{
				Flows: &awscognito.OAuthFlows{ImplicitCodeGrant: jsii.Bool(true)}, Scopes: &[]awscognito.OAuthScope{awscognito.OAuthScope_Custom(str("orders/read"))}, CallbackUrls: jsii.Strings("https://example.org"),
			}})
		}, []string{"client-not-a-machine"}},
		{"secret: environment of a container", func(a *ordersApp) {
			awsecs.NewFargateTaskDefinition(a.stack, str("Task"), nil).AddContainer(str("container"), &awsecs.ContainerDefinitionOptions{
				Image: awsecs.ContainerImage_FromRegistry(str("image"), nil), Environment: &map[string]*string{"SECRET": a.secret()},
			})
		}, []string{"secret-exposed"}},
		{"secret: environment of a function, from Secrets Manager", func(a *ordersApp) {
			function(a).AddEnvironment(str("SECRET"), keep(a).SecretValueFromJson(str("client_secret")).UnsafeUnwrap(), nil)
		}, []string{"secret-exposed"}},
		{"secret: state machine", func(a *ordersApp) {
			pass := awsstepfunctions.NewPass(a.stack, str("Pass"), &awsstepfunctions.PassProps{Result: awsstepfunctions.Result_FromString(a.secret())})
			awsstepfunctions.NewStateMachine(a.stack, str("Machine"), &awsstepfunctions.StateMachineProps{DefinitionBody: awsstepfunctions.DefinitionBody_FromChainable(pass)})
		}, []string{"secret-exposed"}},
		{"secret: tag of the app", func(a *ordersApp) { awscdk.Tags_Of(a.app).Add(str("secret"), a.secret(), nil) }, []string{"secret-exposed"}},
		{"secret: read from Secrets Manager by a custom resource", func(a *ordersApp) {
			secret := keep(a).SecretArn()
			customresources.NewAwsCustomResource(a.stack, str("Reader"), &customresources.AwsCustomResourceProps{
				OnCreate: &customresources.AwsSdkCall{
					Service: str("SecretsManager"), Action: str("getSecretValue"), Parameters: object{"SecretId": secret}, PhysicalResourceId: customresources.PhysicalResourceId_FromResponse(str("ARN")),
				},
				Policy:              customresources.AwsCustomResourcePolicy_FromSdkCalls(&customresources.SdkCallsPolicyOptions{Resources: &[]*string{secret}}),
				InstallLatestAwsSdk: jsii.Bool(false),
			})
		}, []string{"secret-read-by-lambda"}},
		{"secret: a provider may read it from Secrets Manager", func(a *ordersApp) {
			handler := function(a)
			keep(a).GrantRead(handler, nil)
			provide(a, handler)
		}, []string{"secret-read-by-lambda"}},
		{"secret: a Trigger may read it", func(a *ordersApp) {
			handler := function(a)
			a.auth.UserPool().Grant(handler, str("cognito-idp:DescribeUserPoolClient"))
			triggers.NewTrigger(a.stack, str("Trigger"), &triggers.TriggerProps{Handler: handler})
		}, []string{"secret-read-by-lambda"}},
		{"pool: two prefix domains, imported user pool in a nested stack", func(a *ordersApp) {
			pool := awscognito.UserPool_FromUserPoolId(awscdk.NewNestedStack(a.stack, str("Nested"), nil), str("Pool"), a.auth.UserPool().UserPoolId())
			pool.AddDomain(str("Second"), &awscognito.UserPoolDomainOptions{CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: str("orders-second")}})
		}, []string{"pool-domains"}},
		{"validity: an access token that outlives the refresh token", func(a *ordersApp) {
			override(a.reporting.UserPoolClient(), "AccessTokenValidity", 90)
			override(a.reporting.UserPoolClient(), "RefreshTokenValidity", 1)
			override(a.reporting.UserPoolClient(), "TokenValidityUnits", object{"AccessToken": "minutes", "RefreshToken": "hours"})
		}, []string{"token-validity"}},
		{"names: a stage with a dot beside an unknown value", func(a *ordersApp) {
			override(a.api.DeploymentStage(), "StageName", object{"Fn::Sub": "v1.${AWS::StackName}"})
		}, []string{"cognito-names"}},
	}
}
