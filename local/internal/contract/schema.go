package contract

import (
	"maps"
	"slices"
	"strconv"
)

// child is a schema within a schema of draft 4.
type child struct {
	// from is where it is, and to where it goes in 2020-12.
	from, to []string
	value    any
}

// children returns the schemas within a schema, which are at the same places in
// both drafts but for definitions, tuples and dependencies. A boolean is a schema
// too where draft 4 allows one.
func children(s map[string]any) []child {
	var all []child
	add := func(value any, from, to []string) {
		switch value.(type) {
		case map[string]any, bool:
			all = append(all, child{from, to, value})
		}
	}
	one := func(from, to string) { add(s[from], []string{from}, []string{to}) }
	list := func(from, to string) {
		items, _ := s[from].([]any)
		for i, item := range items {
			add(item, []string{from, strconv.Itoa(i)}, []string{to, strconv.Itoa(i)})
		}
	}
	byName := func(from, to string) {
		object, _ := s[from].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			add(object[name], []string{from, name}, []string{to, name})
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list(keyword, keyword)
	}
	byName("definitions", "$defs")
	byName("properties", "properties")
	byName("patternProperties", "patternProperties")
	byName("dependencies", "dependentSchemas")
	one("additionalProperties", "additionalProperties")
	one("not", "not")
	if _, tuple := s["items"].([]any); tuple {
		list("items", "prefixItems")
		one("additionalItems", "items")
	} else {
		one("items", "items")
	}
	return all
}

// replaced are the keywords of draft 4 that 2020-12 spells otherwise, or that
// hold schemas, which children finds.
var replaced = []string{
	"$schema", "id", "definitions", "properties", "patternProperties", "dependencies", "additionalProperties", "not",
	"items", "additionalItems", "allOf", "anyOf", "oneOf", "exclusiveMinimum", "exclusiveMaximum",
}

// gained are keywords without meaning in draft 4 that 2020-12 would heed.
var gained = []string{
	"$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$vocabulary",
	"const", "contains", "dependentRequired", "dependentSchemas", "else", "if", "maxContains", "minContains", "prefixItems",
	"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
}

// annotations are what may stand beside a reference, where draft 4 ignores all
// other keywords.
var annotations = []string{"title", "description", "default"}

// convert returns a schema of draft 4 in 2020-12.
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
			c.problems.Addf(at.label, "has %s, which means nothing in a model, as it is JSON schema draft 4, but would in OpenAPI 3.1: take it out", keyword)
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

// exclusive replaces a bound that a boolean makes exclusive.
func exclusive(s, converted map[string]any, bound, flag string) {
	if s[flag] == true {
		converted[flag] = s[bound]
		delete(converted, bound)
	}
}

// put sets what is at one or two steps. Lists are filled from their front.
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
