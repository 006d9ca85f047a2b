package cfn

import (
	"encoding/json"
	"slices"

	"example.com/weather-events-api/internal/validation"
)

// Object is a JSON object as it stands in a template: names in their order and
// unresolved values, each a *Object, []any, string, json.Number or bool. A nil
// *Object is empty. It cannot be changed.
type Object struct {
	names  []string
	values map[string]any
	// lines are those of the names. line is that of the object itself.
	lines []int
	line  int
}

// Names returns the names in template order.
func (o *Object) Names() []string {
	if o == nil {
		return nil
	}
	return slices.Clone(o.names)
}

// Get returns the unresolved value of name, and whether there is one.
func (o *Object) Get(name string) (any, bool) {
	if o == nil {
		return nil, false
	}
	value, found := o.values[name]
	return value, found
}

// Len returns the number of names.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.names)
}

// add reports false if the object has name already.
func (o *Object) add(name string, value any, line int) bool {
	if _, found := o.values[name]; found {
		return false
	}
	if o.values == nil {
		o.values = map[string]any{}
	}
	o.names = append(o.names, name)
	o.lines = append(o.lines, line)
	o.values[name] = value
	return true
}

// lineOf returns the line of a name, or 0.
func (o *Object) lineOf(name string) int {
	if o != nil {
		if i := slices.Index(o.names, name); i >= 0 {
			return o.lines[i]
		}
	}
	return 0
}

// describe says what kind of value was got, for a message.
func describe(value any) string {
	switch v := value.(type) {
	case string:
		return validation.Quote(v)
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	case []any:
		return "a list"
	case *Object:
		if name, _, ok := v.function(); ok {
			return name
		}
		return "an object"
	case map[string]any:
		return "an object"
	case noValue:
		return "AWS::NoValue"
	}
	return "nothing"
}

// scalarText returns the text of a string, number or boolean: CloudFormation
// takes each for the others where the text fits.
func scalarText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return describe(v), true
	}
	return "", false
}
