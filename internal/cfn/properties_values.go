package cfn

import (
	"slices"
	"strconv"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// String returns a string property, or fallback if it is missing. It converts numbers
// and booleans to text, as CloudFormation does.
func (p *Properties) String(name, fallback string) string {
	value, found := p.get(name)
	if !found {
		return fallback
	}
	text, ok := scalarText(value)
	if !ok {
		p.Problemf(name, "must be a string, got %s", p.resolver.describe(value))
	}
	return text
}

// RequiredString is String for a property that must not be missing or empty.
func (p *Properties) RequiredString(name string) string {
	problems := len(p.problems.Problems)
	text := p.String(name, "")
	if text == "" && len(p.problems.Problems) == problems {
		p.Problemf(name, "is required")
	}
	return text
}

// OneOf is String for a property with few allowed values.
func (p *Properties) OneOf(name, fallback string, allowed ...string) string {
	text := p.String(name, fallback)
	if text != fallback && !slices.Contains(allowed, text) {
		p.Problemf(name, "must be %s, got %s%s", strings.Join(allowed, " or "), p.resolver.describe(text), validation.DidYouMean(text, allowed))
		return fallback
	}
	return text
}

// Bool returns a boolean property, or fallback if it is missing. It accepts "true" and
// "false" as strings, as CloudFormation does.
func (p *Properties) Bool(name string, fallback bool) bool {
	value, found := p.get(name)
	if !found {
		return fallback
	}
	switch value {
	case true, "true":
		return true
	case false, "false":
		return false
	}
	p.Problemf(name, "must be true or false, got %s", p.resolver.describe(value))
	return fallback
}

// Int returns an integer property, or fallback if it is missing. It accepts strings
// such as "60" and numbers such as 60.0, as CloudFormation does.
func (p *Properties) Int(name string, fallback int) int {
	value, found := p.get(name)
	if !found {
		return fallback
	}
	if _, isBool := value.(bool); !isBool {
		text, _ := scalarText(value)
		whole, fraction, _ := strings.Cut(text, ".")
		if number, err := strconv.Atoi(whole); err == nil && strings.Trim(fraction, "0") == "" && !strings.HasSuffix(text, ".") {
			return number
		}
	}
	p.Problemf(name, "must be an integer, got %s", p.resolver.describe(value))
	return fallback
}

// Number returns a number property, or fallback if it is missing.
func (p *Properties) Number(name string, fallback float64) float64 {
	value, found := p.get(name)
	if !found {
		return fallback
	}
	if text, ok := scalarText(value); ok && jsonNumber.MatchString(text) {
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return number
		}
	}
	p.Problemf(name, "must be a number, got %s", p.resolver.describe(value))
	return fallback
}

// Strings returns a list of strings, nil if it is missing.
func (p *Properties) Strings(name string) []string {
	list := p.list(name)
	var texts []string
	for i, item := range list {
		text, ok := scalarText(item)
		if !ok {
			p.problemf(p.at.key(name).item(i), "must be a string, got %s", p.resolver.describe(item))
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// StringMap returns an object whose values are strings, nil if it is missing.
func (p *Properties) StringMap(name string) map[string]string {
	if !p.Has(name) {
		return nil
	}
	object := p.Object(name)
	texts := make(map[string]string, len(object.names))
	for _, key := range object.names {
		texts[key] = object.String(key, "")
	}
	return texts
}

// Object returns a reader of an object property. The reader is empty if the property is
// missing; use Has to tell the difference.
func (p *Properties) Object(name string) *Properties {
	if object, ok := p.standing(name).(*Object); ok {
		p.read[name] = true
		return p.insideRaw(p.at.key(name), object)
	}
	value, found := p.get(name)
	object, ok := value.(map[string]any)
	if found && !ok {
		p.Problemf(name, "must be an object, got %s", p.resolver.describe(value))
	}
	return p.inside(p.at.key(name), object)
}

// List returns a reader for each object in a list property, none if it is missing.
func (p *Properties) List(name string) []*Properties {
	var objects []*Properties
	list, isStanding := p.standing(name).([]any)
	if isStanding {
		p.read[name] = true
	} else {
		list = p.list(name)
	}
	for i, item := range list {
		at := p.at.key(name).item(i)
		if object, ok := p.resolver.standing(item).(*Object); ok && isStanding {
			objects = append(objects, p.insideRaw(at, object))
			continue
		}
		if isStanding {
			var err error
			if item, err = p.resolver.final(at, item); err != nil {
				p.keep(err)
				continue
			}
			if _, left := item.(noValue); left {
				continue
			}
		}
		object, ok := item.(map[string]any)
		if !ok {
			p.problemf(p.at.key(name).item(i), "must be an object, got %s", p.resolver.describe(item))
			continue
		}
		objects = append(objects, p.inside(p.at.key(name).item(i), object))
	}
	return objects
}

// Value returns a resolved property and marks everything in it as read. It reports
// whether the property has a value: a string, json.Number, bool, []any or
// map[string]any, which the caller must not change.
func (p *Properties) Value(name string) (any, bool) { return p.get(name) }

func (p *Properties) list(name string) []any {
	value, found := p.get(name)
	list, ok := value.([]any)
	if found && !ok {
		p.Problemf(name, "must be a list, got %s", p.resolver.describe(value))
	}
	if !found {
		return nil // a list with an error may be incomplete
	}
	return list
}
