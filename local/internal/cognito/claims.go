package cognito

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"time"
)

// Claims are the claims of a verified access token. Requests share them, so they
// must not be changed.
type Claims struct {
	ClientID string
	// Scopes are the scope claim, split.
	Scopes []string
	// Expiry is when the token expires.
	Expiry time.Time
	// All holds every claim as encoding/json decodes it, numbers as json.Number.
	All map[string]any

	notBefore time.Time
}

// parseClaims reads a payload with a verified signature. Claim names are
// case-sensitive.
func (p *Pool) parseClaims(payload []byte) (*Claims, error) {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	claims := &Claims{}
	err := decoder.Decode(&claims.All)
	if err == nil {
		_, err = decoder.Token()
	}
	if err != io.EOF || claims.All == nil { // nothing may follow the object
		return nil, unauthorized("the payload is not a JSON object")
	}
	if claims.text("iss") != p.issuer {
		return nil, unauthorized("the token is of another issuer")
	}
	if claims.text("token_use") != accessTokenUse {
		return nil, unauthorized("the token is not an access token")
	}
	claims.ClientID = claims.text("client_id")
	if p.clients[claims.ClientID] == nil {
		return nil, unauthorized("the pool has no client of this client_id")
	}
	if err := claims.parseScopes(); err != nil {
		return nil, err
	}
	return claims, claims.parseTimes()
}

// parseScopes splits scope at single spaces (RFC 6749 section 3.3); other white
// space is not allowed.
func (c *Claims) parseScopes() error {
	scope, given := c.All["scope"]
	if !given || scope == "" {
		return nil
	}
	c.Scopes = strings.Split(c.text("scope"), " ")
	for _, name := range c.Scopes {
		if !isScopeToken(name) {
			return unauthorized("the scope claim is malformed: it has scopes separated by one space")
		}
	}
	return nil
}

// parseTimes reads exp, iat and nbf. The tokens of a pool always have exp and iat.
func (c *Claims) parseTimes() error {
	expiry, ok := c.time("exp")
	if !ok {
		return unauthorized("exp is missing or not a whole number of seconds")
	}
	issuedAt, ok := c.time("iat")
	if !ok {
		return unauthorized("iat is missing or not a whole number of seconds")
	}
	c.Expiry, c.notBefore = expiry, issuedAt
	if _, given := c.All["nbf"]; given {
		notBefore, ok := c.time("nbf")
		if !ok {
			return unauthorized("nbf is not a whole number of seconds")
		}
		if notBefore.After(issuedAt) {
			c.notBefore = notBefore
		}
	}
	return nil
}

// checkTime returns an error if the token is not valid at now. A token expires at
// the second of exp (RFC 7519 section 4.1.4).
func (c *Claims) checkTime(now time.Time) error {
	if !now.Before(c.Expiry) {
		return expired("exp was " + c.Expiry.UTC().Format(time.RFC3339))
	}
	// API Gateway documents that iat and nbf must lie in the past for the JWT
	// authorizers of HTTP APIs. We assume the same for REST APIs.
	if now.Before(c.notBefore) {
		return unauthorized("the token is not valid before " + c.notBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// text returns "" for a claim that is missing or not a string.
func (c *Claims) text(name string) string {
	text, _ := c.All[name].(string)
	return text
}

// maxTime is the last second of the year 9999. A time.Time wraps around far beyond
// it, and would lie in the past.
const maxTime = 253402300799

func (c *Claims) time(name string) (time.Time, bool) {
	number, _ := c.All[name].(json.Number)
	seconds, err := number.Int64()
	return time.Unix(seconds, 0), err == nil && seconds >= 0 && seconds <= maxTime
}
