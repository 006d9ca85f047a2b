package openapi

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// parseJSON keeps numbers as they are written.
func parseJSON(text string) (any, error) { return jsonschema.UnmarshalJSON(strings.NewReader(text)) }

// schemaOf describes a value, all of whose properties are always there.
func schemaOf(value any) schema {
	switch value := value.(type) {
	case map[string]any:
		properties := map[string]any{}
		for name, property := range value {
			properties[name] = schemaOf(property)
		}
		return schema{"type": "object", "properties": properties, "required": slices.Sorted(maps.Keys(value))}
	case []any:
		return schema{"type": "array"}
	case string:
		return text()
	case bool:
		return schema{"type": "boolean"}
	case nil:
		return schema{"type": "null"}
	}
	return schema{"type": "number"}
}

// anyOf returns the schema of what has one of several. One that is not known
// allows everything.
func anyOf(alternatives []schema) schema {
	var distinct []any
	for _, s := range alternatives {
		if s == nil {
			return nil
		}
		if !slices.ContainsFunc(distinct, func(other any) bool { return reflect.DeepEqual(s, other) }) {
			distinct = append(distinct, s)
		}
	}
	if len(distinct) == 1 {
		return distinct[0].(schema)
	}
	return schema{"anyOf": distinct}
}

// camelCase turns BAD_REQUEST_BODY into BadRequestBody.
func camelCase(responseType string) string {
	var name strings.Builder
	for _, word := range strings.Split(responseType, "_") {
		name.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return name.String()
}

// set adds an entry to a map, which it makes if there is none.
func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
