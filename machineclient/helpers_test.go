package machineclient_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/weather-events-api/machineclient"
)

const (
	tokenURL = "https://auth.test/oauth2/token"
	apiURL   = "https://api.test/"
	life     = time.Hour
)

// service is a token endpoint and an API in memory. It runs on the clock of the test's
// testing/synctest bubble.
type service struct {
	// latency is the token endpoint's latency. Time stands still while a goroutine waits
	// for a mutex, as in x/oauth2: with latency, x/oauth2 makes one call at a time.
	latency time.Duration
	// throttle answers a token request, numbered from 1, with a status instead of a
	// token, unless the status is 0.
	throttle func(request int) (status int, retryAfter string)
	redirect string // where the API redirects to
	// refuse reports whether the API answers a request with 401 despite its token. The
	// token is given by the number of its token request.
	refuse func(r *http.Request, token int) bool

	mu            sync.Mutex
	client        string // the only one there is
	tokenRequests []time.Time
	tokens        map[string]time.Time // when they expire
	calls         int                  // calls of the API
	bodies        []string             // bodies of accepted calls
	elsewhere     []string             // Authorization of requests to any other host
}

func newService() *service { return &service{client: "first", tokens: map[string]time.Time{}} }

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	switch r.URL.Host {
	case "auth.test":
		return s.token(r)
	case "api.test":
		return s.call(r, string(body)), nil
	}
	s.elsewhere = append(s.elsewhere, r.Header.Get("Authorization"))
	return answer(r, 200, ""), nil
}

func (s *service) token(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.tokenRequests = append(s.tokenRequests, time.Now())
	number := len(s.tokenRequests)
	s.mu.Unlock()
	for range 100 {
		runtime.Gosched() // let other goroutines run
	}
	if s.latency > 0 {
		select {
		case <-time.After(s.latency):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.throttle != nil {
		if status, retryAfter := s.throttle(number); status != 0 {
			refused := answer(r, status, `{"error":"TooManyRequests"}`)
			refused.Header.Set("Retry-After", retryAfter)
			return refused, nil
		}
	}
	if id, _, _ := r.BasicAuth(); id != s.client {
		return answer(r, 400, `{"error":"invalid_client"}`), nil
	}
	token := fmt.Sprintf("%s-%d", s.client, number)
	s.tokens[token] = time.Now().Add(life)
	return answer(r, 200, fmt.Sprintf(`{"access_token":%q,"expires_in":%d,"token_type":"Bearer"}`, token, int(life.Seconds()))), nil
}

func (s *service) call(r *http.Request, body string) *http.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !time.Now().Before(s.tokens[token]) || !strings.HasPrefix(token, s.client+"-") {
		return answer(r, 401, `{"message":"Unauthorized"}`)
	}
	if number, err := strconv.Atoi(strings.TrimPrefix(token, s.client+"-")); err != nil || s.refuse != nil && s.refuse(r, number) {
		return answer(r, 401, `{"message":"Unauthorized"}`)
	}
	s.bodies = append(s.bodies, body)
	if s.redirect != "" {
		redirect := answer(r, 302, "")
		redirect.Header.Set("Location", s.redirect)
		return redirect
	}
	return answer(r, 200, token)
}

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

func (s *service) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokenRequests)
}

// rotate replaces the client at once: the API refuses its tokens too.
func (s *service) rotate(client string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client = client
}

func credentials(client string) machineclient.Credentials {
	return machineclient.Credentials{ClientID: client, ClientSecret: "secret of " + client, TokenURL: tokenURL, Scope: "weather-api/get"}
}

// status returns the status of a GET, or 0 without an answer.
func status(t testing.TB, client *http.Client) int {
	t.Helper()
	response, err := client.Get(apiURL)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// together makes calls from many goroutines and counts the statuses.
func together(t testing.TB, client *http.Client, goroutines, calls int) map[int]int {
	t.Helper()
	var mu sync.Mutex
	counts := map[int]int{}
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range calls {
				got := status(t, client)
				mu.Lock()
				counts[got]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return counts
}

// endpoints are a token endpoint at /token and an API at any other path.
type endpoints struct {
	*httptest.Server
	tokens, calls atomic.Int64 // requests
	// token answers a token request, numbered from 1. api answers a call, with the number
	// of its token.
	token func(w http.ResponseWriter, r *http.Request, number int64)
	api   func(w http.ResponseWriter, r *http.Request, token int64)
}

func serve(t *testing.T) *endpoints {
	t.Helper()
	e := &endpoints{token: issue}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *endpoints) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		e.token(w, r, e.tokens.Add(1))
		return
	}
	e.calls.Add(1)
	var number int64
	if _, err := fmt.Sscanf(r.Header.Get("Authorization"), "Bearer token-%d", &number); err != nil {
		w.WriteHeader(http.StatusUnauthorized)
	} else if e.api != nil {
		e.api(w, r, number)
	}
}

// issue answers with a token that lives for an hour.
func issue(w http.ResponseWriter, _ *http.Request, number int64) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600,"token_type":"Bearer"}`, number)
}

func (e *endpoints) credentials() machineclient.Credentials {
	return machineclient.Credentials{ClientID: "client", ClientSecret: secret, TokenURL: e.URL + "/token"}
}

const secret = "1example23of45a67client89secret0"

func (e *endpoints) client(clock func() time.Time) *http.Client {
	return machineclient.New(machineclient.Config{Credentials: machineclient.Static(e.credentials()), Clock: clock})
}

// call returns the status of a call, or 0.
func (e *endpoints) call(client *http.Client) int {
	response, err := client.Get(e.URL)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

func (e *endpoints) expect(t *testing.T, client *http.Client, status int, tokens int64) {
	t.Helper()
	before := e.tokens.Load()
	got := e.call(client)
	if requests := e.tokens.Load() - before; got != status || requests != tokens {
		t.Errorf("got %d for %d token requests, want %d for %d", got, requests, status, tokens)
	}
}
