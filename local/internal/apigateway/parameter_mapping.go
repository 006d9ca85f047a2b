package apigateway

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// headerMapping gives a header of an answer its value.
type headerMapping struct {
	name   string   // "" if it does not reach the client
	static []string // nil if the value depends on the request
	value  interface {
		Render(*mapping.Request) (string, error)
	}
	// backend is the header of the backend's answer that it stands for, the last of
	// several unless it has all; "" if it stands for none.
	backend string
	hasAll  bool
}

// mappingExpression is what API Gateway documents for the names in mappings.
var mappingExpression = regexp.MustCompile(`^[A-Za-z]+\.[A-Za-z0-9._-]*[A-Za-z0-9_-]$`)

// compileHeaderMappings compiles the response parameters of an answer. The names
// have prefix, and rename gives those that reach the client; an expression must
// begin with one of sources.
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

// compileMapping returns false where there is a problem and where the value is
// always empty: such a header is left out.
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

// compileBodyMapping compiles the mapping of an integration's body, or of what a
// path leads to in it.
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

// apply sets headers, from a request and the header of a backend's answer. One
// whose value is empty is left out.
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
