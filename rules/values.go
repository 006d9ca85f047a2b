package rules

import (
	"encoding/json"
	"strconv"
)

// textOf returns the text of a string, number or boolean, as CloudFormation
// takes each for the others, and "" for anything else.
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

// isTrue reports whether a boolean, which may be given as text, is true.
func isTrue(value any) bool { return textOf(value) == "true" }

// object returns a value that is an object, and nil for anything else.
func object(value any) map[string]any {
	properties, _ := value.(map[string]any)
	return properties
}

// field returns what a path of names leads to.
func field(value any, names ...string) any {
	for _, name := range names {
		value = object(value)[name]
	}
	return value
}
