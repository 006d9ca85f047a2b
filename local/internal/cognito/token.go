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

// accessTokenUse is the token_use claim of access tokens.
const accessTokenUse = "access"

// accessTokenClaims are the claims of a machine's access token, in the order of
// Amazon Cognito. There is no aud.
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
	// ID is the kid. In Amazon Cognito it is 44 characters of base64.
	ID string
	// Private returns the key, always the same. It must be safe for concurrent use, and
	// is not called before a request needs the key.
	Private func() *rsa.PrivateKey
}

// public returns the key in the form of the key set.
func (k SigningKey) public() jose.JSONWebKey {
	return jose.JSONWebKey{
		Key:       &k.Private().PublicKey,
		KeyID:     k.ID,
		Algorithm: string(jose.RS256),
		Use:       "sig",
	}
}

// signer returns a signer. Its tokens have the headers kid and alg only.
func (k SigningKey) signer() (jose.Signer, error) {
	return jose.NewSigner(jose.SigningKey{
		Algorithm: jose.RS256,
		Key:       jose.JSONWebKey{Key: k.Private(), KeyID: k.ID},
	}, nil)
}

// maxVerifiedTokens bounds the size of verifiedTokens.
const maxVerifiedTokens = 1024

// verifiedTokens caches the claims of verified tokens. The caller checks whether a
// token is valid at the time. The zero value is ready to use.
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

// add adds a token. If there is no room, it evicts an arbitrary one.
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

// Verify returns errors that wrap one of these; the message says why.
var (
	// ErrExpired is for an expired token that the pool issued.
	ErrExpired = errors.New("the token has expired")
	// ErrUnauthorized is for anything else that is not a valid access token.
	ErrUnauthorized = errors.New("the token is not authorized")
)

// maxTokenLength is API Gateway's limit for all headers of a request together, in
// bytes.
const maxTokenLength = 10240

func expired(reason string) error      { return fmt.Errorf("%w: %s", ErrExpired, reason) }
func unauthorized(reason string) error { return fmt.Errorf("%w: %s", ErrUnauthorized, reason) }

// Verify returns the claims of an access token, passed without "Bearer ". A key of
// this pool must have signed it for a client of the pool, and it must be valid now.
// The error wraps ErrExpired or ErrUnauthorized and holds no part of the token.
//
// Verified tokens are cached, so that their signature is checked only once.
func (p *Pool) Verify(token string) (*Claims, error) {
	if len(token) > maxTokenLength {
		return nil, unauthorized("the token is longer than the limit for all headers, 10240 bytes")
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

// verifySignature returns the payload of a JWS in compact serialization that a key
// of the pool signed with RS256. The kid selects one of the pool's own keys. Keys in
// the header (jwk, jku, x5c, x5u) are ignored.
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
		return nil, unauthorized("the token has critical headers, and none is supported")
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
	return nil, unauthorized("the kid is missing or is not a key of the pool")
}

// namesCritical reports whether the header has crit, even with the value null, which
// go-jose ignores. RFC 7515 section 4.1.11 forbids an empty crit.
func namesCritical(token string) bool {
	encoded, _, _ := strings.Cut(token, ".")
	decoded, _ := base64.RawURLEncoding.DecodeString(encoded)
	var header map[string]json.RawMessage
	_ = json.Unmarshal(decoded, &header) // go-jose has parsed it
	_, given := header["crit"]
	return given
}

// isCanonicalCompact reports whether the token has three parts, each in its only
// base64url spelling. encoding/base64 skips line breaks and ignores the unused bits
// of the last character, so one signature would have many spellings.
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
