package edge

import "example.com/weather-events-api/constructs/validation"

// ValidationError is what the functions of this package panic with when they are
// given invalid input. It is [validation.Error], which documents its fields.
type ValidationError = validation.Error
