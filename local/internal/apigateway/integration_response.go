package apigateway

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/weather-events-api/local/internal/mapping"
)

const responseHeaderPrefix = "method.response.header."

// What a response parameter may be mapped from, beside text.
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

// responseSources returns those of a type of integration.
func (i *Integration) responseSources() []string {
	switch {
	case i.Type == typeMock:
		return mockResponseSources
	case i.callsLambda():
		return lambdaResponseSources
	}
	return httpResponseSources
}

// backendAnswer is what an integration gave: a mock nothing, a function a body
// alone.
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
	// isTraced: the answer has the trace id, as that of every backend but a mock.
	isTraced bool
}

// responseBody is a body with what depends on it.
type responseBody struct {
	template *mapping.Template // nil: constant
	constant string
	// isPayload: the body is what the integration gave.
	isPayload bool
	// prepared is the whole header of the answer, nil if it depends on the
	// request.
	prepared http.Header
}

// compileIntegrationResponse compiles a response that is declared.
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

// respond answers a request with what the integration gave. Nothing has been
// written if it returns a refusal.
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

// trace adds the trace id to an answer that has none.
func (r *integrationResponse) trace(x *exchange) {
	if header := x.writer.Header(); r.isTraced && header[traceHeader] == nil {
		header[traceHeader] = []string{x.trace()}
	}
}

// contentHandling is what a payload is converted to on its way through API
// Gateway. A payload is binary if its content type is one of the API's
// BinaryMediaTypes, and text otherwise.
//
// Source: "Content type conversions in API Gateway", Amazon API Gateway developer
// guide. What is made of payloads that are not what they are called was seen live.
type contentHandling string

const (
	passThrough     contentHandling = ""
	convertToText   contentHandling = "CONVERT_TO_TEXT"
	convertToBinary contentHandling = "CONVERT_TO_BINARY"
)

func compileContentHandling(text string, at place) contentHandling {
	switch h := contentHandling(text); h {
	case passThrough, convertToText, convertToBinary:
		return h
	}
	at.addf("must be %s or %s, got %q", convertToText, convertToBinary, text)
	return passThrough
}

// payload is a body that was converted.
type payload struct {
	body     []byte
	isBinary bool
}

// convert converts a body. wantsBinary is what counts where nothing is said: a
// request stays what it is, and a client gets what it accepts.
func (h contentHandling) convert(body []byte, isBinary, wantsBinary bool) (payload, error) {
	switch h {
	case convertToText:
		wantsBinary = false
	case convertToBinary:
		wantsBinary = true
	}
	switch {
	case isBinary == wantsBinary && isBinary:
		return payload{body, true}, nil
	case isBinary:
		return payload{base64.StdEncoding.AppendEncode(nil, body), false}, nil
	case wantsBinary:
		decoded, err := fromBase64(body)
		return payload{decoded, true}, err
	}
	return payload{toText(body), false}, nil
}

// fromBase64 decodes text. That a JSON string stands for what is in it, which is
// how a Lambda function answers with base64, is an assumption.
func fromBase64(text []byte) ([]byte, error) {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, fmt.Errorf("the payload is not base64: %w", err)
	}
	return decoded, nil
}

// toText replaces every byte that is no UTF-8.
func toText(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	var text strings.Builder
	for _, r := range string(body) {
		text.WriteRune(r)
	}
	return []byte(text.String())
}

// errBinary is a mapping template that is given a binary payload. API Gateway
// calls it "Unable to transform request", also of an empty payload.
func errBinary(of string) *refusal {
	return misconfigured("the " + of + " is binary, by BinaryMediaTypes or ContentHandling, and a mapping template takes text: set ContentHandling to " + string(convertToText))
}

const (
	jsonType     = "application/json"
	defaultTypes = "$default"
)

// mediaType returns a Content-Type without parameters, in lower case. That
// application/json; charset=utf-8 is taken for application/json is a working
// choice: API Gateway's documentation does not say.
func mediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" {
		return jsonType
	}
	return name
}

// byContentType holds values for the content type of a request.
type byContentType[T any] map[string]T

// choose returns the value of a Content-Type as it is, of its media type, or of
// $default.
func (values byContentType[T]) choose(contentType string) (T, bool) {
	value, ok := values[contentType]
	if !ok {
		value, ok = values[mediaType(contentType)]
	}
	if !ok {
		value, ok = values[defaultTypes]
	}
	return value, ok
}

// byAccept holds values for what a client accepts.
type byAccept[T any] struct {
	values   map[string]T
	fallback T
}

// newByAccept needs at least one value. The fallback is application/json, or the
// first: which that is API Gateway does not document, and the first by name is an
// assumption.
func newByAccept[T any](values map[string]T) *byAccept[T] {
	fallback, ok := values[jsonType]
	if !ok {
		fallback = values[slices.Min(slices.Collect(maps.Keys(values)))]
	}
	return &byAccept[T]{values, fallback}
}

// choose looks for one exact media type: */* and lists are not understood. Of
// several headers the last counts.
func (b *byAccept[T]) choose(accept []string) T {
	if len(accept) > 0 {
		if value, ok := b.values[accept[len(accept)-1]]; ok {
			return value
		}
	}
	return b.fallback
}
