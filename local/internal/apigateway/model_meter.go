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

// maxModelSteps is how much work it may be to validate one body: each schema
// that a value is held against, each value that is compared, and each 64 bytes
// of a string are a step. Of 20 schemas that each refer to the next one twice,
// the last one is held against one value a million times.
const maxModelSteps = 1_000_000

var errSteps = fmt.Errorf("the model needs more than the allowed %d steps for the body", maxModelSteps)

// meter counts the work of one validation after the other, as the validator
// tells a schema nothing about who asks.
//
// It stands where the validator checks the format of a value: after the type and
// the enum, before everything that leads to another schema. What comes before is
// the price of a schema, and spent where the validator comes from. When no steps
// are left, every schema fails there, so that the validator finds its way out.
type meter struct {
	lock   sync.Mutex // held by the validation that counts
	budget int64      // of each validation
	left   int64
	prices map[*jsonschema.Schema]int64
	// levels are how many schemas each leads through without going into the
	// value, 0 as long as that is not known.
	levels map[*jsonschema.Schema]int
}

func (m *meter) spend(steps int64) error {
	if m.left -= steps; m.left < 0 {
		m.left = -1
		return errSteps
	}
	return nil
}

// unwatched is a schema whose work cannot be bounded.
type unwatched struct {
	schema  *jsonschema.Schema
	because string
}

func (u *unwatched) Error() string {
	_, place, _ := strings.Cut(u.schema.Location, "#")
	return fmt.Sprintf("%q %s", "#"+place, u.because)
}

// watch makes a schema and all that it leads to count their work, unless they
// lead into a circle, or so deep that the validator, which calls itself, would
// end the program. What it found once it does not find again.
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
			return errSteps // to find out what more it would take is work too
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

// subschemas returns the schemas that a schema holds the same value against, and
// those for what is in the value.
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
		m.levels[schema] = 1 // so that it is not found again
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

// work returns the steps that a schema takes for what is in a value, but for
// those of other schemas beyond their price.
func (m *meter) work(s *jsonschema.Schema, value any) int64 {
	var steps int64
	switch v := value.(type) {
	case string:
		steps = int64(len(v) / bytesPerStep)
		if s.Format.Name == "regex" {
			steps += 1000 // it is compiled
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
				steps *= int64(len(v)) // each is compared with each
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

// bytesPerStep is how much of a string may be read for one step.
const bytesPerStep = 64

// size returns how many steps it is to compare a value.
func size(value any) int64 {
	total := int64(1)
	switch v := value.(type) {
	case json.Number:
		total += 3 // two fractions are made of the texts
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

// What is wrong with a body is said of this many values, and in this many bytes.
const (
	maxErrors     = 100
	maxErrorBytes = 8 << 10
)

// errorText is the text of an error, in which a validation error does not say of
// each value of a large document what is wrong with it.
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
