package walkthrough_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/walkthrough"
)

// run walks through target and fails the test on an error.
func run(t testing.TB, ctx context.Context, target walkthrough.Target) *walkthrough.Report {
	t.Helper()
	report, err := walkthrough.Run(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestRunPassesOnARightDeployment(t *testing.T) {
	d := startDeployment(t)
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
	d := startDeployment(t)
	d.allowed = []string{"weather-api/get", "weather-api/post", "weather-api/delete"}
	d.denial = map[string]any{"error": "invalid_scope"}
	target := d.target()
	target.DeniedScope = "weather-api/erase"
	if report := run(t, t.Context(), target); !report.Passed() {
		t.Errorf("got %+v", report.Steps)
	}
}

func TestRunReadsOneMegabyte(t *testing.T) {
	d := startDeployment(t)
	d.created += strings.Repeat(" ", 1<<20-len(d.created))
	if report := run(t, t.Context(), d.target()); !report.Passed() {
		t.Errorf("got %s", report.Steps[4].Got)
	}
}

func TestRunShortensLongAnswers(t *testing.T) {
	d := startDeployment(t)
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
		t.Error("nothing was checked, and passed")
	}
}

func TestReportAsJSON(t *testing.T) {
	d := startDeployment(t)
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
