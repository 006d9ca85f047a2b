package local

import (
	"errors"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/cognito"
)

// verifiers returns what verifies the tokens of the user pools that a property
// lists by ARN.
func (d *deployment) verifiers(p *cfn.Properties, property string) []apigateway.TokenVerifier {
	var verifiers []apigateway.TokenVerifier
	for _, pool := range d.poolsOf(p, property) {
		verifiers = append(verifiers, poolVerifier{pool})
	}
	return verifiers
}

// poolVerifier lets an authorizer verify the tokens of a user pool. A pool here
// issues access tokens only.
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
