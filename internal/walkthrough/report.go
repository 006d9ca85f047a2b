package walkthrough

import (
	"encoding/json"
	"time"
)

// Report is the outcome of a walk-through. As JSON it is
// {"passed": …, "steps": […]}, and "leftOut": […] if there are such steps.
type Report struct {
	// Steps are the steps that were taken, in order.
	Steps []Step
	// LeftOut are those that need what the API or the client has not.
	LeftOut []LeftOut
}

// LeftOut is a step that is not taken.
type LeftOut struct {
	// Name and Shows are those of [Step].
	Name  string `json:"name"`
	Shows string `json:"shows"`
	// Because is what there is not.
	Because string `json:"because"`
}

// Step is the outcome of one step. As JSON, its duration is durationMs, a
// number of milliseconds.
type Step struct {
	// Name identifies the step: short, stable, unique in a report.
	Name string `json:"name"`
	// Shows is what the step shows, for people.
	Shows string `json:"shows"`
	// Expected is what a right system answers.
	Expected string `json:"expected"`
	// Why is the rule behind what is expected.
	Why string `json:"why"`
	// Got is what the system answered, or why there is no answer.
	Got string `json:"got"`
	// Passed tells whether Got is as Expected.
	Passed bool `json:"passed"`
	// Curl does the same in a POSIX shell, over several lines. Unless
	// [Target.ShowSecrets] is set it takes the secret from the variable
	// CLIENT_SECRET, and the token of the latest token step from ACCESS_TOKEN.
	Curl string `json:"curl"`
	// Claims are those of the access token that the step obtained, if any. They
	// are not verified.
	Claims map[string]any `json:"claims,omitempty"`
	// Duration is how long the step took; 0 when it was not run.
	Duration time.Duration `json:"-"`
}

// Passed tells whether there are steps and all of them passed.
func (r Report) Passed() bool {
	return len(r.Steps) > 0 && r.passed() == len(r.Steps)
}

func (r Report) passed() int {
	passed := 0
	for _, step := range r.Steps {
		if step.Passed {
			passed++
		}
	}
	return passed
}

// MarshalJSON adds whether the report passed.
func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Passed  bool      `json:"passed"`
		Steps   []Step    `json:"steps"`
		LeftOut []LeftOut `json:"leftOut,omitempty"`
	}{r.Passed(), r.Steps, r.LeftOut})
}

// MarshalJSON adds the duration in milliseconds.
func (s Step) MarshalJSON() ([]byte, error) {
	type fields Step
	return json.Marshal(struct {
		fields
		DurationMs float64 `json:"durationMs"`
	}{fields(s), float64(s.Duration.Microseconds()) / 1000})
}
