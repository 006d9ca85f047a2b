// Package walkthrough runs the scenarios of "Securing AWS API Gateway with
// Cognito Authorizer and OAuth 2.0" over HTTP against a deployed copy of the
// weather events API, or of another API with a scope for GET and one for POST: in
// AWS, or served locally. Every other method of the API is tried too, without a
// token and with one that lacks its scope.
//
// Each step says what it shows, what was expected, what was got, and the curl
// command that does the same. A [Report] is a table for people or JSON for
// machines. The client secret and access tokens stay out of both, unless
// [Target.ShowSecrets] asks for them.
package walkthrough

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// Plan returns the steps of a walk-through of target as they are before they are
// taken, but those that are left out. Nothing is sent. The error is that of [Target.Validate].
func Plan(target Target) ([]Step, error) {
	if err := target.Validate(); err != nil {
		return nil, err
	}
	w := newWalk(target.withDefaults())
	var steps []Step
	for _, s := range w.scenarios() {
		steps = append(steps, planned(s, w.attempt(s, "")))
	}
	return steps, nil
}

// RunStep takes the step of that name, and before it the one whose token it
// needs, if any. The error is that of [Target.Validate], or says that no step
// has the name; nothing is sent then.
func RunStep(ctx context.Context, target Target, name string) (*Step, error) {
	steps, err := Plan(target)
	if err != nil {
		return nil, err
	}
	index := slices.IndexFunc(steps, func(step Step) bool { return step.Name == name })
	if index < 0 {
		names := make([]string, len(steps))
		for i, step := range steps {
			names[i] = step.Name
		}
		return nil, fmt.Errorf("no step is called %q: there are %s", name, strings.Join(names, ", "))
	}
	w := newWalk(target.withDefaults())
	scenarios := w.scenarios()
	for i, s := range scenarios[:index] {
		if s.name == scenarios[index].tokenOf {
			w.take(ctx, s, steps[:i])
		}
	}
	step := w.take(ctx, scenarios[index], steps[:index])
	return &step, nil
}

// planned is the step s before it is taken.
func planned(s scenario, attempt attempt) Step {
	return Step{Name: s.name, Shows: s.shows, Expected: s.expected, Why: s.why, Curl: attempt.curl()}
}
