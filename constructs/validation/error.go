// Package validation has the one error that every construct of this module
// panics with when it is given invalid input, and that Validate of its props
// returns.
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
// machineauth.ValidationError, weatherevents.ValidationError and the others are
// other names of [Error]: errors.As finds them all by any of the names.
//
// What only the finished template shows (an open method, a leaked secret) is
// reported by app.Synth instead: see "Rules of protection" of package
// machineauth. A nil scope or id panics with an error of CDK's kind, as it is no
// property that could be named.
package validation

import (
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// Error is everything that is wrong with the input of one construct or function.
// Nothing has been created then.
type Error struct {
	// Path is the path of the construct that was to be made, such as
	// "Orders/Auth", and for a function that makes none the path of the construct
	// it is about and its name, such as "Orders/Auth/QualifiedName". An error that
	// Validate returns has the name of the type, as "AuthorizationServerProps".
	Path string
	// Problems are all that were found, at least one, in the order of the
	// properties. A property may have several.
	Problems []Problem
}

// Problem is one thing that is wrong with one property.
type Problem struct {
	// Property is the Go name of the field or parameter, such as "DomainPrefix".
	Property string
	// Message says what is allowed and what was given, in one line without a full
	// stop. It never holds a secret. Its text is for people and may change.
	Message string
}

// String returns "Property: message".
func (p Problem) String() string { return p.Property + ": " + p.Message }

// Error returns the path and the problems, numbered when there are several. Each
// is one line: a name with a line break in it is not taken for a problem of its
// own, nor for a command by a terminal.
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
