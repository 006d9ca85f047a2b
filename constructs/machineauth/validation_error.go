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
// Rules that only the finished tree can show (an open method, a leaked secret)
// are reported by app.Synth instead, together with CDK's own validation.
type ValidationError = validation.Error
