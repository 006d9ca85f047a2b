package cognito

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// What Verify returns wraps one of these; the message says why.
var (
	// ErrExpired is for a token that the pool issued and that has expired.
	ErrExpired = errors.New("the token has expired")
	// ErrUnauthorized is for everything else that is not a valid access token.
	ErrUnauthorized = errors.New("the token is not authorized")
)

// maxTokenLength is the most that the headers of a request to API Gateway hold
// together, in bytes.
const maxTokenLength = 10240

func expired(reason string) error      { return fmt.Errorf("%w: %s", ErrExpired, reason) }
func unauthorized(reason string) error { return fmt.Errorf("%w: %s", ErrUnauthorized, reason) }

// Verify returns the claims of an access token, given without "Bearer ", that a
// key of this pool signed for a client that the pool has, and that is valid
// now. The error wraps ErrExpired or ErrUnauthorized and holds no part of the
// token.
//
// A token that has been verified is remembered, so that the signature of the
// next request with it need not be computed again.
func (p *Pool) Verify(token string) (*Claims, error) {
	if len(token) > maxTokenLength {
		return nil, unauthorized("the token is longer than the headers of a request may be")
	}
	claims, known := p.verified.get(token)
	if !known {
		payload, err := p.verifySignature(token)
		if err != nil {
			return nil, err
		}
		if claims, err = p.parseClaims(payload); err != nil {
			return nil, err
		}
	}
	if err := claims.checkTime(p.now()); err != nil {
		return nil, err
	}
	if !known {
		p.verified.add(token, claims)
	}
	return claims, nil
}

// verifySignature returns the payload of a JWS in compact serialization that a
// key of the pool signed with RS256. The key is found by kid among the pool's
// own; a key that the header holds or points to (jwk, jku, x5c, x5u) is never
// looked at.
func (p *Pool) verifySignature(token string) ([]byte, error) {
	if !isCanonicalCompact(token) {
		return nil, unauthorized("the token is not a JWS in compact serialization")
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, unauthorized("the token cannot be parsed or its alg is not RS256")
	}
	header := signed.Signatures[0].Protected
	if namesCritical(token) {
		return nil, unauthorized("the token has critical headers, of which none is supported")
	}
	for _, key := range p.keys {
		if key.ID != header.KeyID {
			continue
		}
		payload, err := signed.Verify(&key.Private().PublicKey)
		if err != nil {
			return nil, unauthorized("the signature does not match the key of the pool")
		}
		return payload, nil
	}
	return nil, unauthorized("the kid is missing or is no key of the pool")
}

// namesCritical reports whether the header has crit, also one that is null,
// which go-jose takes for none. RFC 7515 section 4.1.11 allows no empty one.
func namesCritical(token string) bool {
	encoded, _, _ := strings.Cut(token, ".")
	decoded, _ := base64.RawURLEncoding.DecodeString(encoded)
	var header map[string]json.RawMessage
	_ = json.Unmarshal(decoded, &header) // of what go-jose has parsed
	_, given := header["crit"]
	return given
}

// isCanonicalCompact reports whether the token is three parts, each the one
// base64url spelling of its content. encoding/base64 skips line breaks and
// ignores the unused bits of the last character, which would give one signature
// many spellings.
func isCanonicalCompact(token string) bool {
	parts := strings.Split(token, ".")
	for _, part := range parts {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(decoded) != part {
			return false
		}
	}
	return len(parts) == 3
}
