package cognito

import (
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
)

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
