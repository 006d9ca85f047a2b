package cognito

import (
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"sync"

	"filippo.io/keygen"
)

const (
	digits    = "0123456789"
	lowercase = "abcdefghijklmnopqrstuvwxyz"
	uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// Generator makes the ids, secrets and keys that Amazon Cognito and API Gateway make
// when a stack is deployed. They depend only on the seed, the kind and the name: the
// same seed gives the same pool after a restart.
//
// The seed is not a secret, and neither is anything made from it: anyone who knows
// the seed can compute the client secrets and private keys. Use seeded values for
// local development only.
type Generator struct {
	seed   []byte
	random bool
}

// NewGenerator returns a generator for a seed of any length. An empty seed means a
// random one.
func NewGenerator(seed string) *Generator {
	if seed == "" {
		random := make([]byte, 32)
		crand.Read(random) // never fails, see its documentation
		return &Generator{seed: random, random: true}
	}
	return &Generator{seed: []byte(seed)}
}

// PoolID returns "{region}_" and nine letters and digits. Each pool needs its own
// name.
func (g *Generator) PoolID(region, name string) string {
	return region + "_" + pick(g.stream("pool id", name), 9, uppercase+lowercase+digits)
}

// ClientID returns 26 lower-case letters and digits. Each client needs its own name.
func (g *Generator) ClientID(name string) string {
	return pick(g.stream("client id", name), 26, lowercase+digits)
}

// ClientSecret returns 52 lower-case letters and digits, about 268 bits. Each client
// needs its own name.
func (g *Generator) ClientSecret(name string) string {
	return pick(g.stream("client secret", name), 52, lowercase+digits)
}

// APIKey returns 40 letters and digits, as API Gateway does. Each key needs its own
// name.
func (g *Generator) APIKey(name string) string {
	return pick(g.stream("api key", name), 40, uppercase+lowercase+digits)
}

// SigningKeys returns the two RSA-2048 keys of a pool. A key is computed at its
// first use, which keeps the search for primes out of the start.
func (g *Generator) SigningKeys(poolName string) []SigningKey {
	keys := make([]SigningKey, 2)
	for i, name := range []string{"id token", "access token"} {
		var id [32]byte
		g.stream(name+" key id", poolName).Read(id[:])
		keys[i] = SigningKey{
			ID:      base64.StdEncoding.EncodeToString(id[:]),
			Private: g.key(name+" key", poolName),
		}
	}
	return keys
}

// key returns a function that computes a key at its first call. The search for primes
// takes longer than the start of a server, so a program that starts many servers, as
// tests do, computes the keys of a seed once. Keys of a random seed are not cached.
func (g *Generator) key(purpose, name string) func() *rsa.PrivateKey {
	secret := g.secret(purpose, name)
	compute := sync.OnceValue(func() *rsa.PrivateKey {
		key, err := keygen.RSA(2048, secret)
		if err != nil {
			panic(err) // only for a size or secret that is too short
		}
		return key
	})
	if g.random {
		return compute
	}
	return computed.of([32]byte(secret), compute)
}

// computed caches the keys of seeds.
var computed keyCache

// maxCachedKeys bounds the cache of a program that loads many templates. A key takes
// about 3 KB.
const maxCachedKeys = 1000

type keyCache struct {
	mu   sync.Mutex
	keys map[[32]byte]func() *rsa.PrivateKey
}

// of returns the cached key of a secret, or else adds new.
func (c *keyCache) of(secret [32]byte, new func() *rsa.PrivateKey) func() *rsa.PrivateKey {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.keys[secret]; known != nil {
		return known
	}
	if c.keys == nil || len(c.keys) >= maxCachedKeys {
		c.keys = map[[32]byte]func() *rsa.PrivateKey{}
	}
	c.keys[secret] = new
	return new
}

// stream returns the random stream for a purpose and name. The output of ChaCha8 is
// specified, so it does not change between Go releases.
func (g *Generator) stream(purpose, name string) *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte(g.secret(purpose, name)))
}

// secret returns the 32 bytes that everything for a purpose and name is derived
// from.
func (g *Generator) secret(purpose, name string) []byte {
	mac := hmac.New(sha256.New, g.seed)
	mac.Write([]byte(purpose + "\x00" + name))
	return mac.Sum(nil)
}

// pick returns n characters of alphabet, each with the same probability.
func pick(stream *rand.ChaCha8, n int, alphabet string) string {
	unbiased := 256 - 256%len(alphabet)
	picked := make([]byte, 0, n)
	var b [1]byte
	for len(picked) < n {
		stream.Read(b[:])
		if int(b[0]) < unbiased {
			picked = append(picked, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(picked)
}
