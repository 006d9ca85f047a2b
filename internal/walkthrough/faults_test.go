package walkthrough_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/walkthrough"
)

// fault breaks a correct system, or its target, in one way.
type fault struct {
	name  string
	apply func(d *fake, target *walkthrough.Target)
	// want is the text of Got for each failing step, by number.
	want map[int]string
}

// Every fault fails the steps that show it, with a reason that names the fault, and no
// other step.
func TestRunFindsFaults(t *testing.T) {
	for _, test := range slices.Concat(tokenFaults, apiFaults) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // some wait
			d := startFake(t)
			target := d.target()
			test.apply(d, &target)
			report := run(t, t.Context(), target)
			if report.Passed() {
				t.Error("the report passed")
			}
			for i, step := range report.Steps {
				want, fails := test.want[i+1]
				if step.Passed == fails || !strings.HasPrefix(step.Got, want) {
					t.Errorf("step %d %s: passed %v, got %q, want %q", i+1, step.Name, step.Passed, step.Got, want)
				}
			}
		})
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	d := startFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	d.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
		return true
	}
	want := []string{
		"stopped before the answer: context canceled", "not run: step 1 gave no token",
		"stopped before the answer: context canceled", "not run: step 3 gave no token", "not run: step 3 gave no token",
		"stopped before the answer: context canceled", "stopped before the answer: context canceled",
		"no token: stopped before the answer: context canceled",
		"GET / without a token: stopped before the answer: context canceled",
	}
	for i, step := range run(t, ctx, d.target()).Steps {
		if step.Passed || step.Got != want[i] {
			t.Errorf("step %d: passed %v, got %q, want %q", i+1, step.Passed, step.Got, want[i])
		}
	}
}
