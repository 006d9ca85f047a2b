package cognito_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local/internal/cognito"
)

const (
	issuer    = "https://idp.example.com/eu-west-1_AbCdEf123"
	domainURL = "https://auth.example.com"

	machineID     = "1machine0000000000000000aa"
	machineSecret = "machinesecret000000000000000000000000000000000000aa"
)

var startOfTest = time.Date(2026, time.March, 4, 5, 6, 7, 0, time.UTC)

// clock is a time that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: startOfTest} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// signingKeys and otherKeys are computed once for all tests.
var (
	signingKeys = cognito.NewGenerator("test").SigningKeys("Pool")
	otherKeys   = cognito.NewGenerator("test").SigningKeys("OtherPool")
)

// machine is a client with every permission. change adapts it.
func machine(change func(*cognito.Client)) cognito.Client {
	client := cognito.Client{
		ID:                              machineID,
		Secret:                          machineSecret,
		Name:                            "machine",
		AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows:               []string{"client_credentials"},
		AllowedOAuthScopes:              []string{"events/write", "openid", "events/removed", "events/read"},
	}
	if change != nil {
		change(&client)
	}
	return client
}

// configuration is a pool with one machine. Its scopes are one standard scope, one that
// its resource server no longer has, and two usable ones.
func configuration() cognito.PoolConfig {
	return cognito.PoolConfig{
		LogicalID:   "Pool",
		ID:          "eu-west-1_AbCdEf123",
		Issuer:      issuer,
		DomainURL:   domainURL,
		SigningKeys: signingKeys,
		ResourceServers: []cognito.ResourceServer{
			{Identifier: "events", Scopes: []string{"read", "write", "admin"}},
			{Identifier: "https://api.example.com", Scopes: []string{"read"}},
		},
		Clients: []cognito.Client{machine(nil)},
		Clock:   newClock().Now,
	}
}

func newPool(t testing.TB, config cognito.PoolConfig) *cognito.Pool {
	t.Helper()
	pool, err := cognito.NewPool(config)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// serve starts a real server.
func serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response without the headers that net/http always adds.
type answer struct {
	Status int
	Header map[string]string
	Body   string
}

func send(t testing.TB, request *http.Request) answer {
	t.Helper()
	response, body := testhttp.Do(t, request)
	header := make(map[string]string)
	for name, values := range response.Header {
		if name != "Date" && name != "Content-Length" {
			header[name] = strings.Join(values, ", ")
		}
	}
	return answer{Status: response.StatusCode, Header: header, Body: body}
}

// tokenRequest is a valid form request. change adapts it.
func tokenRequest(t testing.TB, server string, body string, change func(*http.Request)) *http.Request {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, server+"/oauth2/token", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		change(request)
	}
	return request
}

// form is a valid client_secret_post form with the parameters.
func form(parameters ...string) string {
	values := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {machineID},
		"client_secret": {machineSecret},
	}
	for i := 0; i < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	return values.Encode()
}

// basic returns a change that adds client_secret_basic, encoded by RFC 6749 section
// 2.3.1.
func basic(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) }
}

func authorization(values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header["Authorization"] = values }
}

// issueToken gets a token from the pool over HTTP.
func issueToken(t testing.TB, pool *cognito.Pool, body string) string {
	t.Helper()
	got := send(t, tokenRequest(t, serve(t, pool.DomainHandler()), body, nil))
	if got.Status != http.StatusOK {
		t.Fatalf("no token: %+v", got)
	}
	var response struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(got.Body), &response); err != nil {
		t.Fatal(err)
	}
	return response.AccessToken
}

// goodClaims are valid access token claims. changes replaces claims; nil removes one.
func goodClaims(changes map[string]any) map[string]any {
	claims := map[string]any{
		"sub":       machineID,
		"token_use": "access",
		"scope":     "events/read events/write",
		"auth_time": startOfTest.Unix(),
		"iss":       issuer,
		"exp":       startOfTest.Add(time.Hour).Unix(),
		"iat":       startOfTest.Unix(),
		"version":   2,
		"jti":       "3f0b6a52-5f0e-4b1a-9c55-0d8d3f3b7c11",
		"client_id": machineID,
	}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// goodHeader is a valid access token header. changes works as in goodClaims.
func goodHeader(changes map[string]any) map[string]any {
	header := map[string]any{"kid": signingKeys[1].ID, "alg": "RS256"}
	for name, value := range changes {
		header[name] = value
		if value == nil {
			delete(header, name)
		}
	}
	return header
}

// mint signs any header and claims with RS256.
func mint(t testing.TB, key *rsa.PrivateKey, header, claims any) string {
	t.Helper()
	input := encodeJSON(t, header) + "." + encodeJSON(t, claims)
	return input + "." + encode(rs256(t, key, input))
}

func rs256(t testing.TB, key *rsa.PrivateKey, input string) []byte {
	t.Helper()
	hash := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encodeJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return encode(b)
}
