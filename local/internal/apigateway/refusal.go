package apigateway

import (
	"errors"
	"maps"
	"net/http"
	"slices"
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

// Refusal is a gateway response as a client sees it.
type Refusal struct {
	// ResponseType is one of API Gateway's, such as UNAUTHORIZED.
	ResponseType string
	Status       int
	// Headers are those that the API adds, but for the content type.
	Headers []string
	// Bodies are examples by content type.
	Bodies map[string]string
}

// errThrottled is never answered here: throttling is not served.
var errThrottled = &refusal{responseType: "THROTTLED", message: "Too Many Requests"}

// Refusals returns the gateway responses that a caller of a method may get on
// AWS, in the order of their statuses by default.
func (a *API) Refusals(m *Method) []Refusal {
	var refusals []Refusal
	for _, f := range m.refusals() {
		refusals = append(refusals, a.gatewayResponses[f.responseType].describe(f))
	}
	return refusals
}

func (m *Method) refusals() []*refusal {
	var all []*refusal
	if m.ValidateRequestParameters && slices.Contains(slices.Collect(maps.Values(m.RequestParameters)), true) {
		all = append(all, missingParameters([]string{"name"}))
	}
	if m.ValidateRequestBody && len(m.RequestModels) > 0 {
		all = append(all, invalidBody(errors.New("[…]")))
	}
	switch m.AuthorizationType {
	case AuthorizationCognitoUserPools:
		all = append(all, errNoToken)
	case AuthorizationCustom:
		all = append(all, errNoToken, accessDenied("User is not authorized to access this resource", ""), authorizerMisconfigured(""))
	case AuthorizationIAM:
		all = append(all, errUnknownCredentials)
	}
	if m.APIKeyRequired {
		all = append(all, invalidAPIKey(""))
	}
	all = append(all, errNoResource)
	if m.Integration.refusesMediaTypes() {
		all = append(all, errMediaType)
	}
	all = append(all, errThrottled)
	switch i := m.Integration; {
	case i.Type == typeMock:
		return append(all, errStatusCode)
	case i.Type == typeHTTPProxy:
		return append(all, misconfigured(""), networkError(""), timedOut(defaultTimeout))
	case !i.callsLambda():
		return append(all, errNoResponse, networkError(""), timedOut(defaultTimeout))
	case i.IsProxy():
		return append(all, errEventTooLarge, misconfigured(""), badGateway(""), timedOut(defaultTimeout))
	}
	return append(all, errEventTooLarge, errNoResponse, badGateway(""), timedOut(defaultTimeout))
}

// refusesMediaTypes reports whether there are content types that get 415.
func (i *Integration) refusesMediaTypes() bool {
	if i.IsProxy() {
		return false
	}
	if _, any := i.RequestTemplates[defaultTypes]; any {
		return false
	}
	return i.PassthroughBehavior == passthroughNever || i.PassthroughBehavior == passthroughWhenNoTemplates && len(i.RequestTemplates) > 0
}

// describe renders a gateway response for a request of which nothing is known
// but what was wrong with it.
func (g *gatewayResponse) describe(f *refusal) Refusal {
	described := Refusal{ResponseType: f.responseType, Status: g.statusOf(f), Bodies: map[string]string{}}
	request := &mapping.Request{Context: mapping.Context{
		RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
		Error:     mapping.Error{Message: f.message, ResponseType: f.responseType, ValidationErrorString: f.validation},
	}}
	for _, m := range g.headers {
		if m.name != "" && m.name != "Content-Type" {
			described.Headers = append(described.Headers, m.name)
		}
	}
	for _, contentType := range slices.Sorted(maps.Keys(g.templates.values)) {
		body := g.templates.values[contentType]
		text, err := body.template.Render(request)
		header := http.Header{"Content-Type": body.contentType}
		if err == nil && apply(g.headers, header, request, nil) == nil {
			described.Bodies[header.Get("Content-Type")] = text
		}
	}
	return described
}
