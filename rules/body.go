package rules

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// document is the Body of a RestApi: OpenAPI 3 or Swagger 2.0.
//
// Source: "x-amazon-apigateway extensions", API Gateway Developer Guide.
type document struct {
	api     *api
	root    map[string]any
	schemes map[string]*authorizer
}

// unreadable is the authorization of what a document may hold that is not in
// the template.
const unreadable = "unreadable"

var operations = []string{"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}

// addBody adds the operations of an API's document to its methods.
func (m *model) addBody(a *api) {
	body := a.item.value("Body")
	if text, ok := body.(string); ok && cfn.IsKnown(text) {
		_ = json.Unmarshal([]byte(text), &body) // the property takes JSON as text, too
	}
	root := object(body)
	if root == nil {
		name := "Body"
		if a.item.value("BodyS3Location") != nil {
			name, body = "BodyS3Location", ""
		}
		if body != nil {
			a.methods = append(a.methods, &method{
				place: place{a.item, []any{"Properties", name}}, api: a, httpMethod: "ANY", path: "of the document", authorization: unreadable,
			})
		}
		return
	}
	d := document{api: a, root: root, schemes: map[string]*authorizer{}}
	d.readSchemes("securityDefinitions")
	d.readSchemes("components", "securitySchemes")
	paths := object(root["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := object(paths[path])
		for _, name := range operations {
			if operation := object(item[name]); operation != nil {
				a.methods = append(a.methods, d.method(path, name, operation))
			}
		}
	}
}

func (d document) readSchemes(at ...string) {
	schemes := object(field(d.root, at...))
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		scheme := object(schemes[name])
		extension := object(scheme["x-amazon-apigateway-authorizer"])
		kind := strings.ToUpper(textOf(extension["type"]))
		authType := strings.ToLower(textOf(scheme["x-amazon-apigateway-authtype"]))
		switch {
		case authType == "awssigv4":
			kind = "AWS_IAM"
		case extension == nil && authType == "":
			continue // API Gateway passes it over
		}
		path := []any{"Properties", "Body"}
		for _, step := range at {
			path = append(path, step)
		}
		a := &authorizer{
			place: place{d.api.item, append(path, name)}, ref: name, kind: kind,
			identitySource: textOf(extension["identitySource"]),
			expression:     textOf(extension["identityValidationExpression"]),
		}
		if a.identitySource == "" {
			a.identitySource = "method.request.header." + textOf(scheme["name"])
		}
		a.pools, _ = textsOf(extension["providerARNs"])
		d.schemes[name] = a
		d.api.authorizers = append(d.api.authorizers, a)
	}
}

func (d document) method(path, name string, operation map[string]any) *method {
	entry := &method{
		place:         place{d.api.item, []any{"Properties", "Body", "paths", path, name}},
		api:           d.api,
		path:          path,
		httpMethod:    strings.ToUpper(name),
		authorization: none,
		scopesKnown:   true,
	}
	if name == "x-amazon-apigateway-any-method" {
		entry.httpMethod = "ANY"
	}
	entry.preflight = name == "options" && isPreflight(documentIntegration(object(operation["x-amazon-apigateway-integration"])))
	security, found := operation["security"]
	if !found {
		security = d.root["security"]
	}
	d.secure(entry, security)
	if other := strings.ToUpper(textOf(field(operation, "x-amazon-apigateway-auth", "type"))); other != "" && entry.authorizer == nil {
		entry.authorization = other
	}
	return entry
}

// secure reads a security requirement. API Gateway heeds one authorizer for a
// method, the first that it knows.
func (d document) secure(entry *method, security any) {
	requirements, isList := security.([]any)
	if security != nil && !isList {
		entry.authorization = unreadable
	}
	for _, requirement := range requirements {
		names := object(requirement)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			scheme := d.schemes[name]
			if scheme == nil {
				continue
			}
			entry.authorizer, entry.authorizerRef = scheme, name
			switch scheme.kind {
			case cognito, "AWS_IAM":
				entry.authorization = scheme.kind
			default:
				entry.authorization = "CUSTOM"
			}
			entry.scopes, entry.scopesKnown = textsOf(names[name])
			return
		}
	}
}

// mockResponse is what an integration response of a mock adds to an answer.
type mockResponse struct {
	parameters map[string]any
	templates  map[string]any
}

// resourceIntegration returns the integration responses of a mock, and whether it is one.
func resourceIntegration(integration map[string]any) (responses []mockResponse, isMock bool) {
	list, _ := integration["IntegrationResponses"].([]any)
	for _, entry := range list {
		response := object(entry)
		responses = append(responses, mockResponse{object(response["ResponseParameters"]), object(response["ResponseTemplates"])})
	}
	return responses, textOf(integration["Type"]) == "MOCK"
}

// documentIntegration is resourceIntegration for an operation of a document.
func documentIntegration(integration map[string]any) (responses []mockResponse, isMock bool) {
	for _, entry := range object(integration["responses"]) {
		response := object(entry)
		responses = append(responses, mockResponse{object(response["responseParameters"]), object(response["responseTemplates"])})
	}
	return responses, strings.EqualFold(textOf(integration["type"]), "mock")
}

// isPreflight reports whether a mock answers with nothing but what a browser
// asks for before a request to another origin: such a method needs no token,
// and browsers send none.
//
// Source: "The OPTIONS method ... CORS preflight", Fetch Standard, section 3.3.
func isPreflight(responses []mockResponse, isMock bool) bool {
	for _, response := range responses {
		for name := range response.parameters {
			header, isHeader := strings.CutPrefix(strings.ToLower(name), "method.response.header.")
			if !isHeader || !strings.HasPrefix(header, "access-control-") && header != "vary" && header != "content-length" && header != "cache-control" {
				return false
			}
		}
		for _, template := range response.templates {
			text, isText := template.(string)
			if !isText || !answersNothing(text) {
				return false
			}
		}
	}
	return isMock
}

// directive matches a Velocity directive with its argument, in which strings
// and two levels of parentheses may stand.
var directive = func() *regexp.Regexp {
	const text = `"[^"]*"|'[^']*'|[^()"']`
	inner := `\((?:` + text + `)*\)`
	middle := `\((?:` + text + `|` + inner + `)*\)`
	return regexp.MustCompile(`#(?:set|if|elseif|else|end)\b(?:[ \t]*\((?:` + text + `|` + middle + `)*\))?`)
}()

// answersNothing reports whether a response template renders no body: it has
// directives only, and is blank or an empty object besides.
func answersNothing(template string) bool {
	rest := strings.Join(strings.Fields(directive.ReplaceAllString(template, "")), "")
	return rest == "" || rest == "{}"
}
