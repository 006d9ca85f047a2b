package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

const responseHeaderPrefix = "method.response.header."

var responseSources = []string{"integration.response.", "context.", "stageVariables."}

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
	// prepared is the whole header of the answer, nil if it depends on the
	// request.
	prepared http.Header
}

// compileIntegrationResponse compiles a response that is declared.
func compileIntegrationResponse(config *IntegrationResponse, declared *declaredResponse, at place) *integrationResponse {
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
	r := &integrationResponse{
		status:  declared.status,
		headers: compileHeaderMappings(config.ResponseParameters, responseHeaderPrefix, integrationHeaderName, responseSources, parameters),
	}
	templates := config.ResponseTemplates
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

// respond answers a request. Nothing has been written if it returns a refusal.
func (r *integrationResponse) respond(x *exchange) (int, *refusal) {
	body := r.bodies.choose(x.request.Header["Accept"])
	if body.prepared != nil && !x.overrides.Any() {
		maps.Copy(x.writer.Header(), body.prepared)
		x.send(r.status, body.constant)
		return r.status, nil
	}
	if x.overrides == nil {
		x.overrides = mapping.NewOverrides()
	}
	request := x.templateRequest(nil, nil) // a mock integration's response is empty
	text := body.constant
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
