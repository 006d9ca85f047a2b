package cognito

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"
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
