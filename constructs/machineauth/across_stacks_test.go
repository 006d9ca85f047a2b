package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// Each is in a separate stack, and no two stacks depend on each other. The client and the
// key may be in the service's stack.
func TestServerApiClientAndServiceInStacksOfTheirOwn(t *testing.T) {
	app := cdktest.NewApp(nil)
	o := newOrdersIn(newStackIn(app, "Auth"))
	api := newAPI(newStackIn(app, "Api"), "Api")
	addMethod(api.Root(), "GET", o.auth.Protect(api, nil).Require(o.read, o.write))
	client := func(stack awscdk.Stack, key awskms.IKey) machineauth.Client {
		return machineauth.NewClient(stack, jsii.String("Client"), &machineauth.ClientProps{
			ClientName: stack.StackName(), Access: access(o.auth.Access(o.read, o.write)), StoreCredentials: jsii.Bool(true), SecretEncryptionKey: key,
		})
	}
	client(newStackIn(app, "Client"), nil).GrantRead(newReader(newStackIn(app, "Service")))
	together := newStackIn(app, "Together")
	client(together, awskms.NewKey(together, jsii.String("Key"), nil)).GrantRead(newReader(together))
	client(newStackIn(app, "Keyed"), awskms.NewKey(newStackIn(app, "Keys"), jsii.String("Key"), nil))
	cdktest.Equal(t, "findings", cdktest.Findings(t, app), []cdktest.Finding(nil))
}

// A change to an API from another stack is refused if the API's stages would not enforce
// it.
func TestApisOfOtherStacks(t *testing.T) {
	str := jsii.String
	elsewhere := func(a *ordersApp, id string) awsapigateway.IRestApi {
		return imported(newStackIn(a.app, id), a.api.RestApiId(), a.api.RestApiRootResourceId())
	}
	outside := func(a *ordersApp) (awsapigateway.IRestApi, machineauth.ProtectedApi) {
		api := imported(newStackIn(a.app, "Other"), str("abcdefghij"), str("root"))
		return api, a.auth.Protect(api, nil)
	}
	deploy := func(api awsapigateway.IRestApi) awsapigateway.Deployment {
		deployment := awsapigateway.NewDeployment(api.Stack(), str("Deployment"), &awsapigateway.DeploymentProps{Api: api})
		awsapigateway.NewStage(api.Stack(), str("Stage"), &awsapigateway.StageProps{Deployment: deployment, StageName: str("live")})
		return deployment
	}
	for _, test := range []struct {
		name  string
		build func(*ordersApp)
		want  []string
	}{
		{"a protected method by another stack, which the deployment cannot wait for", func(a *ordersApp) {
			addMethod(elsewhere(a, "Other").Root().AddResource(str("x"), nil), "GET", a.protected.Require(a.read))
		}, []string{"stage-behind"}},
		{"the same, with an authorizer there", func(a *ordersApp) {
			api := elsewhere(a, "Other")
			addMethod(api.Root().AddResource(str("x"), nil), "GET", a.auth.Protect(api, nil).Require(a.read))
		}, []string{"stage-behind"}},
		{"an open method by another stack", func(a *ordersApp) {
			addMethod(elsewhere(a, "Other").Root().AddResource(str("x"), nil), "GET", nil)
		}, []string{"method-open", "stage-behind"}},
		{"an open method of an imported API without protected methods", func(a *ordersApp) {
			api, _ := outside(a)
			addMethod(api.Root(), "GET", nil)
		}, []string{"method-open"}},
		{"a deployment of an imported API that does not follow", func(a *ordersApp) {
			api, protected := outside(a)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			deploy(api)
		}, []string{"stage-behind"}},
		{"one that follows, and waits for a resource outside the API", func(a *ordersApp) {
			api, protected := outside(a)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			protected.Follow(deploy(api))
			awsapigateway.NewCfnGatewayResponse(api.Stack(), str("Denied"), &awsapigateway.CfnGatewayResponseProps{RestApiId: api.RestApiId(), ResponseType: str("ACCESS_DENIED")})
		}, []string{}},
		{"one that follows, and methods that an aspect adds", func(a *ordersApp) {
			api, protected := outside(a)
			addMethod(api.Root(), "GET", protected.Require(a.read))
			protected.Follow(deploy(api))
			addAspect(api, func(node constructs.IConstruct) {
				if node == constructs.IConstruct(api) {
					addMethod(api.Root(), "PUT", protected.Require(a.write))
				}
			})
		}, []string{}},
		{"the same identifier in two user pools", func(a *ordersApp) {
			stack := newStackIn(a.app, "Second")
			use(stack, newOrdersIn(stack).auth)
		}, []string{}},
		{"methods by hand before Protect, and after", func(a *ordersApp) {
			api := newAPI(a.stack, "Mine")
			byHand := a.with(a.authorizerOf(a.auth.UserPool()), "orders/read")
			addMethod(api.Root(), "GET", byHand)
			protected := a.auth.Protect(api, nil)
			addMethod(api.Root(), "POST", protected.Require(a.write))
			addMethod(api.Root(), "PUT", byHand)
		}, []string{}},
		{"nothing but methods by hand", func(a *ordersApp) {
			api := newAPI(a.stack, "Mine")
			addMethod(api.Root(), "GET", a.with(a.authorizerOf(a.auth.UserPool()), "orders/read"))
			a.auth.Protect(api, nil)
		}, []string{}},
		{"methods by hand, with an undeclared scope", func(a *ordersApp) {
			api := newAPI(a.stack, "Mine")
			addMethod(api.Root(), "GET", a.with(a.authorizerOf(a.auth.UserPool()), "orders/delete"))
			a.auth.Protect(api, nil)
		}, []string{"scope-undeclared"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newOrdersApp(t)
			test.build(a)
			findings := cdktest.Findings(t, a.app)
			cdktest.Equal(t, "rules", cdktest.Rules(findings), test.want)
			if t.Failed() {
				t.Logf("%+v", findings)
			}
		})
	}
}

// CloudFormation creates a trigger's function, and the API it names, before the user
// pool. Only the API's authorizer may refer to the pool.
func TestATriggerOfThePoolThatNamesTheApi(t *testing.T) {
	for name, pool := range map[string]func(awscdk.Stack) awscognito.IUserPool{
		"a new pool": func(awscdk.Stack) awscognito.IUserPool { return nil },
		"a given pool": func(stack awscdk.Stack) awscognito.IUserPool {
			return awscognito.NewUserPool(stack, jsii.String("Pool"), noSignUp())
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := cdktest.NewStack()
			props := ordersProps(machineauth.NewScope("read", "Read orders"))
			props.UserPool = pool(stack)
			auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)
			api, _ := use(stack, auth)
			trigger := function(stack)
			trigger.AddEnvironment(jsii.String("API"), api.RestApiId(), nil)
			auth.UserPool().(awscognito.UserPool).AddTrigger(awscognito.UserPoolOperation_PRE_SIGN_UP(), trigger, awscognito.LambdaVersion_V1_0)
			template := cdktest.Synth(t, stack)
			if id := template.At("Api").LogicalID; template.WaitsFor(id, id) {
				t.Error("the API waits for itself")
			}
			if !template.WaitsFor(template.At("Api/Deployment").LogicalID, template.At("Api").LogicalID) {
				t.Error("the deployment does not wait for the API")
			}
		})
	}
}

func TestIdsAreText(t *testing.T) {
	o := newOrders()
	token := parameter(o.stack, "Id")
	for function, create := range map[string]func(){
		"NewAuthorizationServer":             func() { machineauth.NewAuthorizationServer(o.stack, token, ordersProps(o.read)) },
		"AuthorizationServer_FromAttributes": func() { machineauth.AuthorizationServer_FromAttributes(o.stack, token, nil) },
		"NewClient":                          func() { machineauth.NewClient(o.stack, token, nil) },
		"AddClient":                          func() { o.auth.AddClient(token, nil) },
		"DefaultMethodOptions":               func() { o.auth.DefaultMethodOptions(o.stack, token, o.read) },
	} {
		cdktest.MustPanic(t, create, function+": id contains a token, which only CloudFormation resolves: pass plain text")
	}
}
