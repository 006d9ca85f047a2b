package local

import (
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// isLambdaAuthorizer reports whether an authorizer of a type is a Lambda function.
func isLambdaAuthorizer(authorizerType string) bool {
	return authorizerType == "TOKEN" || authorizerType == "REQUEST"
}

// defaultResultTTL is AuthorizerResultTtlInSeconds of an authorizer without one.
//
// Source: CreateAuthorizer, Amazon API Gateway API reference.
const defaultResultTTL = 300

// authorizer reads an authorizer. Of a user pool's, nothing is remembered here: a token
// is verified each time.
func (d *deployment) authorizer(r resource, p *cfn.Properties) {
	p.Ignore("AuthType", "Name")
	authorizer := &apigateway.Authorizer{
		Label:                        r.label() + ".Properties",
		Name:                         r.key(),
		ID:                           r.id(),
		Type:                         p.RequiredString("Type"),
		IdentitySource:               p.String("IdentitySource", ""),
		IdentityValidationExpression: p.String("IdentityValidationExpression", ""),
	}
	if isLambdaAuthorizer(authorizer.Type) {
		p.Ignore("ProviderARNs")
		authorizer.ResultTTL = time.Duration(p.Int("AuthorizerResultTtlInSeconds", defaultResultTTL)) * time.Second
	} else {
		p.Ignore("AuthorizerResultTtlInSeconds")
		authorizer.Verifiers = d.verifiers(p, "ProviderARNs")
	}
	if isLambdaAuthorizer(authorizer.Type) && !d.options.stubAll {
		authorizer.URI = p.RequiredString("AuthorizerUri")
		authorizer.HasCredentials = p.String("AuthorizerCredentials", "") != ""
	} else {
		p.Ignore("AuthorizerUri", "AuthorizerCredentials")
	}
	if api := d.apiOf(p); api != nil {
		api.authorizers[r.id()] = authorizer
	}
}
