package apigateway

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// requestParameter maps a header, querystring or path parameter of the request to a
// backend.
type requestParameter struct {
	location, name string

	static []string // nil if the value depends on the request
	// from and of name the method's parameter that it is mapped from: path, querystring,
	// multivaluequerystring, header or multivalueheader, and its name.
	from, of string
	// value renders any other source. ofBody reports whether it needs the payload.
	value interface {
		Render(*mapping.Request) (string, error)
	}
	ofBody bool
}

const bodyOfRequest = "method.request.body"

var requestSources = []string{"method.request.", "context.", "stageVariables."}

// compileRequestParameters compiles the RequestParameters of a method's integration.
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

// declares reports whether the method declares the source of an integration's parameter.
// Otherwise API Gateway says "Invalid mapping expression parameter specified".
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

// mappedParameters are the mapped parts of the request to a backend. A name without a
// value was mapped to nothing.
type mappedParameters struct {
	header map[string][]string // by the configured name
	query  url.Values
	path   map[string]pathValue
}

// pathValue is the value of a {name} in a Uri.
type pathValue struct {
	text string
	// escaped is the text for a path. An encoded slash stays encoded.
	escaped string
}

// plainPathValue returns text whose slashes separate segments.
func plainPathValue(text string) pathValue {
	segments := strings.Split(text, "/")
	for i := range segments {
		segments[i] = url.PathEscape(segments[i])
	}
	return pathValue{text, strings.Join(segments, "/")}
}

// mapParameters evaluates the request parameters.
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

// parameterValues returns the values of a parameter of the method.
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

// set adds the values of a request parameter.
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

// override applies the overrides of a request template, which win over mappings.
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

// pathValue keeps slashes that the API's author wrote, or the client in the path.
func (x *exchange) pathValue(p *requestParameter, text string) pathValue {
	switch {
	case p.from == "path":
		return x.sentPathValue(p.of, text)
	case p.from != "" || p.ofBody:
		return pathValue{text, url.PathEscape(text)}
	}
	return plainPathValue(text)
}

// sentPathValue returns a path parameter as the client sent it: %2F stays encoded.
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

// headerMapping maps a header of a response.
type headerMapping struct {
	name   string   // "" if API Gateway drops it
	static []string // nil if the value depends on the request
	value  interface {
		Render(*mapping.Request) (string, error)
	}
	// backend is the header of the backend's response that it is mapped from, or "". It
	// takes the last of several values, unless hasAll.
	backend string
	hasAll  bool
}

// mappingExpression is the documented syntax of mapping expressions.
var mappingExpression = regexp.MustCompile(`^[A-Za-z]+\.[A-Za-z0-9._-]*[A-Za-z0-9_-]$`)

// compileHeaderMappings compiles the ResponseParameters of a response. Names begin with
// prefix, rename returns the name for the client, and expressions begin with one of
// sources.
func compileHeaderMappings(parameters map[string]string, prefix string, rename func(string) string, sources []string, at place) []headerMapping {
	var mappings []headerMapping
	for _, target := range slices.Sorted(maps.Keys(parameters)) {
		at := at.key(target)
		name, ok := strings.CutPrefix(target, prefix)
		if !ok || !isToken(name) {
			at.addf("must be %s and the name of a header", prefix)
			continue
		}
		if m, ok := compileMapping(parameters[target], sources, at); ok {
			m.name = rename(name)
			mappings = append(mappings, m)
		}
	}
	return mappings
}

// compileMapping returns false for a problem, and for a value that is always empty, whose
// header is left out.
func compileMapping(expression string, sources []string, at place) (headerMapping, bool) {
	if text, ok := strings.CutPrefix(expression, "'"); ok {
		text, ok = strings.CutSuffix(text, "'")
		if !ok || strings.ContainsFunc(text, isControl) {
			at.addf("must be text between single quotes without control characters, got %q", expression)
		}
		return headerMapping{static: []string{text}}, ok && text != ""
	}
	known := slices.ContainsFunc(sources, func(source string) bool { return strings.HasPrefix(expression, source) })
	if !known || !mappingExpression.MatchString(expression) {
		at.addf("%q is not supported; allowed are 'text' and %s with a name", expression, strings.Join(sources, " or "))
		return headerMapping{}, false
	}
	if slices.Contains(sources, anyOfResponse) && strings.HasPrefix(expression, anyOfResponse) {
		return headerMapping{}, false // a mock integration has no response
	}
	if header, ok := strings.CutPrefix(expression, headersOfResponse); ok {
		return headerMapping{backend: header, hasAll: true}, true
	}
	if header, ok := strings.CutPrefix(expression, headerOfResponse); ok {
		return headerMapping{backend: header}, true
	}
	if path, ok := strings.CutPrefix(expression, bodyOfResponse); ok {
		return compileBodyMapping(expression, path, at)
	}
	value, err := mapping.CompileGateway("$" + expression)
	if err != nil {
		at.addf("%q is not supported: %s", expression, err)
		return headerMapping{}, false
	}
	return headerMapping{value: value}, true
}

// compileBodyMapping compiles a mapping from a body, or from a path in it.
func compileBodyMapping(expression, path string, at place) (headerMapping, bool) {
	source := "$input.body"
	if path != "" {
		source = "$input.path('$" + path + "')"
	}
	value, err := mapping.Compile(source)
	if err != nil {
		at.addf("%q is not supported: %s", expression, err)
	}
	return headerMapping{value: value}, err == nil
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

func isStatic(mappings []headerMapping) bool {
	return !slices.ContainsFunc(mappings, func(m headerMapping) bool { return m.static == nil })
}

// apply sets mapped headers from a request and the header of a backend's response. It
// leaves out headers with an empty value.
func apply(mappings []headerMapping, header http.Header, r *mapping.Request, backend http.Header) error {
	for _, m := range mappings {
		if m.name == "" {
			continue
		}
		if m.static != nil {
			header[m.name] = m.static
			continue
		}
		if m.backend != "" {
			values := backend.Values(m.backend)
			if !m.hasAll && len(values) > 1 {
				values = values[len(values)-1:]
			}
			if len(values) > 0 {
				header[m.name] = values
			}
			continue
		}
		value, err := m.value.Render(r)
		if err != nil {
			return err
		}
		if value != "" {
			header[m.name] = []string{value}
		}
	}
	return nil
}
