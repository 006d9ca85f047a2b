package cognito_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/cognito"
)

func BenchmarkIssueToken(b *testing.B) {
	handler := newPool(b, configuration()).DomainHandler()
	body := form()
	for b.Loop() {
		request := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK {
			b.Fatal(recorder.Body)
		}
	}
}

func BenchmarkVerifyFresh(b *testing.B) {
	token := mint(b, signingKeys[1].Private(), goodHeader(nil), goodClaims(nil))
	config := configuration()
	for b.Loop() {
		// A new pool remembers nothing. Creating it costs little compared with a
		// signature.
		if _, err := newPool(b, config).Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyRepeated(b *testing.B) {
	pool := newPool(b, configuration())
	token := mint(b, signingKeys[1].Private(), goodHeader(nil), goodClaims(nil))
	for b.Loop() {
		if _, err := pool.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewPool measures what a pool adds to the start of a server.
func BenchmarkNewPool(b *testing.B) {
	for b.Loop() {
		config := configuration()
		config.SigningKeys = cognito.NewGenerator("seed").SigningKeys("Pool")
		newPool(b, config)
	}
}

// BenchmarkSeededKey measures how long the first request waits for a key.
func BenchmarkSeededKey(b *testing.B) {
	generator := cognito.NewGenerator("")
	for n := 0; b.Loop(); n++ {
		generator.SigningKeys(strings.Repeat("x", n))[0].Private()
	}
}
