package machineauth_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// withDefaults returns an API with default method options and no method.
func withDefaults(stack awscdk.Stack, id string, options *awsapigateway.MethodOptions) awsapigateway.RestApi {
	return awsapigateway.NewRestApi(stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), DefaultMethodOptions: options})
}

func TestDefaultMethodOptions(t *testing.T) {
	o := newOrders()
	options := o.auth.DefaultMethodOptions(o.stack, jsii.String("ApiAuthorizer"), o.read)
	options.ApiKeyRequired = jsii.Bool(true)
	api := withDefaults(o.stack, "Api", options)
	protected := o.auth.Protect(api, &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(60)})
	addMethod(api.Root(), "GET", nil)
	addMethod(api.Root(), "POST", protected.Require(o.write))
	api.Root().AddProxy(&awsapigateway.ProxyResourceOptions{DefaultIntegration: mock()})
	template := cdktest.Synth(t, o.stack)

	authorizers := template.OfType("AWS::ApiGateway::Authorizer")
	cdktest.Equal(t, "number of authorizers", len(authorizers), 1)
	authorizer := template.At("ApiAuthorizer")
	cdktest.Equal(t, "RestApiId", authorizer.Get("RestApiId"), template.At("Api").Ref())
	cdktest.Equal(t, "AuthorizerResultTtlInSeconds", authorizer.Get("AuthorizerResultTtlInSeconds"), any(60.0))
	cdktest.Equal(t, "ProviderARNs", authorizer.Get("ProviderARNs"), any([]any{template.At("Auth/UserPool").GetAtt("Arn")}))
	for path, scope := range map[string]string{"Api/Default/GET": "orders/read", "Api/Default/ANY": "orders/read", "Api/Default/{proxy+}/ANY": "orders/read", "Api/Default/POST": "orders/write"} {
		method := template.At(path)
		cdktest.Equal(t, path, method.Get("AuthorizerId"), authorizer.Ref())
		cdktest.Equal(t, path, method.Get("AuthorizationType"), any("COGNITO_USER_POOLS"))
		cdktest.Equal(t, path, method.Get("AuthorizationScopes"), any([]any{scope}))
		cdktest.Equal(t, path, method.Get("ApiKeyRequired"), any(true))
	}
	if !slices.Contains(template.At("Api/Deployment").DependsOn, authorizer.LogicalID) {
		t.Error("the deployment does not wait for the authorizer")
	}
}

func TestDefaultMethodOptionsRejects(t *testing.T) {
	o := newOrders()
	for want, given := range map[string][]machineauth.Scope{
		"must have at least one: without a scope, API Gateway expects an ID token and rejects every machine client":                                  nil,
		"entry 0 is nil: use a scope from NewScope":                                                                                                  {nil},
		`"read" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`: {machineauth.NewScope("read", "Read")},
	} {
		before := childIDs(o.stack)
		failure := cdktest.MustPanic(t, func() { o.auth.DefaultMethodOptions(o.stack, jsii.String("Authorizer"), given...) })
		mustBeInvalid(t, failure.(error), "Test/Authorizer: scopes: "+want)
		cdktest.Equal(t, "children of the stack", childIDs(o.stack), before)
	}
	cdktest.MustPanic(t, func() { o.auth.DefaultMethodOptions(nil, jsii.String("Authorizer"), o.read) }, "DefaultMethodOptions: scope is nil: pass a stack or construct")
	cdktest.MustPanic(t, func() { o.auth.DefaultMethodOptions(o.stack, nil, o.read) }, "DefaultMethodOptions: id is empty: pass an id that is unique within its scope")
}

func TestDefaultMethodOptionsAreForOneApi(t *testing.T) {
	o := newOrders()
	options := o.auth.DefaultMethodOptions(o.stack, jsii.String("Authorizer"), o.read)
	first, second := withDefaults(o.stack, "First", options), withDefaults(o.stack, "Second", options)
	addMethod(first.Root(), "GET", nil)
	// CDK itself refuses once both have methods.
	cdktest.MustPanic(t, func() { addMethod(second.Root(), "GET", nil) }, "Cannot attach authorizer to two different rest APIs")
	o.auth.Protect(first, nil)
	failure := cdktest.MustPanic(t, func() { o.auth.Protect(second, nil) })
	mustBeInvalid(t, failure.(error), "Test/Auth/Protect: api: has the DefaultMethodOptions Test/Authorizer of Test/First: an authorizer belongs to one API, call DefaultMethodOptions for each")

	other := newStackIn(o.stack.Node().Root().(awscdk.App), "Other")
	elsewhere := withDefaults(other, "Api", o.auth.DefaultMethodOptions(o.stack, jsii.String("Elsewhere"), o.read))
	failure = cdktest.MustPanic(t, func() { o.auth.Protect(elsewhere, nil) })
	mustBeInvalid(t, failure.(error), "Test/Auth/Protect: api: has the DefaultMethodOptions Test/Elsewhere, which are in another stack: call DefaultMethodOptions with a scope in stack Other")
}

// The error is one clear message instead of three times CDK's "must be attached to a
// RestApi".
func TestDefaultMethodOptionsThatNoProtectedApiHas(t *testing.T) {
	const want = "[Test/Spare] no protected API uses these DefaultMethodOptions: pass them to an API as its DefaultMethodOptions and the API to Protect, or remove the call"
	for name, use := range map[string]func(o orders, options *awsapigateway.MethodOptions){
		"no API": func(orders, *awsapigateway.MethodOptions) {},
		"an API that is not protected": func(o orders, options *awsapigateway.MethodOptions) {
			addMethod(withDefaults(o.stack, "Api", options).Root(), "GET", nil)
		},
		"a protected API, which has others": func(o orders, options *awsapigateway.MethodOptions) {
			api := withDefaults(o.stack, "Api", o.auth.DefaultMethodOptions(o.stack, jsii.String("Own"), o.read))
			addMethod(api.Root(), "GET", nil)
			o.auth.Protect(api, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrders()
			use(o, o.auth.DefaultMethodOptions(o.stack, jsii.String("Spare"), o.read))
			failure := fmt.Sprint(cdktest.MustPanic(t, func() { cdktest.Synth(t, o.stack) }, want))
			if strings.Contains(failure, "must be attached") || strings.Count(failure, "DefaultMethodOptions that") > 1 || strings.Count(failure, "[Test/") != 1 {
				t.Errorf("want one message, got %s", failure)
			}
		})
	}
}

// CDK knows no root for an API imported by its id alone.
func TestProtectAnApiWithoutARoot(t *testing.T) {
	o := newOrders()
	o.auth.DefaultMethodOptions(o.stack, jsii.String("Authorizer"), o.read)
	api := awsapigateway.RestApi_FromRestApiId(o.stack, jsii.String("Imported"), jsii.String("abcdefghij"))
	protected := o.auth.Protect(api, nil)
	cdktest.Equal(t, "RestApiId", *resource(protected.Authorizer()).(awsapigateway.CfnAuthorizer).RestApiId(), "abcdefghij")
}

func TestRequireRejects(t *testing.T) {
	o := newOrders()
	_, protected := o.protect("Api", nil)
	stranger := machineauth.NewScope("read", "Read orders")
	for name, test := range map[string]struct {
		scopes []machineauth.Scope
		want   string
	}{
		"no scope":              {nil, "must have at least one: without a scope, API Gateway expects an ID token and rejects every machine client"},
		"nil scope":             {[]machineauth.Scope{nil}, "entry 0 is nil: use a scope from NewScope"},
		"scope of another":      {[]machineauth.Scope{stranger}, `"read" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`},
		"the same scope, twice": {[]machineauth.Scope{o.read, o.read}, `"read" is listed twice: list it once`},
	} {
		t.Run(name, func(t *testing.T) {
			failure := cdktest.MustPanic(t, func() { protected.Require(test.scopes...) })
			mustBeInvalid(t, failure.(error), "Test/Api/Require: scopes: "+test.want)
		})
	}
}

func TestRequireReturnsOptionsOfTheirOwn(t *testing.T) {
	o := newOrders()
	_, protected := o.protect("Api", nil)
	first := protected.Require(o.read)
	first.AuthorizationScopes = nil
	cdktest.Equal(t, "scopes", len(*protected.Require(o.read).AuthorizationScopes), 1)
}

func TestRequireWinsOverDefaultMethodOptions(t *testing.T) {
	o := newOrders()
	api := awsapigateway.NewRestApi(o.stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false),
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_IAM,
			ApiKeyRequired:    jsii.Bool(true),
		},
	})
	protected := o.auth.Protect(api, nil)
	addMethod(api.Root(), "GET", protected.Require(o.read))
	// The same options work as the default below a resource.
	api.Root().AddResource(jsii.String("v2"), nil).AddProxy(&awsapigateway.ProxyResourceOptions{DefaultMethodOptions: protected.Require(o.write)})
	template := cdktest.Synth(t, o.stack)

	get := template.At("Api/Default/GET")
	cdktest.Equal(t, "AuthorizationType", get.Get("AuthorizationType"), any("COGNITO_USER_POOLS"))
	cdktest.Equal(t, "AuthorizationScopes", get.Get("AuthorizationScopes"), any([]any{"orders/read"}))
	cdktest.Equal(t, "ApiKeyRequired", get.Get("ApiKeyRequired"), any(true))
	cdktest.Equal(t, "AuthorizationScopes", template.At("Api/Default/v2/{proxy+}/ANY").Get("AuthorizationScopes"), any([]any{"orders/write"}))
}
