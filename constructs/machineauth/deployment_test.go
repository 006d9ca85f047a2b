package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// following is an API with everything that a deployment snapshots, and a second
// deployment made by hand.
type following struct {
	*ordersApp
	denied    awsapigateway.GatewayResponse
	model     awsapigateway.Model
	validator awsapigateway.RequestValidator
	generic   awscdk.CfnResource
	mine      awsapigateway.Deployment
}

// newFollowing makes the API without the feature flag that has CDK itself tie a
// deployment to its authorizer.
func newFollowing(t *testing.T, pool string) *following {
	app := cdktest.NewApp(nil)
	stack := newStackIn(app, "Test")
	a := &ordersApp{orders: orders{stack: stack, read: machineauth.NewScope("read", "Read orders"), write: machineauth.NewScope("write", "Write orders")}, t: t, app: app}
	props := ordersProps(a.read, a.write)
	props.UserPool = awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), &pool)
	a.auth = machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)
	a.reporting = a.client("Reporting", a.read, a.write)
	a.api, a.protected = a.protect("Api", nil)
	a.get = addMethod(a.api.Root(), "GET", a.protected.Require(a.read))
	f := &following{ordersApp: a}
	f.denied = a.api.AddGatewayResponse(jsii.String("Denied"), &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_ACCESS_DENIED()})
	f.model = a.api.AddModel(jsii.String("Order"), &awsapigateway.ModelOptions{Schema: &awsapigateway.JsonSchema{Type: awsapigateway.JsonSchemaType_OBJECT}})
	f.validator = a.api.AddRequestValidator(jsii.String("Validator"), &awsapigateway.RequestValidatorOptions{ValidateRequestBody: jsii.Bool(true)})
	f.generic = a.generic("Generic", "AWS::ApiGateway::GatewayResponse", object{"RestApiId": a.api.RestApiId(), "ResponseType": "THROTTLED"})
	f.mine = awsapigateway.NewDeployment(stack, jsii.String("Mine"), &awsapigateway.DeploymentProps{Api: a.api})
	a.protected.Follow(f.mine)
	awsapigateway.NewStage(stack, jsii.String("Live"), &awsapigateway.StageProps{Deployment: f.mine, StageName: jsii.String("live")})
	return f
}

// deployments are the logical ids of the deployments, by path.
func (f *following) deployments() map[string]string {
	f.t.Helper()
	ids := map[string]string{}
	for _, deployment := range cdktest.Synth(f.t, f.stack).OfType("AWS::ApiGateway::Deployment") {
		ids[deployment.Path] = deployment.LogicalID
	}
	return ids
}

func TestEveryChangeReplacesTheDeployments(t *testing.T) {
	const pool = "eu-west-1_abc"
	before := newFollowing(t, pool).deployments()
	cdktest.Equal(t, "deployments", len(before), 2)
	for name, change := range map[string]func(*following){
		"scope, setter of the L1":     func(f *following) { cfnMethod(f.get).SetAuthorizationScopes(jsii.Strings("orders/write")) },
		"API key, setter of the L1":   func(f *following) { cfnMethod(f.get).SetApiKeyRequired(true) },
		"validator, setter of the L1": func(f *following) { cfnMethod(f.get).SetRequestValidatorId(f.validator.RequestValidatorId()) },
		"method added":                func(f *following) { addMethod(f.ordersResource(), "GET", f.protected.Require(f.read)) },
		"integration": func(f *following) {
			f.api.Root().AddMethod(jsii.String("POST"), answering("text"), f.protected.Require(f.read))
		},
		"authorizer cache, setter": func(f *following) { f.cfnAuthorizer().SetAuthorizerResultTtlInSeconds(jsii.Number(0)) },
		"authorizer name, setter":  func(f *following) { f.cfnAuthorizer().SetName(jsii.String("another")) },
		"gateway response, setter": func(f *following) {
			resource(f.denied).(awsapigateway.CfnGatewayResponse).SetStatusCode(jsii.String("404"))
		},
		"model, setter": func(f *following) { resource(f.model).(awsapigateway.CfnModel).SetSchema(object{"type": "array"}) },
		"validator, setter": func(f *following) {
			resource(f.validator).(awsapigateway.CfnRequestValidator).SetValidateRequestBody(false)
		},
		"API, setter": func(f *following) {
			resource(f.api).(awsapigateway.CfnRestApi).SetApiKeySourceType(jsii.String("AUTHORIZER"))
		},
		"API, raw override": func(f *following) { override(f.api, "MinimumCompressionSize", 0) },
		"gateway response added, generic": func(f *following) {
			f.ordersApp.generic("More", "AWS::ApiGateway::GatewayResponse", object{"RestApiId": f.api.RestApiId(), "ResponseType": "DEFAULT_4XX"})
		},
		"scope, aspect": func(f *following) {
			f.everyMethod(func(method awsapigateway.CfnMethod) {
				method.SetAuthorizationScopes(jsii.Strings("orders/read", "orders/write"))
			})
		},
		"method added, aspect": func(f *following) {
			orders := f.ordersResource()
			addAspect(orders, func(node constructs.IConstruct) {
				if node == constructs.IConstruct(orders) {
					addMethod(orders, "GET", f.protected.Require(f.read))
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFollowing(t, pool)
			change(f)
			after := f.deployments()
			for path, id := range before {
				if after[path] == id {
					t.Errorf("%s is unchanged: %s", path, id)
				}
			}
		})
	}
	t.Run("user pool", func(t *testing.T) {
		after := newFollowing(t, "eu-west-1_def").deployments()
		if after["Api/Deployment"] == before["Api/Deployment"] || after["Mine"] == before["Mine"] {
			t.Error("the deployments are unchanged")
		}
	})
	for name, change := range map[string]func(*following){
		"nothing":                func(*following) {},
		"another API":            func(f *following) { addMethod(newAPI(f.stack, "Other").Root(), "GET", nil) },
		"another client":         func(f *following) { f.client("Shop", f.read) },
		"followed a second time": func(f *following) { f.protected.Follow(f.api.LatestDeployment()) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFollowing(t, pool)
			change(f)
			for path, id := range f.deployments() {
				if before[path] != "" {
					cdktest.Equal(t, path, id, before[path])
				}
			}
		})
	}
}

// A deployment's logical id is the same in every synthesis, also across stacks.
func TestTheSameAppHasTheSameDeployments(t *testing.T) {
	build := func() (awscdk.App, awscdk.Stack) {
		app := cdktest.NewApp(nil)
		o := newOrdersIn(newStackIn(app, "Test"))
		stack := newStackIn(app, "ApiStack")
		use(stack, newOrdersIn(stack).auth)
		api := newAPI(stack, "Second")
		addMethod(api.Root(), "GET", o.auth.Protect(api, nil).Require(o.read))
		return app, stack
	}
	templateOf := func(app awscdk.App, stack awscdk.Stack) string {
		assembly := app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)})
		return string(toJSON(t, assembly.GetStackArtifact(stack.ArtifactId()).Template()))
	}
	app, stack := build()
	first := templateOf(app, stack)
	cdktest.Equal(t, "synthesized again", templateOf(app, stack), first)
	cdktest.Equal(t, "made again", templateOf(build()), first)
}

func TestFollowRejects(t *testing.T) {
	a := newOrdersApp(t)
	other := newAPI(a.stack, "Other")
	addMethod(other.Root(), "GET", nil)
	for want, deployment := range map[string]awsapigateway.Deployment{
		"deployment: is nil: pass the deployment of a stage":                                               nil,
		"deployment: Test/Other/Deployment is not a deployment of Test/Api: pass a deployment of that API": other.LatestDeployment(),
	} {
		failure := cdktest.MustPanic(t, func() { a.protected.Follow(deployment) })
		mustBeInvalid(t, failure.(error), "Test/Api/Follow: "+want)
	}
}

// followed makes an API of one kind with a deployment that follows it. one is the scope
// of its only method.
type followed func(o orders, one machineauth.Scope)

// deployByHand adds a deployment that follows the API, and two stages.
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

// Whoever makes the deployment, its id changes with a method's scope, it waits for
// everything, and every stage uses it.
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
					t.Errorf("%s is unchanged", deployment.Path)
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

// Every kind of API has its own authorizer, for its server's user pool.
func TestEveryApiHasItsOwnAuthorizer(t *testing.T) {
	for _, shape := range shapesOfAPIs() {
		t.Run(shape.name, func(t *testing.T) {
			a := newOrdersApp(t)
			shape.build(a)
			template := cdktest.Synth(t, a.stack)
			apis := map[any]any{} // by authorizer
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
