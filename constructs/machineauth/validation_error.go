package machineauth

import "example.com/weather-events-api/internal/validation"

// ValidationError is what every function of this package panics with when it
// is given invalid input. It lists all problems, each with the Go name of the
// property, and the construct path they belong to:
//
//	defer func() {
//		if err, ok := recover().(error); ok {
//			var invalid *machineauth.ValidationError
//			if errors.As(err, &invalid) {
//				fmt.Fprintln(os.Stderr, invalid) // invalid.Path, invalid.Problems
//			}
//		}
//	}()
//
// What only the template shows (an open method, a leaked secret) is reported by
// app.Synth instead: see "Rules of protection".
type ValidationError = validation.Error
