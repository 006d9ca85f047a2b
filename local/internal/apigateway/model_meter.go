package apigateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"example.com/weather-events-api/internal/pattern"
)

// maxModelSteps limits the work of validating one body. A step is one schema checked
// against a value, one comparison of values, or 64 bytes of a string. Among 20 schemas
// that each refer to the next one twice, the last one is checked against one value a
// million times.
const maxModelSteps = 1_000_000

var errSteps = fmt.Errorf("the model needs more than the allowed %d steps for the body", maxModelSteps)

// meter counts the work of a validation, one validation at a time, because the validator
// passes no context to schemas.
//
// It hooks into the format check of each schema, which the validator runs after type and
// enum and before it follows other schemas. The work before the hook is the price of a
// schema, which the referring schema pays. When no steps are left, every schema fails in
// the hook, so that the validator returns.
type meter struct {
	lock   sync.Mutex // held during a validation
	budget int64      // of each validation
	left   int64
	prices map[*jsonschema.Schema]int64
	// levels are the depths of reference chains that stay at the same value, 0 while
	// unknown.
	levels map[*jsonschema.Schema]int
}

func (m *meter) spend(steps int64) error {
	if m.left -= steps; m.left < 0 {
		m.left = -1
		return errSteps
	}
	return nil
}

// unwatched is the error for a schema whose work cannot be limited.
type unwatched struct {
	schema  *jsonschema.Schema
	because string
}

func (u *unwatched) Error() string {
	_, place, _ := strings.Cut(u.schema.Location, "#")
	return fmt.Sprintf("%q %s", "#"+place, u.because)
}

// watch hooks the meter into a schema and all schemas that it refers to. It returns an
// error for a cycle of references, or a chain so deep that the recursive validator would
// overflow the stack. It reports each schema once.
func (m *meter) watch(schema *jsonschema.Schema) *unwatched {
	if m.prices[schema] > 0 {
		return nil
	}
	if schema.DraftVersion != 4 {
		return &unwatched{schema, "has a $schema that is not the one of draft 4"}
	}
	m.prices[schema] = 1
	if schema.Enum != nil {
		m.prices[schema] += size(schema.Enum.Values)
	}
	same, inner := subschemas(schema)
	fixed := int64(1 + len(schema.Required) + len(schema.Dependencies))
	for _, sub := range append(same, inner...) {
		if err := m.watch(sub); err != nil {
			return err
		}
	}
	for _, sub := range same {
		fixed += m.prices[sub]
	}
	format := schema.Format
	metered := &jsonschema.Format{Validate: func(value any) error {
		if m.left < 0 {
			return errSteps // without more work
		}
		if err := m.spend(fixed + m.work(schema, value)); err != nil || format == nil {
			return err
		}
		return format.Validate(value)
	}}
	if format != nil {
		metered.Name = format.Name
	}
	schema.Format = metered
	_, err := m.level(schema)
	return err
}

// subschemas returns the schemas that a schema checks against the same value, and those it
// checks against values inside.
func subschemas(s *jsonschema.Schema) (same, inner []*jsonschema.Schema) {
	add := func(to *[]*jsonschema.Schema, values ...any) {
		for _, value := range values {
			switch value := value.(type) {
			case *jsonschema.Schema:
				if value != nil {
					*to = append(*to, value)
				}
			case []*jsonschema.Schema:
				*to = append(*to, value...)
			}
		}
	}
	add(&same, s.Ref, s.Not, s.AllOf, s.AnyOf, s.OneOf)
	for _, dependency := range s.Dependencies {
		add(&same, dependency)
	}
	add(&inner, s.AdditionalProperties, s.Items, s.AdditionalItems)
	for _, property := range s.Properties {
		add(&inner, property)
	}
	for _, property := range s.PatternProperties {
		add(&inner, property)
	}
	return same, inner
}

// level returns the level of a schema.
func (m *meter) level(schema *jsonschema.Schema) (int, *unwatched) {
	level, known := m.levels[schema]
	switch {
	case known && level == 0:
		m.levels[schema] = 1 // reported once
		return 0, &unwatched{schema, "leads to itself without going into the value"}
	case known:
		return level, nil
	}
	m.levels[schema] = 0
	same, _ := subschemas(schema)
	level = 1
	for _, sub := range same {
		below, err := m.level(sub)
		if err != nil {
			m.levels[schema] = 1
			return 0, err
		}
		level = max(level, below+1)
	}
	m.levels[schema] = level
	if level > maxNesting {
		m.levels[schema] = 1
		return 0, &unwatched{schema, fmt.Sprintf("leads through more than %d schemas without going into the value", maxNesting)}
	}
	return level, nil
}

// work returns the steps that a schema takes for a value, with the prices of the schemas
// that it refers to, but not their further work.
func (m *meter) work(s *jsonschema.Schema, value any) int64 {
	var steps int64
	switch v := value.(type) {
	case string:
		steps = int64(len(v) / bytesPerStep)
		if s.Format.Name == "regex" {
			steps += 1000 // to compile the expression
		}
	case []any:
		each := 1 + m.price(s.Items) + m.price(s.AdditionalItems)
		if tuple, ok := s.Items.([]*jsonschema.Schema); ok {
			for _, item := range tuple[:min(len(tuple), len(v))] {
				steps += m.prices[item]
			}
		}
		steps += int64(len(v)) * each
		if s.UniqueItems {
			steps += size(v)
			if len(v) <= 20 {
				steps *= int64(len(v)) // the validator compares each pair
			}
		}
	case map[string]any:
		each := 1 + m.price(s.AdditionalProperties)
		for _, property := range s.PatternProperties {
			each += m.prices[property]
		}
		for name := range v {
			steps += each + m.prices[s.Properties[name]]
		}
	}
	return steps
}

func (m *meter) price(schema any) int64 {
	one, _ := schema.(*jsonschema.Schema)
	return m.prices[one]
}

// bytesPerStep is how many bytes of a string are one step.
const bytesPerStep = 64

// size returns the steps of comparing a value.
func size(value any) int64 {
	total := int64(1)
	switch v := value.(type) {
	case json.Number:
		total += 3 // to parse two fractions
	case string:
		total += int64(len(v) / bytesPerStep)
	case []any:
		for _, item := range v {
			total += size(item)
		}
	case map[string]any:
		for name, item := range v {
			total += int64(len(name)/bytesPerStep) + size(item)
		}
	}
	return total
}

// compile is the regular expression engine of the validator.
func (m *meter) compile(expression string) (jsonschema.Regexp, error) {
	compiled, err := pattern.Compile(expression)
	if err != nil {
		return nil, err
	}
	return &meteredPattern{compiled, m}, nil
}

type meteredPattern struct {
	*pattern.Pattern
	meter *meter
}

func (p *meteredPattern) MatchString(text string) bool {
	return p.meter.spend(int64(p.Work(text))) == nil && p.Pattern.MatchString(text)
}

// Limits of a validation error.
const (
	maxErrors     = 100
	maxErrorBytes = 8 << 10
)

// errorText returns the text of an error. A validation error names at most maxErrors
// values.
func errorText(err error) string {
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		left := maxErrors
		err = prune(invalid, &left)
	}
	return err.Error()
}

func prune(invalid *jsonschema.ValidationError, left *int) *jsonschema.ValidationError {
	pruned := *invalid
	pruned.Causes = nil
	for _, cause := range invalid.Causes {
		if *left > 0 {
			pruned.Causes = append(pruned.Causes, prune(cause, left))
		}
	}
	if len(invalid.Causes) == 0 {
		*left--
	}
	return &pruned
}
