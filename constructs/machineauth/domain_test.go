package machineauth_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/internal/limits"
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

	longest := strings.Repeat("x", 50) // plus a hyphen and 12 characters: 63, the longest prefix
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

// prefixOf returns a server's domain prefix in its template.
func prefixOf(auth machineauth.AuthorizationServer) any {
	cfn := auth.Domain().Node().DefaultChild().(awscognito.CfnUserPoolDomain)
	return awscdk.Stack_Of(auth).Resolve(cfn.Domain())
}

// Test/Auth has this default prefix, whatever the stack's name. It must not change: a new
// prefix is a new token endpoint, and Cognito refuses the change.
const authPrefix = "machine-auth-8eb3ea9b"

func TestTheDefaultDomainPrefixFollowsFromThePlaceAlone(t *testing.T) {
	stack := cdktest.NewStack()
	props := ordersProps(machineauth.NewScope("read", "Read"))
	cdktest.Equal(t, "prefix", prefixOf(machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)), uniquePrefix(authPrefix))

	for name, change := range map[string]func(*machineauth.AuthorizationServerProps, awscdk.Stack){
		"identifier": func(p *machineauth.AuthorizationServerProps, _ awscdk.Stack) {
			p.Identifier = jsii.String("https://billing.example.com")
		},
		"identifier that only CloudFormation knows": func(p *machineauth.AuthorizationServerProps, stack awscdk.Stack) {
			p.Identifier = parameter(stack, "Identifier")
		},
		"everything else": func(p *machineauth.AuthorizationServerProps, _ awscdk.Stack) {
			p.Scopes = numberedScopes(9)
			p.ResourceServerName, p.UserPoolName = jsii.String("name"), jsii.String("pool")
			p.RemovalPolicy = awscdk.RemovalPolicy_RETAIN
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack, changed := cdktest.NewStack(), *props
			change(&changed, stack)
			cdktest.Equal(t, "prefix", prefixOf(machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &changed)), uniquePrefix(authPrefix))
		})
	}
	t.Run("in a CDK Stage, and under another name", func(t *testing.T) {
		stage := awscdk.NewStage(cdktest.NewApp(nil), jsii.String("Production"), nil)
		auth := machineauth.NewAuthorizationServer(awscdk.NewStack(stage, jsii.String("Other"), nil), jsii.String("Auth"), props)
		cdktest.Equal(t, "prefix", prefixOf(auth), uniquePrefix(authPrefix))
	})
}

func TestServersOfOneStackHavePrefixesOfTheirOwn(t *testing.T) {
	stack := cdktest.NewStack()
	longest := strings.Repeat("x", 255)
	seen := map[string]string{}
	for _, path := range [][]string{{"Auth"}, {"Auth2"}, {"A", "Auth"}, {"B", "Auth"}, {"aws-cognito"}, {longest}} {
		var scope constructs.Construct = stack
		for _, id := range path[:len(path)-1] {
			scope = constructs.NewConstruct(scope, &id)
		}
		auth := machineauth.NewAuthorizationServer(scope, &path[len(path)-1], ordersProps(machineauth.NewScope("read", "Read")))
		base := prefixOf(auth).(map[string]any)["Fn::Join"].([]any)[1].([]any)[0].(string)
		if other := seen[base]; other != "" {
			t.Errorf("%v and %s have the same prefix", path, other)
		}
		seen[base] = strings.Join(path, "/")
		if full := base + "-0123456789ab"; !limits.Prefix.Matches(full) || limits.ReservedWord(full) != "" {
			t.Errorf("%v: Cognito does not take %q", path, full)
		}
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
	unknown := awscognito.NewUserPoolDomain(stack, jsii.String("Unknown"), &awscognito.UserPoolDomainProps{
		UserPool: pool, CustomDomain: &awscognito.CustomDomainOptions{DomainName: parameter(stack, "DomainName"), Certificate: certificate},
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
		{"NewUnresolved", unknown, join("https://", stack.Resolve(unknown.DomainName()), "/oauth2/token")},
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

// A name that only CloudFormation knows may be a prefix or a domain.
func TestTokenUrlOfANameThatIsNotKnown(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_abc"))
	name := awsssm.StringParameter_ValueForStringParameter(stack, jsii.String("/auth/domain"), nil)
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), name)
	known := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Known"), jsii.String("orders"))
	auth := func(id string, domain awscognito.IUserPoolDomain, url *string) machineauth.AuthorizationServer {
		props := ordersProps(machineauth.NewScope("read", "Read"))
		props.UserPool, props.UserPoolDomain, props.TokenUrl = pool, domain, url
		return machineauth.NewAuthorizationServer(stack, &id, props)
	}

	cdktest.MustPanic(t, func() { auth("Auth", domain, nil) },
		"Test/Auth: TokenUrl: is required with a UserPoolDomain whose name is a token, which may be a prefix or a custom domain: "+
			"use https://{prefix}.auth.{region}.amazoncognito.com/oauth2/token or https://{domain}/oauth2/token")
	cdktest.MustPanic(t, func() { auth("Auth", nil, jsii.String("https://auth.example.com/oauth2/token")) },
		"Test/Auth: TokenUrl: belongs to an existing domain: set UserPoolDomain too, or remove it")
	for _, url := range []string{"", "auth.example.com", "http://auth.example.com/oauth2/token", "https://auth.example.com",
		"https://auth.example.com/oauth2/token?a=b", "https://a:b@auth.example.com/oauth2/token", "https://auth.example.com/a b", "https://auth.example.com/\n"} {
		cdktest.MustPanic(t, func() { auth("Auth", domain, &url) },
			"Test/Auth: TokenUrl: must be a URL with https, a path and no query, such as https://auth.example.org/oauth2/token, got ")
	}

	given := auth("Given", domain, jsii.String("https://"+*name+"/oauth2/token"))
	cdktest.Equal(t, "TokenUrl", stack.Resolve(given.TokenUrl()),
		any(map[string]any{"Fn::Join": []any{"", []any{"https://", stack.Resolve(name), "/oauth2/token"}}}))
	abroad := "https://orders.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"
	cdktest.Equal(t, "TokenUrl", *auth("Abroad", known, &abroad).TokenUrl(), abroad)
}

func TestTokenDomain(t *testing.T) {
	stack := cdktest.NewStack()
	certificate := func(region string) awscertificatemanager.ICertificate {
		return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate-"+region),
			jsii.String("arn:aws:acm:"+region+":123456789012:certificate/abc"))
	}
	virginia, ireland := certificate("us-east-1"), certificate("eu-west-1")
	ofTheStack := awscertificatemanager.NewCertificate(stack, jsii.String("Certificate"), &awscertificatemanager.CertificateProps{
		DomainName: jsii.String("auth.example.org"), Validation: awscertificatemanager.CertificateValidation_FromDns(nil),
	})
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), jsii.String("existing"))
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_AbCdEfGhI"))
	name := jsii.String("auth.example.org")

	for _, test := range []struct {
		name  string
		props machineauth.AuthorizationServerProps
		want  string
	}{
		{"valid", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia}, ""},
		{"Region known to CloudFormation alone", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: ofTheStack}, ""},
		{"of an existing pool", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia, UserPool: pool}, ""},
		{"no domain", machineauth.AuthorizationServerProps{TokenDomainName: jsii.String("auth"), TokenCertificate: virginia},
			`TokenDomainName: must be 4 to 63 characters of a-z, 0-9 and - in labels separated by dots, such as auth.example.org, got "auth"`},
		{"upper case", machineauth.AuthorizationServerProps{TokenDomainName: jsii.String("Auth.example.org"), TokenCertificate: virginia},
			`TokenDomainName: must be 4 to 63 characters of a-z, 0-9 and - in labels separated by dots, such as auth.example.org, got "Auth.example.org"`},
		{"no certificate", machineauth.AuthorizationServerProps{TokenDomainName: name},
			"TokenCertificate: is required with TokenDomainName: pass the domain's certificate from AWS Certificate Manager in us-east-1"},
		{"certificate alone", machineauth.AuthorizationServerProps{TokenCertificate: virginia},
			"TokenCertificate: has no effect without TokenDomainName: set that too, or remove it"},
		{"certificate elsewhere", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: ireland},
			"TokenCertificate: must be in us-east-1, where CloudFront, which serves the domain, takes certificates from, got one in eu-west-1"},
		{"prefix too", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia, DomainPrefix: jsii.String("prefix")},
			"DomainPrefix: has no effect with TokenDomainName: remove one of the two"},
		{"existing domain too", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia, UserPool: pool, UserPoolDomain: domain},
			"UserPoolDomain: has no effect with TokenDomainName: remove one of the two"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.props.Identifier, test.props.Scopes = jsii.String("orders"), numberedScopes(1)
			got := ""
			if err, ok := test.props.Validate().(*machineauth.ValidationError); ok {
				for _, problem := range err.Problems {
					got += problem.String()
				}
			}
			cdktest.Equal(t, "problems", got, test.want)
		})
	}

	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("orders"), Scopes: numberedScopes(1), TokenDomainName: name, TokenCertificate: virginia,
	})
	url := stack.Resolve(auth.TokenUrl())
	template := cdktest.Synth(t, stack)
	resource := template.At("Auth/Domain")
	cdktest.Equal(t, "domain", resource.Properties, map[string]any{
		"Domain":             "auth.example.org",
		"UserPoolId":         template.At("Auth/UserPool").Ref(),
		"CustomDomainConfig": map[string]any{"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/abc"},
	})
	cdktest.Equal(t, "TokenUrl", url, any(map[string]any{"Fn::Join": []any{"", []any{"https://", resource.Ref(), "/oauth2/token"}}}))
}
