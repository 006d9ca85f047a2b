// Package walkthrough runs the scenarios of "Securing AWS API Gateway with Cognito
// Authorizer and OAuth 2.0" over HTTP. The API is the weather events API, or any API
// with a scope for GET and a scope for POST, in AWS or served locally. Every other
// method is called too: without a token, and with a token that lacks its scope.
//
// Each step says what it shows, what was expected, what was got, and the curl
// command that does the same. A [Report] is a table for people or JSON for programs.
// Neither holds the client secret or an access token, unless [Target.ShowSecrets] is
// set.
package walkthrough

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Run walks through target and reports every step. A wrong answer, a network failure
// and the end of ctx are failed steps. A step that needs a method or scope that
// target does not have is left out. The error is the error of [Target.Validate];
// nothing is sent then.
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

// LeftOut returns the steps that need something that t does not have.
func (t Target) LeftOut() (steps []LeftOut) {
	for _, s := range newWalk(t.withDefaults()).allScenarios() {
		if s.leftOut != "" {
			steps = append(steps, LeftOut{s.name, s.shows, s.leftOut})
		}
	}
	return steps
}

// walk is the state that the steps of one walk-through share.
type walk struct {
	target Target
	client *http.Client
	// tokens are the access tokens, by the name of the step that requested each.
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

// take runs the step s after the steps before it.
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

// Plan returns the steps of a walk-through of target without running them. Steps
// that are left out are not included. Nothing is sent. The error is the error of
// [Target.Validate].
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

// RunStep runs the named step, and before it the step whose token it needs. The
// error is the error of [Target.Validate], or says that the name is unknown; nothing
// is sent then.
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
		return nil, fmt.Errorf("unknown step %q: use one of %s", name, strings.Join(names, ", "))
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

// planned returns the step s before it runs.
func planned(s scenario, attempt attempt) Step {
	return Step{Name: s.name, Shows: s.shows, Expected: s.expected, Why: s.why, Curl: attempt.curl()}
}
