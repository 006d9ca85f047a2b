package openapi

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// child is a subschema in draft 4.
type child struct {
	// from is its path in draft 4, to its path in 2020-12.
	from, to []string
	value    any
}

// holder is a keyword of draft 4 that holds subschemas, with its name in 2020-12.
type holder struct {
	from, to string
	holds    holds
}

// holds says how a keyword holds subschemas.
type holds int

const (
	one holds = iota
	list
	byName
)

// holders are in the order in which subschemas are found and written.
var holders = []holder{
	{"allOf", "allOf", list}, {"anyOf", "anyOf", list}, {"oneOf", "oneOf", list},
	{"definitions", "$defs", byName},
	{"properties", "properties", byName},
	{"patternProperties", "patternProperties", byName},
	{"dependencies", "dependentSchemas", byName},
	{"additionalProperties", "additionalProperties", one},
	{"not", "not", one},
}

// holdersOf returns the holders of a schema. Both drafts have the same, except for
// definitions, dependencies and tuples.
func holdersOf(s map[string]any) []holder {
	if _, tuple := s["items"].([]any); tuple {
		return append(slices.Clip(holders), holder{"items", "prefixItems", list}, holder{"additionalItems", "items", one})
	}
	return append(slices.Clip(holders), holder{"items", "items", one})
}

// child returns the subschema of a holder at a step, which is "" for a holder with
// only one. Where draft 4 allows it, a boolean is a schema too.
func (h holder) child(s map[string]any, step string) (child, bool) {
	c := child{from: []string{h.from, step}, to: []string{h.to, step}}
	switch h.holds {
	case one:
		c = child{from: []string{h.from}, to: []string{h.to}, value: s[h.from]}
	case list:
		items, _ := s[h.from].([]any)
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(items) && strconv.Itoa(i) == step {
			c.value = items[i]
		}
	case byName:
		object, _ := s[h.from].(map[string]any)
		c.value = object[step]
	}
	switch c.value.(type) {
	case map[string]any, bool:
		return c, true
	}
	return child{}, false
}

// steps returns the steps at which a holder may have a subschema.
func (h holder) steps(s map[string]any) []string {
	switch h.holds {
	case list:
		items, _ := s[h.from].([]any)
		steps := make([]string, len(items))
		for i := range items {
			steps[i] = strconv.Itoa(i)
		}
		return steps
	case byName:
		object, _ := s[h.from].(map[string]any)
		return slices.Sorted(maps.Keys(object))
	}
	return []string{""}
}

// children returns the direct subschemas of a schema.
func children(s map[string]any) []child {
	var all []child
	for _, h := range holdersOf(s) {
		for _, step := range h.steps(s) {
			if c, found := h.child(s, step); found {
				all = append(all, c)
			}
		}
	}
	return all
}

// replaced are the keywords of draft 4 that have another name in 2020-12, or that
// hold subschemas, which children returns.
var replaced = []string{
	"$schema", "id", "definitions", "properties", "patternProperties", "dependencies", "additionalProperties", "not",
	"items", "additionalItems", "allOf", "anyOf", "oneOf", "exclusiveMinimum", "exclusiveMaximum",
}

// gained are keywords without meaning in draft 4 that 2020-12 would apply.
var gained = []string{
	"$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$vocabulary",
	"const", "contains", "dependentRequired", "dependentSchemas", "else", "if", "maxContains", "minContains", "prefixItems",
	"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
}

// annotations are the keywords that may stand beside a reference. Draft 4 ignores
// all others there.
var annotations = []string{"title", "description", "default"}

// convert converts a schema of draft 4 to 2020-12.
func (c *converter) convert(value any, at position) any {
	s, ok := value.(map[string]any)
	if !ok {
		return value // true or false
	}
	converted := map[string]any{}
	if target, ok := s["$ref"].(string); ok {
		for _, keyword := range annotations {
			if annotation, found := s[keyword]; found {
				converted[keyword] = annotation
			}
		}
		converted["$ref"] = c.resolve(target, at)
		return converted
	}
	at = at.identified(s)
	for _, keyword := range slices.Sorted(maps.Keys(s)) {
		switch {
		case slices.Contains(gained, keyword):
			c.problems.Addf(at.label, "has %s, which has no meaning in a model (JSON Schema draft 4) but has one in OpenAPI 3.1: remove it", keyword)
		case !slices.Contains(replaced, keyword):
			converted[keyword] = s[keyword]
		}
	}
	exclusive(s, converted, "minimum", "exclusiveMinimum")
	exclusive(s, converted, "maximum", "exclusiveMaximum")
	dependencies, _ := s["dependencies"].(map[string]any)
	for name, required := range dependencies {
		if list, ok := required.([]any); ok {
			put(converted, []string{"dependentRequired", name}, list)
		}
	}
	for _, child := range children(s) {
		put(converted, child.to, c.convert(child.value, at.child(child)))
	}
	return converted
}

// exclusive converts a bound that a boolean makes exclusive.
func exclusive(s, converted map[string]any, bound, flag string) {
	if s[flag] == true {
		converted[flag] = s[bound]
		delete(converted, bound)
	}
}

// put sets a value at a path of one or two steps. Lists are filled in order.
func put(s map[string]any, to []string, value any) {
	keyword := to[0]
	switch {
	case len(to) == 1:
		s[keyword] = value
	case slices.Contains([]string{"allOf", "anyOf", "oneOf", "prefixItems"}, keyword):
		list, _ := s[keyword].([]any)
		s[keyword] = append(list, value)
	default:
		object, _ := s[keyword].(map[string]any)
		set(&object, to[1], value)
		s[keyword] = object
	}
}

// parseJSON keeps numbers as they are written.
func parseJSON(text string) (any, error) { return jsonschema.UnmarshalJSON(strings.NewReader(text)) }

// schemaOf returns the schema of a value whose properties are all required.
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

// anyOf returns the schema that allows several schemas. A nil schema allows
// everything.
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

func camelCase(responseType string) string {
	var name strings.Builder
	for _, word := range strings.Split(responseType, "_") {
		name.WriteString(word[:1] + strings.ToLower(word[1:]))
	}
	return name.String()
}

// set adds an entry to a map, and makes the map if it is nil.
func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
