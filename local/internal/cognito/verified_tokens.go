package cognito

import (
	"crypto/sha256"
	"sync"
)

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
