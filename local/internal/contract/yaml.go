package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// JSON returns the document as JSON. The same document is always the same text.
func (d *Document) JSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return text.Bytes(), err
}

// YAML returns the document as YAML: that of JSON with blocks for its objects and
// arrays. Strings keep the quotes of JSON unless no reader of YAML 1.1 or 1.2
// could take them for anything else, which a general encoder does not promise.
func (d *Document) YAML() ([]byte, error) {
	text, err := d.JSON()
	if err != nil {
		return nil, err
	}
	w := yamlWriter{decoder: json.NewDecoder(bytes.NewReader(text))}
	w.decoder.UseNumber()
	w.value(w.next(), "", "")
	return w.text.Bytes(), nil
}

// yamlWriter copies JSON that an encoder wrote.
type yamlWriter struct {
	decoder *json.Decoder
	text    bytes.Buffer
}

func (w *yamlWriter) next() json.Token {
	token, _ := w.decoder.Token() // the text is valid
	return token
}

// value writes a value. The first line of a block begins with first, the others
// with indent.
func (w *yamlWriter) value(token json.Token, first, indent string) {
	delimiter, isBlock := token.(json.Delim)
	if !isBlock {
		w.text.WriteString(" " + scalar(token) + "\n")
		return
	}
	if !w.decoder.More() {
		w.text.WriteString(" " + map[json.Delim]string{'{': "{}", '[': "[]"}[delimiter] + "\n")
	}
	for w.decoder.More() {
		w.text.WriteString(first)
		if delimiter == '[' {
			w.text.WriteString("-")
			w.value(w.next(), " ", indent+"  ")
		} else {
			w.text.WriteString(scalar(w.next()) + ":")
			w.value(w.next(), "\n"+indent+"  ", indent+"  ")
		}
		first = indent
	}
	w.next() // the end
}

var (
	plain     = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$|^[A-Za-z/$](?:[A-Za-z0-9_./,()'+{}= -]|:[A-Za-z0-9/])*$`)
	ambiguous = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	exponent  = regexp.MustCompile(`^(-?[0-9]+)(\.[0-9]+)?[eE]([+-]?)([0-9]+)$`)
)

func scalar(token json.Token) string {
	switch value := token.(type) {
	case string:
		if plain.MatchString(value) && !strings.HasSuffix(value, " ") && !slices.Contains(ambiguous, strings.ToLower(value)) {
			return value
		}
		return encoded(value)
	case json.Number:
		// YAML 1.1 wants a point and a sign: 1e3 is a string to it.
		if parts := exponent.FindStringSubmatch(string(value)); parts != nil {
			return parts[1] + cmp.Or(parts[2], ".0") + "e" + cmp.Or(parts[3], "+") + parts[4]
		}
		return string(value)
	}
	return encoded(token) // true, false or null
}

// unprintable are the characters that JSON may hold as they are and YAML may not.
var unprintable = regexp.MustCompile(`[\x{7F}-\x{9F}\x{FEFF}\x{FFFE}\x{FFFF}]`)

func encoded(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // of a string, boolean or null: cannot fail
	return unprintable.ReplaceAllStringFunc(strings.TrimSuffix(text.String(), "\n"), func(character string) string {
		return fmt.Sprintf(`\u%04x`, []rune(character)[0])
	})
}
