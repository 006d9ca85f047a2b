//go:build !race

package machineauth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// uniquePrefix is base-<the last group of the UUID in the stack's id>.
func uniquePrefix(base string) any {
	uuid := map[string]any{"Fn::Select": []any{2.0, map[string]any{"Fn::Split": []any{"/", map[string]any{"Ref": "AWS::StackId"}}}}}
	last := map[string]any{"Fn::Select": []any{4.0, map[string]any{"Fn::Split": []any{"-", uuid}}}}
	return map[string]any{"Fn::Join": []any{"-", []any{base, last}}}
}

func TestUniqueDomainPrefix(t *testing.T) {
	stack := cdktest.NewStack()
	cdktest.Equal(t, "prefix", stack.Resolve(machineauth.UniqueDomainPrefix(stack, "orders")), uniquePrefix("orders"))

	longest := strings.Repeat("x", 50) // and a hyphen and 12 characters are the 63 that a prefix may have
	cdktest.Equal(t, "prefix", stack.Resolve(machineauth.UniqueDomainPrefix(stack, longest)), uniquePrefix(longest))
}

func TestUniqueDomainPrefixRejectsAnInvalidBase(t *testing.T) {
	stack := cdktest.NewStack()
	const rule = "Test/UniqueDomainPrefix: base: must be 1 to 50 characters of a-z, 0-9 and -, with no - at either end, got "
	for base, want := range map[string]string{
		"":                      rule + `""`,
		"Orders":                rule + `"Orders"`,
		"orders-":               rule + `"orders-"`,
		strings.Repeat("x", 51): rule + `"` + strings.Repeat("x", 51) + `"`,
		"my-aws":                `Test/UniqueDomainPrefix: base: must not contain "aws", which Cognito reserves, got "my-aws"`,
	} {
		t.Run(base, func(t *testing.T) {
			cdktest.MustPanic(t, func() { machineauth.UniqueDomainPrefix(stack, base) }, want)
		})
	}
}

func TestUniqueDomainPrefixNeedsAScope(t *testing.T) {
	cdktest.MustPanic(t, func() { machineauth.UniqueDomainPrefix(nil, "orders") }, "UniqueDomainPrefix: scope is nil: pass a stack or construct")
}

func TestDefaultDomainPrefixIsDerivedFromTheIdentifier(t *testing.T) {
	stack := cdktest.NewStack()
	for identifier, want := range map[string]string{
		"orders":                          "orders",
		"https://Orders.example.com/v1/":  "https-orders-example-com-v1",
		"__":                              "machine-auth",
		"aws-orders":                      "machine-auth",
		"Cognito":                         "machine-auth",
		strings.Repeat("x", 60):           strings.Repeat("x", 50),
		strings.Repeat("x", 49) + "/rest": strings.Repeat("x", 49),
		*parameter(stack, "Identifier"):   "machine-auth",
	} {
		t.Run(identifier, func(t *testing.T) {
			props := ordersProps(machineauth.NewScope("read", "Read"))
			props.Identifier = &identifier
			auth := machineauth.NewAuthorizationServer(stack, jsii.String(fmt.Sprintf("Auth%d", len(childIDs(stack)))), props)
			cfn := auth.Domain().Node().DefaultChild().(awscognito.CfnUserPoolDomain)
			cdktest.Equal(t, "prefix", stack.Resolve(cfn.Domain()), uniquePrefix(want))
		})
	}
}

func TestTokenUrl(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_abc"))
	certificate := awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
		jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"))
	prefix := awscognito.NewUserPoolDomain(stack, jsii.String("Prefix"), &awscognito.UserPoolDomainProps{
		UserPool: pool, CognitoDomain: &awscognito.CognitoDomainOptions{DomainPrefix: jsii.String("orders")},
	})
	custom := awscognito.NewUserPoolDomain(stack, jsii.String("Custom"), &awscognito.UserPoolDomainProps{
		UserPool: pool, CustomDomain: &awscognito.CustomDomainOptions{DomainName: jsii.String("auth.example.com"), Certificate: certificate},
	})
	imported := func(id, name string) awscognito.IUserPoolDomain {
		return awscognito.UserPoolDomain_FromDomainName(stack, &id, &name)
	}

	region := map[string]any{"Ref": "AWS::Region"}
	join := func(parts ...any) any { return map[string]any{"Fn::Join": []any{"", parts}} }
	tests := []struct {
		id     string
		domain awscognito.IUserPoolDomain
		want   any
	}{
		{"NewPrefix", prefix, join("https://", stack.Resolve(prefix.DomainName()), ".auth.", region, ".amazoncognito.com/oauth2/token")},
		{"NewCustomDomain", custom, join("https://", stack.Resolve(custom.DomainName()), "/oauth2/token")},
		{"ImportedPrefix", imported("A", "orders"), join("https://orders.auth.", region, ".amazoncognito.com/oauth2/token")},
		{"ImportedCustomDomain", imported("B", "auth.example.com"), "https://auth.example.com/oauth2/token"},
		{"ImportedUnresolved", imported("C", *parameter(stack, "Name")), join("https://", map[string]any{"Ref": "Name"}, ".auth.", region, ".amazoncognito.com/oauth2/token")},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			props := ordersProps(machineauth.NewScope("read", "Read"))
			props.UserPool, props.UserPoolDomain = pool, test.domain
			auth := machineauth.NewAuthorizationServer(stack, &test.id, props)
			cdktest.Equal(t, "TokenUrl", stack.Resolve(auth.TokenUrl()), test.want)
		})
	}
}
