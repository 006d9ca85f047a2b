//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// followed makes an API of one kind, of which a deployment of its own follows. one
// is the scope of its only method.
type followed func(o orders, one machineauth.Scope)

// deployByHand adds a deployment that follows, for two stages.
func deployByHand(protected machineauth.ProtectedApi) {
	api := protected.RestApi()
	deployment := awsapigateway.NewDeployment(api.Stack(), jsii.String("Deployment"), &awsapigateway.DeploymentProps{Api: api})
	protected.Follow(deployment)
	for _, name := range []string{"blue", "green"} {
		awsapigateway.NewStage(api.Stack(), &name, &awsapigateway.StageProps{Deployment: deployment, StageName: &name})
	}
}

// specOf is an OpenAPI document with one operation.
func specOf(o orders, one machineauth.Scope) awsapigateway.ApiDefinition {
	return awsapigateway.ApiDefinition_FromInline(object{
		"openapi": "3.0.1", "info": object{"title": "Orders", "version": "1"},
		"paths":      pathsOf(map[string]any{"/orders": []any{*o.auth.QualifiedName(one)}}),
		"components": object{"securitySchemes": object{"pool": o.auth.SecurityScheme()}},
	})
}

// Whoever makes the deployment, it is another one when the scope of a method
// changes, waits for everything, and every stage has it.
func TestEveryKindOfDeploymentFollows(t *testing.T) {
	str := jsii.String
	for name, build := range map[string]followed{
		"Deploy false": func(o orders, one machineauth.Scope) {
			api := awsapigateway.NewRestApi(o.stack, str("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false)})
			protected := o.auth.Protect(api, nil)
			deployByHand(protected)
			addMethod(api.Root(), "GET", protected.Require(one))
		},
		"Deploy false, with default options": func(o orders, one machineauth.Scope) {
			api := awsapigateway.NewRestApi(o.stack, str("Api"), &awsapigateway.RestApiProps{
				CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false), DefaultMethodOptions: o.auth.DefaultMethodOptions(o.stack, str("Authorizer"), one),
			})
			addMethod(api.Root(), "GET", nil)
			deployByHand(o.auth.Protect(api, nil))
		},
		"imported": func(o orders, one machineauth.Scope) {
			api := imported(o.stack, str("abcdefghij"), str("root"))
			protected := o.auth.Protect(api, nil)
			deployByHand(protected)
			addMethod(api.Root(), "GET", protected.Require(one))
		},
		"default options": func(o orders, one machineauth.Scope) {
			api := withDefaults(o.stack, "Api", o.auth.DefaultMethodOptions(o.stack, str("Authorizer"), one))
			addMethod(api.Root(), "GET", nil)
			deployByHand(o.auth.Protect(api, nil))
		},
		"SpecRestApi": func(o orders, one machineauth.Scope) {
			api := awsapigateway.NewSpecRestApi(o.stack, str("Api"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: specOf(o, one)})
			deployByHand(o.auth.Protect(api, nil))
		},
		"SpecRestApi, Deploy false": func(o orders, one machineauth.Scope) {
			api := awsapigateway.NewSpecRestApi(o.stack, str("Api"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false), ApiDefinition: specOf(o, one)})
			deployByHand(o.auth.Protect(api, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synthesize := func(pick func(orders) machineauth.Scope) *cdktest.Template {
				o := newOrders()
				o.client("Client", o.read, o.write)
				build(o, pick(o))
				return cdktest.Synth(t, o.stack)
			}
			read := func(o orders) machineauth.Scope { return o.read }
			before, same := synthesize(read), synthesize(read)
			after := synthesize(func(o orders) machineauth.Scope { return o.write })
			deployment := before.At("Deployment")
			cdktest.Equal(t, "made again", same.At("Deployment").LogicalID, deployment.LogicalID)
			for _, deployment := range before.OfType("AWS::ApiGateway::Deployment") {
				if after.At(deployment.Path).LogicalID == deployment.LogicalID {
					t.Errorf("%s is as before", deployment.Path)
				}
				for _, kind := range []string{"AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer"} {
					for _, part := range before.OfType(kind) {
						if !before.WaitsFor(deployment.LogicalID, part.LogicalID) {
							t.Errorf("%s does not wait for %s", deployment.Path, part.Path)
						}
					}
				}
			}
			for _, stage := range []string{"blue", "green"} {
				cdktest.Equal(t, stage, before.At(stage).Get("DeploymentId"), deployment.Ref())
			}
		})
	}
}

// An API has an authorizer of its own, of the pool of its server, however it is made.
func TestEveryApiHasItsOwnAuthorizer(t *testing.T) {
	for _, shape := range shapesOfAPIs() {
		t.Run(shape.name, func(t *testing.T) {
			a := newOrdersApp(t)
			shape.build(a)
			template := cdktest.Synth(t, a.stack)
			apis := map[any]any{} // of authorizers
			for _, authorizer := range template.OfType("AWS::ApiGateway::Authorizer") {
				apis[authorizer.LogicalID] = authorizer.Get("RestApiId")
				cdktest.Equal(t, "ProviderARNs", authorizer.Get("ProviderARNs"), any([]any{template.At("Auth/UserPool").GetAtt("Arn")}))
			}
			for _, method := range template.OfType("AWS::ApiGateway::Method") {
				if method.Get("HttpMethod") == "OPTIONS" {
					cdktest.Equal(t, method.Path+": AuthorizationType", method.Get("AuthorizationType"), any("NONE"))
					continue
				}
				cdktest.Equal(t, method.Path+": AuthorizationType", method.Get("AuthorizationType"), any("COGNITO_USER_POOLS"))
				cdktest.Equal(t, method.Path+": API of the authorizer", apis[method.Get("AuthorizerId.Ref")], method.Get("RestApiId"))
				if scopes, _ := method.Get("AuthorizationScopes").([]any); len(scopes) == 0 {
					t.Errorf("%s has no scope", method.Path)
				}
			}
		})
	}
}
