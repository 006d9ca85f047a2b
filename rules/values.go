package rules

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// textOf returns a string, number or boolean as text, because CloudFormation accepts each
// for the others. It returns "" for anything else.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// isTrue reports whether a boolean is true. It may be given as text, and in the
// words of YAML 1.1, which CloudFormation reads.
func isTrue(value any) bool {
	text := textOf(value)
	return slices.ContainsFunc([]string{"true", "yes", "on"}, func(word string) bool { return strings.EqualFold(word, text) })
}

// object returns a value that is an object, or nil.
func object(value any) map[string]any {
	properties, _ := value.(map[string]any)
	return properties
}

// field returns the value at a path of names, or nil.
func field(value any, names ...string) any {
	for _, name := range names {
		value = object(value)[name]
	}
	return value
}

// oneOrMore returns the entries of a list. Any other value is a list of one.
func oneOrMore(value any) []any {
	if list, isList := value.([]any); isList || value == nil {
		return list
	}
	return []any{value}
}

// known returns the known texts of a list, or of a single text.
func known(value any) (texts []string) {
	for _, entry := range oneOrMore(value) {
		if text := textOf(entry); text != "" && cfn.IsKnown(text) {
			texts = append(texts, text)
		}
	}
	return texts
}

func allKnown(texts []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !cfn.IsKnown(text) })
}

// value returns a resolved property.
func (it *item) value(name string) any { return it.resolver.Value(it.Resource, name) }

// text returns a property as text, "" if it is missing or something else.
func (it *item) text(name string) string { return textOf(it.value(name)) }

func (it *item) textOr(name, fallback string) string {
	if text := it.text(name); text != "" {
		return text
	}
	return fallback
}

// texts returns a property that is a list of texts, and reports whether it is complete.
func (it *item) texts(name string) (texts []string, known bool) { return textsOf(it.value(name)) }

func textsOf(value any) (texts []string, known bool) {
	list, ok := value.([]any)
	if !ok {
		return nil, value == nil
	}
	known = true
	for _, entry := range list {
		text, isText := entry.(string)
		known = known && isText && cfn.IsKnown(text)
		texts = append(texts, textOf(entry))
	}
	return texts, known
}
