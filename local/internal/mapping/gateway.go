package mapping

import (
	"errors"
	"fmt"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// GatewayTemplate is the compiled body template of a gateway response. It is not
// VTL: API Gateway replaces variables and keeps everything else.
type GatewayTemplate struct {
	parts []func(*Request) (string, error)
}

// CompileGateway compiles the body template of a gateway response. The variables are
// $context.name as in mapping templates, with $context.error.message and
// $context.error.responseType; $stageVariables.name; and
// $method.request.header.name, $method.request.querystring.name and
// $method.request.path.name. Any other $name is an error with its line and column. A
// $ without a letter after it is text. A template over the size limit of mapping
// templates is an error too.
func CompileGateway(source string) (*GatewayTemplate, error) {
	if len(source) > maxTemplateBytes {
		return nil, fmt.Errorf("the template has %d bytes; allowed are %d", len(source), maxTemplateBytes)
	}
	t := &GatewayTemplate{}
	for rest := source; rest != ""; {
		start := strings.IndexByte(rest, '$')
		if start < 0 {
			start = len(rest)
		}
		end := start
		if start < len(rest) {
			end = variableEnd(rest, start+1)
		}
		t.text(rest[:start])
		if name := rest[start:end]; len(name) > 1 {
			value, err := gatewayVariable(name[1:])
			if err == nil && strings.HasPrefix(rest[end:], "[") {
				err = fmt.Errorf("%s: an index is not supported in the template of a gateway response", name)
			}
			if err != nil {
				return nil, gatewayError(source, len(source)-len(rest)+start, err)
			}
			t.parts = append(t.parts, value)
		} else {
			if strings.HasPrefix(rest[end:], "{") {
				err := errors.New("${...} is not supported in the template of a gateway response; write $name")
				return nil, gatewayError(source, len(source)-len(rest)+start, err)
			}
			t.text(name)
		}
		rest = rest[end:]
	}
	return t, nil
}

func (t *GatewayTemplate) text(text string) {
	if text != "" {
		t.parts = append(t.parts, func(*Request) (string, error) { return text, nil })
	}
}

func gatewayError(source string, offset int, err error) error {
	before := source[:offset]
	line := strings.Count(before, "\n") + 1
	column := offset - (strings.LastIndexByte(before, '\n') + 1) + 1
	return &velocity.SyntaxError{Line: line, Column: column, Message: err.Error()}
}

// variableEnd returns the end of a dotted name. A dot without an identifier after it
// is text.
func variableEnd(s string, start int) int {
	end := start
	for i := start; i < len(s); i++ {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		switch {
		case letter:
			end = i + 1
		case end == i && i > start && ('0' <= c && c <= '9' || c == '-'):
			end = i + 1
		case end == i && i > start && c == '.':
		default:
			return end
		}
	}
	return end
}

func gatewayVariable(name string) (func(*Request) (string, error), error) {
	if variable, ok := strings.CutPrefix(name, "context."); ok {
		return gatewayContext(variable)
	}
	if variable, ok := strings.CutPrefix(name, "stageVariables."); ok {
		return func(r *Request) (string, error) { return r.StageVariables[variable], nil }, nil
	}
	if parameter, ok := strings.CutPrefix(name, "method.request."); ok {
		location, key, _ := strings.Cut(parameter, ".")
		switch {
		case key == "":
		case location == "path":
			return func(r *Request) (string, error) { return r.Path[key], nil }, nil
		case location == "querystring":
			return func(r *Request) (string, error) { return lastValues(r.Query)[key], nil }, nil
		case location == "header":
			return func(r *Request) (string, error) { return headerValue(r, key) }, nil
		}
	}
	return nil, fmt.Errorf("$%s is not supported in the template of a gateway response; allowed are $context.name, "+
		"$stageVariables.name and $method.request.header, querystring or path.name", name)
}

func gatewayContext(name string) (func(*Request) (string, error), error) {
	if claim, ok := strings.CutPrefix(name, claimsPrefix); ok {
		return func(r *Request) (string, error) { return r.Context.Claims[claim], nil }, nil
	}
	if isAuthorizer(name) {
		return func(r *Request) (string, error) {
			return r.Context.Authorizer[strings.TrimPrefix(name, authorizerPrefix)], nil
		}, nil
	}
	variable := contextVariables[name]
	if variable == nil {
		variable = gatewayVariables[name]
	}
	if variable == nil {
		return nil, fmt.Errorf("$context.%s is not supported in the template of a gateway response", name)
	}
	return func(r *Request) (string, error) { return velocity.Text(variable(&r.Context), maxTextBytes) }, nil
}

func headerValue(r *Request, name string) (string, error) {
	headers, err := stringMap(velocity.NewHeaderMap(), lastValues(r.Header))
	if err != nil {
		return "", err
	}
	value, _ := headers.Get(name)
	return velocity.Text(value, maxTextBytes)
}

// Render replaces the variables. A variable without a value is replaced by "".
// Output over the payload limit is an error.
func (t *GatewayTemplate) Render(r *Request) (string, error) {
	var out strings.Builder
	for _, part := range t.parts {
		text, err := part(r)
		if err != nil {
			return "", err
		}
		if out.Len()+len(text) > maxTextBytes {
			return "", &velocity.LimitError{Limit: "OutputBytes", Max: maxTextBytes}
		}
		out.WriteString(text)
	}
	return out.String(), nil
}
