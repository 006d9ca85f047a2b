package machineclient_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/weather-events-api/machineclient"
)

// The credentials stay the same but a new token differs: a deployment added a scope, or
// the old token was revoked.
func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		client := ours(s)
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		for killed := 1; killed < 6; killed++ {
			time.Sleep(90 * time.Second)
			s.refuse = func(_ *http.Request, token int) bool { return token <= killed }
			expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
			expectRequests(t, s, 1+killed)
		}
	})
}

// This runs over real connections, with a body, while the token is seconds old.
func TestARefusedTokenIsReplacedOverHTTP(t *testing.T) {
	m, e := asleep(t), serve(t)
	var lacking atomic.Int64 // the last token that lacks the scope
	e.api = func(w http.ResponseWriter, r *http.Request, token int64) {
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != "storm" {
			t.Errorf("got %q, %v", body, err)
		}
		if token <= lacking.Load() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	client := e.client(m.now)
	post := func() int {
		response, err := client.Post(e.URL, "text/plain", strings.NewReader("storm"))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	if got := post(); got != 200 {
		t.Errorf("got %d", got)
	}
	m.sleep(5 * time.Second)
	lacking.Store(1)
	if got := post(); got != 200 || e.tokens.Load() != 2 {
		t.Errorf("got %d after %d token requests", got, e.tokens.Load())
	}
}

// A service that just started gets an added scope within a minute or two: deployments add
// scopes just then.
func TestAScopeThatIsAddedLateIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		client := ours(s)
		granted := time.Now().Add(90 * time.Second)
		s.refuse = func(r *http.Request, token int) bool { return s.tokenRequests[token-1].Before(granted) }
		start := time.Now()
		for status(t, client) != 200 {
			time.Sleep(time.Second)
		}
		if took := time.Since(start); took > 4*time.Minute {
			t.Errorf("took %s", took)
		}
	})
}

// A service that never gets the scope costs little more than one that has it.
func TestAServiceWithoutTheScopeDoesNotDoubleItsCost(t *testing.T) {
	everything := func(*http.Request, int) bool { return true }
	for _, test := range []struct {
		name    string
		refuse  func(*http.Request, int) bool
		methods []string
		every   time.Duration
	}{
		{"for all that it calls", everything, []string{"GET"}, 10 * time.Second},
		{"and calls now and then", everything, []string{"GET"}, time.Minute},
		{"for one of two methods", func(r *http.Request, _ int) bool { return r.Method == "POST" }, []string{"GET", "POST"}, time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			cost := func(refuse func(*http.Request, int) bool) (tokens, calls int) {
				synctest.Test(t, func(t *testing.T) {
					s := newService()
					s.refuse = refuse
					client := ours(s)
					for start := time.Now(); time.Since(start) < 24*time.Hour; time.Sleep(test.every) {
						for _, method := range test.methods {
							request, _ := http.NewRequest(method, apiURL, nil)
							response, err := client.Do(request)
							if err != nil {
								t.Fatal(err)
							}
							response.Body.Close()
							if want := s.refuse != nil && refuse(request, 1); want != (response.StatusCode == 401) {
								t.Fatalf("%s: got %d", method, response.StatusCode)
							}
						}
					}
					tokens, calls = s.requests(), s.calls
				})
				return tokens, calls
			}
			tokens, calls := cost(nil)
			refusedTokens, refusedCalls := cost(test.refuse)
			if refusedTokens <= tokens || refusedTokens > tokens*3/2 || refusedCalls-calls > refusedTokens {
				t.Errorf("%d token requests and %d calls, against %d and %d with the scope", refusedTokens, refusedCalls, tokens, calls)
			}
		})
	}
}

// A process, such as a job or a function, starts for one call.
func TestATokenThatWasJustIssuedIsNotReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.refuse = func(*http.Request, int) bool { return true }
		client := ours(s)
		expectCounts(t, together(t, client, 50, 1), map[int]int{401: 50})
		expectRequests(t, s, 1)
		if s.calls != 50 {
			t.Errorf("%d calls", s.calls)
		}
		response, err := client.Get(apiURL)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != `{"message":"Unauthorized"}` {
			t.Errorf("the answer cannot be read: %s %v", body, err)
		}
	})
}

// An API that refuses tokens at random does not cause a token request for every refusal.
func TestTokensThatAreRefusedAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.refuse = func(*http.Request, int) bool { return s.calls%10 == 0 }
		client := ours(s)
		for range 3600 {
			status(t, client)
			time.Sleep(time.Second)
		}
		if got := s.requests(); got > 62 {
			t.Errorf("%d token requests in an hour", got)
		}
	})
}

func TestCredentialsAreLoadedAtMostEvery10Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, loads := newService(), 0
		s.refuse = func(*http.Request, int) bool { return true }
		client := machineclient.New(machineclient.Config{Base: s, Credentials: func(context.Context) (machineclient.Credentials, error) {
			loads++
			return credentials("first"), nil
		}})
		for range 100 {
			expectCounts(t, together(t, client, 50, 1), map[int]int{401: 50})
			time.Sleep(time.Second)
		}
		if loads < 10 || loads > 10+s.requests() {
			t.Errorf("loaded the credentials %d times, for %d tokens", loads, s.requests())
		}
	})
}

// New credentials are tried at once, however often the old ones failed.
func TestReplacedCredentialsDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.refuse = func(*http.Request, int) bool { return s.client == "first" }
		client := ours(s)
		for range 600 {
			status(t, client)
			time.Sleep(time.Second)
		}
		before := s.requests()
		s.rotate("second")
		time.Sleep(10 * time.Second)
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, before+1)
		time.Sleep(5 * time.Second)
		s.refuse = func(_ *http.Request, token int) bool { return token == before+1 }
		expectCounts(t, together(t, client, 50, 20), map[int]int{200: 1000})
		expectRequests(t, s, before+2)
	})
}

// The scope is missing for an hour, and then the token is revoked.
func TestATokenThatNeverWasRefusedEndsThePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService()
		s.refuse = func(*http.Request, int) bool { return true }
		client := ours(s)
		every := func(d time.Duration, want int) {
			for range int(d / time.Second) {
				if got := status(t, client); got != want {
					t.Fatalf("got %d, want %d", got, want)
				}
				time.Sleep(time.Second)
			}
		}
		every(time.Hour, 401)
		s.refuse = nil
		every(2*time.Hour, 200)
		killed := s.requests()
		for killed == s.requests() { // a call renews the token in the background
			every(time.Minute, 200)
		}
		killed++
		s.refuse = func(_ *http.Request, token int) bool { return token <= killed }
		every(time.Second, 200)
		expectRequests(t, s, killed+1)
	})
}
