package apigateway

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// The maps of an event write themselves: encoding/json makes two copies of every
// entry of a map.
type (
	// texts has one value for a name.
	texts map[string]string
	// lists has all values of a name.
	lists map[string][]string
	// lasts has all values of a name, and shows the last.
	lasts map[string][]string
)

func (t texts) MarshalJSON() ([]byte, error) { return marshalMap(t, appendText) }

func (l lists) MarshalJSON() ([]byte, error) {
	return marshalMap(l, func(to []byte, values []string) []byte {
		to = append(to, '[')
		for i, value := range values {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendText(to, value)
		}
		return append(to, ']')
	})
}

func (l lasts) MarshalJSON() ([]byte, error) {
	return marshalMap(l, func(to []byte, values []string) []byte {
		if len(values) == 0 {
			return append(to, "null"...)
		}
		return appendText(to, values[len(values)-1])
	})
}

// marshalMap returns a map as a JSON object, sorted by name.
func marshalMap[V any](from map[string]V, appendValue func([]byte, V) []byte) ([]byte, error) {
	if from == nil {
		return []byte("null"), nil
	}
	names := slices.AppendSeq(make([]string, 0, len(from)), maps.Keys(from))
	slices.Sort(names)
	to := append(make([]byte, 0, 64*len(from)), '{')
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendText(to, name), ':')
		to = appendValue(to, from[name])
	}
	return append(to, '}'), nil
}

// appendText appends a text as a JSON string.
func appendText(to []byte, text string) []byte {
	if strings.ContainsFunc(text, needsEscape) {
		encoded, _ := json.Marshal(text) // a string: cannot fail
		return append(to, encoded...)
	}
	return append(append(append(to, '"'), text...), '"')
}

// needsEscape reports a character that does not stand for itself in JSON, or may not.
func needsEscape(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == '\\' }
