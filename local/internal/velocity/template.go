package velocity

import (
	"errors"
	"fmt"
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

// node is a piece of a template that renders.
type node interface {
	render(s *state, out *output) error
}

// expression is a piece of a template that has a value.
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

	// logical is && or ||, which need the right side only where the left does
	// not decide.
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

// reference is $name with what follows it.
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

// Reference is one use of a variable in a template, also inside double-quoted
// strings.
type Reference struct {
	Name         string    // the variable, without the $
	Path         []Segment // what follows it
	Assigned     bool      // it is the target of #set or the variable of #foreach
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
	Args []Argument // of a call; of an index, its one key
}

// Argument is an argument of a call or the key of an index.
type Argument struct {
	Literal bool // the value is written in the template
	Value   any  // of a literal: a string, int64, float64, bool or Number
}

// References returns every reference in the template, so that a host can refuse
// what it does not support before rendering. They come in the order in which
// they end: an argument before the reference that it is an argument of.
func (t *Template) References() []Reference { return t.references }

// describe gives the public form of a reference.
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

// SyntaxError is a template that [Parse] refuses.
type SyntaxError struct {
	Line, Column int // from 1; Column counts bytes
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// RenderError is a failure while a template renders, at the reference or
// directive that failed.
type RenderError struct {
	Line, Column int // from 1; Column counts bytes
	Err          error
}

func (e *RenderError) Error() string {
	return fmt.Sprintf("%d:%d: %v", e.Line, e.Column, e.Err)
}

// Unwrap returns the cause.
func (e *RenderError) Unwrap() error { return e.Err }

// LimitError is a template that went past one of its [Limits].
type LimitError struct {
	Limit string // the name of the limit's field
	Max   int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the template needs more than the allowed %s of %d", e.Limit, e.Max)
}

// pos is a place in a template.
type pos struct{ line, column int }
