// Package lambda calls AWS Lambda functions without AWS: a function that is served
// by the Lambda Invoke API at some address ([Remote]), or a program that implements
// the Lambda Runtime API and is started here ([Program]). Handlers of aws-lambda-go,
// made by lambda.NewHandler, are Functions without either.
//
// All fail alike. A [FunctionError] means that the function was called and failed;
// it has what the Invoke API would answer. Any other error means that it was not
// called, or that this is unknown.
package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/internal/printable"
)

// Function is called by an integration with a JSON document, and returns one.
// Neither is checked to be JSON. It is called concurrently.
type Function = lambda.Handler

const (
	// maxPayload is the quota of the request payload, in bytes. Source: "Lambda
	// quotas", AWS Lambda Developer Guide.
	maxPayload = 6 << 20
	// maxAnswer is the quota of the response payload: AWS allows 100 bytes more.
	maxAnswer = maxPayload + 100
)

// ErrTimeout means that a function did not answer within its Timeout. The error is
// also a [FunctionError], as in AWS.
var ErrTimeout = errors.New("task timed out")

// ErrPayloadTooLarge means that a function was not called because its payload is
// over 6 MB.
var ErrPayloadTooLarge = fmt.Errorf("a function takes at most %d bytes", maxPayload)

// The error types that AWS sets, not the function.
const (
	typeTimeout           = "Sandbox.Timedout"
	typeExit              = "Runtime.ExitError"
	typeInvalidEntrypoint = "Runtime.InvalidEntrypoint"
	typeAnswerTooLarge    = "Function.ResponseSizeTooLarge"
)

// FunctionError means that the function was called and failed. The Invoke API
// answers it with the header X-Amz-Function-Error.
type FunctionError struct {
	// Type and Message are the errorType and errorMessage of the payload, or "". They
	// come from the function, with any length and characters.
	Type, Message string
	// Payload is the answer of the function, usually JSON.
	Payload []byte
}

// Error returns one printable line.
func (e *FunctionError) Error() string {
	return "the function failed: " + line(e.Type+": "+e.Message, maxMessage)
}

// Is reports a timeout of AWS as [ErrTimeout].
func (e *FunctionError) Is(target error) bool {
	return target == ErrTimeout && e.Type == typeTimeout
}

// maxMessage bounds the message of an error, in bytes.
const maxMessage = 1000

// errorPayload describes an error of a function or of AWS.
type errorPayload struct {
	Type    string `json:"errorType,omitempty"`
	Message string `json:"errorMessage"`
}

// failed returns the error of a payload. otherType is used if the payload has no
// type.
func failed(payload []byte, otherType string) *FunctionError {
	var described errorPayload
	json.Unmarshal(payload, &described) // other payloads have no type and message
	if described.Type == "" {
		described.Type = otherType
	}
	if described.Type == "" && timedOut.MatchString(described.Message) {
		described.Type = typeTimeout
	}
	return &FunctionError{described.Type, described.Message, payload}
}

// timedOut matches the message of a timeout, with and without the type that AWS sets
// today.
var timedOut = regexp.MustCompile(`(?:^| )Task timed out after \d+\.\d\d seconds$`)

// failure returns an error that AWS makes, not the function.
func failure(errorType, message string) *FunctionError {
	payload, _ := json.Marshal(errorPayload{errorType, message}) // cannot fail for strings
	return &FunctionError{errorType, message, payload}
}

// answerTooLarge is AWS's error for an answer of more than maxAnswer bytes.
func answerTooLarge() *FunctionError {
	return failure(typeAnswerTooLarge, fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxAnswer))
}

// line returns text as a printable line of at most `most` bytes.
func line(text string, most int) string {
	if len(text) > most {
		return printable.Text(text[:most]) + "…"
	}
	return printable.Text(text)
}
