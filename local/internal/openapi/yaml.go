package openapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/internal/printable"
)

// JSON returns the document as JSON that is safe to print. The same document always
// gives the same text.
func (d *Document) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return printable.JSON(text.Bytes()), err
}

// YAML returns the document as YAML. Strings have quotes unless every reader of YAML
// 1.1 or 1.2 reads them as strings.
func (d *Document) YAML() ([]byte, error) {
	text, err := d.JSON()
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var written bytes.Buffer
	encoder := yaml.NewEncoder(&written)
	encoder.SetIndent(2)
	if err := encoder.Encode(node(decoder, next(decoder))); err != nil {
		return nil, err
	}
	return escape(written.Bytes()), encoder.Close()
}

func next(decoder *json.Decoder) json.Token {
	token, _ := decoder.Token() // the text is valid JSON
	return token
}

// node returns the YAML node of the value that begins with token.
func node(decoder *json.Decoder, token json.Token) *yaml.Node {
	switch value := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if value == '[' {
			n.Kind = yaml.SequenceNode
		}
		for decoder.More() {
			n.Content = append(n.Content, node(decoder, next(decoder)))
		}
		if len(n.Content) == 0 {
			n.Style = yaml.FlowStyle
		}
		next(decoder) // the closing bracket
		return n
	case string:
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
		if !plain.MatchString(value) || strings.HasSuffix(value, " ") || slices.Contains(ambiguous, strings.ToLower(value)) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: number(string(value))}
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(token)} // true or false
}

var (
	plain     = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$|^[A-Za-z/$](?:[A-Za-z0-9_./,()'+{}= -]|:[A-Za-z0-9/])*$`)
	ambiguous = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	exponent  = regexp.MustCompile(`^(-?[0-9]+)(\.[0-9]+)?[eE]([+-]?)([0-9]+)$`)
)

// number writes a number so that YAML 1.1 does not read it as a string, as it does
// 1e3: it needs a point and a sign.
func number(text string) string {
	if parts := exponent.FindStringSubmatch(text); parts != nil {
		return parts[1] + cmp.Or(parts[2], ".0") + "e" + cmp.Or(parts[3], "+") + parts[4]
	}
	return text
}

// escape escapes characters that YAML allows and a terminal may interpret. They are
// always between double quotes.
func escape(text []byte) []byte {
	var escaped []byte
	for _, r := range string(text) {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			escaped = utf8.AppendRune(escaped, r)
		case r <= 0xFFFF:
			escaped = fmt.Appendf(escaped, `\u%04X`, r)
		default:
			escaped = fmt.Appendf(escaped, `\U%08X`, r)
		}
	}
	return escaped
}
