package apigateway

import (
	"errors"
	"strconv"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/mapping"
)

const (
	passthroughWhenNoMatch     = "WHEN_NO_MATCH"
	passthroughWhenNoTemplates = "WHEN_NO_TEMPLATES"
	passthroughNever           = "NEVER"
)

// mockIntegration is a compiled integration of type MOCK.
type mockIntegration struct {
	mappedRequest
	mappedResponse
}

// mappedRequest makes what an integration is sent.
type mappedRequest struct {
	passthrough string
	handling    contentHandling
	templates   byContentType[requestTemplate]
}

// mappedResponse makes an answer of what an integration gave.
type mappedResponse struct {
	responses []selectable
	fallback  *integrationResponse // nil: none, or no method response declares it
}

// requestTemplate renders what the integration is sent. A template without
// directives and variables always gives the same: what follows of it is known
// beforehand.
type requestTemplate struct {
	template *mapping.Template // nil: constant
	constant []byte
	response *integrationResponse
	refused  *refusal
}

// selectable is an integration response with a pattern.
type selectable struct {
	pattern  *pattern.Pattern
	response *integrationResponse // nil: no method response declares it
}

func (i *mockIntegration) answer(x *exchange) (int, *refusal) {
	response, refused := i.invoke(x)
	if refused != nil {
		return 0, refused
	}
	return response.respond(x, &backendAnswer{})
}

// invoke returns what answers a request.
func (i *mockIntegration) invoke(x *exchange) (*integrationResponse, *refusal) {
	body, refused := i.render(x)
	if refused != nil {
		return nil, refused
	}
	if t, ok := i.templates.choose(x.request.Header.Get("Content-Type")); ok && t.template == nil {
		return t.response, t.refused
	}
	return i.selectResponse(string(body))
}

// render returns what the integration is sent.
func (r *mappedRequest) render(x *exchange) ([]byte, *refusal) {
	contentType := x.request.Header.Get("Content-Type")
	t, ok := r.templates.choose(contentType)
	if !ok && (r.passthrough == passthroughNever || r.passthrough == passthroughWhenNoTemplates && len(r.templates) > 0) {
		return nil, errMediaType
	}
	isBinary := x.api.isBinary(contentType)
	if ok && t.template == nil && r.handling == passThrough && !isBinary {
		return t.constant, x.skipPayload()
	}
	body, refused := x.payload()
	if refused != nil {
		return nil, refused
	}
	given, err := r.handling.convert(body, isBinary, isBinary)
	switch {
	case err != nil:
		return nil, misconfigured("the request cannot be converted: " + err.Error())
	case !ok:
		return given.body, nil // passed through
	case given.isBinary:
		return nil, errBinary("request")
	case t.template == nil:
		return t.constant, nil
	}
	x.overrides = mapping.NewOverrides()
	sent, err := t.template.Render(x.templateRequest(given.body, nil))
	if errors.Is(err, mapping.ErrPayload) {
		return nil, errPayload
	}
	if err != nil {
		return nil, misconfigured("the request template cannot be rendered: " + err.Error())
	}
	return []byte(sent), nil
}

// selectResponse finds the response for what the integration was sent.
func (i *mockIntegration) selectResponse(sent string) (*integrationResponse, *refusal) {
	status, ok := mockStatusCode(sent)
	if !ok {
		return nil, errStatusCode
	}
	return i.choose(strconv.Itoa(status))
}

// choose returns the response whose pattern matches a text, or the default one.
// Which of several API Gateway takes is not documented; the first is a working
// choice.
func (r *mappedResponse) choose(text string) (*integrationResponse, *refusal) {
	for _, s := range r.responses {
		if s.pattern.MatchString(text) {
			return orNoResponse(s.response)
		}
	}
	return orNoResponse(r.fallback)
}

func orNoResponse(response *integrationResponse) (*integrationResponse, *refusal) {
	if response == nil {
		return nil, errNoResponse
	}
	return response, nil
}
