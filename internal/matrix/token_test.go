package matrix

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// Only the signature of a forged token is wrong: an authorizer that ignores the signature
// lets the token in.
func TestNothingButTheSignatureIsForged(t *testing.T) {
	target, system := load(t, "testdata/open-method.yaml")
	var forged string
	m := target.Expect()
	m.Try(t.Context(), Options{
		Skip: func(m Method, c Caller, _ Cell) string {
			if m.Called == http.MethodGet && c.Kind == Foreign {
				return ""
			}
			return "another"
		},
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
				forged = token
			}
			return system.Transport().RoundTrip(r)
		}),
	})
	signed, err := jose.ParseSignedCompact(forged, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	pool, reader := target.UserPools[0], target.Clients[0]
	request, _ := http.NewRequest("GET", pool.Issuer+"/.well-known/jwks.json", nil)
	response, err := system.Transport().RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body)
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(data, &keys); err != nil {
		t.Fatal(err)
	}
	of := keys.Key(signed.Signatures[0].Header.KeyID)
	if len(of) != 1 {
		t.Fatalf("the user pool has no key with id %q", signed.Signatures[0].Header.KeyID)
	}
	if _, err := signed.Verify(of[0]); err == nil {
		t.Error("the user pool signed it")
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Client   string `json:"client_id"`
		Use      string `json:"token_use"`
		Scope    string
		Exp, Iat int64
	}
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Issuer != pool.Issuer || claims.Client != reader.ID || claims.Use != "access" || claims.Scope != "orders/read" || claims.Exp <= claims.Iat {
		t.Errorf("%+v", claims)
	}
}
