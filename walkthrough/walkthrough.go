package walkthrough

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Run walks through target and reports every step: an answer that is not as
// expected, a network failure and the end of ctx are failed steps, what needs a
// method or a scope that there is not is left out. The error is that of
// [Target.Validate]; nothing is sent then.
func Run(ctx context.Context, target Target) (*Report, error) {
	if err := target.Validate(); err != nil {
		return nil, err
	}
	w := newWalk(target.withDefaults())
	report := &Report{LeftOut: target.LeftOut()}
	for _, s := range w.scenarios() {
		report.Steps = append(report.Steps, w.take(ctx, s, report.Steps))
	}
	return report, nil
}

// LeftOut returns the steps that are not taken: those that need what t has not.
func (t Target) LeftOut() (steps []LeftOut) {
	for _, s := range newWalk(t.withDefaults()).allScenarios() {
		if s.leftOut != "" {
			steps = append(steps, LeftOut{s.name, s.shows, s.leftOut})
		}
	}
	return steps
}

// walk is what the steps of one walk-through share.
type walk struct {
	target Target
	client *http.Client
	// tokens are the access tokens got, by the name of the step that got them.
	tokens  map[string]string
	secrets secrets
}

func newWalk(target Target) *walk {
	w := &walk{
		target:  target,
		client:  newClient(target),
		tokens:  map[string]string{},
		secrets: secrets{shown: target.ShowSecrets},
	}
	for _, method := range target.Methods {
		w.secrets.hide(method.Refused.ClientSecret)
	}
	w.secrets.hide(target.ClientSecret)
	w.secrets.hide(target.APIKey)
	return w
}

// take takes the step s after the steps before it.
func (w *walk) take(ctx context.Context, s scenario, before []Step) Step {
	token := w.tokens[s.tokenOf]
	attempt := w.attempt(s, token)
	step := planned(s, attempt)
	if s.tokenOf != "" && token == "" {
		giver := slices.IndexFunc(before, func(earlier Step) bool { return earlier.Name == s.tokenOf })
		step.Got = fmt.Sprintf("not run: step %d gave no token", giver+1)
		return step
	}
	started := time.Now()
	err := attempt.run(ctx, &step)
	step.Duration = time.Since(started)
	if step.Passed = err == nil; err != nil {
		step.Got = err.Error()
	}
	step.Got = w.secrets.excerpt(step.Got)
	return step
}
