//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// Whatever breaks a rule, by whatever escape hatch, is reported by the id of the rule.
func TestBrokenApps(t *testing.T) {
	str := jsii.String
	for _, test := range []struct {
		name  string
		build func(*ordersApp)
		want  []string
	}{
		// A method that anyone may call.
		{"open: L2", func(a *ordersApp) { addMethod(a.ordersResource(), "GET", nil) }, []string{"method-open"}},
		{"open: L2, by the default of a resource", func(a *ordersApp) {
			none := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE}
			a.api.Root().AddResource(str("orders"), &awsapigateway.ResourceOptions{DefaultMethodOptions: none}).AddMethod(str("GET"), mock(), nil)
		}, []string{"method-open"}},
		{"open: proxy", func(a *ordersApp) { a.ordersResource().AddProxy(nil) }, []string{"method-open"}},
		{"open: OPTIONS that answers with more than CORS headers", func(a *ordersApp) {
			a.ordersResource().AddMethod(str("OPTIONS"), answering("internal data"), nil)
		}, []string{"method-open"}},
		{"open: setter of the L1", func(a *ordersApp) { cfnMethod(a.get).SetAuthorizationType(str("NONE")) }, []string{"method-open"}},
		{"open: L1", func(a *ordersApp) {
			a.api.LatestDeployment().Node().AddDependency(awsapigateway.NewCfnMethod(a.stack, str("Open"), &awsapigateway.CfnMethodProps{
				RestApiId: a.api.RestApiId(), ResourceId: a.ordersResource().ResourceId(), HttpMethod: str("GET"),
			}))
		}, []string{"method-open"}},
		{"open: L1 that the deployment does not wait for", func(a *ordersApp) {
			awsapigateway.NewCfnMethod(a.stack, str("Open"), &awsapigateway.CfnMethodProps{
				RestApiId: a.api.RestApiId(), ResourceId: a.ordersResource().ResourceId(), HttpMethod: str("GET"),
			})
		}, []string{"method-open", "stage-behind"}},
		{"open: generic resource", func(a *ordersApp) {
			a.generic("Open", "AWS::ApiGateway::Method", a.methodProperties(a.api.RestApiId(), nil))
		}, []string{"method-open"}},
		{"open: generic resource, the API by attribute", func(a *ordersApp) {
			id := resource(a.api).GetAtt(str("RestApiId"), awscdk.ResolutionTypeHint_STRING)
			a.generic("Open", "AWS::ApiGateway::Method", a.methodProperties(id, nil))
		}, []string{"method-open"}},
		{"open: generic resource, the API by Fn::Sub", func(a *ordersApp) {
			id := object{"Fn::Sub": "${" + *a.stack.GetLogicalId(resource(a.api)) + "}"}
			a.generic("Open", "AWS::ApiGateway::Method", a.methodProperties(id, object{"AuthorizationType": "NONE"}))
		}, []string{"method-open"}},
		{"open: raw override", func(a *ordersApp) { override(a.get, "AuthorizationType", "NONE") }, []string{"method-open"}},
		{"open: deletion override", func(a *ordersApp) {
			cfnMethod(a.get).AddPropertyDeletionOverride(str("AuthorizationType"))
		}, []string{"method-open"}},
		{"open: override of all properties", func(a *ordersApp) {
			cfnMethod(a.get).AddOverride(str("Properties.AuthorizationType"), "NONE")
		}, []string{"method-open"}},
		{"open: aspect", func(a *ordersApp) {
			a.everyMethod(func(method awsapigateway.CfnMethod) { method.SetAuthorizationType(str("NONE")) })
		}, []string{"method-open"}},
		{"open: aspect that adds a method", func(a *ordersApp) {
			orders := a.ordersResource()
			addAspect(a.api, func(node constructs.IConstruct) {
				if node == constructs.IConstruct(a.api) {
					addMethod(orders, "PUT", nil)
				}
			})
		}, []string{"method-open"}},
		{"open: included template", func(a *ordersApp) {
			a.include("AWS::ApiGateway::Method", object{
				"RestApiId": object{"Ref": "Api"}, "ResourceId": object{"Ref": "Resource"}, "HttpMethod": "GET", "AuthorizationType": "NONE",
			})
		}, []string{"method-open"}},
		{"open: SpecRestApi whose other operation asks for a scope", func(a *ordersApp) {
			awsapigateway.NewSpecRestApi(a.stack, str("Spec"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: awsapigateway.ApiDefinition_FromInline(object{
				"openapi": "3.0.1", "info": object{"title": "Orders", "version": "1"},
				"paths": pathsOf(map[string]any{"/orders": []any{"orders/read"}, "/open": nil}),
				"components": object{"securitySchemes": object{"pool": object{
					"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
					"x-amazon-apigateway-authorizer": object{"type": "cognito_user_pools", "providerARNs": []any{a.auth.UserPool().UserPoolArn()}},
				}}},
			})})
		}, []string{"method-open"}},
		{"open: operation of an OpenAPI document", func(a *ordersApp) {
			resource(a.api).(awsapigateway.CfnRestApi).SetBody(object{
				"openapi": "3.0.1", "info": object{"title": "Orders", "version": "1"},
				"paths": object{"/orders": object{"get": object{"responses": object{}, "x-amazon-apigateway-integration": object{"type": "mock"}}}},
			})
		}, []string{"method-open"}},
		{"open: operation of a Swagger document", func(a *ordersApp) {
			override(a.api, "Body", object{
				"swagger": "2.0", "info": object{"title": "Orders", "version": "1"},
				"paths": object{"/orders": object{"x-amazon-apigateway-any-method": object{"produces": []any{"application/json"}}}},
			})
		}, []string{"method-open"}},
		{"open: imported API", func(a *ordersApp) {
			method := addMethod(imported(a.stack, a.api.RestApiId(), a.api.RestApiRootResourceId()).Root(), "PUT", nil)
			a.api.LatestDeployment().Node().AddDependency(method)
		}, []string{"method-open"}},
		{"open: nested stack", func(a *ordersApp) {
			nested := awscdk.NewNestedStack(a.stack, str("Nested"), nil)
			addMethod(imported(nested, a.api.RestApiId(), a.api.RestApiRootResourceId()).Root(), "PUT", nil)
		}, []string{"method-open", "stage-behind"}},
		{"open: another stack, by reference", func(a *ordersApp) {
			addMethod(imported(newStackIn(a.app, "Other"), a.api.RestApiId(), a.api.RestApiRootResourceId()).Root(), "PUT", nil)
		}, []string{"method-open", "stage-behind"}},
		{"open: another stack, by export", func(a *ordersApp) {
			export := func(name string, value *string) *string {
				awscdk.NewCfnOutput(a.stack, &name, &awscdk.CfnOutputProps{Value: value, ExportName: &name})
				return awscdk.Fn_ImportValue(&name)
			}
			id, root := export("ApiId", a.api.RestApiId()), export("RootId", a.api.RestApiRootResourceId())
			addMethod(imported(newStackIn(a.app, "Other"), id, root).Root(), "PUT", nil)
		}, []string{"method-open", "stage-behind"}},

		// What API Gateway refuses to have twice.
		{"gateway response of a type twice", func(a *ordersApp) {
			edge.AddBearerChallenge(a.api)
			a.api.AddGatewayResponse(str("Mine"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_UNAUTHORIZED()})
		}, []string{"gateway-response-twice"}},

		// A method that no machine can call.
		{"no scope: L2", func(a *ordersApp) { addMethod(a.ordersResource(), "GET", a.require()) }, []string{"method-without-scope"}},
		{"no scope: setter of the L1", func(a *ordersApp) { cfnMethod(a.get).SetAuthorizationScopes(nil) }, []string{"method-without-scope"}},
		{"no scope: raw override", func(a *ordersApp) { override(a.get, "AuthorizationScopes", []any{}) }, []string{"method-without-scope"}},
		{"no scope: deletion override", func(a *ordersApp) {
			cfnMethod(a.get).AddPropertyDeletionOverride(str("AuthorizationScopes"))
		}, []string{"method-without-scope"}},
		{"no scope: aspect", func(a *ordersApp) {
			a.everyMethod(func(method awsapigateway.CfnMethod) { method.SetAuthorizationScopes(&[]*string{}) })
		}, []string{"method-without-scope"}},
		{"no scope: generic resource", func(a *ordersApp) {
			a.generic("IdToken", "AWS::ApiGateway::Method", a.methodProperties(a.api.RestApiId(), object{
				"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": a.protected.Authorizer().AuthorizerId(),
			}))
		}, []string{"method-without-scope"}},

		// A method that something else opens.
		{"authorization: IAM", func(a *ordersApp) {
			addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
		}, []string{"method-authorization"}},
		{"authorization: Lambda authorizer", func(a *ordersApp) {
			addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{Authorizer: a.lambdaAuthorizer()})
		}, []string{"method-authorization"}},
		{"authorization: authorizer of another user pool", func(a *ordersApp) {
			addMethod(a.ordersResource(), "GET", a.with(a.authorizerOf(awscognito.NewUserPool(a.stack, str("People"), noSignUp())), "orders/read"))
		}, []string{"method-authorization"}},
		{"authorization: another authorizer, setter of the L1", func(a *ordersApp) {
			other := a.authorizerOf(awscognito.NewUserPool(a.stack, str("People"), noSignUp()))
			a.protected.AllowOtherAuthorization(addMethod(a.ordersResource(), "GET", a.with(other)), str("the ID token of people"))
			cfnMethod(a.get).SetAuthorizerId(other.AuthorizerId())
		}, []string{"method-authorization"}},
		{"authorization: raw override", func(a *ordersApp) { override(a.get, "AuthorizationType", "AWS_IAM") }, []string{"method-authorization"}},
		{"authorization: aspect", func(a *ordersApp) {
			a.everyMethod(func(method awsapigateway.CfnMethod) { method.SetAuthorizationType(str("AWS_IAM")) })
		}, []string{"method-authorization"}},
		{"authorization: a scope of people", func(a *ordersApp) { addMethod(a.ordersResource(), "GET", a.require("openid")) }, []string{"method-authorization"}},
		{"authorization: public by name, but IAM", func(a *ordersApp) {
			method := addMethod(a.ordersResource(), "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
			a.protected.AllowUnauthenticated(method, str("health check"))
		}, []string{"method-authorization"}},
		{"authorization: allowed to be another by name, but open", func(a *ordersApp) {
			a.protected.AllowOtherAuthorization(addMethod(a.ordersResource(), "GET", nil), str("IAM for operators"))
		}, []string{"method-open"}},

		// A scope that nobody declares.
		{"undeclared: method, L2", func(a *ordersApp) { addMethod(a.ordersResource(), "GET", a.require("orders/delete")) }, []string{"scope-undeclared"}},
		{"undeclared: method, setter of the L1", func(a *ordersApp) {
			cfnMethod(a.get).SetAuthorizationScopes(jsii.Strings("orders/read", "orders/delete"))
		}, []string{"scope-undeclared"}},
		{"undeclared: method, raw override of one entry", func(a *ordersApp) { override(a.get, "AuthorizationScopes.0", "orders/delete") }, []string{"scope-undeclared"}},
		{"undeclared: client, setter of the L1", func(a *ordersApp) {
			a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read", "orders/write", "orders/delete"))
		}, []string{"scope-undeclared"}},
		{"undeclared: client, raw override", func(a *ordersApp) { override(a.reporting.UserPoolClient(), "AllowedOAuthScopes.2", "shop/read") }, []string{"scope-undeclared"}},
		{"undeclared: the resource server lost one", func(a *ordersApp) {
			override(a.auth.ResourceServer(), "Scopes", []any{object{"ScopeName": "read", "ScopeDescription": "Read orders"}})
		}, []string{"scope-undeclared"}},
		{"undeclared: the resource server has another identifier", func(a *ordersApp) { override(a.auth.ResourceServer(), "Identifier", "shop") },
			[]string{"scope-undeclared", "scope-unused:shop/read", "scope-unused:shop/write"}},

		// An authorizer that takes other tokens.
		{"authorizer: another user pool, setter of the L1", func(a *ordersApp) {
			other := awscognito.NewUserPool(a.stack, str("Other"), noSignUp())
			a.cfnAuthorizer().SetProviderArns(&[]*string{other.UserPoolArn()})
		}, []string{"authorizer-changed"}},
		{"authorizer: one more user pool, setter of the L1", func(a *ordersApp) {
			other := awscognito.NewUserPool(a.stack, str("Other"), noSignUp())
			a.cfnAuthorizer().SetProviderArns(&[]*string{a.auth.UserPool().UserPoolArn(), other.UserPoolArn()})
		}, []string{"authorizer-changed"}},
		{"authorizer: one more user pool, raw override", func(a *ordersApp) {
			override(a.protected.Authorizer(), "ProviderARNs.1", "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc")
		}, []string{"authorizer-changed"}},
		{"authorizer: header of the caller's choice", func(a *ordersApp) {
			a.cfnAuthorizer().SetIdentitySource(str("method.request.header.X-Token"))
		}, []string{"authorizer-changed"}},
		{"authorizer: validation expression", func(a *ordersApp) { a.cfnAuthorizer().SetIdentityValidationExpression(str(".*")) }, []string{"authorizer-changed"}},
		{"authorizer: another type", func(a *ordersApp) { override(a.protected.Authorizer(), "Type", "TOKEN") }, []string{"authorizer-changed"}},
		{"authorizer: aspect", func(a *ordersApp) {
			addAspect(a.app, func(node constructs.IConstruct) {
				if authorizer, ok := node.(awsapigateway.CfnAuthorizer); ok {
					authorizer.SetIdentitySource(str("method.request.querystring.token"))
				}
			})
		}, []string{"authorizer-changed"}},

		// A stage that enforces what was deployed before.
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

		// A client that is no machine's.
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

		// A client secret in plain text.
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

		// The account, and user pools.
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

		// What is probably not meant.
		{"warning: no API", func(a *ordersApp) {
			o := newOrdersIn(newStackIn(a.app, "Other"))
			o.client("Reporting", o.read, o.write)
		}, []string{"api-unprotected"}},
		{"warning: nobody uses a scope", func(a *ordersApp) {
			a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read"))
			cfnMethod(a.post).SetAuthorizationScopes(jsii.Strings("orders/read"))
		}, []string{"scope-unused:orders/write"}},
		{"warning: nobody can call a method", func(a *ordersApp) { a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read")) }, []string{"scope-without-client:orders/write"}},
	} {
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
