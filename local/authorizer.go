package local

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/cognito"
)

// isLambdaAuthorizer reports whether an authorizer of the type is a Lambda function.
func isLambdaAuthorizer(authorizerType string) bool {
	return authorizerType == "TOKEN" || authorizerType == "REQUEST"
}

// defaultResultTTL is the default AuthorizerResultTtlInSeconds.
//
// Source: CreateAuthorizer, Amazon API Gateway API reference.
const defaultResultTTL = 300

// authorizer reads an authorizer. A user pool authorizer has no cache here: it verifies
// the token of every request.
func (s *System) authorizer(r resource, p *cfn.Properties) {
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
		authorizer.Verifiers = s.verifiers(p, "ProviderARNs")
	}
	if isLambdaAuthorizer(authorizer.Type) && !s.options.stubAll {
		authorizer.URI = p.RequiredString("AuthorizerUri")
		authorizer.HasCredentials = p.String("AuthorizerCredentials", "") != ""
	} else {
		p.Ignore("AuthorizerUri", "AuthorizerCredentials")
	}
	if api := s.apiOf(p); api != nil {
		api.authorizers[r.id()] = authorizer
	}
}

// verifiers returns the token verifiers of the user pools in a list of ARNs.
func (s *System) verifiers(p *cfn.Properties, property string) []apigateway.TokenVerifier {
	var verifiers []apigateway.TokenVerifier
	for _, pool := range s.poolsOf(p, property) {
		verifiers = append(verifiers, poolVerifier{pool})
	}
	return verifiers
}

// poolVerifier verifies the tokens of a user pool for an authorizer. A pool here issues
// only access tokens.
type poolVerifier struct{ pool *userPool }

func (v poolVerifier) Verify(token string) (apigateway.Token, error) {
	claims, err := v.pool.Verify(token)
	if errors.Is(err, cognito.ErrExpired) {
		when := strings.TrimPrefix(err.Error(), cognito.ErrExpired.Error()+": ")
		return apigateway.Token{}, fmt.Errorf("%w: %s", apigateway.ErrTokenExpired, when)
	}
	if err != nil {
		return apigateway.Token{}, err
	}
	return apigateway.Token{
		Use:      apigateway.AccessToken,
		ClientID: claims.ClientID,
		Scopes:   claims.Scopes,
		Claims:   claims.All,
	}, nil
}
