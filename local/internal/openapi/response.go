package openapi

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/weather-events-api/local/internal/apigateway"
)

// answer is one of the responses that share a status.
type answer struct {
	// name is the type of a gateway response, "" for the integration.
	name        string
	description string
	headers     []string
	content     map[string]payload
}

// payload is a body of one content type.
type payload struct {
	schema  schema // nil: any
	example any    // nil: none
}

// descriptions explain gateway responses to a caller.
var descriptions = map[string]string{
	"ACCESS_DENIED":                  "The authorizer does not let the caller pass.",
	"AUTHORIZER_CONFIGURATION_ERROR": "The authorizer failed.",
	"INVALID_SIGNATURE":              "The signature is none of credentials that may call the operation.",
	"API_CONFIGURATION_ERROR":        "The API is not set up as it should be.",
	"DEFAULT_5XX":                    "The backend failed.",
	"INTEGRATION_TIMEOUT":            "The backend did not answer in time.",
	"REQUEST_TOO_LARGE":              "The request is larger than the backend takes.",
	"BAD_REQUEST_BODY":               "The body does not match its schema.",
	"BAD_REQUEST_PARAMETERS":         "A required parameter is missing.",
	"INVALID_API_KEY":                "The API key is missing, or not one that opens the stage.",
	"MISSING_AUTHENTICATION_TOKEN":   "No operation has this path and method.",
	"THROTTLED":                      "There are too many requests: try again later.",
	"UNAUTHORIZED":                   "The token is missing, expired, not one of this API, or without a scope that the operation requires.",
	"UNSUPPORTED_MEDIA_TYPE":         "The operation does not take this Content-Type. Left out, it counts as application/json.",
}

// responses describes the responses of a method by status.
func (b *builder) responses(m *apigateway.Method, refusals []apigateway.Refusal) map[string]response {
	answers := map[string][]answer{}
	for _, response := range m.MethodResponses {
		answers[response.StatusCode] = append(answers[response.StatusCode], b.methodResponse(m, response))
	}
	if len(m.MethodResponses) == 0 && m.Integration.IsProxy() {
		answers["default"] = []answer{{description: "What the backend answers."}}
	}
	for _, refusal := range refusals {
		status := strconv.Itoa(refusal.Status)
		answers[status] = append(answers[status], b.refusal(refusal))
	}
	responses := map[string]response{}
	for status, all := range answers {
		responses[status] = b.response(all)
	}
	return responses
}

// methodResponse describes a response of the integration. Its examples are bodies
// that do not depend on the request.
func (b *builder) methodResponse(m *apigateway.Method, response apigateway.MethodResponse) answer {
	status, _ := strconv.Atoi(response.StatusCode) // it has been compiled, so it is a number
	a := answer{description: http.StatusText(status) + ".", content: map[string]payload{}}
	for parameter := range response.ResponseParameters {
		if name := strings.TrimPrefix(parameter, responseHeader); !strings.EqualFold(name, "Content-Type") {
			a.headers = append(a.headers, name)
		}
	}
	for contentType, model := range response.ResponseModels {
		a.content[contentType] = payload{schema: b.models.use(model)}
	}
	for _, r := range m.Integration.IntegrationResponses {
		if r.StatusCode != response.StatusCode {
			continue
		}
		for _, templateType := range slices.Sorted(maps.Keys(r.ResponseTemplates)) {
			contentType := contentTypeOf(r, templateType)
			p := a.content[contentType]
			if template := r.ResponseTemplates[templateType]; apigateway.IsConstant(template) {
				p.example, _ = parseJSON(template)
			}
			a.content[contentType] = p
		}
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		a.content = nil
	}
	return a
}

const responseHeader = "method.response.header."

// contentTypeOf returns the content type that a response sets, or else the one of
// its template.
func contentTypeOf(r apigateway.IntegrationResponse, templateType string) string {
	for parameter, value := range r.ResponseParameters {
		if text, static := strings.CutPrefix(value, "'"); static && strings.EqualFold(parameter, responseHeader+"Content-Type") {
			return strings.TrimSuffix(text, "'")
		}
	}
	return templateType
}

// refusal describes a gateway response.
func (b *builder) refusal(r apigateway.Refusal) answer {
	a := answer{name: camelCase(r.ResponseType), description: descriptions[r.ResponseType], headers: r.Headers, content: map[string]payload{}}
	for contentType, body := range r.Bodies {
		value, err := parseJSON(body)
		if err != nil {
			a.content[contentType] = payload{text(), body}
			continue
		}
		p := payload{schemaOf(value), value}
		if object, ok := value.(map[string]any); ok && len(object) == 1 && object["message"] != nil {
			p.schema = b.models.use("Error")
		}
		a.content[contentType] = p
	}
	return a
}

// response merges the answers of one status. If all are gateway responses, it
// becomes a component.
func (b *builder) response(answers []answer) response {
	var merged response
	var names []string
	schemas := map[string][]schema{}
	for _, a := range answers {
		merged.Description = strings.TrimSpace(merged.Description + " " + a.description)
		for _, name := range a.headers {
			set(&merged.Headers, name, header{Schema: text()})
		}
		for contentType, p := range a.content {
			media := merged.Content[contentType]
			if p.example != nil {
				set(&media.Examples, cmp.Or(a.name, "Example"), example{p.example})
			}
			set(&merged.Content, contentType, media)
			schemas[contentType] = append(schemas[contentType], p.schema)
		}
		names = append(names, a.name)
	}
	for contentType, alternatives := range schemas {
		media := merged.Content[contentType]
		media.Schema = anyOf(alternatives)
		merged.Content[contentType] = media
	}
	if slices.Contains(names, "") {
		return merged
	}
	name := strings.Join(names, "Or")
	b.document.Components.Responses[name] = merged
	return response{Ref: "#/components/responses/" + name}
}
