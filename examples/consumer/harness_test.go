package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

// system is the API and its token endpoint behind one URL. The URL stays when the backend
// is replaced.
type system struct {
	clock     *clock
	front     *httptest.Server
	behind    atomic.Pointer[backend]
	throttled atomic.Bool
	// tokenRequests counts requests to the token endpoint, calls counts requests to the
	// API.
	tokenRequests, calls atomic.Int64
}

// backend is a server and the proxy to it.
type backend struct {
	*local.System
	proxy *httputil.ReverseProxy
}

func startSystem(t *testing.T) *system {
	t.Helper()
	d := &system{clock: &clock{now: time.Now()}}
	d.front = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.front.Close)
	d.replace(t)
	return d
}

// template is the API's template in the library version of go.mod. Your own service keeps
// a copy in its testdata.
var template = sync.OnceValue(func() string {
	library, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "example.com/weather-events-api").Output()
	if err != nil {
		panic(err)
	}
	return filepath.Join(strings.TrimSpace(string(library)), "testdata", "weather-events-api.template.json")
})

// replace puts a new user pool and API with new credentials and keys behind the same
// URLs, so nothing issued before works.
func (d *system) replace(t *testing.T) {
	t.Helper()
	server, err := local.New(local.FromTemplateFile(template()),
		local.WithPublicURL(d.front.URL), local.WithRandomCredentials(), local.WithClock(d.clock.Now), local.WithAccessLog(d.count))
	if err != nil {
		t.Fatal(err)
	}
	front, err := url.Parse(d.front.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := server.Transport().(*http.Transport)
	transport.MaxIdleConnsPerHost = goroutines
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	d.behind.Store(&backend{server, &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(front) },
		Transport: transport,
	}})
}

// count counts what a server logs. The server logs before the proxy sees the end of a
// request, and the proxy before the caller does.
func (d *system) count(access local.Access) {
	if isTokenRequest(access.Path) {
		d.tokenRequests.Add(1)
	} else {
		d.calls.Add(1)
	}
}

func isTokenRequest(path string) bool { return strings.HasSuffix(path, "/oauth2/token") }

func (d *system) serve(w http.ResponseWriter, r *http.Request) {
	if d.throttled.Load() && isTokenRequest(r.URL.Path) {
		d.tokenRequests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":"TooManyRequests"}`))
		return
	}
	d.behind.Load().proxy.ServeHTTP(w, r)
}

// service is the consumer, started as main does, but with another clock.
func (d *system) service(t *testing.T, credentials load) *httptest.Server {
	t.Helper()
	client := machineclient.New(machineclient.Config{Credentials: credentials, Clock: d.clock.Now})
	server := httptest.NewServer(names(client, d.behind.Load().API("RestApi").URL))
	t.Cleanup(server.Close)
	return server
}

// credentials are the current client's credentials.
func (d *system) credentials() machineclient.Credentials {
	client := d.behind.Load().Client("ServiceClient")
	return machineclient.Credentials{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL, Scope: strings.Join(client.Scopes, " ")}
}

// clock is the clock of the API and of the service.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// secretsManager answers GetSecretValue with one replaceable value.
type secretsManager struct {
	value atomic.Value
	reads atomic.Int64
}

func (s *secretsManager) put(t *testing.T, current machineclient.Credentials, previous *machineclient.Credentials) {
	t.Helper()
	value, err := json.Marshal(struct {
		machineclient.Credentials
		Previous *machineclient.Credentials `json:"previous,omitempty"`
	}{current, previous})
	if err != nil {
		t.Fatal(err)
	}
	s.value.Store(string(value))
}

// client is an AWS SDK client of this Secrets Manager.
func (s *secretsManager) client(t *testing.T) *secretsmanager.Client {
	t.Helper()
	return secretsmanager.New(secretsmanager.Options{
		BaseEndpoint: aws.String(s.serve(t)), Region: "eu-west-1",
		Credentials: awscredentials.NewStaticCredentialsProvider("id", "key", ""),
		Retryer:     aws.NopRetryer{},
	})
}

func (s *secretsManager) serve(t *testing.T) (url string) {
	t.Helper()
	endpoint := httptest.NewServer(s)
	t.Cleanup(endpoint.Close)
	return endpoint.URL
}

func (s *secretsManager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct{ SecretId string }
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil || input.SecretId != "weather/consumer" || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"ResourceNotFoundException","message":"Secrets Manager can't find the specified secret."}`))
		return
	}
	s.reads.Add(1)
	_ = json.NewEncoder(w).Encode(map[string]any{"Name": input.SecretId, "SecretString": s.value.Load()})
}
