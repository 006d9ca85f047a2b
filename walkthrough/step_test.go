package walkthrough_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/walkthrough"
)

func TestPlanSendsNothing(t *testing.T) {
	d := startDeployment(t)
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
		d := startDeployment(t)
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
	d := startDeployment(t)
	target := d.target()
	target.TokenURL = closedURL
	step, err := walkthrough.RunStep(t.Context(), target, "post-event")
	if err != nil || step.Passed || step.Got != "not run: step 3 gave no token" {
		t.Errorf("%v %+v", err, step)
	}
	want := `no step is called "put-event": there are token-with-every-scope, get-events, token-with-one-scope, ` +
		`get-without-its-scope, post-event, scope-refused, get-without-token, token-reuse, every-method-refuses`
	if _, err := walkthrough.RunStep(t.Context(), target, "put-event"); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, err := walkthrough.RunStep(t.Context(), walkthrough.Target{}, "post-event"); err == nil || !strings.Contains(err.Error(), "APIURL: is required") {
		t.Errorf("got %v", err)
	}
}

func TestEveryRequestUsesTheTransport(t *testing.T) {
	d := startDeployment(t)
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

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
