package apigateway

import "errors"

// ErrTokenExpired is what the error of a [TokenVerifier] wraps for a token that
// was valid and has expired. Every other error is a token that is not valid.
var ErrTokenExpired = errors.New("the token has expired")

// TokenVerifier verifies the tokens of one user pool.
type TokenVerifier interface {
	// Verify returns what is in a token, given without "Bearer ", that the pool
	// signed and that is valid now. Its error is logged, so that it must not hold
	// any part of the token. It is called concurrently.
	Verify(token string) (Token, error)
}

// TokenUse is the claim token_use.
type TokenUse string

// The kinds of token that a user pool issues and an authorizer accepts.
const (
	AccessToken TokenUse = "access"
	IDToken     TokenUse = "id"
)

// Token is a verified token.
type Token struct {
	Use TokenUse
	// ClientID is that of the app client, for the log.
	ClientID string
	// Scopes are those of an access token.
	Scopes []string
	// Audience is the claim aud, which access tokens do not have.
	Audience []string
	// Claims are all claims as encoding/json decodes them, numbers as
	// json.Number or float64. They are read only.
	Claims map[string]any
}
