package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

const responseHeaderPrefix = "method.response.header."

var (
	responseSources       = []string{anyOfResponse, "context.", "stageVariables."}
	lambdaResponseSources = []string{bodyOfResponse, "context.", "stageVariables."}
)

const (
	anyOfResponse  = "integration.response."
	bodyOfResponse = "integration.response.body"
)

// integrationResponse is a compiled IntegrationResponse.
type integrationResponse struct {
	status  int
	headers []headerMapping
	bodies  *byAccept[*responseBody]
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
func compileIntegrationResponse(config *IntegrationResponse, ofMock bool, declared *declaredResponse, at place) *integrationResponse {
	if config.ContentHandling != "" {
		at.in("ContentHandling").addf("%q is not supported; payloads are text", config.ContentHandling)
	}
	parameters := at.in("ResponseParameters")
	for _, target := range slices.Sorted(maps.Keys(config.ResponseParameters)) {
		name := strings.TrimPrefix(target, responseHeaderPrefix)
		if !declared.headers[http.CanonicalHeaderKey(name)] {
			parameters.key(target).addf("is not declared by the method response %s; API Gateway refuses to deploy it", config.StatusCode)
		}
	}
	sources := responseSources
	if !ofMock {
		sources = lambdaResponseSources
	}
	r := &integrationResponse{
		status:  declared.status,
		headers: compileHeaderMappings(config.ResponseParameters, responseHeaderPrefix, integrationHeaderName, sources, parameters),
	}
	templates := config.ResponseTemplates
	if len(templates) == 0 && !ofMock {
		r.bodies = newByAccept(map[string]*responseBody{jsonType: {isPayload: true}})
		return r
	}
	if len(templates) == 0 {
		templates = map[string]string{jsonType: ""}
	}
	bodies := map[string]*responseBody{}
	for _, contentType := range slices.Sorted(maps.Keys(templates)) {
		bodies[contentType] = r.compileBody(templates[contentType], at.in("ResponseTemplates").key(contentType))
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
		_ = apply(r.headers, body.prepared, nil) // static headers cannot fail
		finish(body.prepared, r.status, source)
	}
	return body
}

// respond answers a request with what the integration gave. Nothing has been written if it returns a refusal.
func (r *integrationResponse) respond(x *exchange, payload []byte) (int, *refusal) {
	body := r.bodies.choose(x.request.Header["Accept"])
	if body.prepared != nil && !x.overrides.Any() {
		maps.Copy(x.writer.Header(), body.prepared)
		x.send(r.status, body.constant)
		return r.status, nil
	}
	if x.overrides == nil {
		x.overrides = mapping.NewOverrides()
	}
	request := x.templateRequest(payload, nil)
	text := body.constant
	if body.isPayload {
		text = string(payload)
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
	if err := apply(r.headers, header, request); err != nil {
		return 0, misconfigured("the response parameters cannot be mapped: " + err.Error())
	}
	for name, values := range override.Header {
		if name = integrationHeaderName(name); name != "" {
			header[name] = values
		}
	}
	finish(header, status, text)
	maps.Copy(x.writer.Header(), header)
	x.send(status, text)
	return status, nil
}
