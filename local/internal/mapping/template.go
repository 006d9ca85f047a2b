// Package mapping renders the templates of an Amazon API Gateway REST API: [Compile]
// compiles mapping templates, which are VTL with $input, $util, $context and
// $stageVariables; [CompileGateway] compiles the bodies of gateway responses, which
// only substitute variables.
//
// Compiling refuses what is not supported, with line and column, so that a template
// that compiles renders as in API Gateway. Problems that depend on the request are
// errors of rendering, which API Gateway answers with 500.
//
// Source: "Variables for data transformations for API Gateway", API Gateway
// Developer Guide.
package mapping

import (
	"errors"
	"fmt"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// Template is a compiled mapping template. It is immutable and safe for concurrent
// use.
type Template struct {
	velocity *velocity.Template
	paths    map[string]*jsonPath // JSONPath literals by source
}

const (
	// maxTemplateBytes is API Gateway's quota for a mapping template.
	maxTemplateBytes = 300 << 10

	// maxTextBytes is API Gateway's quota for a payload.
	maxTextBytes = 10 << 20

	// maxForeachIterations is API Gateway's quota for a #foreach loop in a mapping
	// template. AWS does not document whether a longer loop is cut or fails; we assume
	// that it fails, because a cut would go unnoticed.
	maxForeachIterations = 1000
)

// Compile compiles a mapping template. It returns an error with line and column for
// a template that is not valid VTL, that uses an unsupported directive, variable,
// function or JSONPath, or that is larger than API Gateway's 300 KB.
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

// path returns a compiled JSONPath: a literal of the template, or one that is
// compiled during rendering.
func (t *Template) path(source string, visits *int) (*jsonPath, error) {
	if path, ok := t.paths[source]; ok {
		return path, nil
	}
	if *visits -= len(source); *visits < 0 {
		return nil, errVisits
	}
	return compilePath(source)
}

// Render renders the template, and records overrides in the request. API Gateway
// answers an error with 500 "Internal server error", except for [ErrPayload].
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

// check refuses references that this package does not support.
func (t *Template) check(ref velocity.Reference) error {
	path := ref.Path
	used := 0 // segments of the host's variable
	var err error
	switch ref.Name {
	case "input":
		used, err = t.checkInput(path)
	case "util":
		used, err = checkUtil(path)
	case "context":
		used, err = checkContext(path)
	case "stageVariables":
	default:
		return checkValueMethods(path)
	}
	if err != nil {
		return err
	}
	if ref.Assigned && !(ref.Name == "context" && used == len(path) && isOverridePath(path)) {
		return fmt.Errorf("$%s cannot be set; only the overrides of $context can", ref.Name)
	}
	return checkValueMethods(path[used:])
}

// checkInput returns the number of segments of $input that it has checked.
func (t *Template) checkInput(path []velocity.Segment) (int, error) {
	if len(path) == 0 {
		return 0, errors.New("$input as a whole is not supported; $input has body, path(), json() and params()")
	}
	first := path[0]
	if first.Kind != velocity.Call {
		if name, ok := staticName(first); !ok || name != "body" {
			return 0, fmt.Errorf("$input.%s is not supported; $input has body, path(), json() and params()", name)
		}
		return 1, nil
	}
	if err := checkInputCall(first.Name, len(first.Args)); err != nil {
		return 0, err
	}
	if first.Name == "params" {
		return 1, checkParams(path)
	}
	if !first.Args[0].Literal {
		return 1, nil // the path is known only when rendering
	}
	source, ok := first.Args[0].Value.(string)
	if !ok {
		return 0, fmt.Errorf("$input.%s got %v; allowed is a JSONPath in quotes", first.Name, first.Args[0].Value)
	}
	compiled, err := compilePath(source)
	if err != nil {
		return 0, fmt.Errorf("$input.%s: %w", first.Name, err)
	}
	t.paths[source] = compiled
	return 1, nil
}

// checkParams refuses unknown groups of $input.params().
func checkParams(path []velocity.Segment) error {
	if len(path) < 2 || len(path[0].Args) > 0 {
		return nil
	}
	switch name, ok := staticName(path[1]); {
	case !ok, name == "path", name == "querystring", name == "header":
		return nil
	default:
		return fmt.Errorf("$input.params().%s does not exist; allowed are path, querystring and header", name)
	}
}

func checkUtil(path []velocity.Segment) (int, error) {
	if len(path) == 0 {
		return 0, errors.New("$util as a whole is not supported; call one of its methods")
	}
	if path[0].Kind != velocity.Call {
		name, _ := staticName(path[0])
		return 0, fmt.Errorf("$util.%s is not supported; $util has methods only", name)
	}
	return 1, checkUtilCall(path[0].Name, len(path[0].Args))
}

// checkValueMethods refuses methods that no value has.
func checkValueMethods(path []velocity.Segment) error {
	for _, segment := range path {
		if segment.Kind == velocity.Call && !velocity.HasMethod(segment.Name) {
			return fmt.Errorf("the method %s() is not supported", segment.Name)
		}
	}
	return nil
}

// isOverridePath reports whether the segments after $context name an override.
func isOverridePath(path []velocity.Segment) bool {
	names := make([]string, len(path))
	for i, segment := range path {
		names[i], _ = staticName(segment)
	}
	return isOverride(strings.Join(names, "."))
}
