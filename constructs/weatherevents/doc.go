// Package weatherevents has a weather events REST API that only machine clients with
// the right OAuth 2.0 scope can call: Amazon Cognito issues the tokens, and API Gateway
// checks them for each method.
//
//	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
//
// To protect your own API the same way, use package machineauth.
package weatherevents

import "example.com/weather-events-api/constructs/validation"

// ValidationError is the error that the functions of this package panic with if their
// input is invalid. It is an alias of [validation.Error], which documents its fields.
type ValidationError = validation.Error
