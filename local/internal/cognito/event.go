package cognito

import "context"

// TokenEvent is what the token endpoint or GetClientToken did with one request. It never holds a
// secret or a token.
type TokenEvent struct {
	// ClientID and ClientName are those of the client that the request named,
	// authenticated or not. Both are empty if the pool has no such client: what
	// was sent instead may be a secret in the wrong place.
	ClientID, ClientName string
	// Scopes are those of the token issued, nil if none was.
	Scopes []string
	// Error is the OAuth error code or the type of the API's error that was
	// answered. It is "" if a token was issued, and for the answers without a body:
	// 405 for another method than POST, 500 for a key that cannot sign.
	Error string
	// Reason says why no token was issued, "" if one was. It is for people, may
	// quote a requested scope, and is a single line.
	Reason string
}

type tokenObserver func(context.Context, TokenEvent)

func ignoreTokenEvents(context.Context, TokenEvent) {}
