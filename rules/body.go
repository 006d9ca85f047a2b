package rules

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/mark"
)

// document is an API's OpenAPI 3 or Swagger 2.0 document, from its Body.
//
// Source: "x-amazon-apigateway extensions", API Gateway Developer Guide.
type document struct {
	api     *api
	root    map[string]any
	schemes map[string]*authorizer
	keys    map[string]bool // schemes that require an API key
}

// unreadable is the authorization of methods that are missing from the template, or
// written in a form that the rules do not read.
const unreadable = "unreadable"

var operations = []string{"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}

// addBody adds the operations of an API's document to the API's methods.
func (m *model) addBody(a *api) {
	for _, property := range []string{"BodyS3Location", "CloneFrom"} {
		if a.item.value(property) != nil {
			a.addUnreadable(property)
		}
	}
	body := a.item.value("Body")
	if text, isText := body.(string); isText { // Body may also be JSON in a string
		if decoded, isJSON := m.world.DecodeJSON(text); isJSON {
			body = decoded
		}
	}
	d := document{api: a, root: object(body), schemes: map[string]*authorizer{}, keys: map[string]bool{}}
	switch {
	case body == nil:
		return
	case d.root == nil || !isObject(d.root["paths"]):
		a.addUnreadable("Body")
		return
	}
	if d.root["swagger"] != nil {
		d.readSchemes("securityDefinitions")
	} else {
		d.readSchemes("components", "securitySchemes")
	}
	paths := object(d.root["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := object(paths[path])
		if item == nil || item["$ref"] != nil {
			a.addUnreadable("Body", "paths", path)
		}
		for _, name := range operations {
			switch operation := item[name].(type) {
			case nil:
			case map[string]any:
				a.methods = append(a.methods, d.method(path, name, operation))
			default:
				a.addUnreadable("Body", "paths", path, name)
			}
		}
	}
}

func isObject(value any) bool { return value == nil || object(value) != nil }

// addUnreadable adds one method that stands for methods that the rules cannot read.
func (a *api) addUnreadable(at ...any) {
	a.methods = append(a.methods, &method{
		place: place{a.item, append([]any{"Properties"}, at...)}, api: a, httpMethod: "ANY", path: "of the document", authorization: unreadable,
	})
}

func (d document) readSchemes(at ...string) {
	schemes := object(field(d.root, at...))
	for _, name := range slices.Sorted(maps.Keys(schemes)) {
		scheme := object(schemes[name])
		extension := object(scheme["x-amazon-apigateway-authorizer"])
		kind := strings.ToUpper(textOf(extension["type"]))
		switch {
		case strings.EqualFold(textOf(scheme["x-amazon-apigateway-authtype"]), "awsSigv4"):
			kind = iam
		case extension == nil: // API Gateway ignores it, whatever OpenAPI says
			d.keys[name] = strings.EqualFold(textOf(scheme["name"]), "x-api-key")
			continue
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
		exceptions:    object(operation["x-"+mark.Key]),
	}
	if name == "x-amazon-apigateway-any-method" {
		entry.httpMethod = "ANY"
	}
	entry.preflight = name == "options" && documentIntegration(object(operation["x-amazon-apigateway-integration"])).isPreflight()
	security, found := operation["security"]
	if !found {
		security = d.root["security"]
	}
	d.secure(entry, security)
	switch strings.ToUpper(textOf(field(operation, "x-amazon-apigateway-auth", "type"))) {
	case none:
		entry.authorization, entry.authorizer, entry.scopes = none, nil, nil
	case iam:
		if entry.authorizer == nil {
			entry.authorization = iam
		}
	}
	return entry
}

// secure reads a security requirement. A method has one authorizer; AWS does not document
// which one it uses if there are several. We assume that a named API key is always
// required, even as an alternative, because SAM writes the two as alternatives.
func (d document) secure(entry *method, security any) {
	requirements, isList := security.([]any)
	if security != nil && !isList {
		entry.authorization = unreadable
	}
	for _, requirement := range requirements {
		names := object(requirement)
		switch {
		case names == nil:
			entry.authorization = unreadable
		case len(names) == 0: // an empty requirement needs no token
			entry.authorization, entry.authorizer, entry.scopes = none, nil, nil
			return
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			entry.apiKey = entry.apiKey || d.keys[name]
			scheme := d.schemes[name]
			switch {
			case scheme == nil:
				continue
			case scheme == entry.authorizer:
				if scopes, _ := textsOf(names[name]); (len(scopes) == 0) != (len(entry.scopes) == 0) {
					entry.unclear = "names its authorizer both with and without scopes, and AWS does not document which API Gateway uses"
				}
				continue
			case entry.authorizer != nil:
				entry.unclear = "names several authorizers, and AWS does not document which one API Gateway uses"
				continue
			}
			entry.authorizer = scheme
			entry.authorization = custom
			if scheme.kind == cognito || scheme.kind == iam {
				entry.authorization = scheme.kind
			}
			entry.scopes, entry.scopesKnown = textsOf(names[name])
		}
	}
}

// integration holds what isPreflight reads of a method's integration.
type integration struct {
	isMock     bool
	parameters []map[string]any // of each response
	requests   map[string]any   // templates
	responses  []map[string]any // templates of each response
}

// resourceIntegration reads the Integration of a Method.
func resourceIntegration(properties map[string]any) integration {
	i := integration{isMock: textOf(properties["Type"]) == "MOCK", requests: object(properties["RequestTemplates"])}
	list, _ := properties["IntegrationResponses"].([]any)
	for _, response := range list {
		i.parameters = append(i.parameters, object(field(response, "ResponseParameters")))
		i.responses = append(i.responses, object(field(response, "ResponseTemplates")))
	}
	return i
}

// documentIntegration reads the integration of an operation in a document.
func documentIntegration(properties map[string]any) integration {
	i := integration{isMock: strings.EqualFold(textOf(properties["type"]), "mock"), requests: object(properties["requestTemplates"])}
	for _, response := range object(properties["responses"]) {
		i.parameters = append(i.parameters, object(field(response, "responseParameters")))
		i.responses = append(i.responses, object(field(response, "responseTemplates")))
	}
	return i
}

// isPreflight reports whether the integration is a mock that only answers CORS preflight
// requests. Such a method needs no token, and browsers send none.
//
// Source: "The OPTIONS method ... CORS preflight", Fetch Standard, section 3.3.
func (i integration) isPreflight() bool {
	for _, parameters := range i.parameters {
		for name := range parameters {
			header, isHeader := strings.CutPrefix(strings.ToLower(name), "method.response.header.")
			if !isHeader || !isPreflightHeader(header) {
				return false
			}
		}
	}
	for _, template := range i.requests {
		if !overridesNothing(textOf(template)) {
			return false
		}
	}
	for _, templates := range i.responses {
		for _, template := range templates {
			text, isText := template.(string)
			if !isText || !answersNothing(text) || !overridesNothing(text) {
				return false
			}
		}
	}
	return i.isMock
}

func isPreflightHeader(header string) bool {
	header = strings.ToLower(header)
	return strings.HasPrefix(header, "access-control-") || slices.Contains([]string{"vary", "content-length", "cache-control"}, header)
}

// override matches a template's use of $context.responseOverride.
var override = regexp.MustCompile(`(?i)override(?:\.header\.([\w-]+)|(\.status)\b)?`)

// overridesNothing reports whether a template overrides nothing except the status and
// the headers of a preflight.
func overridesNothing(template string) bool {
	for _, match := range override.FindAllStringSubmatch(template, -1) {
		if match[2] == "" && !isPreflightHeader(match[1]) {
			return false
		}
	}
	return true
}

// directive matches a Velocity comment, or a directive with its argument. The argument
// may contain strings and two levels of parentheses.
var directive = func() *regexp.Regexp {
	const text = `"[^"]*"|'[^']*'|[^()"']`
	inner := `\((?:` + text + `)*\)`
	middle := `\((?:` + text + `|` + inner + `)*\)`
	return regexp.MustCompile(`##[^\n]*|#(?:set|if|elseif|else|end)\b(?:[ \t]*\((?:` + text + `|` + middle + `)*\))?`)
}()

// answersNothing reports whether a response template renders no body: without its
// directives it is blank or an empty object.
func answersNothing(template string) bool {
	rest := strings.Join(strings.Fields(directive.ReplaceAllString(template, "")), "")
	return rest == "" || rest == "{}"
}
