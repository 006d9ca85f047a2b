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

// util is $util.
type util struct{}

// utilFunctions are the methods of $util, each of one string.
var utilFunctions = map[string]func(string) (any, error){
	"escapeJavaScript": func(s string) (any, error) { return escapeJavaScript(s), nil },
	"parseJson":        parseJSON,
	"urlEncode":        func(s string) (any, error) { return urlEncode(s), nil },
	"urlDecode":        urlDecode,
	"base64Encode":     func(s string) (any, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil },
	"base64Decode":     base64Decode,
}

// Property refuses every name: $util has methods only.
func (util) Property(name string) (any, error) {
	return nil, fmt.Errorf("$util.%s is not supported; $util has methods only", name)
}

// Call calls a function with the text of its argument. For null, which API
// Gateway does not document, it returns null, as text if it escapes: what stands
// between no quotes in a JSON document is valid then.
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

// escapeJavaScript escapes as JavaScript strings demand, single quotes included,
// which the API Gateway developer guide warns of: \' is not valid in JSON.
// Other than Apache's function of this name it leaves / alone, an assumption;
// both are the same to a reader of JSON.
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

// parseJSON reads a JSON text into values for a template.
func parseJSON(s string) (any, error) {
	document, err := decodeJSON([]byte(s))
	if err != nil {
		return nil, fmt.Errorf("the argument is not JSON: %w", err)
	}
	return javaValue(document)
}

// urlEncode encodes as application/x-www-form-urlencoded as Java does, which
// leaves * alone and escapes ~, unlike Go.
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
