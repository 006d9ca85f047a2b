package cognito_test

import (
	"sync"
	"testing"

	"example.com/weather-events-api/local/internal/cognito"
)

// TestConcurrentFirstRequests is for the race detector: the first requests all
// want the key that is not computed yet.
func TestConcurrentFirstRequests(t *testing.T) {
	config := configuration()
	config.SigningKeys = cognito.NewGenerator("test").SigningKeys("Pool")
	pool := newPool(t, config)
	domain, issuer := serve(t, pool.DomainHandler()), serve(t, pool.IssuerHandler())
	token := mint(t, signingKeys[1].Private(), goodHeader(nil), goodClaims(nil))

	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			checkAnswer(t, send(t, tokenRequest(t, domain, form(), nil)), "")
		})
		wait.Go(func() {
			if got := get(t, "GET", issuer+"/.well-known/jwks.json"); got.Status != 200 {
				t.Errorf("no key set: %+v", got)
			}
		})
		wait.Go(func() {
			if _, err := pool.Verify(token); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
