package mapping

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"

	"example.com/weather-events-api/local/internal/velocity"
)

// input is $input.
type input struct {
	template *Template
	request  *Request
	visits   int // remaining for JSONPaths

	// The body, parsed at first use: unchanged for $input.json, and with Java's numbers
	// for $input.path, whose values a template may change.
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
	// API Gateway keeps the case of names that the client sent, which Go's HTTP server
	// does not show. So names are found in any case.
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

// body returns the payload as text; an empty one is {}, as in API Gateway.
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
	// AWS does not document $input.json for a path that leads nowhere; we assume the
	// empty JSON string.
	if !found {
		return `""`, nil
	}
	return velocity.JSON(value, maxTextBytes)
}

// param searches path, query string and header, in this order. It returns "" if none
// has the parameter.
func (in *input) param(name any) (any, error) {
	for _, group := range []*velocity.Map{in.path, in.query, in.header} {
		if value, ok := group.Get(name); ok {
			return value, nil
		}
	}
	return "", nil
}

// ErrPayload is a body that begins like a JSON object or list but is invalid, and
// that a template reads by a path. API Gateway answers 400.
var ErrPayload = errors.New("the body begins like a JSON object or list but is not valid JSON")

// readBody reads the document for paths.
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

// checkInputCall checks the name and the number of arguments of a method of $input.
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

// util is $util.
type util struct{}

// utilFunctions are the methods of $util. Each takes one string.
var utilFunctions = map[string]func(string) (any, error){
	"escapeJavaScript": func(s string) (any, error) { return escapeJavaScript(s), nil },
	"parseJson":        parseJSON,
	"urlEncode":        func(s string) (any, error) { return urlEncode(s), nil },
	"urlDecode":        urlDecode,
	"base64Encode":     func(s string) (any, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil },
	"base64Decode":     base64Decode,
}

// Property returns an error: $util has only methods.
func (util) Property(name string) (any, error) {
	return nil, fmt.Errorf("$util.%s is not supported; $util has methods only", name)
}

// Call calls a function with the text of its argument. API Gateway does not document
// null; we return null, as text for functions that escape, so that an unquoted value
// in a JSON document stays valid.
func (util) Call(method string, args []any) (any, error) {
	if err := checkUtilCall(method, len(args)); err != nil {
		return nil, err
	}
	if args[0] == nil {
		if method == "escapeJavaScript" {
			return "null", nil
		}
		return nil, nil
	}
	text, err := velocity.Text(args[0], maxTextBytes)
	if err != nil {
		return nil, err
	}
	value, err := utilFunctions[method](text)
	if err != nil {
		return nil, fmt.Errorf("$util.%s: %w", method, err)
	}
	return value, nil
}

func checkUtilCall(method string, args int) error {
	if utilFunctions[method] == nil {
		return fmt.Errorf("$util.%s() is not supported; $util has escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode and base64Decode", method)
	}
	if args != 1 {
		return fmt.Errorf("$util.%s got %d arguments; allowed is 1", method, args)
	}
	return nil
}

// escapeJavaScript escapes for JavaScript strings. That includes single quotes: \'
// is not valid in JSON, which the API Gateway developer guide warns of. Unlike
// Apache's function of this name it does not escape /; we assume so, and JSON
// readers see no difference.
func escapeJavaScript(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\'' || r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\b':
			out.WriteString(`\b`)
		case r == '\f':
			out.WriteString(`\f`)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r < 0x20 || r > 0x7e:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, `\u%04X`, unit)
			}
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// parseJSON reads JSON text into values for a template.
func parseJSON(s string) (any, error) {
	document, err := decodeJSON([]byte(s))
	if err != nil {
		return nil, fmt.Errorf("the argument is not JSON: %w", err)
	}
	return javaValue(document)
}

// urlEncode encodes application/x-www-form-urlencoded as Java does, which leaves *
// and escapes ~, unlike Go.
func urlEncode(s string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
}

func urlDecode(s string) (any, error) {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		return nil, err
	}
	return strings.ToValidUTF8(decoded, "\uFFFD"), nil
}

// base64Decode decodes standard base64, padded or not, as Java does.
func base64Decode(s string) (any, error) {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, err
	}
	return strings.ToValidUTF8(string(decoded), "\uFFFD"), nil
}
