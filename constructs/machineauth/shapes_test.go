package machineauth_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// shape is a kind of app people deploy. build adds to a good app.
type shape struct {
	name  string
	build func(*ordersApp)
}

// Good apps have no findings, whatever their shape. CDK's own rules find nothing either,
// in this repository's app and in the apps that add more than another shape of API.
func TestShapes(t *testing.T) {
	var apps []awscdk.App
	for kind, shapes := range map[string][]shape{"API": shapesOfAPIs(), "method": shapesOfMethods(), "app": shapesOfApps()} {
		for _, shape := range shapes {
			t.Run(kind+"/"+shape.name, func(t *testing.T) {
				a := newOrdersApp(t)
				shape.build(a)
				cdktest.Equal(t, "findings", cdktest.Findings(t, a.app), []cdktest.Finding(nil))
				if kind == "app" {
					apps = append(apps, a.app)
				}
			})
		}
	}
	cdktest.MustPassRulesOfCDK(t, apps, "../../testdata/weather-events-api.template.json")
}

// These shapes have mock methods, tested as callers see them: a browser's preflight gets
// its answer without a token, and every other method requires the scope. GET requires
// orders/read: Reader holds it, Writer does not.
func TestShapesAsCallersSeeThem(t *testing.T) {
	str := jsii.String
	cors := &awsapigateway.CorsOptions{AllowOrigins: awsapigateway.Cors_ALL_ORIGINS()}
	withOptions := func(o orders, cors *awsapigateway.CorsOptions) awsapigateway.RestApi {
		return awsapigateway.NewRestApi(o.stack, str("Api"), &awsapigateway.RestApiProps{
			CloudWatchRole: jsii.Bool(false), DefaultCorsPreflightOptions: cors, DefaultIntegration: answering("ok"),
			DefaultMethodOptions: answers(o.auth.DefaultMethodOptions(o.stack, str("Authorizer"), o.read)),
		})
	}
	for name, test := range map[string]struct {
		build     func(o orders)
		path      string
		preflight bool
		stages    int
	}{
		"CORS of the whole API": {func(o orders) {
			api := withOptions(o, cors)
			o.auth.Protect(api, nil)
			api.Root().AddResource(str("orders"), nil).AddMethod(str("GET"), nil, nil)
		}, "orders", true, 1},
		"CORS of one resource": {func(o orders) {
			api, protected := o.protect("Api", nil)
			resource := api.Root().AddResource(str("orders"), nil)
			resource.AddCorsPreflight(cors)
			resource.AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
		}, "orders", true, 1},
		"CORS by hand": {func(o orders) {
			api, protected := o.protect("Api", nil)
			resource := api.Root().AddResource(str("orders"), nil)
			addPreflight(resource)
			resource.AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
		}, "orders", true, 1},
		"a proxy at the root, called at the root": {func(o orders) {
			api := withOptions(o, nil)
			o.auth.Protect(api, nil)
			api.Root().AddProxy(nil)
		}, "", false, 1},
		"a proxy at the root, called below": {func(o orders) {
			api := withOptions(o, nil)
			o.auth.Protect(api, nil)
			api.Root().AddProxy(nil)
		}, "orders/7/lines", false, 1},
		"a proxy below a resource": {func(o orders) {
			api, protected := o.protect("Api", nil)
			api.Root().AddResource(str("v2"), nil).AddProxy(&awsapigateway.ProxyResourceOptions{
				DefaultIntegration: answering("ok"), DefaultMethodOptions: answers(protected.Require(o.read)),
			})
		}, "v2/orders", false, 1},
		"path parameters": {func(o orders) {
			api, protected := o.protect("Api", nil)
			api.Root().AddResource(str("orders"), nil).AddResource(str("{id}"), nil).AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
		}, "orders/7", false, 1},
		"own deployments and stages": {func(o orders) {
			api := awsapigateway.NewRestApi(o.stack, str("Api"), &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: jsii.Bool(false)})
			protected := o.auth.Protect(api, nil)
			deployByHand(protected)
			api.Root().AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
		}, "", false, 2},
		"two servers on one pool": {func(o orders) {
			props := ordersProps(machineauth.NewScope("read", "Read invoices"))
			props.Identifier, props.UserPool, props.UserPoolDomain = str("invoices"), o.auth.UserPool(), o.auth.Domain()
			invoices := machineauth.NewAuthorizationServer(o.stack, str("Invoices"), props)
			invoices.AddClient(str("Accounting"), &machineauth.ClientProps{Scopes: props.Scopes})
			api, protected := o.protect("Api", nil)
			api.Root().AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
			invoiceApi := newAPI(o.stack, "InvoiceApi")
			invoiceApi.Root().AddMethod(str("POST"), answering("ok"), answers(invoices.Protect(invoiceApi, nil).Require(invoices.Scopes()...)))
		}, "", false, 1},
		"a SpecRestApi": {func(o orders) {
			api := awsapigateway.NewSpecRestApi(o.stack, str("Api"), &awsapigateway.SpecRestApiProps{CloudWatchRole: jsii.Bool(false), ApiDefinition: specOf(o, o.read)})
			o.auth.Protect(api, nil)
		}, "orders", false, 1},
		"people and machines in one pool": {func(o orders) {
			api, protected := o.protect("Api", nil)
			api.Root().AddMethod(str("GET"), answering("ok"), answers(protected.Require(o.read)))
			people := o.auth.UserPool().AddClient(str("People"), &awscognito.UserPoolClientOptions{OAuth: &awscognito.OAuthSettings{
				Flows: &awscognito.OAuthFlows{AuthorizationCodeGrant: jsii.Bool(true)}, Scopes: &[]awscognito.OAuthScope{awscognito.OAuthScope_OPENID()}, CallbackUrls: jsii.Strings("https://example.org"),
			}})
			protected.AllowOtherAuthorization(api.Root().AddResource(str("me"), nil).AddMethod(str("GET"), answering("ok"), &awsapigateway.MethodOptions{
				AuthorizationType: awsapigateway.AuthorizationType_COGNITO, Authorizer: protected.Authorizer(),
			}), str("people see their own orders, by their ID token: "+*people.Node().Id()))
		}, "", false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrders()
			o.client("Reader", o.read)
			o.client("Writer", o.write)
			test.build(o)
			d := deploy(t, cdktest.Synth(t, o.stack))
			reader, writer := d.tokenOf("Reader"), d.tokenOf("Writer")
			stages := 0
			for _, api := range d.server.APIs() {
				if api.Name != "Api" {
					continue
				}
				stages++
				url := api.URL + test.path
				cdktest.Equal(t, "without a token", status(t, "GET", url, ""), http.StatusUnauthorized)
				cdktest.Equal(t, "with a token of another scope", status(t, "GET", url, writer), http.StatusUnauthorized)
				cdktest.Equal(t, "with a token of the scope", status(t, "GET", url, reader), http.StatusOK)
				if test.preflight {
					if got := status(t, "OPTIONS", url, ""); got != http.StatusNoContent && got != http.StatusOK {
						t.Errorf("preflight without a token: %d", got)
					}
				}
			}
			cdktest.Equal(t, "stages", stages, test.stages)
		})
	}
}

// answers makes the options' method answer with 200.
func answers(options *awsapigateway.MethodOptions) *awsapigateway.MethodOptions {
	options.MethodResponses = &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("200")}}
	return options
}
