// Package edge puts a web ACL, a custom domain and better error answers in front of a
// REST API. It works for any REST API.
package edge

import "example.com/weather-events-api/constructs/validation"

// ValidationError is the error that the functions of this package panic with if their
// input is invalid. It is an alias of [validation.Error], which documents its fields.
type ValidationError = validation.Error
