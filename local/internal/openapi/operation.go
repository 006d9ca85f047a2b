package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/apigateway"
)

// operation describes one operation of a method. ANY has several.
func (b *builder) operation(m *apigateway.Method, httpMethod string) *operation {
	refusals := b.api.Served.Refusals(m)
	o := &operation{
		OperationID: m.OperationName,
		Parameters:  b.parameters(m),
		RequestBody: b.requestBody(m, httpMethod, refusals),
		Responses:   b.responses(m, refusals),
		Security:    b.security(m),
	}
	if m.OperationName != "" && m.HTTPMethod != httpMethod {
		o.OperationID += httpMethod[:1] + strings.ToLower(httpMethod[1:])
	}
	return o
}

// parameters returns the path parameters, then the parameters that the method
// declares.
func (b *builder) parameters(m *apigateway.Method) []parameter {
	var parameters []parameter
	var path []string
	for _, name := range pathParameter.FindAllString(m.Path, -1) {
		name, greedy := strings.CutSuffix(strings.Trim(name, "{}"), "+")
		p := parameter{Name: name, In: "path", Required: true, Schema: text()}
		if greedy {
			p.Description = "The rest of the path: one segment or several, with slashes between them"
		}
		path = append(path, name)
		parameters = append(parameters, p)
	}
	for _, key := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		in, name, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
		switch {
		case in != "path":
			if in == "querystring" {
				in = "query"
			}
			parameters = append(parameters, parameter{Name: name, In: in, Required: m.RequestParameters[key], Schema: text()})
		case !slices.Contains(path, name):
			b.problems.Addf(m.Label+".RequestParameters", "%s is not in the path %s", key, m.Path)
		}
	}
	return parameters
}

// requestBody describes the method's models or, for a method without models that
// refuses other content types, those that it accepts.
func (b *builder) requestBody(m *apigateway.Method, httpMethod string, refusals []apigateway.Refusal) *requestBody {
	content := map[string]mediaType{}
	for contentType, model := range m.RequestModels {
		if contentType == "$default" {
			contentType = "*/*"
		}
		content[contentType] = mediaType{Schema: b.models.use(model)}
	}
	takesBody := httpMethod == http.MethodPost || httpMethod == http.MethodPut || httpMethod == http.MethodPatch
	refusesSome := slices.ContainsFunc(refusals, func(r apigateway.Refusal) bool { return r.ResponseType == "UNSUPPORTED_MEDIA_TYPE" })
	if len(content) == 0 && takesBody && refusesSome {
		for contentType := range m.Integration.RequestTemplates {
			content[contentType] = mediaType{}
		}
	}
	if len(content) == 0 && takesBody && m.Integration.IsProxy() {
		content["*/*"] = mediaType{} // only the backend knows the format
	}
	if len(content) == 0 {
		return nil
	}
	return &requestBody{Required: m.ValidateRequestBody, Content: content}
}
