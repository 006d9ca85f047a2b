// Package lambda calls AWS Lambda functions without AWS: one that is served at
// an address that takes the Lambda Invoke API ([Remote]), or a program that
// speaks the Lambda Runtime API and is started here ([Program]). Handlers of
// aws-lambda-go, as its lambda.NewHandler makes them, need neither: they are
// Functions as they are.
//
// All of them fail alike. A [FunctionError] says that the function was called
// and failed, with what AWS would answer to the caller of the Invoke API. Any
// other error says that it was not called, or that nobody knows.
package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/internal/printable"
)

// Function is what an integration calls with a JSON document, for the one that it
// answers. Neither is checked for being JSON. It is called concurrently.
type Function = lambda.Handler

const (
	// maxPayload is the quota of what a function is called with, in bytes, see
	// "Lambda quotas" of the developer guide.
	maxPayload = 6 << 20
	// maxAnswer is that of what it answers: AWS allows 100 bytes more.
	maxAnswer = maxPayload + 100
)

// ErrTimeout is that a function did not answer within its Timeout. The error
// that is it, by errors.Is, is a [FunctionError] too: AWS reports it as one.
var ErrTimeout = errors.New("task timed out")

// ErrPayloadTooLarge is that a function was not called, as it would have been with
// more than 6 MB.
var ErrPayloadTooLarge = fmt.Errorf("a function takes at most %d bytes", maxPayload)

// The types of errors that AWS gives, not the function.
const (
	typeTimeout           = "Sandbox.Timedout"
	typeExit              = "Runtime.ExitError"
	typeInvalidEntrypoint = "Runtime.InvalidEntrypoint"
	typeAnswerTooLarge    = "Function.ResponseSizeTooLarge"
)

// FunctionError is that the function was called and failed: what the Invoke API
// answers together with the header X-Amz-Function-Error.
type FunctionError struct {
	// Type and Message are errorType and errorMessage of the payload, "" if it has
	// none. Both come from the function, of any length and with any character.
	Type, Message string
	// Payload is what the function answered, JSON unless it does not care.
	Payload []byte
}

// Error returns a single printable line.
func (e *FunctionError) Error() string {
	return "the function failed: " + line(e.Type+": "+e.Message, maxMessage)
}

// Is makes [ErrTimeout] of the type that AWS gives to a timeout.
func (e *FunctionError) Is(target error) bool {
	return target == ErrTimeout && e.Type == typeTimeout
}

// maxMessage bounds the message of an error, in bytes.
const maxMessage = 1000

// errorPayload is how a function and AWS describe an error.
type errorPayload struct {
	Type    string `json:"errorType,omitempty"`
	Message string `json:"errorMessage"`
}

// failed returns the error that a function gave as payload. Without a type of its
// own it has another one.
func failed(payload []byte, otherType string) *FunctionError {
	var described errorPayload
	json.Unmarshal(payload, &described) // what it is not is nowhere said
	if described.Type == "" {
		described.Type = otherType
	}
	if described.Type == "" && timedOut.MatchString(described.Message) {
		described.Type = typeTimeout
	}
	return &FunctionError{described.Type, described.Message, payload}
}

// timedOut is the message of a timeout, before and since AWS gives it a type.
var timedOut = regexp.MustCompile(`(?:^| )Task timed out after \d+\.\d\d seconds$`)

// failure returns the error that AWS makes up for a function that gave none.
func failure(errorType, message string) *FunctionError {
	payload, _ := json.Marshal(errorPayload{errorType, message}) // strings do not fail
	return &FunctionError{errorType, message, payload}
}

// answerTooLarge is what AWS answers instead of more than maxAnswer bytes.
func answerTooLarge() *FunctionError {
	return failure(typeAnswerTooLarge, fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxAnswer))
}

// line makes a printable line of at most so many bytes of text.
func line(text string, most int) string {
	if len(text) > most {
		return printable.Text(text[:most]) + "…"
	}
	return printable.Text(text)
}
