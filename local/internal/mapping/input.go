package mapping

import (
	"errors"
	"fmt"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// input is $input.
type input struct {
	template *Template
	request  *Request
	visits   int // left for JSONPaths

	// The body, read when first asked for: as it is for $input.json, and with
	// Java's numbers for $input.path, whose values a template may change.
	document, values any
	read             bool

	path, query, header, params *velocity.Map
}

func newInput(t *Template, r *Request) (*input, error) {
	in := &input{template: t, request: r, visits: maxPathVisits, params: velocity.NewMap()}
	var err error
	if in.path, err = stringMap(velocity.NewMap(), r.Path); err != nil {
		return nil, err
	}
	if in.query, err = stringMap(velocity.NewMap(), lastValues(r.Query)); err != nil {
		return nil, err
	}
	// API Gateway keeps the case in which the client sent a name, which Go's
	// HTTP server does not show: a name is found in any case.
	if in.header, err = stringMap(velocity.NewHeaderMap(), lastValues(r.Header)); err != nil {
		return nil, err
	}
	for _, group := range []struct {
		name   string
		values *velocity.Map
	}{{"path", in.path}, {"querystring", in.query}, {"header", in.header}} {
		if err := in.params.Put(group.name, group.values); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// Property returns $input.body.
func (in *input) Property(name string) (any, error) {
	if name != "body" {
		return nil, fmt.Errorf("$input.%s is not supported", name)
	}
	return in.body(), nil
}

// body is the payload as text; an empty one is {}, as on API Gateway.
func (in *input) body() string {
	if len(in.request.Body) == 0 {
		return "{}"
	}
	return string(in.request.Body)
}

// Call calls path, json or params.
func (in *input) Call(method string, args []any) (any, error) {
	if err := checkInputCall(method, len(args)); err != nil {
		return nil, err
	}
	if method == "params" {
		if len(args) == 0 {
			return in.params, nil
		}
		return in.param(args[0])
	}
	source, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("$input.%s got a value that is not a string; allowed is a JSONPath", method)
	}
	path, err := in.template.path(source, &in.visits)
	if err != nil {
		return nil, err
	}
	if err := in.readBody(); err != nil {
		return nil, err
	}
	if method == "path" {
		value, _, err := path.find(in.values, &in.visits)
		return value, err
	}
	value, found, err := path.find(in.document, &in.visits)
	if err != nil {
		return nil, err
	}
	// What $input.json gives for a path that leads nowhere is not documented; the
	// empty JSON string is an assumption.
	if !found {
		return `""`, nil
	}
	return velocity.JSON(value, maxTextBytes)
}

// param searches path, query string and header, in this order. A parameter that
// is in none is the empty string.
func (in *input) param(name any) (any, error) {
	for _, group := range []*velocity.Map{in.path, in.query, in.header} {
		if value, ok := group.Get(name); ok {
			return value, nil
		}
	}
	return "", nil
}

// ErrPayload is a body that begins as an object or a list and is none, where a
// template reads it by a path: API Gateway answers with 400.
var ErrPayload = errors.New("the body begins as a JSON object or list and is none")

// readBody reads the document that paths begin at.
func (in *input) readBody() error {
	if in.read {
		return nil
	}
	body := in.body()
	document, err := decodeJSON([]byte(body))
	if limit := documentLimitError(""); errors.As(err, &limit) {
		return limit
	}
	if err != nil {
		if strings.HasPrefix(strings.TrimSpace(body), "{") || strings.HasPrefix(strings.TrimSpace(body), "[") {
			return ErrPayload
		}
		document = body
	}
	in.document = document
	in.values, err = javaValue(document)
	in.read = err == nil
	return err
}

// checkInputCall checks the name and the number of arguments of a method of
// $input.
func checkInputCall(method string, args int) error {
	switch method {
	case "path", "json":
		if args != 1 {
			return fmt.Errorf("$input.%s got %d arguments; allowed is 1, a JSONPath", method, args)
		}
	case "params":
		if args > 1 {
			return fmt.Errorf("$input.params got %d arguments; allowed are 0 or 1", args)
		}
	default:
		return fmt.Errorf("$input.%s() is not supported; $input has body, path(), json() and params()", method)
	}
	return nil
}
