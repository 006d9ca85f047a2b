package apigateway

import (
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// refusal is a request that ends with a gateway response.
type refusal struct {
	responseType string
	message      string
	// status is answered unless the gateway response is given one. 0: that of the
	// type.
	status int
	// errorType is x-amzn-ErrorType. "": that of the type.
	errorType string
	// validation is $context.error.validationErrorString.
	validation string
	// reason is for the log.
	reason string
	// front is what answers in place of a gateway response.
	front *frontRefusal
}

func unauthorized(reason string) *refusal {
	return &refusal{responseType: typeUnauthorized, message: "Unauthorized", reason: reason}
}

func missingParameters(names []string) *refusal {
	message := "Missing required request parameters: [" + strings.Join(names, ", ") + "]"
	return &refusal{responseType: typeBadRequestParameters, message: message, reason: message}
}

func invalidBody(err error) *refusal {
	return &refusal{
		responseType: typeBadRequestBody, message: "Invalid request body",
		validation: err.Error(), reason: "the request body does not match the model",
	}
}

// misconfigured is what API Gateway logs as "Execution failed due to
// configuration error".
func misconfigured(reason string) *refusal {
	return &refusal{responseType: typeAPIConfigurationError, message: "Internal server error", reason: reason}
}

// badParameter is a request that would reach what the integration does not lead
// to, or say what it does not mean.
func badParameter(reason string) *refusal {
	return &refusal{responseType: typeDefault4XX, message: "Bad Request", reason: reason}
}

var (
	errNoToken    = unauthorized("no token")
	errNoResource = &refusal{
		responseType: typeMissingAuthenticationToken, message: "Missing Authentication Token",
		reason: "no resource has this path and method",
	}
	errMediaType = &refusal{
		responseType: typeUnsupportedMediaType, message: "Unsupported Media Type",
		reason: "no request template is for this content type",
	}
	errBody = &refusal{
		responseType: typeDefault4XX, message: "Bad Request",
		reason: "the request body could not be read",
	}
	// The status was seen live; of the message, the beginning.
	errPayload = &refusal{
		responseType: typeDefault4XX, message: "Could not process payload",
		reason: mapping.ErrPayload.Error(),
	}
	errStatusCode = misconfigured("the request template gave no statusCode that is an integer")
	errNoResponse = misconfigured("no integration response matches the status code, and none is the default")
)
