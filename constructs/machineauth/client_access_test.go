package machineauth_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// company is an app with two authorization servers on one user pool, and others.
type company struct {
	app             awscdk.App
	orders, billing machineauth.AuthorizationServer
	read, charge    machineauth.Scope
	team            awscdk.Stack // holds a service that calls the APIs
}

func newCompany() company {
	c := company{app: cdktest.NewApp(nil), charge: machineauth.NewScope("charge", "Charge customers")}
	o := newOrdersIn(newStackIn(c.app, "Test"))
	c.orders, c.read = o.auth, o.read
	props := ordersProps(c.charge)
	props.Identifier, props.UserPool, props.UserPoolDomain = jsii.String("billing"), o.auth.UserPool(), o.auth.Domain()
	c.billing = machineauth.NewAuthorizationServer(newStackIn(c.app, "Billing"), jsii.String("Auth"), props)
	c.team = newStackIn(c.app, "Team")
	return c
}

func access(a ...machineauth.Access) *[]machineauth.Access { return &a }

// One client has one id, one secret and one token for two APIs. It is in the service's
// stack, and CloudFormation deploys that stack after both resource servers.
func TestAClientOfTwoAuthorizationServers(t *testing.T) {
	c := newCompany()
	key := awskms.NewKey(c.team, jsii.String("Key"), nil)
	client := machineauth.NewClient(c.team, jsii.String("Shop"), &machineauth.ClientProps{
		Access: access(c.billing.Access(c.charge), c.orders.Access(c.read)), StoreCredentials: jsii.Bool(true), SecretEncryptionKey: key,
	})
	client.GrantRead(newReader(c.team))
	template := cdktest.Synth(t, c.team)

	cdktest.Equal(t, "scopes", template.At("Shop").Get("AllowedOAuthScopes"), any([]any{"billing/charge", "orders/read"}))
	cdktest.Equal(t, "Scope", *client.Scope(), "billing/charge orders/read")
	if got := client.Scopes(); len(got) != 2 || got[0] != c.charge || got[1] != c.read {
		t.Errorf("Scopes: %v", got)
	}
	for _, auth := range []machineauth.AuthorizationServer{c.orders, c.billing} {
		if clients := auth.Clients(); len(clients) != 1 || clients[0] != client {
			t.Errorf("clients of %s: %v", *auth.Node().Path(), clients)
		}
	}
	cdktest.Equal(t, "key", template.At("Shop/Secret").Get("KmsKeyId"), template.At("Key").GetAtt("Arn"))
	for stack, before := range map[awscdk.Stack][]string{c.team: {"Test", "Billing"}, stackOf(c.orders): nil, stackOf(c.billing): {"Test"}} {
		var names []string
		for _, dependency := range *stack.Dependencies() {
			names = append(names, *dependency.StackName())
		}
		slices.Sort(names)
		slices.Sort(before)
		cdktest.Equal(t, *stack.StackName()+" is deployed after", names, before)
	}
}

func stackOf(c constructs.IConstruct) awscdk.Stack { return awscdk.Stack_Of(c) }

func TestNewClientRejects(t *testing.T) {
	c := newCompany()
	other := newOrdersIn(newStackIn(c.app, "Other"))
	noDomainProps := ordersProps(machineauth.NewScope("ship", "Ship"))
	noDomainProps.Identifier, noDomainProps.UserPool, noDomainProps.NoDomain = jsii.String("shipping"), c.orders.UserPool(), jsii.Bool(true)
	noDomain := machineauth.NewAuthorizationServer(newStackIn(c.app, "Shipping"), jsii.String("Auth"), noDomainProps)
	manyScopes := numberedScopes(51)
	manyProps := ordersProps(*manyScopes...)
	manyProps.Identifier, manyProps.UserPool, manyProps.UserPoolDomain = jsii.String("many"), c.orders.UserPool(), c.orders.Domain()
	many := machineauth.NewAuthorizationServer(newStackIn(c.app, "Many"), jsii.String("Auth"), manyProps)
	unknown := machineauth.AuthorizationServer_FromAttributes(newStackIn(c.app, "Unknown"), jsii.String("Auth"), &machineauth.AuthorizationServerAttributes{
		UserPoolId: jsii.String("eu-west-1_abc"), Identifier: jsii.String("unknown"), Scopes: scopes(c.charge),
	})
	awskms.NewKey(c.team, jsii.String("Key"), nil)
	c.orders.AddClient(jsii.String("Named"), &machineauth.ClientProps{
		Scopes: scopes(c.read), ClientName: jsii.String("the shop"), StoreCredentials: jsii.Bool(true), SecretName: jsii.String("company/shop"),
	})
	read, charge := c.orders.Access(c.read), c.billing.Access(c.charge)

	for _, test := range []struct {
		name  string
		id    string
		props *machineauth.ClientProps
		want  string
	}{
		{"nil props", "New", nil, "Access: must have 1 to 50 scopes, got 0"},
		{"no access", "New", &machineauth.ClientProps{Access: access()}, "Access: must have 1 to 50 scopes, got 0"},
		{"scopes", "New", &machineauth.ClientProps{Scopes: scopes(c.read)},
			"Scopes: do not say which authorization server declares them: use Access: &[]machineauth.Access{auth.Access(read)}"},
		{"scopes and access", "New", &machineauth.ClientProps{Scopes: scopes(c.read), Access: access(read)},
			"Scopes: do not say which authorization server declares them: use Access: &[]machineauth.Access{auth.Access(read)}"},
		{"an empty access", "New", &machineauth.ClientProps{Access: access(machineauth.Access{})},
			"Access: entry 0 is empty: use the Access method of an authorization server"},
		{"an empty access besides", "New", &machineauth.ClientProps{Access: access(read, machineauth.Access{}), StoreCredentials: jsii.Bool(true)},
			"Access: entry 1 is empty: use the Access method of an authorization server"},
		{"two user pools", "New", &machineauth.ClientProps{Access: access(read, other.auth.Access(other.read))},
			"Access: Test/Auth and Other/Auth have different user pools, but a client belongs to one: create a client for each"},
		{"one with a domain and one without", "New", &machineauth.ClientProps{Access: access(read, noDomain.Access(noDomain.Scopes()...))},
			"Access: Shipping/Auth has NoDomain but Test/Auth does not, and a client gets its tokens in one way: set it for both or for neither"},
		{"the other way round", "New", &machineauth.ClientProps{Access: access(noDomain.Access(noDomain.Scopes()...), read)},
			"Access: Shipping/Auth has NoDomain but Test/Auth does not, and a client gets its tokens in one way: set it for both or for neither"},
		{"a scope twice", "New", &machineauth.ClientProps{Access: access(read, charge, c.orders.Access(c.read))},
			`Access: "orders/read" is listed twice: list it once`},
		{"51 scopes", "New", &machineauth.ClientProps{Access: access(many.Access(*manyScopes...))}, "Access: must have 1 to 50 scopes, got 51"},
		{"an id that is taken", "Key", &machineauth.ClientProps{Access: access(read)}, `id: "Key" is already the id of a construct in this scope: use another id`},
		{"the name of a client in another stack", "New", &machineauth.ClientProps{Access: access(charge, read), ClientName: jsii.String("the shop")},
			`ClientName: "the shop" is already the name of client "Named": use another name`},
		{"the name of a secret in another stack", "New", &machineauth.ClientProps{Access: access(charge, read), StoreCredentials: jsii.Bool(true), SecretName: jsii.String("company/shop")},
			`SecretName: "company/shop" is already the name of the secret of client "Named": use another name`},
		{"credentials without a known token endpoint", "New", &machineauth.ClientProps{Access: access(unknown.Access(c.charge)), StoreCredentials: jsii.Bool(true)},
			"StoreCredentials: stores the token URL, which is unknown for Unknown/Auth: set DomainPrefix, DomainName, TokenUrl or NoDomain in its attributes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := childIDs(c.team)
			failure := cdktest.MustPanic(t, func() { machineauth.NewClient(c.team, &test.id, test.props) })
			mustBeInvalid(t, failure.(error), "Team/"+test.id+": "+test.want)
			cdktest.Equal(t, "children", childIDs(c.team), before)
		})
	}
	for want, create := range map[string]func(){
		"NewClient: scope is nil: pass a stack or construct":                  func() { machineauth.NewClient(nil, jsii.String("New"), nil) },
		"NewClient: id is empty: pass an id that is unique within its scope":  func() { machineauth.NewClient(c.team, nil, nil) },
		"NewClient: id is empty: pass an id that is unique within its scope ": func() { machineauth.NewClient(c.team, jsii.String(""), nil) },
	} {
		cdktest.MustPanic(t, create, strings.TrimSpace(want))
	}
	failure := cdktest.MustPanic(t, func() { unknown.TokenUrl() })
	mustBeInvalid(t, failure.(error), "Unknown/Auth/TokenUrl: TokenUrl: is unknown for Unknown/Auth: set DomainPrefix, DomainName, TokenUrl or NoDomain in its attributes")
	cdktest.Equal(t, "clients of billing", len(c.billing.Clients()), 0)
}

// AddClient takes other servers' scopes besides its own.
func TestAddClientWithAccess(t *testing.T) {
	c := newCompany()
	c.billing.AddClient(jsii.String("Both"), &machineauth.ClientProps{Scopes: scopes(c.charge), Access: access(c.orders.Access(c.read))})
	c.billing.AddClient(jsii.String("OfTheOther"), &machineauth.ClientProps{Access: access(c.orders.Access(c.read))})
	template := cdktest.Synth(t, stackOf(c.billing))
	cdktest.Equal(t, "scopes", template.At("Auth/Both").Get("AllowedOAuthScopes"), any([]any{"billing/charge", "orders/read"}))
	cdktest.Equal(t, "scopes", template.At("Auth/OfTheOther").Get("AllowedOAuthScopes"), any([]any{"orders/read"}))
	for want, props := range map[string]*machineauth.ClientProps{
		`Billing/Auth/New: Access: "billing/charge" is listed twice: list it once`:                     {Scopes: scopes(c.charge), Access: access(c.billing.Access(c.charge))},
		"Billing/Auth/New: Access: entry 0 is empty: use the Access method of an authorization server": {Access: access(machineauth.Access{})},
		"Billing/Auth/New: Access: must have 1 to 50 scopes, got 0":                                    {Access: access()},
		"Billing/Auth/New: Scopes: must have 1 to 50 scopes, got 0":                                    {Scopes: scopes(), Access: access()},
	} {
		failure := cdktest.MustPanic(t, func() { c.billing.AddClient(jsii.String("New"), props) })
		mustBeInvalid(t, failure.(error), want)
	}
}

func TestAccessRejects(t *testing.T) {
	o := newOrders()
	for want, access := range map[string][]machineauth.Scope{
		"must have at least one: pass the scopes that the client may request": nil,
		"entry 1 is nil: use a scope from NewScope":                           {o.read, nil},
		`"read" is listed twice: list it once`:                                {o.read, o.read},
		`"read" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`: {machineauth.NewScope("read", "Read")},
	} {
		failure := cdktest.MustPanic(t, func() { o.auth.Access(access...) })
		mustBeInvalid(t, failure.(error), "Test/Auth/Access: scopes: "+want)
	}
}

// Two tokens for one import are one user pool.
func TestTwoImportsOfOneUserPool(t *testing.T) {
	stack := cdktest.NewStack()
	scope := machineauth.NewScope("read", "Read")
	imported := func(id, export string) machineauth.Access {
		return machineauth.AuthorizationServer_FromAttributes(stack, &id, &machineauth.AuthorizationServerAttributes{
			UserPoolId: awscdk.Fn_ImportValue(&export), Identifier: &id, Scopes: scopes(scope),
		}).Access(scope)
	}
	orders, billing, other := imported("orders", "company-pool"), imported("billing", "company-pool"), imported("other", "other-pool")
	machineauth.NewClient(stack, jsii.String("Shop"), &machineauth.ClientProps{Access: access(orders, billing)})
	cdktest.Equal(t, "scopes", cdktest.Synth(t, stack).At("Shop").Get("AllowedOAuthScopes"), any([]any{"orders/read", "billing/read"}))
	failure := cdktest.MustPanic(t, func() {
		machineauth.NewClient(stack, jsii.String("Two"), &machineauth.ClientProps{Access: access(orders, other)})
	})
	mustBeInvalid(t, failure.(error), "Test/Two: Access: Test/orders and Test/other have different user pools, but a client belongs to one: create a client for each")
}
