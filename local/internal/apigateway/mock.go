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
	passthrough string
	templates   byContentType[requestTemplate]
	responses   []selectable
	fallback    *integrationResponse // nil: none, or no method response declares it
}

// requestTemplate renders what the integration is sent. A template without
// directives and variables always gives the same: what follows of it is known
// beforehand.
type requestTemplate struct {
	template *mapping.Template // nil: constant
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
	return response.respond(x)
}

// invoke returns what answers a request.
func (i *mockIntegration) invoke(x *exchange) (*integrationResponse, *refusal) {
	t, ok := i.templates.choose(x.request.Header.Get("Content-Type"))
	switch {
	case !ok && (i.passthrough == passthroughNever || i.passthrough == passthroughWhenNoTemplates && len(i.templates) > 0):
		return nil, errMediaType
	case !ok:
		return i.selectResponse(string(x.body)) // passed through
	case t.template == nil:
		return t.response, t.refused
	}
	x.overrides = mapping.NewOverrides()
	body, err := t.template.Render(x.templateRequest(x.body, nil))
	if errors.Is(err, mapping.ErrPayload) {
		return nil, errPayload
	}
	if err != nil {
		return nil, misconfigured("the request template cannot be rendered: " + err.Error())
	}
	return i.selectResponse(body)
}

// selectResponse finds the response for what the integration was sent.
func (i *mockIntegration) selectResponse(sent string) (*integrationResponse, *refusal) {
	status, ok := mockStatusCode(sent)
	if !ok {
		return nil, errStatusCode
	}
	text := strconv.Itoa(status)
	// Which of several API Gateway takes is not documented; the first is a
	// working choice.
	response := i.fallback
	for _, s := range i.responses {
		if s.pattern.MatchString(text) {
			response = s.response
			break
		}
	}
	if response == nil {
		return nil, errNoResponse
	}
	return response, nil
}
