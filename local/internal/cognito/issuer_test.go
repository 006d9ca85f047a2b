package cognito_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

func get(t *testing.T, method, url string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return send(t, request)
}

func TestKeySet(t *testing.T) {
	server := serve(t, newPool(t, configuration()).IssuerHandler())
	got := get(t, "GET", server+"/.well-known/jwks.json")

	if diff := cmp.Diff(map[string]string{"Content-Type": "application/json"}, got.Header); got.Status != 200 || diff != "" {
		t.Errorf("status %d, header: %s", got.Status, diff)
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal([]byte(got.Body), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 2 {
		t.Fatalf("got %d keys, want 2", len(set.Keys))
	}
	for i, key := range set.Keys {
		n := key["n"]
		delete(key, "n")
		// No other members, above all none of the private d, p, q, dp, dq and qi.
		want := map[string]string{"alg": "RS256", "e": "AQAB", "kid": signingKeys[i].ID, "kty": "RSA", "use": "sig"}
		if diff := cmp.Diff(want, key); diff != "" {
			t.Errorf("key %d: %s", i, diff)
		}
		if want := encode(signingKeys[i].Private().N.Bytes()); n != want {
			t.Errorf("key %d: got modulus %s, want %s", i, n, want)
		}
	}
}

func TestTokenVerifiesAgainstPublishedKeySet(t *testing.T) {
	pool := newPool(t, configuration())
	got := get(t, "GET", serve(t, pool.IssuerHandler())+"/.well-known/jwks.json")
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(got.Body), &set); err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(issueToken(t, pool, form()), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.Verify(set); err != nil {
		t.Error(err)
	}
}

func TestDiscovery(t *testing.T) {
	common := map[string]any{
		"issuer":                                issuer,
		"jwks_uri":                              issuer + "/.well-known/jwks.json",
		"id_token_signing_alg_values_supported": []any{"RS256"},
		"response_types_supported":              []any{"code", "token"},
		"scopes_supported":                      []any{"openid", "email", "phone", "profile"},
		"subject_types_supported":               []any{"public"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post"},
	}
	domain := map[string]any{
		"authorization_endpoint": domainURL + "/oauth2/authorize",
		"token_endpoint":         domainURL + "/oauth2/token",
		"userinfo_endpoint":      domainURL + "/oauth2/userInfo",
	}
	for _, test := range []struct {
		name      string
		domainURL string
		want      []map[string]any
	}{
		{"with domain", domainURL, []map[string]any{common, domain}},
		{"without domain", "", []map[string]any{common}},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configuration()
			config.DomainURL = test.domainURL
			server := serve(t, newPool(t, config).IssuerHandler())
			response := get(t, "GET", server+"/.well-known/openid-configuration")
			if diff := cmp.Diff(map[string]string{"Content-Type": "application/json"}, response.Header); response.Status != 200 || diff != "" {
				t.Errorf("status %d, header: %s", response.Status, diff)
			}
			want := make(map[string]any)
			for _, fields := range test.want {
				for name, value := range fields {
					want[name] = value
				}
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(response.Body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIssuerPathsAndMethods(t *testing.T) {
	server := serve(t, newPool(t, configuration()).IssuerHandler())
	notFound := answer{Status: 404, Header: map[string]string{}}
	notAllowed := answer{Status: 405, Header: map[string]string{"Allow": "GET, HEAD"}}
	head := answer{Status: 200, Header: map[string]string{"Content-Type": "application/json"}}
	for _, test := range []struct {
		method, path string
		want         answer
	}{
		{"HEAD", "/.well-known/jwks.json", head},
		{"HEAD", "/.well-known/openid-configuration", head},
		{"POST", "/.well-known/jwks.json", notAllowed},
		{"DELETE", "/.well-known/openid-configuration", notAllowed},
		{"GET", "/.well-known/jwks.json/", notFound},
		{"GET", "/.well-known/../.well-known/jwks.json", notFound},
		{"GET", "/", notFound},
		{"POST", "/oauth2/token", notFound},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			if diff := cmp.Diff(test.want, get(t, test.method, server+test.path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKeyIDsLookLikeCognitos(t *testing.T) {
	for _, key := range signingKeys {
		if !regexp.MustCompile(`^[A-Za-z0-9+/]{43}=$`).MatchString(key.ID) {
			t.Errorf("got kid %q, want 44 characters of base64", key.ID)
		}
	}
}
