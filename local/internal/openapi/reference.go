package openapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// converter converts the models of an API to schemas of a document. All references
// become JSON pointers into the document, so no schema needs an id.
type converter struct {
	problems *validation.Collector
	labels   map[string]string         // label of each model
	parsed   map[string]map[string]any // each model, parsed
	used     map[string]bool
	// identified are the schemas by absolute URI: the models, and schemas with an id.
	identified map[string]identified
	config     *apigateway.Config
}

// identified is a schema that a URI refers to.
type identified struct {
	model   string
	pointer string
	schema  map[string]any
}

// position is the position of a schema in a model.
type position struct {
	label string
	model string
	// pointer is the JSON pointer into the document.
	pointer string
	// base is the URI that references are relative to.
	base *url.URL
}

func newConverter(config *apigateway.Config, problems *validation.Collector) *converter {
	c := &converter{
		problems: problems, config: config,
		labels: map[string]string{}, parsed: map[string]map[string]any{}, used: map[string]bool{},
		identified: map[string]identified{},
	}
	for _, model := range append(config.StandardModels(), config.Models...) {
		parsed, _ := parseJSON(model.Schema) // it has been compiled, so it is valid
		c.parsed[model.Name], _ = parsed.(map[string]any)
		c.labels[model.Name] = model.Label + ".Schema"
	}
	for _, name := range slices.Sorted(maps.Keys(c.parsed)) {
		c.identify(c.parsed[name], c.position(name))
	}
	return c
}

func (c *converter) position(model string) position {
	base, _ := url.Parse(c.config.ModelURL(model)) // names are letters and digits
	return position{label: c.labels[model], model: model, pointer: schemaPrefix + model, base: base}
}

// identified returns the position with the base that the schema's own id sets.
func (at position) identified(s map[string]any) position {
	if id, ok := s["id"].(string); ok {
		if base, err := at.base.Parse(id); err == nil {
			at.base = base
		}
	}
	return at
}

func (at position) child(c child) position {
	at.label += "." + strings.Join(c.from, ".")
	at.pointer += pointer(c.to)
	return at
}

func pointer(steps []string) string {
	var text strings.Builder
	for _, step := range steps {
		// In a URI fragment, a pointer is percent-encoded.
		text.WriteString("/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(step)))
	}
	return text.String()
}

// identify registers the URIs of a schema and its subschemas.
func (c *converter) identify(s map[string]any, at position) {
	known := identified{at.model, at.pointer, s}
	if at.pointer == schemaPrefix+at.model {
		c.identified[at.base.String()] = known
	}
	at = at.identified(s)
	if _, ok := s["id"].(string); ok {
		c.identified[strings.TrimSuffix(at.base.String(), "#")] = known
	}
	for _, child := range children(s) {
		if inner, ok := child.value.(map[string]any); ok {
			c.identify(inner, at.child(child))
		}
	}
}

// resolve returns the pointer into the document for a reference.
func (c *converter) resolve(target string, at position) string {
	uri, err := at.base.Parse(target)
	if err == nil {
		if known, found := c.identified[strings.TrimSuffix(uri.String(), "#")]; found {
			c.used[known.model] = true
			return known.pointer
		}
		fragment := uri.Fragment
		uri.Fragment, uri.RawFragment = "", ""
		if known, found := c.identified[uri.String()]; found && strings.HasPrefix(fragment, "/") {
			if rest, found := convertPointer(known.schema, strings.Split(fragment[1:], "/")); found {
				c.used[known.model] = true
				return known.pointer + rest
			}
		}
	}
	c.problems.Addf(at.label, "refers to %q, which is not a schema in a model of the API", target)
	return ""
}

// convertPointer converts a pointer in draft 4 step by step.
func convertPointer(s map[string]any, steps []string) (string, bool) {
	if len(steps) == 0 {
		return "", true
	}
	for _, h := range holdersOf(s) {
		if h.from != unescape(steps[0]) {
			continue
		}
		step := ""
		if h.holds != one && len(steps) > 1 {
			step = unescape(steps[1])
		}
		if c, found := h.child(s, step); found && len(steps) >= len(c.from) {
			inner, _ := c.value.(map[string]any)
			rest, found := convertPointer(inner, steps[len(c.from):])
			return pointer(c.to) + rest, found
		}
	}
	return "", false
}

func unescape(step string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(step) }

// use returns a reference to a model, and marks the model as used.
func (c *converter) use(model string) schema {
	c.used[model] = true
	return reference(model)
}

// schemas returns the models of the API, and those models of API Gateway that are
// used.
func (c *converter) schemas() map[string]schema {
	converted := map[string]schema{}
	convert := func(models []apigateway.Model, all bool) {
		for _, model := range models {
			if all || c.used[model.Name] {
				converted[model.Name] = c.convert(c.parsed[model.Name], c.position(model.Name)).(map[string]any)
			}
		}
	}
	convert(c.config.Models, true)
	convert(c.config.StandardModels(), false)
	return converted
}
