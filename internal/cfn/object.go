package cfn

import (
	"encoding/json"

	"example.com/weather-events-api/internal/validation"
)

// Object is a JSON object as written in a template: names in order, with unresolved
// values, each a *Object, []any, string, json.Number or bool. A nil *Object is empty.
// It is immutable once it was read.
type Object struct {
	list []entry
	// index maps a name to its place in list. It is nil for an object with few names.
	index map[string]int
	line  int
}

// entry is a name, its value, and the line of the name.
type entry struct {
	name  string
	value any
	line  int
}

// entries returns the entries in template order.
func (o *Object) entries() []entry {
	if o == nil {
		return nil
	}
	return o.list
}

// Names returns the names in template order.
func (o *Object) Names() []string {
	var names []string
	for _, entry := range o.entries() {
		names = append(names, entry.name)
	}
	return names
}

// Get returns the unresolved value of name, and reports whether there is one.
func (o *Object) Get(name string) (any, bool) {
	found := o.find(name)
	if found == nil {
		return nil, false
	}
	return found.value, true
}

// Len returns the number of names.
func (o *Object) Len() int { return len(o.entries()) }

// few is the number of names up to which a linear search is faster than a map.
const few = 8

func (o *Object) find(name string) *entry {
	if o != nil && o.index != nil {
		if i, found := o.index[name]; found {
			return &o.list[i]
		}
		return nil
	}
	for i, entry := range o.entries() {
		if entry.name == name {
			return &o.list[i]
		}
	}
	return nil
}

// add adds an entry. It reports false if the object already has name.
func (o *Object) add(name string, value any, line int) bool {
	if o.find(name) != nil {
		return false
	}
	o.list = append(o.list, entry{name, value, line})
	switch {
	case o.index != nil:
		o.index[name] = len(o.list) - 1
	case len(o.list) > few:
		o.index = make(map[string]int, 2*few)
		for i, entry := range o.list {
			o.index[entry.name] = i
		}
	}
	return true
}

// Plain returns an unresolved value as encoding/json would decode it: objects,
// including functions, as map[string]any.
func Plain(value any) any {
	switch v := value.(type) {
	case *Object:
		plain := make(map[string]any, v.Len())
		for _, entry := range v.entries() {
			plain[entry.name] = Plain(entry.value)
		}
		return plain
	case []any:
		plain := make([]any, 0, len(v))
		for _, item := range v {
			plain = append(plain, Plain(item))
		}
		return plain
	}
	return value
}

// transform is the function that runs a macro.
const transform = "Fn::Transform"

// Macro returns the path to the first Fn::Transform in an object, nil if there is none.
// Only AWS knows its result.
func (o *Object) Macro() []any {
	path, found := macroIn(o)
	if !found {
		return nil
	}
	return append([]any{}, path...)
}

func macroIn(value any) (path []any, found bool) {
	switch v := value.(type) {
	case *Object:
		if v.find(transform) != nil {
			return nil, true
		}
		for _, entry := range v.entries() {
			if path, found := macroIn(entry.value); found {
				return append([]any{entry.name}, path...), true
			}
		}
	case []any:
		for i, item := range v {
			if path, found := macroIn(item); found {
				return append([]any{i}, path...), true
			}
		}
	}
	return nil, false
}

// describe describes a value for a message.
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

// scalarText returns a string, number or boolean as text, because CloudFormation
// accepts each for the others if the text fits.
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
