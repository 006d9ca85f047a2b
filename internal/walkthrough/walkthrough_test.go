package walkthrough_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
)

func TestRunPassesOnARightSystem(t *testing.T) {
	d := startFake(t)
	report := run(t, t.Context(), d.target())
	got := map[string]string{}
	for _, step := range report.Steps {
		got[step.Name] = step.Got
		if !step.Passed || step.Duration <= 0 {
			t.Errorf("step %s: passed %v in %v, got %s", step.Name, step.Passed, step.Duration, step.Got)
		}
	}
	want := map[string]string{
		"token-with-every-scope": "200, Bearer, expires_in 3600, scope weather-api/post weather-api/get",
		"get-events":             "200, application/json, 2 events",
		"token-with-one-scope":   "200, Bearer, expires_in 3600, scope weather-api/post",
		"get-without-its-scope":  `401 {"message":"Unauthorized"}`,
		"post-event":             `200 {"message":"success"}`,
		"scope-refused":          `400 with error invalid_grant`,
		"get-without-token":      `401 {"message":"Unauthorized"}`,
		"token-reuse":            "20 answers of 200, 1 token request",
		"every-method-refuses":   "401 for 2 without a token, 2 with another scope",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got (+), want (-):\n%s", diff)
	}
	if !report.Passed() {
		t.Error("the report did not pass")
	}
	if got := d.tokenRequests.Load(); got != 6 {
		t.Errorf("got %d token requests, want one in each of steps 1, 3, 6 and 8, and 2 in step 9", got)
	}
	if got := d.apiCalls.Load(); got != 28 {
		t.Errorf("got %d API calls, want one in each of steps 2, 4, 5 and 7, 20 in step 8, and 4 in step 9", got)
	}
	if scope := report.Steps[2].Claims["scope"]; scope != "weather-api/post" {
		t.Errorf("step 3 shows the scope claim %v", scope)
	}
}

func TestRunTakesTheTargetsScopes(t *testing.T) {
	d := startFake(t)
	d.allowed = []string{"weather-api/get", "weather-api/post", "weather-api/delete"}
	d.denial = map[string]any{"error": "invalid_scope"}
	target := d.target()
	target.DeniedScope = "weather-api/erase"
	if report := run(t, t.Context(), target); !report.Passed() {
		t.Errorf("got %+v", report.Steps)
	}
}

func TestRunReadsOneMegabyte(t *testing.T) {
	d := startFake(t)
	d.created += strings.Repeat(" ", 1<<20-len(d.created))
	if report := run(t, t.Context(), d.target()); !report.Passed() {
		t.Errorf("got %s", report.Steps[4].Got)
	}
}

func TestRunShortensLongAnswers(t *testing.T) {
	d := startFake(t)
	for length, want := range map[int]string{
		296: "200 " + strings.Repeat("é", 296),
		297: "200 " + strings.Repeat("é", 296) + "...",
	} {
		d.created = strings.Repeat("é", length)
		if got := run(t, t.Context(), d.target()).Steps[4].Got; got != want {
			t.Errorf("%d characters: got %q", length, got)
		}
	}
}

func TestAReportWithoutStepsDidNotPass(t *testing.T) {
	if (walkthrough.Report{}).Passed() {
		t.Error("a walk-through without checks passed")
	}
}

func TestReportAsJSON(t *testing.T) {
	d := startFake(t)
	encoded, err := json.Marshal(run(t, t.Context(), d.target()))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Passed bool
		Steps  []map[string]any
	}
	if err := json.Unmarshal(encoded, &report); err != nil {
		t.Fatal(err)
	}
	if !report.Passed || len(report.Steps) != 9 {
		t.Fatalf("got %s", encoded)
	}
	for i, step := range report.Steps {
		members := []string{"name", "shows", "expected", "why", "got", "passed", "curl", "durationMs"}
		if i == 0 || i == 2 {
			members = append(members, "claims")
		}
		for _, name := range members {
			if _, ok := step[name]; !ok {
				t.Errorf("step %d has no %s", i+1, name)
			}
		}
		if len(step) != len(members) {
			t.Errorf("step %d has more members than %v: %v", i+1, members, step)
		}
		if duration, _ := step["durationMs"].(float64); duration <= 0 || duration > 60_000 {
			t.Errorf("step %d took %v ms", i+1, step["durationMs"])
		}
	}
}

func TestPlanSendsNothing(t *testing.T) {
	d := startFake(t)
	steps, err := walkthrough.Plan(d.target())
	if err != nil {
		t.Fatal(err)
	}
	if d.tokenRequests.Load() != 0 || d.apiCalls.Load() != 0 {
		t.Error("something was sent")
	}
	report := run(t, t.Context(), d.target())
	for i, step := range steps {
		taken := report.Steps[i]
		if step.Why == "" || step.Got != "" || step.Passed {
			t.Errorf("step %d: %+v", i+1, step)
		}
		taken.Got, taken.Passed, taken.Duration, taken.Claims = "", false, 0, nil
		if diff := cmp.Diff(taken, step); diff != "" {
			t.Errorf("step %d (-taken +planned):\n%s", i+1, diff)
		}
	}
	if len(steps) != len(report.Steps) {
		t.Errorf("%d steps are planned, %d taken", len(steps), len(report.Steps))
	}
}

func TestRunStepTakesWhatItNeeds(t *testing.T) {
	for name, want := range map[string]struct{ tokenRequests, apiCalls int32 }{
		"token-with-every-scope": {1, 0},
		"get-without-its-scope":  {1, 1},
		"post-event":             {1, 1},
		"get-without-token":      {0, 1},
		"token-reuse":            {1, 20},
		"every-method-refuses":   {2, 4},
	} {
		d := startFake(t)
		step, err := walkthrough.RunStep(t.Context(), d.target(), name)
		if err != nil || !step.Passed || step.Name != name {
			t.Errorf("%s: %v %+v", name, err, step)
		}
		if tokens, calls := d.tokenRequests.Load(), d.apiCalls.Load(); tokens != want.tokenRequests || calls != want.apiCalls {
			t.Errorf("%s: %d token requests and %d calls, want %+v", name, tokens, calls, want)
		}
	}
}

func TestRunStepSaysWhyItDidNotRun(t *testing.T) {
	d := startFake(t)
	target := d.target()
	target.TokenURL = closedURL
	step, err := walkthrough.RunStep(t.Context(), target, "post-event")
	if err != nil || step.Passed || step.Got != "not run: step 3 gave no token" {
		t.Errorf("%v %+v", err, step)
	}
	want := `unknown step "put-event": use one of token-with-every-scope, get-events, token-with-one-scope, ` +
		`get-without-its-scope, post-event, scope-refused, get-without-token, token-reuse, every-method-refuses`
	if _, err := walkthrough.RunStep(t.Context(), target, "put-event"); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, err := walkthrough.RunStep(t.Context(), walkthrough.Target{}, "post-event"); err == nil || !strings.Contains(err.Error(), "APIURL: is required") {
		t.Errorf("got %v", err)
	}
}

func TestEveryRequestUsesTheTransport(t *testing.T) {
	d := startFake(t)
	target := d.target()
	sent := 0
	target.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		sent++
		return http.DefaultTransport.RoundTrip(r)
	})
	if report := run(t, t.Context(), target); !report.Passed() || sent != 34 {
		t.Errorf("%d requests, want 34: %+v", sent, report.Steps)
	}
}

const apiKey = "abcdefghijklmnopqrst"

// Every request to the API carries the API key, and no other request does.
func TestAnAPIKeyIsSentToTheAPI(t *testing.T) {
	d := startFake(t)
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		want := apiKey
		if r.URL.Path == "/oauth2/token" {
			want = ""
		}
		if got := r.Header.Get("X-API-Key"); got != want {
			t.Errorf("%s %s has the key %q, want %q", r.Method, r.URL.Path, got, want)
		}
		return false
	}
	target := d.target()
	target.APIKey = apiKey
	report := run(t, t.Context(), target)
	if !report.Passed() {
		t.Errorf("%+v", report)
	}
	if text := outputs(t, report); strings.Contains(text, apiKey) || !strings.Contains(text, "X-API-Key: $API_KEY") {
		t.Errorf("the report shows the key or lacks its placeholder: %s", text)
	}
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/weather" {
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, r.Header.Get("X-API-Key"))
		}
		return r.URL.Path == "/weather"
	}
	if text := outputs(t, run(t, t.Context(), target)); strings.Contains(text, apiKey) {
		t.Errorf("the key is in the report: %s", text)
	}
	target.ShowSecrets = true
	if command := walkthrough.CallCommand(target, "GET", false); !strings.Contains(command, `--header 'X-API-Key: `+apiKey+`'`) {
		t.Errorf("got %s", command)
	}
	target.APIKey = apiKey + "\n"
	if err := target.Validate(); err == nil || !strings.Contains(err.Error(), "APIKey: must be printable ASCII characters") || strings.Contains(err.Error(), apiKey) {
		t.Errorf("got %v", err)
	}
}
