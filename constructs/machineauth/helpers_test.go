package machineauth_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// orders is the authorization server in most tests: identifier "orders", scopes read and
// write, construct path Test/Auth.
type orders struct {
	stack       awscdk.Stack
	read, write machineauth.Scope
	auth        machineauth.AuthorizationServer
}

// newOrders makes orders in a new app.
func newOrders() orders { return newOrdersIn(cdktest.NewStack()) }

// newOrdersIn makes orders in stack. Several stacks of one app take one synthesis.
func newOrdersIn(stack awscdk.Stack) orders {
	o := orders{
		stack: stack,
		read:  machineauth.NewScope("read", "Read orders"),
		write: machineauth.NewScope("write", "Write orders"),
	}
	o.auth = machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), ordersProps(o.read, o.write))
	return o
}

// ordersProps are the minimal valid props.
func ordersProps(declared ...machineauth.Scope) *machineauth.AuthorizationServerProps {
	return &machineauth.AuthorizationServerProps{Identifier: jsii.String("orders"), Scopes: &declared}
}

// client adds a client that holds scopes.
func (o orders) client(id string, scopes ...machineauth.Scope) machineauth.Client {
	return o.auth.AddClient(&id, &machineauth.ClientProps{Scopes: &scopes})
}

// protect makes an API without methods and protects it.
func (o orders) protect(id string, options *machineauth.ProtectOptions) (awsapigateway.RestApi, machineauth.ProtectedApi) {
	api := newAPI(o.stack, id)
	return api, o.auth.Protect(api, options)
}

func newAPI(stack awscdk.Stack, id string) awsapigateway.RestApi {
	return awsapigateway.NewRestApi(stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false)})
}

func newStackIn(app awscdk.App, id string) awscdk.Stack { return awscdk.NewStack(app, &id, nil) }

func mock() awsapigateway.Integration { return awsapigateway.NewMockIntegration(nil) }

// addMethod adds a method with a mock integration to resource.
func addMethod(resource awsapigateway.IResource, verb string, options *awsapigateway.MethodOptions) awsapigateway.Method {
	return resource.AddMethod(&verb, mock(), options)
}

func cfnClient(c machineauth.Client) awscognito.CfnUserPoolClient { return cfnOf(c.UserPoolClient()) }

func cfnOf(client awscognito.UserPoolClient) awscognito.CfnUserPoolClient {
	return client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
}

// parameter is a value that only CloudFormation knows.
func parameter(stack awscdk.Stack, id string) *string {
	return awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
}

func scopes(s ...machineauth.Scope) *[]machineauth.Scope { return &s }

func minutes(n float64) awscdk.Duration { return awscdk.Duration_Minutes(&n) }

func seconds(n float64) awscdk.Duration { return awscdk.Duration_Seconds(&n) }

// ordersApp is an app without findings: one client holds both scopes, and the API's GET
// requires read, its POST write.
type ordersApp struct {
	orders
	t         *testing.T
	app       awscdk.App
	reporting machineauth.Client
	api       awsapigateway.RestApi
	protected machineauth.ProtectedApi
	get, post awsapigateway.Method
}

func newOrdersApp(t *testing.T) *ordersApp {
	t.Helper()
	app := cdktest.NewApp(nil)
	a := &ordersApp{orders: newOrdersIn(newStackIn(app, "Test")), t: t, app: app}
	a.reporting = a.client("Reporting", a.read, a.write)
	a.api, a.protected = a.protect("Api", nil)
	a.get = addMethod(a.api.Root(), "GET", a.protected.Require(a.read))
	a.post = addMethod(a.api.Root(), "POST", a.protected.Require(a.write))
	return a
}

// object is a part of a template.
type object = map[string]any

// resource returns the L1 construct behind an L2.
func resource(construct constructs.IConstruct) awscdk.CfnResource {
	return construct.Node().DefaultChild().(awscdk.CfnResource)
}

// override sets a property by escape hatch; no construct notices.
func override(construct constructs.IConstruct, property string, value any) {
	resource(construct).AddPropertyOverride(&property, value)
}

func cfnMethod(method awsapigateway.Method) awsapigateway.CfnMethod {
	return resource(method).(awsapigateway.CfnMethod)
}

func (a *ordersApp) cfnAuthorizer() awsapigateway.CfnAuthorizer {
	return resource(a.protected.Authorizer()).(awsapigateway.CfnAuthorizer)
}

func (a *ordersApp) cfnClient() awscognito.CfnUserPoolClient { return cfnClient(a.reporting) }

func (a *ordersApp) cfnPool() awscognito.CfnUserPool {
	return resource(a.auth.UserPool()).(awscognito.CfnUserPool)
}

// ordersResource returns a resource below the API's root for a test's method.
func (a *ordersApp) ordersResource() awsapigateway.Resource { return a.newResource("orders") }

func (a *ordersApp) newResource(path string) awsapigateway.Resource {
	return a.api.Root().AddResource(&path, nil)
}

// generic adds a CfnResource, which CDK knows only by type name, before the deployment.
func (a *ordersApp) generic(id, resourceType string, properties object) awscdk.CfnResource {
	added := awscdk.NewCfnResource(a.stack, &id, &awscdk.CfnResourceProps{Type: &resourceType, Properties: &properties})
	a.api.LatestDeployment().Node().AddDependency(added)
	return added
}

// methodProperties are a method's template properties, plus more.
func (a *ordersApp) methodProperties(restAPIID any, more object) object {
	properties := object{"RestApiId": restAPIID, "ResourceId": a.ordersResource().ResourceId(), "HttpMethod": "GET", "Integration": object{"Type": "MOCK"}}
	for name, value := range more {
		properties[name] = value
	}
	return properties
}

// include adds a resource from a template file. The file's parameters are the API, one of
// its resources, the user pool, and the client's secret.
func (a *ordersApp) include(resourceType string, properties object) {
	parameters := map[string]any{
		"Api": a.api.RestApiId(), "Resource": a.ordersResource().ResourceId(),
		"Pool": a.auth.UserPool().UserPoolId(), "Secret": a.secret(),
	}
	declared := object{}
	for name := range parameters {
		declared[name] = object{"Type": "String"}
	}
	path := filepath.Join(a.t.TempDir(), "included.json")
	template := object{"Parameters": declared, "Resources": object{"Included": object{"Type": resourceType, "Properties": properties}}}
	if err := os.WriteFile(path, toJSON(a.t, template), 0o600); err != nil {
		a.t.Fatal(err)
	}
	included := cloudformationinclude.NewCfnInclude(a.stack, jsii.String("Included"), &cloudformationinclude.CfnIncludeProps{
		TemplateFile: &path, Parameters: &parameters,
	})
	included.Node().AddDependency(a.auth.ResourceServer())
	a.api.LatestDeployment().Node().AddDependency(included)
}

// pathsOf returns an OpenAPI document's paths: each GET with a security requirement, or
// none.
func pathsOf(requirements map[string]any) object {
	paths := object{}
	for path, security := range requirements {
		operation := object{"responses": object{"200": object{"description": "OK"}}, "x-amazon-apigateway-integration": object{
			"type": "mock", "requestTemplates": object{"application/json": `{"statusCode": 200}`}, "responses": object{"default": object{"statusCode": "200"}},
		}}
		if security != nil {
			operation["security"] = []any{object{"pool": security}}
		}
		paths[path] = object{"get": operation}
	}
	return paths
}

// imported is the API as another stack or a nested stack sees it.
func imported(stack awscdk.Stack, id, rootID *string) awsapigateway.IRestApi {
	return awsapigateway.RestApi_FromRestApiAttributes(stack, jsii.String("Imported"), &awsapigateway.RestApiAttributes{
		RestApiId: id, RootResourceId: rootID,
	})
}

// aspect visits every construct.
type aspect struct{ visit func(constructs.IConstruct) }

func (a *aspect) Visit(node constructs.IConstruct) { a.visit(node) }

func addAspect(scope constructs.IConstruct, visit func(constructs.IConstruct)) {
	awscdk.Aspects_Of(scope).Add(&aspect{visit}, nil)
}

// everyMethod visits every method with an aspect.
func (a *ordersApp) everyMethod(change func(awsapigateway.CfnMethod)) {
	addAspect(a.stack, func(node constructs.IConstruct) {
		if method, ok := node.(awsapigateway.CfnMethod); ok {
			change(method)
		}
	})
}

func (a *ordersApp) output(id string, value *string) {
	awscdk.NewCfnOutput(a.stack, &id, &awscdk.CfnOutputProps{Value: value})
}

// secret is a reference to the client secret.
func (a *ordersApp) secret() *string { return a.reporting.ClientSecret().UnsafeUnwrap() }

// require returns options with undeclared scopes, by name.
func (a *ordersApp) require(scopes ...string) *awsapigateway.MethodOptions {
	return a.with(a.protected.Authorizer(), scopes...)
}

func (a *ordersApp) with(authorizer awsapigateway.IAuthorizer, scopes ...string) *awsapigateway.MethodOptions {
	return &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_COGNITO, Authorizer: authorizer, AuthorizationScopes: jsii.Strings(scopes...),
	}
}

func (a *ordersApp) authorizerOf(pool awscognito.IUserPool) awsapigateway.IAuthorizer {
	return awsapigateway.NewCognitoUserPoolsAuthorizer(a.stack, jsii.String("OtherAuthorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
}

func (a *ordersApp) lambdaAuthorizer() awsapigateway.IAuthorizer {
	function := awslambda.Function_FromFunctionArn(a.stack, jsii.String("Function"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:f"))
	return awsapigateway.NewTokenAuthorizer(a.stack, jsii.String("LambdaAuthorizer"), &awsapigateway.TokenAuthorizerProps{Handler: function})
}

// people adds a client to the machines' user pool for people to sign in.
func (a *ordersApp) people(scopes ...string) awscognito.UserPoolClient {
	var held []awscognito.OAuthScope
	for _, scope := range scopes {
		held = append(held, awscognito.OAuthScope_Custom(&scope))
	}
	client := a.auth.UserPool().AddClient(jsii.String("People"), &awscognito.UserPoolClientOptions{
		OAuth: &awscognito.OAuthSettings{Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)}, Scopes: &held, CallbackUrls: jsii.Strings("https://example.org")},
	})
	client.Node().AddDependency(a.auth.ResourceServer())
	return client
}

// noSignUp is a user pool without self sign-up.
func noSignUp() *awscognito.UserPoolProps {
	return &awscognito.UserPoolProps{SelfSignUpEnabled: jsii.Bool(false)}
}

// answering is an integration that answers with a fixed text.
func answering(text string) awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates: &map[string]*string{"application/json": jsii.String(`{"statusCode": 200}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode: jsii.String("200"), ResponseTemplates: &map[string]*string{"application/json": &text},
		}},
	})
}

// serverOfPool makes an authorization server in an imported user pool.
func serverOfPool(stack awscdk.Stack, arn string) {
	read := machineauth.NewScope("read", "Read orders")
	props := ordersProps(read)
	props.UserPool = awscognito.UserPool_FromUserPoolArn(stack, jsii.String("Pool"), &arn)
	use(stack, machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props))
}

// use gives every scope of auth to a client and requires each.
func use(stack awscdk.Stack, auth machineauth.AuthorizationServer) (awsapigateway.RestApi, machineauth.ProtectedApi) {
	all := auth.Scopes()
	auth.AddClient(jsii.String("Client"), &machineauth.ClientProps{Scopes: &all})
	api := newAPI(stack, "Api")
	protected := auth.Protect(api, nil)
	addMethod(api.Root(), "GET", protected.Require(all...))
	return api, protected
}

func toJSON(t *testing.T, value any) []byte {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}
