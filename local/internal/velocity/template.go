package velocity

import (
	"errors"
	"fmt"
	"maps"
)

// Template is a compiled template. It is immutable and safe for concurrent use.
type Template struct {
	root       *block
	references []Reference
}

// Limits bound one rendering. A zero field means its default; a negative one allows
// nothing.
type Limits struct {
	// OutputBytes is the size of the output and of any string on the way. Default: 10
	// MiB, API Gateway's quota for payloads.
	OutputBytes int
	// Steps is the amount of work. Each statement, expression, loop iteration and new
	// element is one step, and so are each 64 bytes of a string. Matching a string
	// counts once for each character of the regular expression. Default: 1,000,000.
	Steps int
	// ForeachIterations bounds the iterations of one #foreach loop. Default: only Steps
	// bounds them.
	ForeachIterations int
}

const (
	defaultOutputBytes = 10 << 20
	defaultSteps       = 1_000_000

	// maxDepth bounds the nesting of directives, expressions and strings in a template,
	// and of lists and maps in a value that is printed or compared.
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

// Parse compiles a template. The error is a [*SyntaxError].
func Parse(source string) (*Template, error) {
	p := newParser(source)
	root, err := p.template()
	if err != nil {
		return nil, err
	}
	return &Template{root: root, references: *p.references}, nil
}

// Render renders the template. vars holds the variables by name, without the $.
// Render does not change vars, but the template may change the lists and maps in it.
// A value is nil, a bool, a string, an int64, a float64, a [Number], a [*List], a
// [*Map] or an [Object]; any other type is an error.
//
// The error is a [*RenderError] without output. If a limit was exceeded, it wraps a
// [*LimitError].
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

// node is a part of a template that renders.
type node interface {
	render(s *state, out *output) error
}

// expression is a part of a template that has a value.
type expression interface {
	eval(s *state) (any, error)
}

type (
	// block is a sequence of nodes: a template, or the body of a directive.
	block struct{ nodes []node }

	textNode string

	setNode struct {
		pos    pos
		target *reference
		value  expression
	}

	ifNode struct {
		branches  []branch
		otherwise *block // nil without #else
	}

	branch struct {
		condition expression
		body      *block
	}

	foreachNode struct {
		pos      pos
		variable string
		over     expression
		body     *block
	}

	breakNode struct{}
	stopNode  struct{}
)

type (
	literal struct{ value any }

	// interpolated is a double-quoted string with references or directives.
	interpolated struct {
		pos  pos
		body *block
	}

	listLiteral struct {
		pos   pos
		items []expression
	}

	mapLiteral struct {
		pos          pos
		keys, values []expression
	}

	rangeLiteral struct {
		pos      pos
		from, to expression
	}

	notExpression struct{ operand expression }

	// logical is && or ||. It evaluates the right side only if the left side does not
	// decide.
	logical struct {
		or          bool
		left, right expression
	}

	binary struct {
		pos         pos
		operator    operator
		left, right expression
	}
)

// reference is $name with its steps.
type reference struct {
	pos         pos
	name        string
	steps       []step
	backslashes int    // before the $
	source      string // as written, from the $
}

// step is one .property, [index] or .method(args) of a reference.
type step struct {
	pos  pos
	kind SegmentKind
	name string
	args []expression // of a call; of an index, the one key
}

// Reference is one use of a variable in a template, including in double-quoted
// strings.
type Reference struct {
	Name         string    // variable without the $
	Path         []Segment // steps after the variable
	Assigned     bool      // target of #set or variable of #foreach
	Line, Column int       // from 1; Column counts bytes
}

// SegmentKind is the kind of a [Segment].
type SegmentKind int

const (
	Property SegmentKind = iota // .name
	Index                       // [key]
	Call                        // .name(args)
)

// Segment is one step of a [Reference].
type Segment struct {
	Kind SegmentKind
	Name string     // of a property or call
	Args []Argument // arguments of a call, or the key of an index
}

// Argument is an argument of a call or the key of an index.
type Argument struct {
	Literal bool // Value is known
	Value   any  // of a literal: a string, int64, float64, bool or Number
}

// References returns every reference in the template, so that a host can refuse
// unsupported ones before rendering. They are in the order of their ends: an
// argument comes before the call.
func (t *Template) References() []Reference { return t.references }

// describe returns the public form of a reference.
func (r *reference) describe() Reference {
	d := Reference{Name: r.name, Line: r.pos.line, Column: r.pos.column}
	for _, st := range r.steps {
		segment := Segment{Kind: st.kind, Name: st.name}
		for _, arg := range st.args {
			if l, ok := arg.(*literal); ok {
				segment.Args = append(segment.Args, Argument{Literal: true, Value: l.value})
			} else {
				segment.Args = append(segment.Args, Argument{})
			}
		}
		d.Path = append(d.Path, segment)
	}
	return d
}

// SyntaxError is an error of [Parse].
type SyntaxError struct {
	Line, Column int // from 1; Column counts bytes
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// RenderError is an error of rendering, at the reference or directive that failed.
type RenderError struct {
	Line, Column int // from 1; Column counts bytes
	Err          error
}

func (e *RenderError) Error() string {
	return fmt.Sprintf("%d:%d: %v", e.Line, e.Column, e.Err)
}

// Unwrap returns the cause.
func (e *RenderError) Unwrap() error { return e.Err }

// LimitError means that a template exceeded one of its [Limits].
type LimitError struct {
	Limit string // name of the field
	Max   int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the template needs more than the allowed %s of %d", e.Limit, e.Max)
}

// pos is a position in a template.
type pos struct{ line, column int }
