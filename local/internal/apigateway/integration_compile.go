package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// compileMock compiles a mock integration of a method that declares responses.
func compileMock(config *Integration, declared map[string]*declaredResponse, at place) *mockIntegration {
	i := &mockIntegration{}
	i.mappedRequest = compileRequest(config, at)
	i.mappedResponse = compileResponses(config, declared, at.in("IntegrationResponses"))
	for contentType, t := range i.templates {
		if t.template == nil {
			t.response, t.refused = i.selectResponse(string(t.constant))
			i.templates[contentType] = t
		}
	}
	return i
}

// compileRequest compiles what makes the request to an integration.
func compileRequest(config *Integration, at place) mappedRequest {
	r := mappedRequest{
		passthrough: config.PassthroughBehavior,
		handling:    compileContentHandling(config.ContentHandling, at.in("ContentHandling")),
		templates:   byContentType[requestTemplate]{},
	}
	switch r.passthrough {
	case "":
		r.passthrough = passthroughWhenNoMatch
	case passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever:
	default:
		at.in("PassthroughBehavior").addf("%q is not supported; allowed are %s, %s and %s",
			r.passthrough, passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever)
	}
	for _, contentType := range slices.Sorted(maps.Keys(config.RequestTemplates)) {
		source := config.RequestTemplates[contentType]
		template, err := mapping.Compile(source)
		if err != nil {
			at.in("RequestTemplates").key(contentType).addf("%s", err)
			continue
		}
		if IsConstant(source) {
			template = nil
		}
		r.templates[contentType] = requestTemplate{template: template, constant: []byte(source)}
	}
	return r
}

// IsConstant reports whether a mapping template renders itself.
func IsConstant(source string) bool { return !strings.ContainsAny(source, "$#") }

// declaredResponse is a compiled MethodResponse.
type declaredResponse struct {
	status  int
	headers map[string]bool // by canonical name
}

// compileMethodResponses returns the method responses by their status code.
func compileMethodResponses(config []MethodResponse, models map[string]*model, at place) map[string]*declaredResponse {
	declared := map[string]*declaredResponse{}
	for i, response := range config {
		at := at.item(i)
		if declared[response.StatusCode] != nil {
			at.in("StatusCode").addf("%s is a second time; allowed is once", response.StatusCode)
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

// compileResponses compiles the integration responses against the method
// responses that declare them.
func compileResponses(integration *Integration, declared map[string]*declaredResponse, at place) mappedResponse {
	var r mappedResponse
	seen := map[string]bool{}
	hasDefault := false
	for n := range integration.IntegrationResponses {
		config, at := &integration.IntegrationResponses[n], at.item(n)
		if seen[config.StatusCode] {
			at.in("StatusCode").addf("%s is a second time; allowed is once", config.StatusCode)
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
