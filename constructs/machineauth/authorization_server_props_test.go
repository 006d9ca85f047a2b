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

func TestValidAuthorizationServerProps(t *testing.T) {
	stack := cdktest.NewStack()
	for name, props := range map[string]*machineauth.AuthorizationServerProps{
		"the least":          ordersProps(machineauth.NewScope("read", "Read orders")),
		"URL identifier":     {Identifier: jsii.String("https://orders.example.com"), Scopes: numberedScopes(1)},
		"100 scopes":         {Identifier: jsii.String("orders"), Scopes: numberedScopes(100)},
		"longest qualified":  {Identifier: jsii.String("orders"), Scopes: scopes(machineauth.NewScope(strings.Repeat("x", 249), "Long"))},
		"longest identifier": {Identifier: jsii.String(strings.Repeat("x", 254)), Scopes: scopes(machineauth.NewScope("r", strings.Repeat("ü", 256)))},
		"longest prefix":     {Identifier: jsii.String("orders"), Scopes: numberedScopes(1), DomainPrefix: jsii.String(strings.Repeat("x", 63))},
		"tokens everywhere": {
			Identifier:         parameter(stack, "Identifier"),
			Scopes:             scopes(machineauth.NewScope(*parameter(stack, "Scope"), *parameter(stack, "Description"))),
			ResourceServerName: parameter(stack, "ResourceServerName"),
			UserPoolName:       parameter(stack, "UserPoolName"),
			DomainPrefix:       jsii.String("aws-" + *parameter(stack, "DomainPrefix")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := props.Validate(); err != nil {
				t.Errorf("unwanted error: %v", err)
			}
		})
	}
}

func TestEachInvalidAuthorizationServerProp(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_abc"))
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), jsii.String("existing"))
	long := strings.Repeat("x", 257)
	shortened := `"` + strings.Repeat("x", 64) + `"… (257 characters)`

	const name = `characters of ASCII letters, digits, spaces and _ + = , . @ -, got `
	const prefix = `DomainPrefix: must be 1 to 63 characters of a-z, 0-9 and -, with no - at either end, got `
	tests := []struct {
		name   string
		change func(props *machineauth.AuthorizationServerProps)
		want   string
	}{
		{"no identifier", func(p *machineauth.AuthorizationServerProps) { p.Identifier = nil },
			`Identifier: is required: pass the resource server's identifier, such as "orders"`},
		{"empty identifier", func(p *machineauth.AuthorizationServerProps) { p.Identifier = jsii.String("") },
			`Identifier: must be 1 to 256 characters of printable ASCII without space, '"' and '\', got ""`},
		{"identifier with a backslash", func(p *machineauth.AuthorizationServerProps) { p.Identifier = jsii.String(`a\b`) },
			`Identifier: must be 1 to 256 characters of printable ASCII without space, '"' and '\', got "a\\b"`},

		{"nil scopes", func(p *machineauth.AuthorizationServerProps) { p.Scopes = nil },
			`Scopes: must have 1 to 100 scopes, got 0`},
		{"no scope", func(p *machineauth.AuthorizationServerProps) { p.Scopes = scopes() },
			`Scopes: must have 1 to 100 scopes, got 0`},
		{"101 scopes", func(p *machineauth.AuthorizationServerProps) { p.Scopes = numberedScopes(101) },
			`Scopes: must have 1 to 100 scopes, got 101`},
		{"nil scope", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("a", "A"), nil)
		}, `Scopes: entry 1 is nil: use a scope from NewScope`},
		{"scope declared twice", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("a", "A"), machineauth.NewScope("a", "Another"))
		}, `Scopes: "a" is declared twice: use a different name for each scope of a resource server`},
		{"scope name with a slash", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("a/b", "A"))
		}, `Scopes: must be 1 to 256 characters of printable ASCII without space, '"', '/' and '\', got "a/b"`},
		{"empty scope name", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("", "A"))
		}, `Scopes: must be 1 to 256 characters of printable ASCII without space, '"', '/' and '\', got ""`},
		{"empty scope description", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("a", ""))
		}, `Scopes: description of "a" must be 1 to 256 characters of text, got ""`},
		{"long scope description", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope("a", long))
		}, `Scopes: description of "a" must be 1 to 256 characters of text, got ` + shortened},
		{"qualified scope too long", func(p *machineauth.AuthorizationServerProps) {
			p.Scopes = scopes(machineauth.NewScope(strings.Repeat("x", 250), "Long"))
		}, `Scopes: "` + strings.Repeat("x", 64) + `"… (250 characters) with its identifier has 257 characters, Cognito accepts at most 256: shorten one of the two`},

		{"resource server name", func(p *machineauth.AuthorizationServerProps) {
			p.ResourceServerName = jsii.String("https://orders")
		}, `ResourceServerName: must be 1 to 256 ` + name + `"https://orders"`},
		{"user pool name", func(p *machineauth.AuthorizationServerProps) { p.UserPoolName = jsii.String("a/b") },
			`UserPoolName: must be 1 to 128 ` + name + `"a/b"`},
		{"long user pool name", func(p *machineauth.AuthorizationServerProps) { p.UserPoolName = &long },
			`UserPoolName: must be 1 to 128 ` + name + shortened},
		{"user pool name of an existing pool", func(p *machineauth.AuthorizationServerProps) {
			p.UserPool, p.UserPoolName = pool, jsii.String("machines")
		}, `UserPoolName: has no effect on an existing UserPool: remove one of the two`},
		{"removal policy", func(p *machineauth.AuthorizationServerProps) { p.RemovalPolicy = awscdk.RemovalPolicy_SNAPSHOT },
			`RemovalPolicy: must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT`},
		{"removal policy of an existing pool", func(p *machineauth.AuthorizationServerProps) {
			p.UserPool, p.RemovalPolicy = pool, awscdk.RemovalPolicy_RETAIN
		}, `RemovalPolicy: has no effect on an existing UserPool: remove one of the two`},
		{"domain without its pool", func(p *machineauth.AuthorizationServerProps) { p.UserPoolDomain = domain },
			`UserPoolDomain: belongs to an existing user pool: set UserPool too`},
		{"prefix of an existing domain", func(p *machineauth.AuthorizationServerProps) {
			p.UserPool, p.UserPoolDomain, p.DomainPrefix = pool, domain, jsii.String("orders")
		}, `DomainPrefix: has no effect on an existing UserPoolDomain: remove one of the two`},

		{"empty prefix", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("") }, prefix + `""`},
		{"prefix with upper case", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("Orders") }, prefix + `"Orders"`},
		{"prefix with a hyphen at the start", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("-orders") }, prefix + `"-orders"`},
		{"prefix with a hyphen at the end", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("orders-") }, prefix + `"orders-"`},
		{"prefix too long", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = &long }, prefix + shortened},
		{"prefix with aws", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("laws") },
			`DomainPrefix: must not contain "aws", which Cognito reserves, got "laws"`},
		{"prefix with amazon", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("amazonia") },
			`DomainPrefix: must not contain "amazon", which Cognito reserves, got "amazonia"`},
		{"prefix with cognito", func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = jsii.String("my-cognito") },
			`DomainPrefix: must not contain "cognito", which Cognito reserves, got "my-cognito"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			props := ordersProps(machineauth.NewScope("read", "Read orders"))
			test.change(props)
			mustBeInvalid(t, props.Validate(), "AuthorizationServerProps: "+test.want)
		})
	}
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	props := &machineauth.AuthorizationServerProps{
		Scopes:             scopes(machineauth.NewScope("a b", "")),
		ResourceServerName: jsii.String("/"),
		UserPoolName:       jsii.String(""),
		RemovalPolicy:      awscdk.RemovalPolicy_SNAPSHOT,
		DomainPrefix:       jsii.String("aws"),
	}
	mustBeInvalid(t, props.Validate(), `AuthorizationServerProps: 7 problems:
   1. Identifier: is required: pass the resource server's identifier, such as "orders"
   2. Scopes: must be 1 to 256 characters of printable ASCII without space, '"', '/' and '\', got "a b"
   3. Scopes: description of "a b" must be 1 to 256 characters of text, got ""
   4. ResourceServerName: must be 1 to 256 characters of ASCII letters, digits, spaces and _ + = , . @ -, got "/"
   5. UserPoolName: must be 1 to 128 characters of ASCII letters, digits, spaces and _ + = , . @ -, got ""
   6. RemovalPolicy: must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT
   7. DomainPrefix: must not contain "aws", which Cognito reserves, got "aws"`)
}

// mustBeInvalid fails the test unless err is a *ValidationError with this exact text.
func mustBeInvalid(t *testing.T, err error, want string) {
	t.Helper()
	var invalid *machineauth.ValidationError
	if !errors.As(err, &invalid) {
		t.Fatalf("got %v, want a *ValidationError", err)
	}
	cdktest.Equal(t, "error", err.Error(), want)
}

// numberedScopes returns n valid scopes.
func numberedScopes(n int) *[]machineauth.Scope {
	numbered := make([]machineauth.Scope, n)
	for i := range numbered {
		numbered[i] = machineauth.NewScope(fmt.Sprintf("scope%d", i), "One of many")
	}
	return &numbered
}
