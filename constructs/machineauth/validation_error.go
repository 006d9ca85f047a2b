package machineauth

import "example.com/weather-events-api/constructs/validation"

// ValidationError is what every function of this package panics with when it is
// given invalid input. It is [validation.Error], which documents its fields.
type ValidationError = validation.Error
