package mapping

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"

	"example.com/weather-events-api/local/internal/velocity"
)

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
