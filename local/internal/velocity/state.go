package velocity

import (
	"errors"
	"strings"
)

// state is what one rendering changes.
type state struct {
	vars   map[string]any
	limits Limits
	steps  int
	loop   *loop // the innermost #foreach, nil outside
}

var (
	errStop  = errors.New("#stop")
	errBreak = errors.New("#break")
)

// charge counts work against the limit.
func (s *state) charge(steps int) error {
	s.steps += steps
	if s.steps > s.limits.Steps || s.steps < 0 {
		return &LimitError{"Steps", s.limits.Steps}
	}
	return nil
}

// bytesPerStep is how much of a string may be made or read for one step.
const bytesPerStep = 64

// text counts the making of a string against the limits.
func (s *state) text(made string) (any, error) {
	if len(made) > s.limits.OutputBytes {
		return nil, &LimitError{"OutputBytes", s.limits.OutputBytes}
	}
	return made, s.charge(len(made) / bytesPerStep)
}

// output is what a rendering writes.
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

// at says where an error happened, unless that is known already.
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
