package velocity

import (
	"errors"
	"maps"
)

// Template is a compiled template. It does not change, so that any number of
// goroutines may render it at once.
type Template struct {
	root       *block
	references []Reference
}

// Limits bound what one rendering may use. A zero field means its default; a
// negative one allows nothing.
type Limits struct {
	// OutputBytes is the size of the output, and of any one string on the way.
	// Default: 10 MiB, as API Gateway's payloads.
	OutputBytes int
	// Steps is the amount of work: each statement, expression, loop iteration
	// and element made is one step, and each 64 bytes of a string another. A
	// string that is matched counts once for each character of the regular
	// expression. Default: 1,000,000.
	Steps int
	// ForeachIterations is the length of one #foreach loop. Default: bounded by
	// Steps alone.
	ForeachIterations int
}

const (
	defaultOutputBytes = 10 << 20
	defaultSteps       = 1_000_000

	// maxDepth bounds the nesting of directives, expressions and strings in a
	// template, and of lists and maps in a value that is printed or compared.
	maxDepth = 100
)

func (l Limits) withDefaults() Limits {
	if l.OutputBytes == 0 {
		l.OutputBytes = defaultOutputBytes
	}
	if l.Steps == 0 {
		l.Steps = defaultSteps
	}
	if l.ForeachIterations == 0 {
		l.ForeachIterations = l.Steps
	}
	return l
}

// Parse compiles a template. Its errors are of type [*SyntaxError].
func Parse(source string) (*Template, error) {
	p := newParser(source)
	root, err := p.template()
	if err != nil {
		return nil, err
	}
	return &Template{root: root, references: *p.references}, nil
}

// Render renders the template. vars holds the variables by name, without the $;
// it is not changed, but the lists and maps in it are when the template changes
// them. A variable's value is nil, a bool, a string, an int64, a float64, a
// [Number], a [*List], a [*Map] or an [Object]; another type is an error.
//
// An error leaves no output. It is of type [*RenderError] and, where a limit was
// reached, wraps a [*LimitError].
func (t *Template) Render(vars map[string]any, limits Limits) (string, error) {
	s := &state{vars: maps.Clone(vars), limits: limits.withDefaults()}
	if s.vars == nil {
		s.vars = map[string]any{}
	}
	out := &output{max: s.limits.OutputBytes}
	err := t.root.render(s, out)
	if err != nil && !errors.Is(err, errStop) && !errors.Is(err, errBreak) {
		return "", err
	}
	return out.String(), nil
}
