package walkthrough_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/weather-events-api/internal/walkthrough"
)

func lastStep(report *walkthrough.Report) walkthrough.Step { return report.Steps[len(report.Steps)-1] }

func TestEveryMethodIsTried(t *testing.T) {
	d := startFake(t)
	var calls []string
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		path, below := strings.CutPrefix(r.URL.Path, "/weather/")
		if !below {
			return false
		}
		_, claims, _ := walkthrough.Decode(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		scope, _ := claims["scope"].(string)
		calls = append(calls, strings.TrimSpace(r.Method+" "+path+" "+scope))
		switch {
		case path == "health":
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodOptions:
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
		return true
	}
	target := d.target()
	other := walkthrough.Grant{TokenURL: d.URL + "/oauth2/token", ClientID: clientID, ClientSecret: clientSecret, Scope: "weather-api/get"}
	target.Methods = []walkthrough.Method{
		{HTTPMethod: "DELETE", Path: "/events/{id}", Refused: walkthrough.Grant{Scope: "weather-api/get weather-api/post"}},
		{HTTPMethod: "PUT", Path: "/events/{id}/{rest+}", Refused: other},
		{HTTPMethod: "PATCH", Path: "/all"},
		{HTTPMethod: "OPTIONS", Path: "/all"},
	}
	target.Untried = []string{"GET /status, which is public"}
	step := lastStep(run(t, t.Context(), target))
	if want := "401 for 3 without a token, 2 with another scope; only headers for a preflight: OPTIONS /all; not tried: GET /status, which is public; " +
		"not tried: PATCH /all with another scope, which no client has; not tried: OPTIONS /all with another scope, which no client has"; !step.Passed || step.Got != want {
		t.Errorf("got %q, want %q", step.Got, want)
	}
	if want := "401 for every method, or only headers for a preflight: 4 without a token, 2 with another scope"; step.Expected != want {
		t.Errorf("expected %q, want %q", step.Expected, want)
	}
	if want := []string{
		"DELETE events/id", "DELETE events/id weather-api/get weather-api/post", "PUT events/id/rest", "PUT events/id/rest weather-api/get", "PATCH all", "OPTIONS all",
	}; !slices.Equal(calls, want) {
		t.Errorf("calls %q, want %q", calls, want)
	}
	target.Methods = append(target.Methods, walkthrough.Method{HTTPMethod: "GET", Path: "/health"})
	if step := lastStep(run(t, t.Context(), target)); step.Passed || step.Got != "GET /health without a token: 204" {
		t.Errorf("an open method: %+v", step)
	}
}

// With --request HEAD, curl waits for a body that never comes.
func TestTheCommandOfHEAD(t *testing.T) {
	command := walkthrough.CallCommand(walkthrough.Target{APIURL: "http://localhost/"}, "HEAD", true)
	if !strings.HasPrefix(command, "curl --include --head 'http://localhost/'") || strings.Contains(command, "--request") || strings.Contains(command, "ACCESS_TOKEN") {
		t.Error(command)
	}
}

// Another client's secret is as secret as the target's.
func TestTheSecretsOfOtherClientsStayOut(t *testing.T) {
	d := startFake(t)
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		leaks := r.PostFormValue("client_id") == "other"
		if leaks {
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": "no " + r.PostFormValue("client_secret")})
		}
		return leaks
	}
	target := d.target()
	target.Methods = []walkthrough.Method{{HTTPMethod: "GET", Path: "/", Refused: walkthrough.Grant{
		TokenURL: target.TokenURL, ClientID: "other", ClientSecret: "0th3r", Scope: "weather-api/post",
	}}}
	report := run(t, t.Context(), target)
	if step := lastStep(report); step.Got != "no token with weather-api/post: 400 with error no [redacted]" || strings.Contains(outputs(t, report), "0th3r") {
		t.Errorf("got %s", step.Got)
	}
}

func TestPathsBelowTheURL(t *testing.T) {
	d := startFake(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/events/name", d.get)
	mux.HandleFunc("POST /v1/event", d.post)
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		below := strings.HasPrefix(r.URL.Path, "/v1/")
		if below {
			mux.ServeHTTP(w, r)
		}
		return below
	}
	for _, url := range []string{"/v1", "/v1/"} {
		target := d.target()
		target.APIURL, target.GetPath, target.PostPath = d.URL+url, "/events/{name}", "/event"
		if report := run(t, t.Context(), target); !report.Passed() {
			t.Errorf("%s: %+v", url, report.Steps)
		}
	}
}

func TestAnyAnswer(t *testing.T) {
	for status, passes := range map[int]bool{200: true, 204: true, 400: true, 404: true, 401: false, 403: false, 500: false} {
		d := startFake(t)
		d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			_, claims, _ := walkthrough.Decode(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			scope, _ := claims["scope"].(string)
			if r.URL.Path != "/weather" {
				return false
			}
			if strings.Contains(scope, strings.ToLower(r.Method)) {
				w.WriteHeader(status)
			} else {
				w.WriteHeader(http.StatusUnauthorized)
				io.WriteString(w, "no")
			}
			return true
		}
		target := d.target()
		target.AnyAnswer = true
		report := run(t, t.Context(), target)
		for _, i := range []int{1, 4, 7} {
			if report.Steps[i].Passed != passes {
				t.Errorf("%d: %+v", status, report.Steps[i])
			}
		}
		for _, i := range []int{3, 6, 8} {
			if !report.Steps[i].Passed {
				t.Errorf("refusals: %+v", report.Steps[i])
			}
		}
		target.AnyAnswer = false
		if run(t, t.Context(), target).Steps[1].Passed {
			t.Errorf("%d without a body is not the article's answer", status)
		}
	}
}

func TestWithScopesOf(t *testing.T) {
	for _, test := range []struct {
		name      string
		held      []string
		change    func(*fake)
		get, post string
	}{
		{"two", []string{"weather-api/post", "weather-api/get"}, nil, "weather-api/get", "weather-api/post"},
		{"several", []string{"weather-api/a", "weather-api/post", "weather-api/b", "weather-api/get"}, nil, "weather-api/get", "weather-api/post"},
		{"one that the client does not have", []string{"other/x", "weather-api/get", "weather-api/post"}, func(d *fake) { d.allowed = []string{"weather-api/get", "weather-api/post"} }, "weather-api/get", "weather-api/post"},
		{"every scope opens", []string{"weather-api/post", "weather-api/get"}, func(d *fake) { d.unchecked = true }, "weather-api/post", "weather-api/get"},
		{"no scope opens", []string{"weather-api/a", "weather-api/b"}, nil, "weather-api/a", "weather-api/b"},
		{"one", []string{"weather-api/get"}, nil, "weather-api/get", "weather-api/get"},
		{"the same", []string{"weather-api/a", "weather-api/get"}, func(d *fake) { d.postScope = "weather-api/get" }, "weather-api/get", "weather-api/get"},
		{"GET is closed", []string{"weather-api/post", "weather-api/a"}, nil, "weather-api/a", "weather-api/post"},
		{"POST is closed", []string{"weather-api/a", "weather-api/get"}, nil, "weather-api/get", "weather-api/a"},
	} {
		d := startFake(t)
		d.allowed = test.held
		if test.change != nil {
			test.change(d)
		}
		got, err := d.target().WithScopesOf(t.Context(), test.held)
		if err != nil || got.GetScope != test.get || got.PostScope != test.post {
			t.Errorf("%s: %v, got %s and %s", test.name, err, got.GetScope, got.PostScope)
		}
	}
	d := startFake(t)
	if _, err := d.target().WithScopesOf(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "got a client with none") {
		t.Errorf("no scope: %v", err)
	}
	if _, err := (walkthrough.Target{}).WithScopesOf(t.Context(), d.allowed); err == nil || !strings.Contains(err.Error(), "APIURL: is required") {
		t.Errorf("no target: %v", err)
	}
}

// With any number of scopes, the walk-through waits for a silent endpoint only once.
func TestWithScopesOfTakesNoLongerThanARequest(t *testing.T) {
	d := startFake(t)
	var requests atomic.Int64
	d.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		requests.Add(1)
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return true
	}
	target := d.target()
	target.Timeout = 50 * time.Millisecond
	target.WithScopesOf(t.Context(), slices.Repeat([]string{"weather-api/a", "weather-api/b"}, 100))
	if got := requests.Load(); got > 1 {
		t.Errorf("%d requests", got)
	}
}

// A gateway response gives a refusal another status, even the status of a success.
func TestARefusalWithAnotherStatus(t *testing.T) {
	for _, status := range []int{200, 404} {
		var all atomic.Bool // are refused
		d := startFake(t)
		d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
			_, claims, _ := walkthrough.Decode(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			scope, _ := claims["scope"].(string)
			isCall := r.URL.Path == "/weather"
			if isCall && (all.Load() || !strings.Contains(scope, strings.ToLower(r.Method))) {
				w.Header().Set("x-amzn-ErrorType", "UnauthorizedException")
				w.WriteHeader(status)
			}
			return isCall
		}
		target := d.target()
		target.AnyAnswer = true
		if report := run(t, t.Context(), target); !report.Passed() {
			t.Errorf("%d is not taken for a refusal: %+v", status, report)
		}
		all.Store(true)
		if step := run(t, t.Context(), target).Steps[1]; step.Passed {
			t.Errorf("a refusal with %d passes as a success: %+v", status, step)
		}
	}
}
