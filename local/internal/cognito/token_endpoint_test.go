package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/local/internal/cognito"
)

// refused is the complete answer for an error code.
func refused(code string) answer {
	return answer{
		Status: http.StatusBadRequest,
		Header: map[string]string{
			"Content-Type":  "application/json;charset=UTF-8",
			"Cache-Control": "no-store",
			"Pragma":        "no-cache",
		},
		Body: `{"error":"` + code + `"}`,
	}
}

func TestTokenResponse(t *testing.T) {
	pool := newPool(t, configuration())
	got := send(t, tokenRequest(t, serve(t, pool.DomainHandler()), form(), nil))

	token := regexp.MustCompile(`"access_token":"([^"]+)"`).FindStringSubmatch(got.Body)
	if token == nil {
		t.Fatalf("no access token: %+v", got)
	}
	want := answer{
		Status: http.StatusOK,
		Header: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"},
		Body:   `{"access_token":"` + token[1] + `","expires_in":3600,"token_type":"Bearer"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAccessToken(t *testing.T) {
	config := configuration()
	config.Clients = []cognito.Client{machine(func(c *cognito.Client) { c.AccessTokenValidity = 5 * time.Minute })}
	token := issueToken(t, newPool(t, config), form())

	var header map[string]any
	decodePart(t, token, 0, &header)
	if diff := cmp.Diff(map[string]any{"alg": "RS256", "kid": signingKeys[1].ID}, header); diff != "" {
		t.Errorf("header: %s", diff)
	}

	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := signed.Verify(&signingKeys[1].Private().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	id, _ := claims["jti"].(string)
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("jti is not a version 4 UUID: %q", id)
	}
	now := float64(startOfTest.Unix())
	want := map[string]any{
		"sub": machineID, "client_id": machineID, "token_use": "access", "iss": issuer,
		"scope":     "events/write events/read",
		"auth_time": now, "iat": now, "exp": now + 300, "version": float64(2), "jti": id,
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims: %s", diff)
	}
}

func TestTokenIDsDiffer(t *testing.T) {
	pool := newPool(t, configuration())
	first, second := issueToken(t, pool, form()), issueToken(t, pool, form())
	if first == second {
		t.Error("two requests got the same token")
	}
}

func decodePart(t *testing.T, token string, part int, v any) {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[part])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(decoded, v); err != nil {
		t.Fatal(err)
	}
}

func TestAccessTokenValidity(t *testing.T) {
	for _, test := range []struct {
		name     string
		validity time.Duration
		want     string
	}{
		{"default", 0, `"expires_in":3600,`},
		{"least", limits.MinAccessTokenValidity, `"expires_in":300,`},
		{"most", limits.MaxAccessTokenValidity, `"expires_in":86400,`},
		{"fraction of a second", 10*time.Minute + 999*time.Millisecond, `"expires_in":600,`},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configuration()
			config.Clients = []cognito.Client{machine(func(c *cognito.Client) { c.AccessTokenValidity = test.validity })}
			got := send(t, tokenRequest(t, serve(t, newPool(t, config).DomainHandler()), form(), nil))
			if !strings.Contains(got.Body, test.want) {
				t.Errorf("got %s, want %s", got.Body, test.want)
			}
		})
	}
}

// TestTokenRequestShape covers the checks before the client is looked up.
func TestTokenRequestShape(t *testing.T) {
	contentType := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", value) }
	}
	inURL := func(r *http.Request) { r.URL.RawQuery = form() }
	for _, test := range []struct {
		name   string
		body   string
		change func(*http.Request)
		want   string // error code, "" for a token
	}{
		{name: "correct", body: form()},
		{name: "charset", body: form(), change: contentType("application/x-www-form-urlencoded; charset=UTF-8")},
		{name: "content type in upper case", body: form(), change: contentType("APPLICATION/X-WWW-FORM-URLENCODED")},
		{name: "parameter names percent-encoded", body: strings.Replace(form(), "grant_type", "grant%5Ftype", 1)},
		{name: "unknown parameter", body: form("audience", "x")},
		{name: "parameters in the URL do not count as duplicates", body: form(), change: inURL},
		{name: "scope without value counts as left out", body: form("scope", "")},
		{name: "metadata", body: form("aws_client_metadata", `{"order":"42"}`)},
		{name: "metadata without value", body: form("aws_client_metadata", "")},
		{name: "resource without value", body: form("resource", "")},
		{name: "body of exactly 64 KiB", body: padded(64 << 10)},

		{name: "no grant type", body: form("grant_type", ""), want: "invalid_request"},
		{name: "empty body", body: "", want: "invalid_request"},
		{name: "parameters in the URL only", body: "", change: inURL, want: "invalid_request"},
		{name: "no content type", body: form(), change: func(r *http.Request) { r.Header.Del("Content-Type") }, want: "invalid_request"},
		{name: "JSON", body: `{"grant_type":"client_credentials"}`, change: contentType("application/json"), want: "invalid_request"},
		{name: "form sent as JSON", body: form(), change: contentType("application/json"), want: "invalid_request"},
		{name: "multipart", body: form(), change: contentType("multipart/form-data; boundary=x"), want: "invalid_request"},
		{name: "malformed content type", body: form(), change: contentType("application/x-www-form-urlencoded; charset"), want: "invalid_request"},
		{name: "JSON sent as form", body: `{"grant_type":"client_credentials"}`, want: "invalid_request"},
		{name: "malformed percent-encoding", body: form() + "&x=%zz", want: "invalid_request"},
		{name: "semicolons", body: strings.ReplaceAll(form(), "&", ";"), want: "invalid_request"},
		{name: "body of 64 KiB and one byte", body: padded(64<<10 + 1), want: "invalid_request"},
		{name: "duplicate grant type", body: form() + "&grant_type=client_credentials", want: "invalid_request"},
		{name: "duplicate client id", body: form() + "&client_id=" + machineID, want: "invalid_request"},
		{name: "duplicate scope", body: form("scope", "events/read") + "&scope=events/write", want: "invalid_request"},
		{name: "duplicate, one percent-encoded", body: form() + "&client%5Fid=" + machineID, want: "invalid_request"},
		{name: "duplicate, one without value", body: form() + "&scope=&scope=events/read", want: "invalid_request"},
		{name: "duplicate unknown parameter", body: form() + "&x=1&x=2", want: "invalid_request"},
		{name: "metadata no JSON", body: form("aws_client_metadata", "order=42"), want: "invalid_request"},
		{name: "metadata no object", body: form("aws_client_metadata", `["order"]`), want: "invalid_request"},
		{name: "metadata null", body: form("aws_client_metadata", "null"), want: "invalid_request"},
		{name: "resource", body: form("resource", "https://api.example.com"), want: "invalid_request"},

		{name: "authorization code", body: form("grant_type", "authorization_code"), want: "unsupported_grant_type"},
		{name: "refresh token", body: form("grant_type", "refresh_token"), want: "unsupported_grant_type"},
		{name: "password", body: form("grant_type", "password"), want: "unsupported_grant_type"},
		{name: "grant type in upper case", body: form("grant_type", "CLIENT_CREDENTIALS"), want: "unsupported_grant_type"},
		{name: "grant type with a space", body: form("grant_type", "client_credentials "), want: "unsupported_grant_type"},
		{name: "grant type encoded twice", body: form("grant_type", "client%5Fcredentials"), want: "unsupported_grant_type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, newPool(t, configuration()).DomainHandler())
			checkAnswer(t, send(t, tokenRequest(t, server, test.body, test.change)), test.want)
		})
	}
}

// padded is a valid form of the size.
func padded(size int) string {
	body := form() + "&padding="
	return body + strings.Repeat("x", size-len(body))
}

// checkAnswer compares a complete error answer, or checks that there is a token.
func checkAnswer(t *testing.T, got answer, code string) {
	t.Helper()
	if code == "" {
		if got.Status != http.StatusOK || !strings.Contains(got.Body, "access_token") {
			t.Errorf("no token: %+v", got)
		}
		return
	}
	delete(got.Header, "Connection") // closed after a body above the limit
	if diff := cmp.Diff(refused(code), got); diff != "" {
		t.Error(diff)
	}
}

func TestTokenEndpointMethods(t *testing.T) {
	server := serve(t, newPool(t, configuration()).DomainHandler())
	for _, method := range []string{"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "post"} {
		t.Run(method, func(t *testing.T) {
			got := send(t, tokenRequest(t, server, form(), func(r *http.Request) { r.Method = method }))
			want := answer{
				Status: http.StatusMethodNotAllowed,
				Header: map[string]string{"Allow": "POST", "Cache-Control": "no-store", "Pragma": "no-cache"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDomainPaths(t *testing.T) {
	withDomain := newPool(t, configuration())
	config := configuration()
	config.DomainURL = ""
	withoutDomain := newPool(t, config)
	for _, test := range []struct {
		name string
		pool *cognito.Pool
		path string
		want int
	}{
		{"token endpoint", withDomain, "/oauth2/token", http.StatusOK},
		{"trailing slash", withDomain, "/oauth2/token/", http.StatusNotFound},
		{"two slashes", withDomain, "//oauth2/token", http.StatusNotFound},
		{"another case", withDomain, "/oauth2/Token", http.StatusNotFound},
		{"authorize", withDomain, "/oauth2/authorize", http.StatusNotFound},
		{"key set is under the issuer only", withDomain, "/.well-known/jwks.json", http.StatusNotFound},
		{"pool without domain", withoutDomain, "/oauth2/token", http.StatusNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, test.pool.DomainHandler())
			got := send(t, tokenRequest(t, server, form(), func(r *http.Request) { r.URL.Path = test.path }))
			if got.Status != test.want {
				t.Errorf("got %d, want %d", got.Status, test.want)
			}
			if got.Status == http.StatusNotFound && got.Body != "" {
				t.Errorf("got body %q, want none", got.Body)
			}
		})
	}
}

// TestConcurrentFirstRequests is for the race detector: all first requests need the key
// before it is computed.
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
