package velocity

import "fmt"

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
