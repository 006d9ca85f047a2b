package machineauth_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
)

// appsWithBrokenMethods have a method that lets in the wrong callers or refuses the right
// ones.
func appsWithBrokenMethods() []brokenApp {
	str := jsii.String
	return []brokenApp{
		// Anyone can call the method.
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

		// API Gateway refuses the duplicate.
		{"gateway response of a type twice", func(a *ordersApp) {
			edge.AddBearerChallenge(a.api)
			a.api.AddGatewayResponse(str("Mine"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_UNAUTHORIZED()})
		}, []string{"gateway-response-twice"}},

		// No machine can call the method.
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

		// Something else opens the method.
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

		// Nobody declares the scope.
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
			[]string{"scope-undeclared"}},

		// The authorizer takes other tokens.
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
	}
}
