//go:build !race

package machineauth_test

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

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
			`TokenDomainName: must be 4 to 63 characters of a-z, 0-9 and - in labels with a dot between, as auth.example.org, got "auth"`},
		{"upper case", machineauth.AuthorizationServerProps{TokenDomainName: jsii.String("Auth.example.org"), TokenCertificate: virginia},
			`TokenDomainName: must be 4 to 63 characters of a-z, 0-9 and - in labels with a dot between, as auth.example.org, got "Auth.example.org"`},
		{"no certificate", machineauth.AuthorizationServerProps{TokenDomainName: name},
			"TokenCertificate: is required with TokenDomainName: give the certificate for the domain, of AWS Certificate Manager in us-east-1"},
		{"certificate alone", machineauth.AuthorizationServerProps{TokenCertificate: virginia},
			"TokenCertificate: has no effect without TokenDomainName: give that too, or leave it out"},
		{"certificate elsewhere", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: ireland},
			"TokenCertificate: must be in us-east-1, where CloudFront, which serves the domain, takes certificates from, got one in eu-west-1"},
		{"prefix too", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia, DomainPrefix: jsii.String("prefix")},
			"DomainPrefix: has no effect with TokenDomainName: leave one of the two out"},
		{"existing domain too", machineauth.AuthorizationServerProps{TokenDomainName: name, TokenCertificate: virginia, UserPool: pool, UserPoolDomain: domain},
			"UserPoolDomain: has no effect with TokenDomainName: leave one of the two out"},
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
