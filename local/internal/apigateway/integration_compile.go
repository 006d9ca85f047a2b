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
	if config.ContentHandling != "" {
		at.in("ContentHandling").addf("%q is not supported; payloads are text", config.ContentHandling)
	}
	i := &mockIntegration{passthrough: config.PassthroughBehavior}
	switch i.passthrough {
	case "":
		i.passthrough = passthroughWhenNoMatch
	case passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever:
	default:
		at.in("PassthroughBehavior").addf("%q is not supported; allowed are %s, %s and %s",
			i.passthrough, passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever)
	}
	i.compileResponses(config.IntegrationResponses, declared, at.in("IntegrationResponses"))
	i.templates = byContentType[requestTemplate]{}
	for _, contentType := range slices.Sorted(maps.Keys(config.RequestTemplates)) {
		source := config.RequestTemplates[contentType]
		template, err := mapping.Compile(source)
		if err != nil {
			at.in("RequestTemplates").key(contentType).addf("%s", err)
			continue
		}
		compiled := requestTemplate{template: template}
		if IsConstant(source) {
			compiled.template = nil
			compiled.response, compiled.refused = i.selectResponse(source)
		}
		i.templates[contentType] = compiled
	}
	return i
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
func (i *mockIntegration) compileResponses(config []IntegrationResponse, declared map[string]*declaredResponse, at place) {
	seen := map[string]bool{}
	hasDefault := false
	for n := range config {
		config, at := &config[n], at.item(n)
		if seen[config.StatusCode] {
			at.in("StatusCode").addf("%s is a second time; allowed is once", config.StatusCode)
		}
		seen[config.StatusCode] = true
		// API Gateway deploys a response that no method response declares, and
		// answers 500 when it is chosen.
		var response *integrationResponse
		if d := declared[config.StatusCode]; d != nil {
			response = compileIntegrationResponse(config, d, at)
		}
		if config.SelectionPattern != "" {
			if pattern := compilePattern(config.SelectionPattern, at.in("SelectionPattern")); pattern != nil {
				i.responses = append(i.responses, selectable{pattern, response})
			}
			continue
		}
		if hasDefault {
			at.in("SelectionPattern").addf("is empty, as that of another integration response; only one can be the default")
		}
		hasDefault = true
		i.fallback = response
	}
}
