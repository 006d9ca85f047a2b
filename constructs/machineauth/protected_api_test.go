package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

func TestDefaultProtectedApi(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	addMethod(api.Root(), "GET", protected.Require(o.read, o.write))
	template := cdktest.Synth(t, o.stack)

	authorizer := template.At("Api/MachineAuthorizer")
	delete(authorizer.Properties, "Name") // generated
	cdktest.Equal(t, "authorizer", authorizer.Properties, map[string]any{
		"RestApiId":      template.At("Api").Ref(),
		"Type":           "COGNITO_USER_POOLS",
		"IdentitySource": "method.request.header.Authorization",
		"ProviderARNs":   []any{template.At("Auth/UserPool").GetAtt("Arn")},
	})
	cdktest.Equal(t, "method", template.At("Api/Default/GET").Properties, map[string]any{
		"RestApiId":           template.At("Api").Ref(),
		"ResourceId":          template.At("Api").GetAtt("RootResourceId"),
		"HttpMethod":          "GET",
		"AuthorizationType":   "COGNITO_USER_POOLS",
		"AuthorizerId":        authorizer.Ref(),
		"AuthorizationScopes": []any{"orders/read", "orders/write"},
		"Integration":         map[string]any{"Type": "MOCK"},
	})
	if protected.RestApi() != api {
		t.Error("RestApi is not the API that was given")
	}
	cdktest.Equal(t, "Authorizer", o.stack.Resolve(protected.Authorizer().AuthorizerId()), authorizer.Ref())
}

func TestOneServerProtectsSeveralApis(t *testing.T) {
	o := newOrders()
	for id, ttl := range map[string]awscdk.Duration{"Cached": seconds(3600), "Uncached": seconds(0)} {
		api, protected := o.protect(id, &machineauth.ProtectOptions{AuthorizerResultTtl: ttl})
		addMethod(api.Root(), "GET", protected.Require(o.read))
		addMethod(api.Root(), "POST", protected.Require(o.write))
	}
	template := cdktest.Synth(t, o.stack)

	cdktest.Equal(t, "authorizers", len(template.OfType("AWS::ApiGateway::Authorizer")), 2)
	for id, wantTtl := range map[string]float64{"Cached": 3600, "Uncached": 0} {
		authorizer := template.At(id + "/MachineAuthorizer")
		cdktest.Equal(t, "RestApiId", authorizer.Get("RestApiId"), template.At(id).Ref())
		cdktest.Equal(t, "ProviderARNs", authorizer.Get("ProviderARNs"), any([]any{template.At("Auth/UserPool").GetAtt("Arn")}))
		cdktest.Equal(t, "AuthorizerResultTtlInSeconds", authorizer.Get("AuthorizerResultTtlInSeconds"), any(wantTtl))
		for _, verb := range []string{"GET", "POST"} {
			cdktest.Equal(t, "AuthorizerId", template.At(id+"/Default/"+verb).Get("AuthorizerId"), authorizer.Ref())
		}
	}
}

func TestProtectingAnApiAgainReturnsTheSame(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	_, other := o.protect("Other", nil)
	if o.auth.Protect(api, nil) != protected {
		t.Error("the same API was protected twice")
	}
	if protected == other {
		t.Error("two APIs have one ProtectedApi")
	}
	cdktest.MustPanic(t, func() { o.auth.Protect(api, &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(0)}) },
		"Test/Auth/Protect: options: Test/Api is already protected, with the options of the first call: pass nil to get its ProtectedApi")
}

func TestAuthorizerChecksTokensOfAnExistingUserPool(t *testing.T) {
	stack := cdktest.NewStack()
	read := machineauth.NewScope("read", "Read orders")
	props := ordersProps(read)
	props.UserPool = awscognito.UserPool_FromUserPoolArn(stack, jsii.String("Pool"), jsii.String("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"))
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)
	api := newAPI(stack, "Api")
	addMethod(api.Root(), "GET", auth.Protect(api, nil).Require(read))

	cdktest.Equal(t, "ProviderARNs", cdktest.Synth(t, stack).At("Api/MachineAuthorizer").Get("ProviderARNs"),
		any([]any{"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"}))
}

func TestAuthorizationServerAndApiInTwoStacks(t *testing.T) {
	app := cdktest.NewApp(nil)
	o := newOrdersIn(newStackIn(app, "Test"))
	o.client("Reporting", o.read)
	stack := newStackIn(app, "ApiStack")
	api := newAPI(stack, "Api")
	addMethod(api.Root(), "GET", o.auth.Protect(api, nil).Require(o.read))
	template := cdktest.Synth(t, stack)

	authorizer := template.At("Api/MachineAuthorizer")
	cdktest.Equal(t, "RestApiId", authorizer.Get("RestApiId"), template.At("Api").Ref())
	if authorizer.Get("ProviderARNs.0.Fn::ImportValue") == nil {
		t.Errorf("ProviderARNs: not imported from the stack of the user pool: %v", authorizer.Get("ProviderARNs"))
	}
}

func TestProtectRejects(t *testing.T) {
	o := newOrders()
	other := machineauth.NewAuthorizationServer(o.stack, jsii.String("Other"), ordersProps(machineauth.NewScope("read", "Read")))
	taken := newAPI(o.stack, "Taken")
	other.Protect(taken, nil) // no authorizer yet
	const twice = "Test/Taken is already protected by another authorization server: protect each API with one"
	tests := []struct {
		name    string
		api     awsapigateway.RestApi
		options *machineauth.ProtectOptions
		want    string
	}{
		{"nil API", nil, nil, "api: is nil: pass the API to protect"},
		{"API of another authorization server", taken, nil, "api: " + twice},
		{"options", newAPI(o.stack, "Options"), &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(3601)},
			"AuthorizerResultTtl: must be 0s to 1h0m0s in whole seconds, got 1h0m1s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failure := cdktest.MustPanic(t, func() { o.auth.Protect(test.api, test.options) })
			mustBeInvalid(t, failure.(error), "Test/Auth/Protect: "+test.want)
		})
	}
}

func TestProtectOptions(t *testing.T) {
	const rule = "ProtectOptions: AuthorizerResultTtl: must be 0s to 1h0m0s in whole seconds, got "
	token := awscdk.NewCfnParameter(cdktest.NewStack(), jsii.String("Seconds"), &awscdk.CfnParameterProps{Type: jsii.String("Number")}).ValueAsNumber()
	for name, test := range map[string]struct {
		ttl  awscdk.Duration
		want string
	}{
		"default":      {nil, ""},
		"off":          {seconds(0), ""},
		"1 hour":       {minutes(60), ""},
		"unresolved":   {awscdk.Duration_Seconds(token), ""},
		"3601":         {seconds(3601), rule + "1h0m1s"},
		"1500 ms":      {awscdk.Duration_Millis(jsii.Number(1500)), rule + "1.5s"},
		"half an hour": {minutes(30), ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&machineauth.ProtectOptions{AuthorizerResultTtl: test.ttl}).Validate()
			if test.want != "" {
				mustBeInvalid(t, err, test.want)
			} else if err != nil {
				t.Errorf("unwanted error: %v", err)
			}
		})
	}
	if err := (*machineauth.ProtectOptions)(nil).Validate(); err != nil {
		t.Errorf("nil options: %v", err)
	}
}

func TestProtectOptionsAreCopied(t *testing.T) {
	o := newOrders()
	options := &machineauth.ProtectOptions{AuthorizerResultTtl: seconds(60)}
	before := *options
	api, protected := o.protect("Api", options)
	if *options != before {
		t.Error("the options were changed")
	}
	options.AuthorizerResultTtl = seconds(0)
	addMethod(api.Root(), "GET", protected.Require(o.read))
	cdktest.Equal(t, "TTL", *protected.Authorizer().Node().DefaultChild().(awsapigateway.CfnAuthorizer).AuthorizerResultTtlInSeconds(), 60.0)
}

func TestAllowedByNameNeedsMethodAndReason(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	health := addMethod(api.Root(), "GET", nil)
	elsewhere := addMethod(newAPI(o.stack, "Other").Root(), "GET", nil)
	allowed := addMethod(api.Root(), "PUT", nil)
	protected.AllowUnauthenticated(allowed, jsii.String("health check"))
	for function, allow := range map[string]struct {
		call     func(awsapigateway.Method, *string)
		noReason string
	}{
		"AllowUnauthenticated":    {protected.AllowUnauthenticated, "reason: is required: say why anyone may call the method without a token"},
		"AllowOtherAuthorization": {protected.AllowOtherAuthorization, "reason: is required: say what opens the method, and why it is not a scope"},
	} {
		for name, test := range map[string]struct {
			method awsapigateway.Method
			reason *string
			want   string
		}{
			"nil reason":   {health, nil, allow.noReason},
			"blank reason": {health, jsii.String(" \t"), allow.noReason},
			"nil method":   {nil, jsii.String("health check"), "method: is nil: pass the method to allow"},
			"another API's method": {elsewhere, jsii.String("health check"),
				"method: Test/Other/Default/GET is not a method of Test/Api: pass a method of that API"},
			"allowed already": {allowed, jsii.String("health check"),
				"method: Test/Api/Default/PUT is already accepted by AllowUnauthenticated: call one of the two, once"},
			"neither": {nil, nil, "2 problems:\n   1. method: is nil: pass the method to allow\n   2. " + allow.noReason},
		} {
			t.Run(function+": "+name, func(t *testing.T) {
				failure := cdktest.MustPanic(t, func() { allow.call(test.method, test.reason) })
				mustBeInvalid(t, failure.(error), "Test/Api/"+function+": "+test.want)
			})
		}
	}
}

func TestAllowPeopleRejects(t *testing.T) {
	a := newOrdersApp(t)
	people := a.people("openid")
	other := awscognito.NewUserPool(a.stack, jsii.String("Other"), nil).AddClient(jsii.String("Client"), nil)
	for name, test := range map[string]struct {
		client awscognito.UserPoolClient
		reason *string
		want   string
	}{
		"nil reason":                 {people, nil, "reason: is required: say why people may hold the client's scopes"},
		"nil client":                 {nil, jsii.String("support"), "client: is nil: pass the client that signs people in"},
		"client of another pool":     {other, jsii.String("support"), "client: Test/Other/Client belongs to another user pool: create a client for people with UserPool().AddClient"},
		"client made with AddClient": {a.reporting.UserPoolClient(), jsii.String("support"), "client: Test/Auth/Reporting/Resource is a machine client: create a client for people with UserPool().AddClient"},
	} {
		t.Run(name, func(t *testing.T) {
			failure := cdktest.MustPanic(t, func() { a.auth.AllowPeople(test.client, test.reason) })
			mustBeInvalid(t, failure.(error), "Test/Auth/AllowPeople: "+test.want)
		})
	}
}

// The rules, reviewers and other linters read the marks.
func TestMarks(t *testing.T) {
	a := newOrdersApp(t)
	public := addMethod(a.ordersResource(), "GET", nil)
	a.protected.AllowUnauthenticated(public, jsii.String("health check"))
	signed := addMethod(a.newResource("operators"), "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
	a.protected.AllowOtherAuthorization(signed, jsii.String("operators"))
	a.auth.AllowPeople(a.people("orders/read"), jsii.String("back office"))
	role := awsapigateway.NewRestApi(a.stack, jsii.String("Role"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(true)})
	addMethod(role.Root(), "GET", a.auth.Protect(role, &machineauth.ProtectOptions{AllowAccountCloudWatchRole: jsii.Bool(true)}).Require(a.read))
	template := cdktest.Synth(t, a.stack)

	pool := template.At("Auth/UserPool")
	for path, want := range map[string]object{
		"Auth/ResourceServer":       {"authorizationServer": true},
		"Auth/Reporting":            {"machine": pool.Ref()},
		"Auth/UserPool/People":      {"people": "back office"},
		"Api":                       {"protectedBy": pool.LogicalID},
		"Api/Default/orders/GET":    {"public": "health check"},
		"Api/Default/operators/GET": {"otherAuthorization": "operators"},
		"Role/Account":              {"accountRole": true},
	} {
		cdktest.Equal(t, path, template.At(path).Attributes["Metadata"].(object)["machineauth"], any(want))
	}
	deploys := template.At("Api/Deployment").Attributes["Metadata"].(object)["machineauth"].(object)["deploys"].(object)
	for _, path := range []string{"Api/Default/GET", "Api/Default/POST", "Api/Default/orders/GET", "Api/Default/operators/GET", "Api/MachineAuthorizer"} {
		if fingerprint, _ := deploys[template.At(path).LogicalID].(string); len(fingerprint) != 16 {
			t.Errorf("%s has the fingerprint %q", path, fingerprint)
		}
	}
	cdktest.Equal(t, "fingerprints", len(deploys), 5)
}

// CDK warns that a preflight ignores the default scopes.
func TestPreflightsCauseNoWarning(t *testing.T) {
	o := newOrders()
	o.client("Reporting", o.read, o.write)
	api := awsapigateway.NewRestApi(o.stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		CloudWatchRole:              jsii.Bool(false),
		DefaultMethodOptions:        o.auth.DefaultMethodOptions(o.stack, jsii.String("Authorizer"), o.read),
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()},
	})
	protected := o.auth.Protect(api, nil)
	api.Root().AddProxy(&awsapigateway.ProxyResourceOptions{DefaultIntegration: mock()})
	api.Root().AddResource(jsii.String("orders"), &awsapigateway.ResourceOptions{DefaultMethodOptions: protected.Require(o.write)})
	cdktest.Equal(t, "warnings", cdktest.Warnings(t, o.stack), []string(nil))
}
