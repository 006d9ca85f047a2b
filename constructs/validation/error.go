// Package validation has the error that every construct of this module panics with if
// its input is invalid, and that Validate of its props returns.
//
//	defer func() {
//		if err, ok := recover().(error); ok {
//			var invalid *validation.Error
//			if errors.As(err, &invalid) {
//				fmt.Fprintln(os.Stderr, invalid) // invalid.Path, invalid.Problems
//			}
//		}
//	}()
//
// machineauth.ValidationError, weatherevents.ValidationError and the others are aliases
// of [Error]: errors.As finds all of them under any of these names.
//
// app.Synth reports what only the finished template shows, such as an open method or a
// leaked secret: see "Rules of protection" of package machineauth. A nil scope or id
// panics with a plain error like CDK's, because it is not a property.
package validation

import (
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// Error lists everything that is wrong with the input of one construct or function,
// which has created nothing.
type Error struct {
	// Path is the path of the construct to be created, such as "Orders/Auth". For a
	// function that creates none, it is the path of the construct that it is about and
	// the function's name, such as "Orders/Auth/QualifiedName". For Validate, it is the
	// name of the type, such as "AuthorizationServerProps".
	Path string
	// Problems are all problems, at least one, in the order of the properties. A
	// property may have several.
	Problems []Problem
}

// Problem is one thing that is wrong with one property.
type Problem struct {
	// Property is the Go name of the field or parameter, such as "DomainPrefix".
	Property string
	// Message says what is allowed and which value was given, on one line without a
	// full stop. It never contains a secret. The text is for people and may change.
	Message string
}

// String returns "Property: message".
func (p Problem) String() string { return p.Property + ": " + p.Message }

// Error returns the path and the problems, numbered if there are several. Each is on
// one line: line breaks and control characters in a name are escaped, so that the name
// cannot pass for another problem or control a terminal.
func (e *Error) Error() string {
	path := printable.Text(e.Path)
	if len(e.Problems) == 1 {
		return path + ": " + printable.Text(e.Problems[0].String())
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %d problems:", path, len(e.Problems))
	for i, problem := range e.Problems {
		fmt.Fprintf(&text, "\n%4d. %s", i+1, printable.Text(problem.String()))
	}
	return text.String()
}
