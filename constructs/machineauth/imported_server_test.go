package machineauth_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

const importedPoolARN = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"

func TestAnImportedAuthorizationServer(t *testing.T) {
	str := jsii.String
	read := machineauth.NewScope("read", "Read orders")
	for name, test := range map[string]struct {
		attributes machineauth.AuthorizationServerAttributes
		pool       string
		url        any
		operation  *string
	}{
		"by id, with a prefix": {machineauth.AuthorizationServerAttributes{UserPoolId: str("eu-west-1_abc"), DomainPrefix: str("company")}, "eu-west-1_abc",
			object{"Fn::Join": []any{"", []any{"https://company.auth.", object{"Ref": "AWS::Region"}, ".amazoncognito.com/oauth2/token"}}}, nil},
		"by ARN, with a prefix": {machineauth.AuthorizationServerAttributes{UserPoolArn: str(importedPoolARN), DomainPrefix: str("company")}, "eu-west-1_abc",
			"https://company.auth.eu-west-1.amazoncognito.com/oauth2/token", nil},
		"a domain of its own": {machineauth.AuthorizationServerAttributes{UserPoolArn: str(importedPoolARN), DomainName: str("auth.example.org")}, "eu-west-1_abc",
			"https://auth.example.org/oauth2/token", nil},
		"a URL": {machineauth.AuthorizationServerAttributes{UserPoolArn: str(importedPoolARN), TokenUrl: str("https://tokens.example.org/oauth2/token")}, "eu-west-1_abc",
			"https://tokens.example.org/oauth2/token", nil},
		"no domain": {machineauth.AuthorizationServerAttributes{UserPoolArn: str(importedPoolARN), NoDomain: jsii.Bool(true)}, "eu-west-1_abc",
			object{"Fn::Join": []any{"", []any{"https://cognito-idp.", "eu-west-1", ".", object{"Ref": "AWS::URLSuffix"}, "/"}}}, str("GetClientToken")},
	} {
		t.Run(name, func(t *testing.T) {
			stack := cdktest.NewStack()
			test.attributes.Identifier, test.attributes.Scopes = str("orders"), scopes(read)
			auth := machineauth.AuthorizationServer_FromAttributes(stack, str("Auth"), &test.attributes)
			api := newAPI(stack, "Api")
			addMethod(api.Root(), "GET", auth.Protect(api, nil).Require(read))
			auth.AddClient(str("Reporting"), &machineauth.ClientProps{Scopes: scopes(read), StoreCredentials: jsii.Bool(true)})
			cdktest.Equal(t, "TokenUrl", stack.Resolve(auth.TokenUrl()), test.url)
			cdktest.Equal(t, "TokenOperation", auth.TokenOperation(), test.operation)
			template := cdktest.Synth(t, stack)

			client := template.At("Auth/Reporting")
			cdktest.Equal(t, "UserPoolId", client.Get("UserPoolId"), any(test.pool))
			cdktest.Equal(t, "AllowedOAuthScopes", client.Get("AllowedOAuthScopes"), any([]any{"orders/read"}))
			cdktest.Equal(t, "DependsOn", client.DependsOn, []string(nil))
			arns := template.At("Api/MachineAuthorizer").Get("ProviderARNs").([]any)
			if encoded := string(toJSON(t, arns)); len(arns) != 1 || !strings.Contains(encoded, "userpool/eu-west-1_abc") {
				t.Errorf("ProviderARNs: %s", encoded)
			}
			for _, kind := range []string{"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolResourceServer", "AWS::Cognito::UserPoolDomain"} {
				cdktest.Equal(t, kind, len(template.OfType(kind)), 0)
			}
		})
	}
}

func TestAuthorizationServerAttributesRejected(t *testing.T) {
	str := jsii.String
	read := machineauth.NewScope("read", "Read orders")
	token := parameter(cdktest.NewStack(), "Token")
	const oneOf = "UserPoolId: identifies the user pool, or UserPoolArn does: set exactly one of the two"
	type attributes = machineauth.AuthorizationServerAttributes
	for name, test := range map[string]struct {
		change func(*attributes)
		want   string
	}{
		"valid":          {func(*attributes) {}, ""},
		"tokens":         {func(a *attributes) { a.UserPoolId, a.Identifier, a.TokenUrl = token, token, token }, ""},
		"token as ARN":   {func(a *attributes) { a.UserPoolId, a.UserPoolArn, a.DomainPrefix = nil, token, token }, ""},
		"false NoDomain": {func(a *attributes) { a.NoDomain, a.DomainName = jsii.Bool(false), token }, ""},
		"no pool":        {func(a *attributes) { a.UserPoolId = nil }, oneOf},
		"two pools":      {func(a *attributes) { a.UserPoolArn = str(importedPoolARN) }, oneOf},
		"bad id":         {func(a *attributes) { a.UserPoolId = str("abc") }, `UserPoolId: must be the id of a user pool, such as eu-west-1_Ab129faBb, got "abc"`},
		"bad ARN": {func(a *attributes) { a.UserPoolId, a.UserPoolArn = nil, str("eu-west-1_abc") },
			`UserPoolArn: must be the ARN of a user pool, such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb, got "eu-west-1_abc"`},
		"no identifier":  {func(a *attributes) { a.Identifier = nil }, `Identifier: is required: pass the resource server's identifier, such as "orders"`},
		"bad identifier": {func(a *attributes) { a.Identifier = str("or ders") }, `Identifier: must be 1 to 256 characters of printable ASCII without space, '"' and '\', got "or ders"`},
		"no scopes":      {func(a *attributes) { a.Scopes = nil }, "Scopes: must have 1 to 100 scopes, got 0"},
		"nil scope":      {func(a *attributes) { a.Scopes = scopes(read, nil) }, "Scopes: entry 1 is nil: use a scope from NewScope"},
		"scope twice":    {func(a *attributes) { a.Scopes = scopes(read, read) }, `Scopes: "read" is declared twice: use a different name for each scope of a resource server`},
		"bad prefix":     {func(a *attributes) { a.DomainPrefix = str("Company") }, `DomainPrefix: must be 1 to 63 characters of a-z, 0-9 and -, with no - at either end, got "Company"`},
		"bad domain":     {func(a *attributes) { a.DomainName = str("company") }, `DomainName: must be 4 to 63 characters of a-z, 0-9 and - in labels separated by dots, such as auth.example.org, got "company"`},
		"bad URL": {func(a *attributes) { a.TokenUrl = str("http://auth.example.org/oauth2/token") },
			`TokenUrl: must be a URL with https, a path and no query, such as https://auth.example.org/oauth2/token, got "http://auth.example.org/oauth2/token"`},
		"two token sources": {func(a *attributes) { a.DomainName, a.TokenUrl = token, token }, "DomainName: says where tokens come from, and so does TokenUrl: remove all but one"},
		"three token sources": {func(a *attributes) { a.DomainPrefix, a.TokenUrl, a.NoDomain = token, token, jsii.Bool(true) },
			"DomainPrefix: says where tokens come from, and so does TokenUrl and NoDomain: remove all but one"},
	} {
		t.Run(name, func(t *testing.T) {
			given := attributes{UserPoolId: str("eu-west-1_abc"), Identifier: str("orders"), Scopes: scopes(read)}
			test.change(&given)
			stack := cdktest.NewStack()
			create := func() { machineauth.AuthorizationServer_FromAttributes(stack, str("Auth"), &given) }
			if test.want == "" {
				create()
				return
			}
			failure := cdktest.MustPanic(t, create)
			mustBeInvalid(t, failure.(error), "Test/Auth: "+test.want)
			cdktest.Equal(t, "children of the stack", childIDs(stack), []string(nil))
		})
	}
	failure := cdktest.MustPanic(t, func() { machineauth.AuthorizationServer_FromAttributes(cdktest.NewStack(), str("Auth"), nil) })
	mustBeInvalid(t, failure.(error), "Test/Auth: 3 problems:\n   1. "+oneOf+
		"\n   2. Identifier: is required: pass the resource server's identifier, such as \"orders\"\n   3. Scopes: must have 1 to 100 scopes, got 0")
	cdktest.MustPanic(t, func() { machineauth.AuthorizationServer_FromAttributes(nil, str("Auth"), nil) }, "AuthorizationServer_FromAttributes: scope is nil: pass a stack or construct")
}

func TestNoDomainRejects(t *testing.T) {
	str := jsii.String
	stack := cdktest.NewStack()
	const rule = ": has no effect with NoDomain: remove one of the two"
	for property, change := range map[string]func(*machineauth.AuthorizationServerProps){
		"DomainPrefix": func(p *machineauth.AuthorizationServerProps) { p.DomainPrefix = str("orders") },
		"TokenDomainName": func(p *machineauth.AuthorizationServerProps) {
			p.TokenDomainName = str("auth.example.org")
			p.TokenCertificate = awscertificatemanager.Certificate_FromCertificateArn(stack, str("Certificate"), str("arn:aws:acm:us-east-1:111122223333:certificate/c"))
		},
		"UserPoolDomain": func(p *machineauth.AuthorizationServerProps) {
			p.UserPool = awscognito.UserPool_FromUserPoolId(stack, str("Pool"), str("eu-west-1_abc"))
			p.UserPoolDomain = awscognito.UserPoolDomain_FromDomainName(stack, str("Domain"), str("orders"))
		},
	} {
		props := ordersProps(machineauth.NewScope("read", "Read orders"))
		props.NoDomain = jsii.Bool(true)
		change(props)
		mustBeInvalid(t, props.Validate(), "AuthorizationServerProps: "+property+rule)
	}
}
