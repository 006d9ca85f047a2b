package walkthrough

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

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
