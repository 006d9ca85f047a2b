package machineauth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

func TestDefaultAuthorizationServer(t *testing.T) {
	o := newOrders()
	template := cdktest.Synth(t, o.stack)

	pool := template.At("Auth/UserPool")
	for property, want := range map[string]any{
		"UserPoolName":           nil,
		"UsernameAttributes":     []any{"email"},
		"UsernameConfiguration":  map[string]any{"CaseSensitive": false},
		"AdminCreateUserConfig":  map[string]any{"AllowAdminCreateUserOnly": true},
		"SmsConfiguration":       nil,
		"MfaConfiguration":       nil,
		"AccountRecoverySetting": map[string]any{"RecoveryMechanisms": []any{map[string]any{"Name": "verified_email", "Priority": 1.0}}},
		"Policies": map[string]any{"PasswordPolicy": map[string]any{
			"MinimumLength": 14.0, "RequireLowercase": true, "RequireUppercase": true,
			"RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 1.0,
		}},
	} {
		cdktest.Equal(t, property, pool.Get(property), want)
	}
	cdktest.Equal(t, "DeletionPolicy", pool.Attributes["DeletionPolicy"], any("Delete"))
	cdktest.Equal(t, "UpdateReplacePolicy", pool.Attributes["UpdateReplacePolicy"], any("Delete"))

	cdktest.Equal(t, "resource server", template.At("Auth/ResourceServer").Properties, map[string]any{
		"UserPoolId": pool.Ref(),
		"Identifier": "orders",
		"Name":       "orders",
		"Scopes": []any{
			map[string]any{"ScopeName": "read", "ScopeDescription": "Read orders"},
			map[string]any{"ScopeName": "write", "ScopeDescription": "Write orders"},
		},
	})
	cdktest.Equal(t, "domain", template.At("Auth/Domain").Properties, map[string]any{
		"UserPoolId": pool.Ref(),
		"Domain":     uniquePrefix(authPrefix),
	})
	cdktest.Equal(t, "number of resources: no role, no Lambda", len(template.Resources), 3)
}

func TestAllAuthorizationServerProps(t *testing.T) {
	stack := cdktest.NewStack()
	machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier:         jsii.String("https://orders.example.com"),
		Scopes:             scopes(machineauth.NewScope("orders:read", "Read orders")),
		ResourceServerName: jsii.String("Orders API"),
		UserPoolName:       jsii.String("orders-machines"),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
		DomainPrefix:       jsii.String("orders-auth"),
	})
	template := cdktest.Synth(t, stack)

	cdktest.Equal(t, "UserPoolName", template.At("Auth/UserPool").Get("UserPoolName"), any("orders-machines"))
	cdktest.Equal(t, "DeletionPolicy", template.At("Auth/UserPool").Attributes["DeletionPolicy"], any("Retain"))
	cdktest.Equal(t, "domain", template.At("Auth/Domain").Get("Domain"), any("orders-auth"))
	cdktest.Equal(t, "resource server", template.At("Auth/ResourceServer").Properties, map[string]any{
		"UserPoolId": template.At("Auth/UserPool").Ref(),
		"Identifier": "https://orders.example.com",
		"Name":       "Orders API",
		"Scopes":     []any{map[string]any{"ScopeName": "orders:read", "ScopeDescription": "Read orders"}},
	})
}

func TestEachAuthorizationServerProp(t *testing.T) {
	stack := cdktest.NewStack()
	existing := func(id string) awscognito.IUserPool {
		return awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool-"+id), &id)
	}
	tests := []struct {
		name     string
		change   func(props *machineauth.AuthorizationServerProps)
		path     string // of the construct within the authorization server
		property string
		want     any
	}{
		{"a URL as identifier is replaced in the name", func(p *machineauth.AuthorizationServerProps) {
			p.Identifier = jsii.String("https://orders.example.com/v1")
		}, "ResourceServer", "Name", "https---orders.example.com-v1"},
		{"a URL as identifier stays unchanged", func(p *machineauth.AuthorizationServerProps) {
			p.Identifier = jsii.String("https://orders.example.com/v1")
		}, "ResourceServer", "Identifier", "https://orders.example.com/v1"},
		{"an unresolved identifier is also the name", func(p *machineauth.AuthorizationServerProps) {
			p.Identifier = parameter(stack, "Name")
		}, "ResourceServer", "Name", map[string]any{"Ref": "Name"}},
		{"resource server name", func(p *machineauth.AuthorizationServerProps) {
			p.ResourceServerName = jsii.String("Orders API")
		}, "ResourceServer", "Name", "Orders API"},
		{"existing user pool", func(p *machineauth.AuthorizationServerProps) {
			p.UserPool = existing("eu-west-1_abc")
		}, "ResourceServer", "UserPoolId", "eu-west-1_abc"},
		{"a new domain for the existing user pool", func(p *machineauth.AuthorizationServerProps) {
			p.UserPool = existing("eu-west-1_def")
		}, "Domain", "UserPoolId", "eu-west-1_def"},
		{"user pool name", func(p *machineauth.AuthorizationServerProps) {
			p.UserPoolName = jsii.String("machines")
		}, "UserPool", "UserPoolName", "machines"},
		{"domain prefix is used as given", func(p *machineauth.AuthorizationServerProps) {
			p.DomainPrefix = jsii.String("my-orders")
		}, "Domain", "Domain", "my-orders"},
		{"domain prefix is used as given when unresolved", func(p *machineauth.AuthorizationServerProps) {
			p.DomainPrefix = parameter(stack, "Prefix")
		}, "Domain", "Domain", map[string]any{"Ref": "Prefix"}},
	}
	for i, test := range tests {
		id := fmt.Sprintf("Case%d", i)
		props := ordersProps(machineauth.NewScope("read", "Read orders"))
		props.DomainPrefix = jsii.String(strings.ToLower(id))
		test.change(props)
		machineauth.NewAuthorizationServer(stack, &id, props)
	}
	template := cdktest.Synth(t, stack)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resource := template.At(fmt.Sprintf("Case%d/%s", i, test.path))
			cdktest.Equal(t, test.property, resource.Get(test.property), test.want)
		})
	}
}

func TestRemovalPolicyOfTheUserPool(t *testing.T) {
	wants := map[awscdk.RemovalPolicy]string{
		awscdk.RemovalPolicy_DESTROY:                    "Delete",
		awscdk.RemovalPolicy_RETAIN:                     "Retain",
		awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE: "RetainExceptOnCreate",
	}
	stack := cdktest.NewStack()
	for policy := range wants {
		props := ordersProps(machineauth.NewScope("read", "Read orders"))
		props.RemovalPolicy = policy
		props.DomainPrefix = jsii.String(strings.ReplaceAll(strings.ToLower(string(policy)), "_", "-"))
		machineauth.NewAuthorizationServer(stack, jsii.String(string(policy)), props)
	}
	template := cdktest.Synth(t, stack)
	for policy, want := range wants {
		cdktest.Equal(t, string(policy), template.At(string(policy) + "/UserPool").Attributes["DeletionPolicy"], any(want))
	}
}

func TestNothingIsCreatedForWhatExists(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_abc"))
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("PoolDomain"), jsii.String("existing"))
	props := ordersProps(machineauth.NewScope("read", "Read orders"))
	props.UserPool, props.UserPoolDomain = pool, domain
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)

	cdktest.Equal(t, "UserPool", *auth.UserPool().UserPoolId(), "eu-west-1_abc")
	cdktest.Equal(t, "Domain", *auth.Domain().DomainName(), "existing")
	cdktest.Equal(t, "children", childIDs(auth), []string{"ResourceServer"})
}

func TestAuthorizationServerAccessors(t *testing.T) {
	o := newOrders()
	first, second := o.client("First", o.read), o.client("Second", o.read)

	cdktest.Equal(t, "UserPool", *o.auth.UserPool().Node().Path(), "Test/Auth/UserPool")
	cdktest.Equal(t, "ResourceServer", *o.auth.ResourceServer().Node().Path(), "Test/Auth/ResourceServer")
	cdktest.Equal(t, "Domain", *o.auth.Domain().Node().Path(), "Test/Auth/Domain")
	cdktest.Equal(t, "QualifiedName", *o.auth.QualifiedName(o.write), "orders/write")

	declared := o.auth.Scopes()
	if len(declared) != 2 || declared[0] != o.read || declared[1] != o.write {
		t.Errorf("Scopes: not the declared scopes in their order: %v", declared)
	}
	clients := o.auth.Clients()
	if len(clients) != 2 || clients[0] != first || clients[1] != second {
		t.Errorf("Clients: not the clients in their order: %v", clients)
	}
	declared[0], clients[0] = nil, nil
	if o.auth.Scopes()[0] != o.read || o.auth.Clients()[0] != first {
		t.Error("a caller can change the authorization server by what Scopes and Clients return")
	}
}

func TestScopesAreCopiedFromTheProps(t *testing.T) {
	read := machineauth.NewScope("read", "Read orders")
	props := ordersProps(read)
	auth := machineauth.NewAuthorizationServer(cdktest.NewStack(), jsii.String("Auth"), props)
	(*props.Scopes)[0] = machineauth.NewScope("other", "Other")
	if auth.Scopes()[0] != read {
		t.Error("changing the caller's slice changed the authorization server")
	}
}

func TestAuthorizationServerPropsAreNotChanged(t *testing.T) {
	props := ordersProps(machineauth.NewScope("read", "Read orders"))
	before := *props
	machineauth.NewAuthorizationServer(cdktest.NewStack(), jsii.String("Auth"), props)
	if *props != before {
		t.Errorf("props changed\nbefore %+v\nafter  %+v", before, *props)
	}
}

func TestInvalidPropsCreateNothing(t *testing.T) {
	stack := cdktest.NewStack()
	failure := cdktest.MustPanic(t, func() {
		machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
			Identifier:   jsii.String("or ders"),
			DomainPrefix: jsii.String("Orders"),
		})
	}, `Test/Auth: 3 problems:
   1. Identifier: must be 1 to 256 characters of printable ASCII without space, '"' and '\', got "or ders"
   2. Scopes: must have 1 to 100 scopes, got 0
   3. DomainPrefix: must be 1 to 63 characters of a-z, 0-9 and -, with no - at either end, got "Orders"`)

	var invalid *machineauth.ValidationError
	if err, ok := failure.(error); !ok || !errors.As(err, &invalid) {
		t.Fatalf("panicked with a %T, want a *machineauth.ValidationError", failure)
	}
	cdktest.Equal(t, "Path", invalid.Path, "Test/Auth")
	var properties []string
	for _, problem := range invalid.Problems {
		properties = append(properties, problem.Property)
	}
	cdktest.Equal(t, "Problems", properties, []string{"Identifier", "Scopes", "DomainPrefix"})
	cdktest.Equal(t, "children of the stack", childIDs(stack), []string(nil))
}

func TestNewAuthorizationServerNeedsScopeIdAndProps(t *testing.T) {
	stack := cdktest.NewStack()
	props := ordersProps(machineauth.NewScope("read", "Read orders"))
	for name, test := range map[string]struct {
		create func()
		want   string
	}{
		"nil scope": {
			func() { machineauth.NewAuthorizationServer(nil, jsii.String("Auth"), props) },
			"NewAuthorizationServer: scope is nil: pass a stack or construct",
		},
		"nil id": {
			func() { machineauth.NewAuthorizationServer(stack, nil, props) },
			"NewAuthorizationServer: id is empty: pass an id that is unique within its scope",
		},
		"empty id": {
			func() { machineauth.NewAuthorizationServer(stack, jsii.String(""), props) },
			"NewAuthorizationServer: id is empty: pass an id that is unique within its scope",
		},
		"nil props": {
			func() { machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), nil) },
			"Test/Auth: 2 problems:\n" +
				"   1. Identifier: is required: pass the resource server's identifier, such as \"orders\"\n" +
				"   2. Scopes: must have 1 to 100 scopes, got 0",
		},
	} {
		t.Run(name, func(t *testing.T) { cdktest.MustPanic(t, test.create, test.want) })
	}
}

func TestQualifiedNameTakesDeclaredScopesOnly(t *testing.T) {
	o := newOrders()
	cdktest.MustPanic(t, func() { o.auth.QualifiedName(machineauth.NewScope("read", "Read orders")) },
		`Test/Auth/QualifiedName: scope: "read" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`)
	cdktest.MustPanic(t, func() { o.auth.QualifiedName(nil) },
		"Test/Auth/QualifiedName: scope: entry 0 is nil: use a scope from NewScope")
}
