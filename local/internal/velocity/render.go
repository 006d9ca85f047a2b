package velocity

import (
	"errors"
	"fmt"
	"strings"
)

func (b *block) render(s *state, out *output) error {
	for _, n := range b.nodes {
		if err := n.render(s, out); err != nil {
			return err
		}
	}
	return nil
}

func (t textNode) render(_ *state, out *output) error { return out.write(string(t)) }

func (breakNode) render(*state, *output) error { return errBreak }

func (stopNode) render(*state, *output) error { return errStop }

func (r *reference) render(s *state, out *output) error {
	value, err := r.eval(s)
	if err != nil {
		return err
	}
	return at(r.pos, r.write(out, value))
}

// write writes the value or, after an odd number of backslashes, the source of the
// reference. A defined reference halves its backslashes; an undefined one keeps
// them, because it may not be VTL at all.
func (r *reference) write(out *output, value any) error {
	kept := r.backslashes
	if value != nil {
		kept /= 2
	}
	if err := out.write(strings.Repeat(`\`, kept)); err != nil {
		return err
	}
	if r.backslashes%2 == 1 {
		return out.write(r.source)
	}
	if value == nil {
		return nil // API Gateway renders "", where Velocity renders the source
	}
	return writeJava(out, value, 0)
}

func (n *ifNode) render(s *state, out *output) error {
	for _, b := range n.branches {
		yes, err := truth(s, b.condition)
		if err != nil {
			return err
		}
		if yes {
			return b.body.render(s, out)
		}
	}
	if n.otherwise != nil {
		return n.otherwise.render(s, out)
	}
	return nil
}

func (n *setNode) render(s *state, _ *output) error {
	if err := s.charge(1); err != nil {
		return at(n.pos, err)
	}
	value, err := n.value.eval(s)
	if err != nil {
		return err
	}
	// Velocity 1.7 assigns null only if directive.set.null.allowed is true; the default
	// is false. AWS does not document the setting; we assume the default.
	if value == nil {
		return nil
	}
	steps := n.target.steps
	if len(steps) == 0 {
		s.vars[n.target.name] = value
		return nil
	}
	last := steps[len(steps)-1]
	receiver, err := n.target.evalSteps(s, steps[:len(steps)-1])
	if err != nil {
		return err
	}
	if last.kind == Property {
		return at(last.pos, assign(receiver, last.name, value))
	}
	key, err := last.args[0].eval(s)
	if err != nil {
		return err
	}
	return at(last.pos, assign(receiver, key, value))
}

// assign sets a property, a key of a map or an element of a list.
func assign(receiver, key, value any) error {
	switch r := receiver.(type) {
	case nil:
		return fmt.Errorf("#set of a property of null")
	case *Map:
		return r.Put(key, value)
	case *List:
		i, err := r.position(key)
		if err != nil {
			return err
		}
		r.items[i] = value
		return nil
	case Settable:
		name, ok := key.(string)
		if !ok {
			return fmt.Errorf("the name of a property is %s; allowed is a string", kindOf(key))
		}
		return r.SetProperty(name, value)
	}
	return fmt.Errorf("#set cannot set a property of %s", kindOf(receiver))
}

func (n *foreachNode) render(s *state, out *output) error {
	over, err := n.over.eval(s)
	if err != nil {
		return err
	}
	items := iterated(over)
	if len(items) > s.limits.ForeachIterations {
		return at(n.pos, &LimitError{"ForeachIterations", s.limits.ForeachIterations})
	}
	if err := s.charge(len(items) / bytesPerStep); err != nil {
		return at(n.pos, err)
	}
	defer s.shadow(n.variable, "foreach", "velocityCount")()
	outer := s.loop
	defer func() { s.loop = outer }()

	for i, item := range items {
		if err := s.charge(1); err != nil {
			return at(n.pos, err)
		}
		s.loop = &loop{index: i, size: len(items), parent: outer}
		s.vars["foreach"] = s.loop
		s.vars["velocityCount"] = int64(i + 1)
		s.vars[n.variable] = item
		if err := n.body.render(s, out); errors.Is(err, errBreak) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// iterated returns the values for #foreach: none for a value that is neither a list
// nor a map. It is a copy, because the loop may change the value.
func iterated(v any) []any {
	switch v := v.(type) {
	case *List:
		return append([]any(nil), v.items...)
	case *Map:
		return v.values()
	}
	return nil
}

// shadow returns a function that restores the current values of variables.
func (s *state) shadow(names ...string) func() {
	before := make([]any, len(names))
	for i, name := range names {
		before[i] = s.vars[name]
	}
	return func() {
		for i, name := range names {
			s.vars[name] = before[i]
		}
	}
}

// loop is $foreach.
type loop struct {
	index, size int
	parent      *loop
}

// Property returns index, count, hasNext, first, last, parent and topmost.
func (l *loop) Property(name string) (any, error) {
	switch name {
	case "index":
		return int64(l.index), nil
	case "count":
		return int64(l.index + 1), nil
	case "hasNext":
		return l.index+1 < l.size, nil
	case "first":
		return l.index == 0, nil
	case "last":
		return l.index+1 == l.size, nil
	case "parent":
		if l.parent == nil {
			return nil, nil
		}
		return l.parent, nil
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return top, nil
	}
	return nil, fmt.Errorf("$foreach has no property %s; it has index, count, hasNext, first, last, parent and topmost", name)
}

// loopMethods are the methods of $foreach, with their properties.
var loopMethods = map[string]string{
	"hasNext": "hasNext", "getIndex": "index", "getCount": "count",
	"isFirst": "first", "isLast": "last",
}

// Call calls the Java form of a property, such as hasNext().
func (l *loop) Call(method string, args []any) (any, error) {
	property, ok := loopMethods[method]
	if !ok || len(args) > 0 {
		return nil, fmt.Errorf("$foreach has no method %s with %d arguments", method, len(args))
	}
	return l.Property(property)
}

// state is the state of one rendering.
type state struct {
	vars   map[string]any
	limits Limits
	steps  int
	loop   *loop // innermost #foreach, or nil
}

var (
	errStop  = errors.New("#stop")
	errBreak = errors.New("#break")
)

// charge counts steps against the limit.
func (s *state) charge(steps int) error {
	s.steps += steps
	if s.steps > s.limits.Steps || s.steps < 0 {
		return &LimitError{"Steps", s.limits.Steps}
	}
	return nil
}

// bytesPerStep is how many bytes of a string one step may make or read.
const bytesPerStep = 64

// text counts a new string against the limits.
func (s *state) text(made string) (any, error) {
	if len(made) > s.limits.OutputBytes {
		return nil, &LimitError{"OutputBytes", s.limits.OutputBytes}
	}
	return made, s.charge(len(made) / bytesPerStep)
}

// output is the output of a rendering.
type output struct {
	strings.Builder
	max int
}

func (o *output) write(text string) error {
	if len(text) > o.max-o.Len() {
		return &LimitError{"OutputBytes", o.max}
	}
	o.WriteString(text)
	return nil
}

// at adds the position to an error, unless it has one.
func at(p pos, err error) error {
	if err == nil || errors.Is(err, errStop) || errors.Is(err, errBreak) {
		return err
	}
	var known *RenderError
	if errors.As(err, &known) {
		return err
	}
	return &RenderError{Line: p.line, Column: p.column, Err: err}
}
