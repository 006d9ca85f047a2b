package cognito

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// accessTokenUse is the token_use claim that tells access tokens from ID tokens.
const accessTokenUse = "access"

// accessTokenClaims are the claims of a machine's access token, in the order
// Amazon Cognito writes them. There is no aud.
type accessTokenClaims struct {
	Subject  string `json:"sub"`
	TokenUse string `json:"token_use"`
	Scope    string `json:"scope"`
	AuthTime int64  `json:"auth_time"`
	Issuer   string `json:"iss"`
	Expiry   int64  `json:"exp"`
	IssuedAt int64  `json:"iat"`
	Version  int    `json:"version"`
	ID       string `json:"jti"`
	ClientID string `json:"client_id"`
}

// issue returns a signed access token.
func (p *Pool) issue(client *appClient, scopes []string) (string, error) {
	signer, err := p.signer()
	if err != nil {
		return "", fmt.Errorf("the signing key cannot sign: %w", err)
	}
	now := p.now().Unix()
	payload, err := json.Marshal(accessTokenClaims{
		Subject:  client.id,
		TokenUse: accessTokenUse,
		Scope:    strings.Join(scopes, " "),
		AuthTime: now,
		Issuer:   p.issuer,
		Expiry:   now + int64(client.validity/time.Second),
		IssuedAt: now,
		Version:  2,
		ID:       newTokenID(),
		ClientID: client.id,
	})
	if err != nil {
		return "", fmt.Errorf("the claims cannot be encoded: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("the token cannot be signed: %w", err)
	}
	return signed.CompactSerialize()
}

// newTokenID returns a random UUID, version 4 of RFC 9562.
func newTokenID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0F | 0x40
	b[8] = b[8]&0x3F | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// SigningKey is one RSA key of a pool.
type SigningKey struct {
	// ID is the kid. Amazon Cognito's are 44 characters of base64.
	ID string
	// Private returns the key, the same at each call; it must be safe for
	// concurrent use. It is first called by the first request that needs the key.
	Private func() *rsa.PrivateKey
}

// public returns the key as the key set publishes it.
func (k SigningKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{
		Key:       &k.Private().PublicKey,
		KeyID:     k.ID,
		Algorithm: string(jose.RS256),
		Use:       "sig",
	}
}

// signer returns a signer whose tokens carry kid and alg, and no other header.
func (k SigningKey) signer() (jose.Signer, error) {
	return jose.NewSigner(jose.SigningKey{
		Algorithm: jose.RS256,
		Key:       jose.JSONWebKey{Key: k.Private(), KeyID: k.ID},
	}, nil)
}

// maxVerifiedTokens bounds what verifiedTokens holds.
const maxVerifiedTokens = 1024

// verifiedTokens remembers the claims of tokens whose signature and claims were
// good. Whether a token is valid at this time is for the caller to check. The
// zero value is ready to use.
type verifiedTokens struct {
	mu     sync.Mutex
	claims map[[sha256.Size]byte]*Claims
}

func (v *verifiedTokens) get(token string) (*Claims, bool) {
	hash := sha256.Sum256([]byte(token))
	v.mu.Lock()
	defer v.mu.Unlock()
	claims, found := v.claims[hash]
	return claims, found
}

// add forgets any one token, whichever comes first, when there is no room.
func (v *verifiedTokens) add(token string, claims *Claims) {
	hash := sha256.Sum256([]byte(token))
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.claims == nil {
		v.claims = make(map[[sha256.Size]byte]*Claims)
	}
	for other := range v.claims {
		if len(v.claims) < maxVerifiedTokens {
			break
		}
		delete(v.claims, other)
	}
	v.claims[hash] = claims
}

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
