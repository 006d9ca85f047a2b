package mapping

import (
	"fmt"

	"example.com/weather-events-api/local/internal/velocity"
)

// Template is a compiled mapping template. It does not change, so that any
// number of goroutines may render it at once.
type Template struct {
	velocity *velocity.Template
	paths    map[string]*jsonPath // the JSONPath literals, by their source
}

const (
	// maxTemplateBytes is API Gateway's quota for a mapping template.
	maxTemplateBytes = 300 << 10

	// maxTextBytes is API Gateway's quota for a payload.
	maxTextBytes = 10 << 20

	// maxForeachIterations is API Gateway's quota for a #foreach loop in a
	// mapping template. Whether it cuts a longer loop short or fails is not
	// documented; failing is a working choice, as a cut would go unseen.
	maxForeachIterations = 1000
)

// Compile compiles a mapping template. It refuses, naming the line and column,
// a template that is not valid VTL, that uses a directive, variable, function or
// JSONPath that is not supported, or that is larger than API Gateway's 300 KB.
func Compile(source string) (*Template, error) {
	if len(source) > maxTemplateBytes {
		return nil, fmt.Errorf("the mapping template has %d bytes; allowed are %d", len(source), maxTemplateBytes)
	}
	parsed, err := velocity.Parse(source)
	if err != nil {
		return nil, err
	}
	t := &Template{velocity: parsed, paths: map[string]*jsonPath{}}
	for _, ref := range parsed.References() {
		if err := t.check(ref); err != nil {
			return nil, &velocity.SyntaxError{Line: ref.Line, Column: ref.Column, Message: err.Error()}
		}
	}
	return t, nil
}

// path returns a compiled JSONPath: one of the template's literals, or one that
// is made while rendering.
func (t *Template) path(source string, visits *int) (*jsonPath, error) {
	if path, ok := t.paths[source]; ok {
		return path, nil
	}
	if *visits -= len(source); *visits < 0 {
		return nil, errVisits
	}
	return compilePath(source)
}

// Render renders the template, and notes in the request's overrides what it
// overrides. An error stands for what API Gateway answers with 500 "Internal
// server error", but for [ErrPayload].
func (t *Template) Render(r *Request) (string, error) {
	in, err := newInput(t, r)
	if err != nil {
		return "", err
	}
	stageVariables, err := stringMap(velocity.NewMap(), r.StageVariables)
	if err != nil {
		return "", err
	}
	set := r.Overrides
	if set == nil {
		set = NewOverrides()
	}
	return t.velocity.Render(map[string]any{
		"input":          in,
		"util":           util{},
		"context":        &contextObject{context: &r.Context, overrides: set},
		"stageVariables": stageVariables,
	}, velocity.Limits{OutputBytes: maxTextBytes, ForeachIterations: maxForeachIterations})
}
