package machineauth_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// brokenApp is an app that breaks rules. build breaks a good app.
type brokenApp struct {
	name  string
	build func(*ordersApp)
	want  []string // the rules, by id
}

// Every broken rule is reported by its id, whatever escape hatch broke it.
func TestBrokenApps(t *testing.T) {
	for _, test := range slices.Concat(appsWithBrokenMethods(), otherBrokenApps(), appsBrokenIndirectly()) {
		t.Run(test.name, func(t *testing.T) {
			a := newOrdersApp(t)
			test.build(a)
			findings := cdktest.Findings(t, a.app)
			cdktest.Equal(t, "rules", cdktest.Rules(findings), append([]string{}, test.want...))
			if t.Failed() {
				t.Logf("%+v", findings)
			}
		})
	}
}

// otherBrokenApps have broken stages, clients, secrets or user pools.
func otherBrokenApps() []brokenApp {
	str := jsii.String
	return []brokenApp{
		// The stage serves an older deployment.
		{"behind: another scope, raw override", func(a *ordersApp) { override(a.get, "AuthorizationScopes", []any{"orders/write"}) },
			[]string{"stage-behind"}},
		{"behind: cache of the authorizer, raw override", func(a *ordersApp) {
			override(a.protected.Authorizer(), "AuthorizerResultTtlInSeconds", 3600)
		}, []string{"stage-behind"}},
		{"behind: deployment by hand", func(a *ordersApp) {
			deployment := awsapigateway.NewDeployment(a.stack, str("Mine"), &awsapigateway.DeploymentProps{Api: a.api})
			awsapigateway.NewStage(a.stack, str("Live"), &awsapigateway.StageProps{Deployment: deployment, StageName: str("live")})
		}, []string{"stage-behind"}},
		{"behind: deployment by hand, L1", func(a *ordersApp) {
			deployment := awsapigateway.NewCfnDeployment(a.stack, str("Mine"), &awsapigateway.CfnDeploymentProps{RestApiId: a.api.RestApiId(), StageName: str("live")})
			deployment.Node().AddDependency(a.api.Root())
		}, []string{"stage-behind"}},
		{"behind: deployment of another stack", func(a *ordersApp) {
			other := newStackIn(a.app, "Other")
			api := imported(other, a.api.RestApiId(), a.api.RestApiRootResourceId())
			awsapigateway.NewDeployment(other, str("Mine"), &awsapigateway.DeploymentProps{Api: api, StageName: str("live")})
		}, []string{"stage-behind"}},
		{"behind: the logical id of the deployment overridden", func(a *ordersApp) {
			resource(a.api.LatestDeployment()).OverrideLogicalId(str("Deployment"))
		}, []string{"stage-behind"}},
		{"behind: the deployment waits for nothing", func(a *ordersApp) {
			resource(a.api.LatestDeployment()).AddDeletionOverride(str("DependsOn"))
		}, []string{"stage-behind"}},
		{"behind: the deployment without its mark", func(a *ordersApp) {
			resource(a.api.LatestDeployment()).AddDeletionOverride(str("Metadata.machineauth"))
		}, []string{"stage-behind"}},
		{"behind: gateway response, L1", func(a *ordersApp) {
			awsapigateway.NewCfnGatewayResponse(a.stack, str("Denied"), &awsapigateway.CfnGatewayResponseProps{
				RestApiId: a.api.RestApiId(), ResponseType: str("ACCESS_DENIED"), StatusCode: str("200"),
			})
		}, []string{"stage-behind"}},
		{"behind: gateway response, raw override", func(a *ordersApp) {
			denied := a.api.AddGatewayResponse(str("Denied"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_ACCESS_DENIED()})
			override(denied, "StatusCode", "200")
		}, []string{"stage-behind"}},
		{"behind: model, generic resource", func(a *ordersApp) {
			awscdk.NewCfnResource(a.stack, str("Model"), &awscdk.CfnResourceProps{Type: str("AWS::ApiGateway::Model"), Properties: &object{
				"RestApiId": a.api.RestApiId(), "ContentType": "application/json", "Schema": object{"type": "object"},
			}})
		}, []string{"stage-behind"}},

		// The client is not for machines.
		{"client: no secret", func(a *ordersApp) { a.cfnClient().SetGenerateSecret(false) }, []string{"client-not-a-machine"}},
		{"client: no OAuth", func(a *ordersApp) { a.cfnClient().SetAllowedOAuthFlowsUserPoolClient(false) }, []string{"client-not-a-machine"}},
		{"client: one more flow", func(a *ordersApp) {
			a.cfnClient().SetAllowedOAuthFlows(jsii.Strings("client_credentials", "implicit"))
		}, []string{"client-not-a-machine"}},
		{"client: another flow, raw override", func(a *ordersApp) { override(a.reporting.UserPoolClient(), "AllowedOAuthFlows.0", "code") }, []string{"client-not-a-machine"}},
		{"client: no flow, deletion override", func(a *ordersApp) {
			a.cfnClient().AddPropertyDeletionOverride(str("AllowedOAuthFlows"))
		}, []string{"client-not-a-machine"}},
		{"client: sign-in", func(a *ordersApp) {
			a.cfnClient().SetExplicitAuthFlows(jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"))
		}, []string{"client-not-a-machine"}},
		{"client: sign-in by default", func(a *ordersApp) { a.cfnClient().SetExplicitAuthFlows(nil) }, []string{"client-not-a-machine"}},
		{"client: sign-in, aspect", func(a *ordersApp) {
			addAspect(a.stack, func(node constructs.IConstruct) {
				if client, ok := node.(awscognito.CfnUserPoolClient); ok {
					client.SetExplicitAuthFlows(jsii.Strings("ALLOW_ADMIN_USER_PASSWORD_AUTH"))
				}
			})
		}, []string{"client-not-a-machine"}},
		{"client: the generation before, while a rotation is open", func(a *ordersApp) {
			shop := a.auth.AddClient(str("Shop"), &machineauth.ClientProps{Scopes: scopes(a.read), Generations: jsii.Numbers(1, 2)})
			cfnOf(shop.PreviousUserPoolClient()).SetAllowedOAuthFlows(jsii.Strings("code"))
		}, []string{"client-not-a-machine"}},
		{"client: people, not by name", func(a *ordersApp) { a.people("orders/read") }, []string{"client-not-a-machine"}},
		{"client: people, generic resource", func(a *ordersApp) {
			awscdk.NewCfnResource(a.stack, str("People"), &awscdk.CfnResourceProps{Type: str("AWS::Cognito::UserPoolClient"), Properties: &object{
				"UserPoolId": a.auth.UserPool().UserPoolId(), "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"implicit"},
				"AllowedOAuthScopes": []string{"orders/write"}, "CallbackURLs": []string{"https://example.org"},
			}}).Node().AddDependency(a.auth.ResourceServer())
		}, []string{"client-not-a-machine"}},
		{"client: people, included template", func(a *ordersApp) {
			a.include("AWS::Cognito::UserPoolClient", object{
				"UserPoolId": object{"Ref": "Pool"}, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"code"},
				"AllowedOAuthScopes": []string{"orders/write"}, "CallbackURLs": []string{"https://example.org"},
			})
		}, []string{"client-not-a-machine"}},
		{"client: people, generic resource in another stack", func(a *ordersApp) {
			pool := a.auth.UserPool().UserPoolId()
			a.stack = newStackIn(a.app, "Other")
			awscdk.NewCfnResource(a.stack, str("People"), &awscdk.CfnResourceProps{Type: str("AWS::Cognito::UserPoolClient"), Properties: &object{
				"UserPoolId": pool, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"code"},
				"AllowedOAuthScopes": []string{"orders/write"}, "CallbackURLs": []string{"https://example.org"},
			}})
		}, []string{"client-not-a-machine"}},
		{"client: before its scopes, deletion override", func(a *ordersApp) { a.cfnClient().AddDeletionOverride(str("DependsOn")) }, []string{"client-before-scopes"}},
		{"client: before its scopes, L1", func(a *ordersApp) {
			awscognito.NewCfnUserPoolClient(a.stack, str("Early"), &awscognito.CfnUserPoolClientProps{
				UserPoolId: a.auth.UserPool().UserPoolId(), GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true,
				AllowedOAuthFlows: jsii.Strings("client_credentials"), AllowedOAuthScopes: jsii.Strings("orders/read"),
				ExplicitAuthFlows: jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH"),
			})
		}, []string{"client-before-scopes"}},
		{"client: in another user pool", func(a *ordersApp) {
			a.cfnClient().SetUserPoolId(awscognito.NewUserPool(a.stack, str("Other"), noSignUp()).UserPoolId())
		}, []string{"client-elsewhere"}},

		// The client secret is in plain text.
		{"secret: output", func(a *ordersApp) { a.output("Leak", a.secret()) }, []string{"secret-exposed"}},
		{"secret: joined", func(a *ordersApp) { a.output("Leak", str("secret="+*a.secret())) }, []string{"secret-exposed"}},
		{"secret: Fn::Sub", func(a *ordersApp) {
			a.output("Leak", awscdk.Fn_Sub(str("secret=${"+*a.stack.GetLogicalId(a.cfnClient())+".ClientSecret}"), nil))
		}, []string{"secret-exposed"}},
		{"secret: Fn::GetAtt as text", func(a *ordersApp) {
			a.generic("Leak", "Test::Any::Thing", object{"Value": object{"Fn::GetAtt": *a.stack.GetLogicalId(a.cfnClient()) + ".ClientSecret"}})
		}, []string{"secret-exposed"}},
		{"secret: base64", func(a *ordersApp) { a.output("Leak", awscdk.Fn_Base64(a.secret())) }, []string{"secret-exposed"}},
		{"secret: SSM parameter", func(a *ordersApp) {
			awsssm.NewStringParameter(a.stack, str("Leak"), &awsssm.StringParameterProps{StringValue: a.secret()})
		}, []string{"secret-exposed"}},
		{"secret: description of the secret that keeps it", func(a *ordersApp) {
			awssecretsmanager.NewCfnSecret(a.stack, str("Kept"), &awssecretsmanager.CfnSecretProps{SecretString: a.secret(), Description: a.secret()})
		}, []string{"secret-exposed"}},
		{"secret: metadata", func(a *ordersApp) { a.cfnPool().AddMetadata(str("note"), a.secret()) }, []string{"secret-exposed"}},
		{"secret: tag", func(a *ordersApp) { awscdk.Tags_Of(a.api).Add(str("secret"), a.secret(), nil) }, []string{"secret-exposed"}},
		{"secret: included template", func(a *ordersApp) {
			a.include("AWS::SSM::Parameter", object{"Type": "String", "Value": object{"Fn::Join": []any{"=", []any{"secret", object{"Ref": "Secret"}}}}})
		}, []string{"secret-exposed"}},
		{"secret: raw override", func(a *ordersApp) {
			override(a.api, "Description", object{"Fn::GetAtt": []any{*a.stack.GetLogicalId(a.cfnClient()), "ClientSecret"}})
		}, []string{"secret-exposed"}},
		{"secret: another stack", func(a *ordersApp) {
			awsssm.NewStringParameter(newStackIn(a.app, "Other"), str("Leak"), &awsssm.StringParameterProps{StringValue: a.secret()})
		}, []string{"secret-exposed"}},
		{"secret: parameter of a nested stack", func(a *ordersApp) {
			nested := awscdk.NewNestedStack(a.stack, str("Nested"), nil)
			awsssm.NewStringParameter(nested, str("Leak"), &awsssm.StringParameterProps{StringValue: a.secret()})
		}, []string{"secret-exposed"}},
		{"secret: read by CDK's Lambda function", func(a *ordersApp) { a.reporting.UserPoolClient().UserPoolClientSecret() }, []string{"secret-read-by-lambda"}},
		{"secret: read by a custom resource", func(a *ordersApp) {
			customresources.NewAwsCustomResource(a.stack, str("Reader"), &customresources.AwsCustomResourceProps{
				OnUpdate: &customresources.AwsSdkCall{
					Service: str("CognitoIdentityServiceProvider"), Action: str("describeUserPoolClient"),
					Parameters:         object{"UserPoolId": a.auth.UserPool().UserPoolId(), "ClientId": a.reporting.ClientId()},
					PhysicalResourceId: customresources.PhysicalResourceId_Of(str("reader")),
				},
				Policy: customresources.AwsCustomResourcePolicy_FromSdkCalls(&customresources.SdkCallsPolicyOptions{
					Resources: customresources.AwsCustomResourcePolicy_ANY_RESOURCE(),
				}),
				InstallLatestAwsSdk: jsii.Bool(false),
			})
		}, []string{"secret-read-by-lambda"}},

		// The fault is in the account or a user pool.
		{"account role: L2", func(a *ordersApp) {
			api := awsapigateway.NewRestApi(a.stack, str("Second"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(true)})
			addMethod(api.Root(), "GET", a.auth.Protect(api, nil).Require(a.read))
		}, []string{"account-role"}},
		{"account role: included template", func(a *ordersApp) { a.include("AWS::ApiGateway::Account", object{}) }, []string{"account-role"}},
		{"account role: L1", func(a *ordersApp) { awsapigateway.NewCfnAccount(a.stack, str("Account"), nil) }, []string{"account-role"}},
		{"account role: generic resource", func(a *ordersApp) {
			a.generic("Account", "AWS::ApiGateway::Account", object{"CloudWatchRoleArn": "arn:aws:iam::111122223333:role/logs"})
		}, []string{"account-role"}},
		{"pool: sign-up", func(a *ordersApp) {
			override(a.auth.UserPool(), "AdminCreateUserConfig.AllowAdminCreateUserOnly", false)
		}, []string{"pool-sign-up"}},
		{"pool: trigger that can add scopes", func(a *ordersApp) {
			a.cfnPool().SetLambdaConfig(&awscognito.CfnUserPool_LambdaConfigProperty{PreTokenGenerationConfig: &awscognito.CfnUserPool_PreTokenGenerationConfigProperty{
				LambdaArn: str("arn:aws:lambda:eu-west-1:111122223333:function:f"), LambdaVersion: str("V3_0"),
			}})
		}, []string{"pool-trigger"}},
		{"pool: two prefix domains", func(a *ordersApp) {
			awscognito.NewCfnUserPoolDomain(a.stack, str("Second"), &awscognito.CfnUserPoolDomainProps{UserPoolId: a.auth.UserPool().UserPoolId(), Domain: str("orders-second")})
		}, []string{"pool-domains"}},
		{"pool: one identifier twice", func(a *ordersApp) {
			awscognito.NewCfnUserPoolResourceServer(a.stack, str("Second"), &awscognito.CfnUserPoolResourceServerProps{
				UserPoolId: a.auth.UserPool().UserPoolId(), Identifier: str("orders"), Name: str("orders"),
			})
		}, []string{"resource-server-twice"}},
		{"pool: of another Region", func(a *ordersApp) {
			stack := awscdk.NewStack(a.app, str("Ireland"), &awscdk.StackProps{Env: &awscdk.Environment{Account: str("111122223333"), Region: str("eu-west-1")}})
			serverOfPool(stack, "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abc")
		}, []string{"pool-region"}},
		{"names: one domain prefix in two stacks", func(a *ordersApp) {
			for _, id := range []string{"First", "Second"} {
				stack := awscdk.NewStack(a.app, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: str("111122223333"), Region: str("eu-west-1")}})
				props := ordersProps(machineauth.NewScope("read", "Read orders"))
				props.DomainPrefix = str("orders-of-two")
				use(stack, machineauth.NewAuthorizationServer(stack, str("Auth"), props))
			}
		}, []string{"name-twice"}},
		{"names: a domain prefix that Cognito reserves", func(a *ordersApp) { override(a.auth.Domain(), "Domain", "my-aws-orders") }, []string{"cognito-names"}},
		{"validity: one minute", func(a *ordersApp) { a.cfnClient().SetAccessTokenValidity(jsii.Number(1)) }, []string{"token-validity"}},

		// The app is legal but probably a mistake.
		{"warning: no API", func(a *ordersApp) {
			o := newOrdersIn(newStackIn(a.app, "Other"))
			o.client("Reporting", o.read, o.write)
		}, []string{"api-unprotected"}},
		{"warning: nobody uses a scope", func(a *ordersApp) {
			a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read"))
			cfnMethod(a.post).SetAuthorizationScopes(jsii.Strings("orders/read"))
		}, []string{"scope-unused:orders/write"}},
		{"warning: nobody can call a method", func(a *ordersApp) { a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read")) }, []string{"scope-without-client:orders/write"}},
	}
}
