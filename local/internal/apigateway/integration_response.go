package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/mapping"
)

// mappedResponse chooses the integration response for the result of a backend.
type mappedResponse struct {
	responses []selectable
	fallback  *integrationResponse // nil without one, or if no method response declares it
}

// selectable is an integration response with a pattern.
type selectable struct {
	pattern  *pattern.Pattern
	response *integrationResponse // nil if no method response declares it
}

// declaredResponse is a compiled MethodResponse.
type declaredResponse struct {
	status  int
	headers map[string]bool // by canonical name
}

// compileMethodResponses returns the method responses by status code.
func compileMethodResponses(config []MethodResponse, models map[string]*model, at place) map[string]*declaredResponse {
	declared := map[string]*declaredResponse{}
	for i, response := range config {
		at := at.item(i)
		if declared[response.StatusCode] != nil {
			at.in("StatusCode").addf("%s appears twice; allowed is once", response.StatusCode)
		}
		d := &declaredResponse{parseStatusCode(response.StatusCode, at.in("StatusCode")), map[string]bool{}}
		for _, parameter := range slices.Sorted(maps.Keys(response.ResponseParameters)) {
			name, ok := strings.CutPrefix(parameter, responseHeaderPrefix)
			if !ok || !isToken(name) {
				at.in("ResponseParameters").key(parameter).addf("must be %s and the name of a header", responseHeaderPrefix)
			}
			d.headers[http.CanonicalHeaderKey(name)] = true
		}
		checkModels(response.ResponseModels, models, at.in("ResponseModels"))
		declared[response.StatusCode] = d
	}
	return declared
}

// compileResponses compiles the integration responses, which method responses must
// declare.
func compileResponses(integration *Integration, declared map[string]*declaredResponse, at place) mappedResponse {
	var r mappedResponse
	seen := map[string]bool{}
	hasDefault := false
	for n := range integration.IntegrationResponses {
		config, at := &integration.IntegrationResponses[n], at.item(n)
		if seen[config.StatusCode] {
			at.in("StatusCode").addf("%s appears twice; allowed is once", config.StatusCode)
		}
		seen[config.StatusCode] = true
		// API Gateway deploys a response that no method response declares, and
		// answers 500 when it is chosen.
		var response *integrationResponse
		if d := declared[config.StatusCode]; d != nil {
			response = compileIntegrationResponse(config, integration, d, at)
		}
		if config.SelectionPattern != "" {
			if pattern := compilePattern(config.SelectionPattern, at.in("SelectionPattern")); pattern != nil {
				r.responses = append(r.responses, selectable{pattern, response})
			}
			continue
		}
		if hasDefault {
			at.in("SelectionPattern").addf("is empty, as that of another integration response; only one can be the default")
		}
		hasDefault = true
		r.fallback = response
	}
	return r
}

// choose returns the response whose pattern matches a text, or the default one. AWS does
// not document which of several matches wins; we assume the first.
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

const responseHeaderPrefix = "method.response.header."

// The sources of response parameters, besides text.
const (
	anyOfResponse     = "integration.response."
	bodyOfResponse    = "integration.response.body"
	headerOfResponse  = "integration.response.header."
	headersOfResponse = "integration.response.multivalueheader."
)

var (
	mockResponseSources   = []string{anyOfResponse, "context.", "stageVariables."}
	lambdaResponseSources = []string{bodyOfResponse, "context.", "stageVariables."}
	httpResponseSources   = []string{headerOfResponse, headersOfResponse, bodyOfResponse, "context.", "stageVariables."}
)

// responseSources returns the sources of response parameters for the type of integration.
func (i *Integration) responseSources() []string {
	switch {
	case i.Type == typeMock:
		return mockResponseSources
	case i.callsLambda():
		return lambdaResponseSources
	}
	return httpResponseSources
}

// backendAnswer is the result of a backend: empty for a mock, only a body for a function.
type backendAnswer struct {
	status int
	header http.Header
	body   []byte
}

// integrationResponse is a compiled IntegrationResponse.
type integrationResponse struct {
	status   int
	headers  []headerMapping
	handling contentHandling
	bodies   *byAccept[*responseBody]
	// isTraced reports whether the response has the trace id, as for every backend but a
	// mock.
	isTraced bool
}

// responseBody is the body of a response for one content type.
type responseBody struct {
	template *mapping.Template // nil for a constant
	constant string
	// isPayload reports whether the body is the backend's.
	isPayload bool
	// prepared is the complete header of the response, nil if it depends on the request.
	prepared http.Header
}

// compileIntegrationResponse compiles a response that a method response declares.
func compileIntegrationResponse(config *IntegrationResponse, integration *Integration, declared *declaredResponse, at place) *integrationResponse {
	parameters := at.in("ResponseParameters")
	for _, target := range slices.Sorted(maps.Keys(config.ResponseParameters)) {
		name := strings.TrimPrefix(target, responseHeaderPrefix)
		if !declared.headers[http.CanonicalHeaderKey(name)] {
			parameters.key(target).addf("is not declared by the method response %s; API Gateway refuses to deploy it", config.StatusCode)
		}
	}
	r := &integrationResponse{
		status:   declared.status,
		headers:  compileHeaderMappings(config.ResponseParameters, responseHeaderPrefix, integrationHeaderName, integration.responseSources(), parameters),
		handling: compileContentHandling(config.ContentHandling, at.in("ContentHandling")),
		isTraced: integration.Type != typeMock,
	}
	bodies := map[string]*responseBody{}
	for _, contentType := range slices.Sorted(maps.Keys(config.ResponseTemplates)) {
		bodies[contentType] = r.compileBody(config.ResponseTemplates[contentType], at.in("ResponseTemplates").key(contentType))
	}
	if len(bodies) == 0 {
		body := &responseBody{}
		if integration.Type == typeMock {
			body = r.compileBody("", at)
		}
		body.isPayload = true
		bodies[jsonType] = body
	}
	r.bodies = newByAccept(bodies)
	return r
}

func (r *integrationResponse) compileBody(source string, at place) *responseBody {
	template, err := mapping.Compile(source)
	if err != nil {
		at.addf("%s", err)
		return nil
	}
	if !IsConstant(source) {
		return &responseBody{template: template}
	}
	body := &responseBody{constant: source}
	if isStatic(r.headers) {
		body.prepared = http.Header{}
		_ = apply(r.headers, body.prepared, nil, nil) // static headers cannot fail
		finish(body.prepared, r.status, source)
	}
	return body
}

// respond writes the response for the result of a backend. If it returns a refusal, it has
// written nothing.
func (r *integrationResponse) respond(x *exchange, answer *backendAnswer) (int, *refusal) {
	body := r.bodies.choose(x.request.Header["Accept"])
	given, err := r.handling.convert(answer.body, x.api.isBinary(answer.header.Get("Content-Type")), x.api.isBinary(x.request.Header.Get("Accept")))
	switch {
	case err != nil:
		return 0, misconfigured("the response cannot be converted: " + err.Error())
	case given.isBinary && !body.isPayload:
		return 0, errBinary("response")
	}
	if body.prepared != nil && !x.overrides.Any() {
		maps.Copy(x.writer.Header(), body.prepared)
		r.trace(x)
		x.send(r.status, body.constant)
		return r.status, nil
	}
	if x.overrides == nil {
		x.overrides = mapping.NewOverrides()
	}
	request := x.templateRequest(given.body, nil)
	text := body.constant
	if body.isPayload {
		text = string(given.body)
	}
	if body.template != nil {
		var err error
		if text, err = body.template.Render(request); err != nil {
			return 0, misconfigured("the response template cannot be rendered: " + err.Error())
		}
	}
	override := x.overrides.Response()
	status := r.status
	if override.Status != 0 {
		status = override.Status
	}
	if status < http.StatusOK {
		return 0, misconfigured("a template overrides the status with one that is not final")
	}
	header := http.Header{}
	if err := apply(r.headers, header, request, answer.header); err != nil {
		return 0, misconfigured("the response parameters cannot be mapped: " + err.Error())
	}
	for name, values := range override.Header {
		if name = integrationHeaderName(name); name != "" {
			header[name] = values
		}
	}
	finish(header, status, text)
	maps.Copy(x.writer.Header(), header)
	r.trace(x)
	x.send(status, text)
	return status, nil
}

// trace adds the trace id to a response without one.
func (r *integrationResponse) trace(x *exchange) {
	if header := x.writer.Header(); r.isTraced && header[traceHeader] == nil {
		header[traceHeader] = []string{x.trace()}
	}
}

// byAccept holds values by the media type that a client accepts.
type byAccept[T any] struct {
	values   map[string]T
	fallback T
}

// newByAccept takes at least one value. The fallback is application/json, or else the
// first. AWS does not document the order; we assume the first by name.
func newByAccept[T any](values map[string]T) *byAccept[T] {
	fallback, ok := values[jsonType]
	if !ok {
		fallback = values[slices.Min(slices.Collect(maps.Keys(values)))]
	}
	return &byAccept[T]{values, fallback}
}

// choose matches an Accept header exactly: API Gateway does not interpret */* and lists.
// The last of several headers counts.
func (b *byAccept[T]) choose(accept []string) T {
	if len(accept) > 0 {
		if value, ok := b.values[accept[len(accept)-1]]; ok {
			return value
		}
	}
	return b.fallback
}
