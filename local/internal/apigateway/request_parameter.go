package apigateway

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// requestParameter gives a part of the request to a backend its value.
type requestParameter struct {
	location, name string // header, querystring or path

	static []string // nil: it depends on the request
	// from and of are the parameter of the method that it is: path, querystring,
	// multivaluequerystring, header or multivalueheader, and its name.
	from, of string
	// value is anything else, ofBody if the payload is needed for it.
	value interface {
		Render(*mapping.Request) (string, error)
	}
	ofBody bool
}

const bodyOfRequest = "method.request.body"

var requestSources = []string{"method.request.", "context.", "stageVariables."}

// compileRequestParameters compiles the request parameters of a method's
// integration.
//
// Source: "Parameter mapping examples for REST APIs in API Gateway", Amazon API
// Gateway developer guide.
func compileRequestParameters(m *Method, at place) []requestParameter {
	parameters := m.Integration.RequestParameters
	var compiled []requestParameter
	for _, target := range slices.Sorted(maps.Keys(parameters)) {
		at := at.key(target)
		rest, ok := strings.CutPrefix(target, "integration.request.")
		location, name, _ := strings.Cut(rest, ".")
		isKnown := location == "header" && isToken(name) || (location == "querystring" || location == "path") && name != ""
		if !ok || !isKnown {
			at.addf("must be integration.request.header, querystring or path and a name")
			continue
		}
		if p, ok := compileRequestValue(parameters[target], at); ok && m.declares(p, at) {
			p.location, p.name = location, name
			compiled = append(compiled, p)
		}
	}
	return compiled
}

// declares reports whether the method has the parameter that one of its integration
// is mapped from: else API Gateway says "Invalid mapping expression parameter
// specified".
func (m *Method) declares(p requestParameter, at place) bool {
	if p.from == "" {
		return true
	}
	name := "method.request." + strings.TrimPrefix(p.from, "multivalue") + "." + p.of
	_, isDeclared := m.RequestParameters[name]
	if !isDeclared {
		at.addf("is mapped from %s, which is none of the method's RequestParameters: API Gateway refuses to deploy it", name)
	}
	return isDeclared
}

func compileRequestValue(expression string, at place) (requestParameter, bool) {
	if path, ok := strings.CutPrefix(expression, bodyOfRequest); ok && (path == "" || path[0] == '.') {
		m, ok := compileBodyMapping(expression, path, at)
		return requestParameter{value: m.value, ofBody: true}, ok
	}
	rest, isParameter := strings.CutPrefix(expression, "method.request.")
	if from, of, _ := strings.Cut(rest, "."); isParameter && of != "" && mappingExpression.MatchString(expression) {
		switch from {
		case "path", "querystring", "multivaluequerystring", "header", "multivalueheader":
			return requestParameter{from: from, of: of}, true
		}
	}
	if expression == "''" {
		return requestParameter{static: []string{}}, true
	}
	m, ok := compileMapping(expression, requestSources, at)
	return requestParameter{static: m.static, value: m.value}, ok
}

// mappedParameters are parts of the request to a backend. One that is there
// without a value was mapped and has none.
type mappedParameters struct {
	header map[string][]string // by name as it was given
	query  url.Values
	path   map[string]pathValue
}

// pathValue is what stands for a {name} in a Uri.
type pathValue struct {
	text string
	// escaped is the text in a path. No slash in it is one that the text does not
	// have as such: an encoded one stays encoded.
	escaped string
}

// plainPathValue is text whose slashes part segments.
func plainPathValue(text string) pathValue {
	segments := strings.Split(text, "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	return pathValue{text, strings.Join(segments, "/")}
}

// mapParameters evaluates parameters.
func (x *exchange) mapParameters(parameters []requestParameter) (*mappedParameters, *refusal) {
	mapped := &mappedParameters{}
	var request *mapping.Request
	for i := range parameters {
		p := &parameters[i]
		var values []string
		switch {
		case p.static != nil:
			values = p.static
		case p.from != "":
			values = x.parameterValues(p.from, p.of)
		default:
			var refused *refusal
			if values, refused = x.renderParameter(p, &request); refused != nil {
				return nil, refused
			}
		}
		mapped.set(x, p, values)
	}
	return mapped, nil
}

// parameterValues returns those of a parameter of the method.
func (x *exchange) parameterValues(from, name string) []string {
	var values []string
	switch from {
	case "path":
		if value, ok := x.path()[name]; ok {
			return []string{value}
		}
		return nil
	case "querystring", "multivaluequerystring":
		values = x.query()[name]
	case "header", "multivalueheader":
		if name = http.CanonicalHeaderKey(name); name == "Host" {
			return []string{x.request.Host}
		}
		values = x.request.Header[name]
	}
	if len(values) > 1 && !strings.HasPrefix(from, "multivalue") {
		values = values[len(values)-1:]
	}
	return values
}

func (x *exchange) renderParameter(p *requestParameter, request **mapping.Request) ([]string, *refusal) {
	if *request == nil {
		*request = x.templateRequest(nil, nil)
	}
	if p.ofBody {
		body, refused := x.payload()
		if refused != nil {
			return nil, refused
		}
		(*request).Body = body
	}
	value, err := p.value.Render(*request)
	switch {
	case errors.Is(err, mapping.ErrPayload):
		return nil, errPayload
	case err != nil:
		return nil, misconfigured("the request parameters cannot be mapped: " + err.Error())
	case value == "":
		return nil, nil
	}
	return []string{value}, nil
}

// set adds the values of a parameter.
func (m *mappedParameters) set(x *exchange, p *requestParameter, values []string) {
	switch p.location {
	case "path":
		m.path = with(m.path, p.name, x.pathValue(p, strings.Join(values, ",")))
	case "querystring":
		m.query = with(m.query, p.name, values)
	default:
		m.header = with(m.header, p.name, values)
	}
}

// override sets what a request template has set: it counts before what is mapped.
func (m *mappedParameters) override(overrides *mapping.Overrides) {
	if !overrides.Any() {
		return
	}
	override := overrides.Request()
	for name, values := range override.Header {
		maps.DeleteFunc(m.header, func(mapped string, _ []string) bool { return strings.EqualFold(mapped, name) })
		m.header = with(m.header, name, values)
	}
	for name, values := range override.QueryString {
		m.query = with(m.query, name, values)
	}
	for name, value := range override.Path {
		m.path = with(m.path, name, plainPathValue(value))
	}
}

// pathValue keeps slashes that the author of the API or, in the path, its client
// wrote as such.
func (x *exchange) pathValue(p *requestParameter, text string) pathValue {
	switch {
	case p.from == "path":
		return x.sentPathValue(p.of, text)
	case p.from != "" || p.ofBody:
		return pathValue{text, url.PathEscape(text)}
	}
	return plainPathValue(text)
}

// sentPathValue is a path parameter as a client sent it: %2F stays what it is.
func (x *exchange) sentPathValue(name, text string) pathValue {
	at := slices.Index(x.method.pathNames, name)
	if at < 0 {
		return pathValue{}
	}
	segments := strings.Split(x.pathValues[at], "/")
	for i, segment := range segments {
		if decoded, err := url.PathUnescape(segment); err == nil {
			segment = decoded
		}
		segments[i] = url.PathEscape(segment)
	}
	return pathValue{text, strings.Join(segments, "/")}
}

// with sets a value of a map that may be nil.
func with[M ~map[string]V, V any](values M, name string, value V) M {
	if values == nil {
		values = M{}
	}
	values[name] = value
	return values
}
