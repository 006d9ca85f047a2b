//go:build !race

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

// following is an API with something of every kind that a stage takes a copy of,
// and a deployment made by hand besides the API's own.
type following struct {
	*ordersApp
	denied    awsapigateway.GatewayResponse
	model     awsapigateway.Model
	validator awsapigateway.RequestValidator
	generic   awscdk.CfnResource
	mine      awsapigateway.Deployment
}

// newFollowing makes it without the feature flag by which CDK itself has a
// deployment follow its authorizer.
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
					t.Errorf("%s is as before: %s", path, id)
				}
			}
		})
	}
	t.Run("user pool", func(t *testing.T) {
		after := newFollowing(t, "eu-west-1_def").deployments()
		if after["Api/Deployment"] == before["Api/Deployment"] || after["Mine"] == before["Mine"] {
			t.Error("the deployments are as before")
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

// A deployment is the same however often it is synthesized, also across stacks.
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
		"deployment: is nil: pass the deployment of a stage":                                  nil,
		"deployment: Test/Other/Deployment is not a deployment of Test/Api: pass one that is": other.LatestDeployment(),
	} {
		failure := cdktest.MustPanic(t, func() { a.protected.Follow(deployment) })
		mustBeInvalid(t, failure.(error), "Test/Api/Follow: "+want)
	}
}
