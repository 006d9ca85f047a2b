//go:build !race

package machineauth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

const (
	remedy = ": pass Require(scope) of its ProtectedApi as the method's options"
	isOpen = " is open to anyone" + remedy + ", or make it public with AllowUnauthenticated"
)

// Rule 1: every method has the authorizer and a declared scope.
func TestMethodsWithoutProtection(t *testing.T) {
	o := newOrders()
	api, protected := o.protect("Api", nil)
	function := awslambda.Function_FromFunctionArn(o.stack, jsii.String("Function"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:f"))
	cognito := awsapigateway.NewCognitoUserPoolsAuthorizer(o.stack, jsii.String("OwnAuthorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{o.auth.UserPool()},
	})
	custom := awsapigateway.NewTokenAuthorizer(o.stack, jsii.String("LambdaAuthorizer"), &awsapigateway.TokenAuthorizerProps{Handler: function})
	requireAny := func(scopes ...string) *awsapigateway.MethodOptions {
		options := protected.Require(o.read)
		options.AuthorizationScopes = jsii.Strings(scopes...)
		return options
	}

	tests := []struct {
		name string // also of the resource below the root of the API
		add  func(resource awsapigateway.Resource)
		want []string // after the path of the resource
	}{
		{"protected", func(r awsapigateway.Resource) { addMethod(r, "GET", protected.Require(o.read)) }, nil},
		{"open", func(r awsapigateway.Resource) { addMethod(r, "GET", nil) },
			[]string{"GET: method GET" + isOpen}},
		{"nested", func(r awsapigateway.Resource) {
			addMethod(r, "GET", protected.Require(o.read))
			addMethod(r.AddResource(jsii.String("later"), nil), "POST", nil)
		}, []string{"later/POST: method POST" + isOpen}},
		{"proxy", func(r awsapigateway.Resource) { r.AddProxy(nil) },
			[]string{"{proxy+}/ANY: method ANY" + isOpen}},
		{"preflight", func(r awsapigateway.Resource) {
			r.AddCorsPreflight(&awsapigateway.CorsOptions{AllowOrigins: jsii.Strings("*")})
		}, []string{"OPTIONS: method OPTIONS" + isOpen}},
		{"opened", func(r awsapigateway.Resource) {
			method := addMethod(r, "GET", protected.Require(o.read))
			method.Node().DefaultChild().(awsapigateway.CfnMethod).SetAuthorizationType(jsii.String("NONE"))
		}, []string{"GET: method GET" + isOpen}},
		{"lowlevel", func(r awsapigateway.Resource) {
			awsapigateway.NewCfnMethod(r, jsii.String("Raw"), &awsapigateway.CfnMethodProps{
				RestApiId: api.RestApiId(), ResourceId: r.ResourceId(), HttpMethod: jsii.String("PUT"),
			})
		}, []string{"Raw: method PUT" + isOpen}},

		{"iam", func(r awsapigateway.Resource) {
			addMethod(r, "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
		}, []string{"GET: method GET has authorization type AWS_IAM, which takes no token of Test/Auth" + remedy}},
		{"lambda", func(r awsapigateway.Resource) {
			addMethod(r, "GET", &awsapigateway.MethodOptions{Authorizer: custom})
		}, []string{"GET: method GET has authorization type CUSTOM, which takes no token of Test/Auth" + remedy}},
		{"cognito", func(r awsapigateway.Resource) {
			options := requireAny("orders/read")
			options.Authorizer = cognito
			addMethod(r, "GET", options)
		}, []string{"GET: method GET uses another authorizer than that of Test/Auth" + remedy}},

		{"noscope", func(r awsapigateway.Resource) { addMethod(r, "GET", requireAny()) },
			[]string{"GET: method GET has the authorizer but no scope: API Gateway would take the token for an ID token and turn every machine client away; pass Require(scope) of its ProtectedApi as the method's options"}},
		{"undeclared", func(r awsapigateway.Resource) { addMethod(r, "GET", requireAny("orders/read", "orders/delete")) },
			[]string{`GET: method GET requires scope "orders/delete", which no client can hold: use one that Test/Auth declares (orders/read, orders/write)`}},
		{"unresolved", func(r awsapigateway.Resource) { addMethod(r, "GET", requireAny(*parameter(o.stack, "Scope"))) }, nil},

		{"public", func(r awsapigateway.Resource) {
			protected.AllowUnauthenticated(addMethod(r, "GET", nil), jsii.String("health check of the load balancer"))
			addMethod(r, "POST", nil)
		}, []string{"POST: method POST" + isOpen}},
		{"publicpreflight", func(r awsapigateway.Resource) {
			options := r.AddCorsPreflight(&awsapigateway.CorsOptions{AllowOrigins: jsii.Strings("*")})
			protected.AllowUnauthenticated(options, jsii.String("browsers send no token with a preflight"))
		}, nil},
		{"publiciam", func(r awsapigateway.Resource) {
			method := addMethod(r, "GET", &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
			protected.AllowUnauthenticated(method, jsii.String("a reason"))
		}, []string{"GET: method GET has authorization type AWS_IAM, which takes no token of Test/Auth" + remedy}},
	}
	for _, test := range tests {
		test.add(api.Root().AddResource(&test.name, nil))
	}
	addMethod(newAPI(o.stack, "Unprotected").Root(), "GET", nil) // an API of its own, no concern of ours

	findings := cdktest.Findings(t, awscdk.Stage_Of(o.stack))
	total := 0
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prefix := "Test/Api/Default/" + test.name + "/"
			var got []string
			for _, finding := range findings {
				if rest, ok := strings.CutPrefix(finding, prefix); ok {
					got = append(got, rest)
				}
			}
			cdktest.Equal(t, "findings", got, test.want)
		})
		total += len(test.want)
	}
	cdktest.Equal(t, "number of findings", len(findings), total)
}

func TestMethodsWithoutProtectionInAnyStack(t *testing.T) {
	app := cdktest.NewApp(nil)
	o := newOrdersIn(newStackIn(app, "Test"))
	stack := newStackIn(app, "ApiStack")
	api := newAPI(stack, "Api")
	protected := o.auth.Protect(api, nil)
	addMethod(api.Root(), "GET", protected.Require(o.read))
	addMethod(api.Root(), "POST", nil)
	for _, other := range []awscdk.Stack{newStackIn(app, "Routes"), awscdk.NewNestedStack(stack, jsii.String("Nested"), nil)} {
		imported := awsapigateway.RestApi_FromRestApiAttributes(other, jsii.String("Imported"), &awsapigateway.RestApiAttributes{
			RestApiId: api.RestApiId(), RootResourceId: api.RestApiRootResourceId(),
		})
		addMethod(imported.Root().AddResource(jsii.String("more"), nil), "GET", nil)
	}

	cdktest.Equal(t, "findings", cdktest.Findings(t, app), []string{
		"Routes/Imported/Default/more/GET: method GET" + isOpen,
		"ApiStack/Api/Default/POST: method POST" + isOpen,
		"ApiStack/Nested/Imported/Default/more/GET: method GET" + isOpen,
	})
}

func TestRulesOfANestedStack(t *testing.T) {
	stack := cdktest.NewStack()
	o := newOrdersIn(awscdk.NewNestedStack(stack, jsii.String("Nested"), nil))
	api, _ := o.protect("Api", nil)
	addMethod(api.Root(), "GET", nil)
	cfnClient(o.client("NoSecret", o.read)).SetGenerateSecret(false)

	cdktest.Equal(t, "findings", cdktest.Findings(t, awscdk.Stage_Of(stack)), []string{
		"Test/Nested/Api/Default/GET: method GET" + isOpen,
		"Test/Nested/Auth/NoSecret: GenerateSecret must be true: client_credentials needs a secret on a machine client, got false",
	})
}

// CDK fails on some three thousand calls from within one validation.
func TestRulesOfAFullStack(t *testing.T) {
	app := cdktest.NewApp(nil)
	o := newOrdersIn(newStackIn(app, "Test"))
	api, protected := o.protect("Api", nil)
	addMethod(api.Root(), "GET", protected.Require(o.read))
	o.client("Reader", o.read, o.write)
	for i := range 480 { // CloudFormation allows 500 resources
		awscdk.NewCfnResource(o.stack, jsii.String(fmt.Sprint("Thing", i)), &awscdk.CfnResourceProps{Type: jsii.String("Test::Any::Thing")})
	}
	addMethod(api.Root(), "POST", nil)

	cdktest.Equal(t, "findings", cdktest.Findings(t, app), []string{"Test/Api/Default/POST: method POST" + isOpen})
}

func TestMethodsWithoutProtectionInAStage(t *testing.T) {
	app := cdktest.NewApp(nil)
	newOrdersIn(newStackIn(app, "Test"))
	stage := awscdk.NewStage(app, jsii.String("Production"), nil)
	o := newOrdersIn(awscdk.NewStack(stage, jsii.String("Test"), nil))
	api, _ := o.protect("Api", nil)
	addMethod(api.Root(), "GET", nil)

	cdktest.Equal(t, "findings", cdktest.Findings(t, app), []string{
		"Production/Test/Api/Default/GET: method GET" + isOpen,
	})
}

func TestAllMethodsOpenedByTheDefaultOfTheApi(t *testing.T) {
	o := newOrders()
	api := awsapigateway.NewRestApi(o.stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		CloudWatchRole:       jsii.Bool(false),
		DefaultMethodOptions: &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_NONE},
		DefaultCorsPreflightOptions: &awsapigateway.CorsOptions{
			AllowOrigins: jsii.Strings("*"),
		},
	})
	o.auth.Protect(api, nil)
	addMethod(api.Root(), "GET", nil)
	cdktest.MustFailSynth(t, o.stack,
		"[Test] Test/Api/Default/OPTIONS: method OPTIONS"+isOpen,
		"[Test] Test/Api/Default/GET: method GET"+isOpen)
}

// Rule 2: a client can do nothing but the client_credentials grant.
func TestClientsChangedAfterConstruction(t *testing.T) {
	const (
		secret   = "GenerateSecret must be true: client_credentials needs a secret on a machine client, got "
		oauth    = "AllowedOAuthFlowsUserPoolClient must be true: without it no OAuth flow works on a machine client, got "
		flows    = "AllowedOAuthFlows must be client_credentials and nothing else on a machine client, got "
		explicit = "ExplicitAuthFlows must be ALLOW_REFRESH_TOKEN_AUTH and nothing else: any other lets users sign in, and with an empty list Cognito allows SRP and custom sign-in on a machine client, got "
		scope    = "AllowedOAuthScopes must be scopes that the resource server declares (orders/read, orders/write) on a machine client, got "
	)
	o := newOrders()
	tests := []struct {
		id     string
		change func(client awscognito.CfnUserPoolClient)
		want   []string
	}{
		{"Unchanged", func(awscognito.CfnUserPoolClient) {}, nil},
		{"NoSecret", func(c awscognito.CfnUserPoolClient) { c.SetGenerateSecret(false) }, []string{secret + "false"}},
		{"NoOAuth", func(c awscognito.CfnUserPoolClient) { c.SetAllowedOAuthFlowsUserPoolClient(false) }, []string{oauth + "false"}},
		{"MoreFlows", func(c awscognito.CfnUserPoolClient) {
			c.SetAllowedOAuthFlows(jsii.Strings("client_credentials", "implicit"))
		}, []string{flows + `["client_credentials","implicit"]`}},
		{"OtherFlow", func(c awscognito.CfnUserPoolClient) { c.SetAllowedOAuthFlows(jsii.Strings("code")) }, []string{flows + `["code"]`}},
		{"NoFlow", func(c awscognito.CfnUserPoolClient) { c.SetAllowedOAuthFlows(nil) }, []string{flows + `[]`}},
		{"SignIn", func(c awscognito.CfnUserPoolClient) {
			c.SetExplicitAuthFlows(jsii.Strings("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"))
		}, []string{explicit + `["ALLOW_REFRESH_TOKEN_AUTH","ALLOW_USER_SRP_AUTH"]`}},
		{"SignInByDefault", func(c awscognito.CfnUserPoolClient) { c.SetExplicitAuthFlows(nil) }, []string{explicit + `[]`}},
		{"Undeclared", func(c awscognito.CfnUserPoolClient) {
			c.SetAllowedOAuthScopes(jsii.Strings("orders/read", "orders/delete", "openid"))
		}, []string{scope + `"orders/delete"`, scope + `"openid"`}},
		{"Unresolved", func(c awscognito.CfnUserPoolClient) { c.SetAllowedOAuthScopes(&[]*string{parameter(o.stack, "Scope")}) }, nil},
		{"Harmless", func(c awscognito.CfnUserPoolClient) { c.SetAllowedOAuthScopes(jsii.Strings("orders/write")) }, nil},
	}
	var want []string
	for _, test := range tests {
		test.change(cfnClient(o.client(test.id, o.read)))
		for _, message := range test.want {
			want = append(want, "Test/Auth/"+test.id+": "+message)
		}
	}
	cdktest.Equal(t, "findings", cdktest.Findings(t, awscdk.Stage_Of(o.stack)), want)
}

// Rule 4: the account's CloudWatch role is left alone.
func TestAccountCloudWatchRole(t *testing.T) {
	o := newOrders()
	newRole := func(id string, role *bool) awsapigateway.RestApi {
		api := awsapigateway.NewRestApi(o.stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: role})
		return api
	}
	require := func(api awsapigateway.RestApi, options *machineauth.ProtectOptions) {
		addMethod(api.Root(), "GET", o.auth.Protect(api, options).Require(o.read))
	}
	require(newRole("Wanted", jsii.Bool(true)), nil)
	require(newRole("ByDefault", nil), nil) // what CDK does without its feature flag
	require(newRole("Allowed", jsii.Bool(true)), &machineauth.ProtectOptions{AllowAccountCloudWatchRole: jsii.Bool(true)})
	require(newRole("Forbidden", jsii.Bool(true)), &machineauth.ProtectOptions{AllowAccountCloudWatchRole: jsii.Bool(false)})
	require(newRole("Api", jsii.Bool(false)), nil)
	addMethod(newRole("ApiOfOthers", jsii.Bool(true)).Root(), "GET", nil)

	const rule = "/Account: sets the API Gateway CloudWatch role of the whole account and Region: create the RestApi with CloudWatchRole false, or accept it with ProtectOptions.AllowAccountCloudWatchRole"
	cdktest.Equal(t, "findings", cdktest.Findings(t, awscdk.Stage_Of(o.stack)),
		[]string{"Test/Wanted" + rule, "Test/ByDefault" + rule, "Test/Forbidden" + rule})
}

func TestDomainPrefixesOfOneStack(t *testing.T) {
	app := cdktest.NewApp(nil)
	stack, other := newStackIn(app, "Test"), newStackIn(app, "Other")
	read := machineauth.NewScope("read", "Read orders")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	shared := pool.AddDomain(jsii.String("Domain"), &awscognito.UserPoolDomainOptions{
		CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: jsii.String("shared")},
	})
	add := func(stack awscdk.Stack, id string, change func(props *machineauth.AuthorizationServerProps)) {
		props := ordersProps(read)
		change(props)
		machineauth.NewAuthorizationServer(stack, &id, props)
	}
	byDefault := func(*machineauth.AuthorizationServerProps) {}
	prefix := func(prefix string) func(*machineauth.AuthorizationServerProps) {
		return func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = &prefix }
	}
	add(stack, "Default", byDefault)
	add(stack, "SameDefault", byDefault)
	add(other, "SameDefaultInAnotherStack", byDefault)
	add(stack, "Given", prefix("given"))
	add(stack, "SameGiven", prefix("given"))
	add(stack, "Different", prefix("different"))
	for _, id := range []string{"FirstOfPool", "SecondOfPool"} {
		add(stack, id, func(p *machineauth.AuthorizationServerProps) {
			p.Identifier, p.UserPool, p.UserPoolDomain = &id, pool, shared
		})
	}

	for _, id := range []string{"FirstImported", "SecondImported"} {
		add(stack, id, func(p *machineauth.AuthorizationServerProps) {
			p.Identifier, p.UserPool = &id, pool
			p.UserPoolDomain = awscognito.UserPoolDomain_FromDomainName(stack, jsii.String(id+"Domain"), jsii.String("given"))
		})
	}

	cdktest.Equal(t, "findings", cdktest.Findings(t, app), []string{
		"Test/SameDefault/Domain: has the same domain prefix as Test/Default/Domain: give each its own DomainPrefix",
		"Test/SameGiven/Domain: has the same domain prefix as Test/Given/Domain: give each its own DomainPrefix",
	})
}
