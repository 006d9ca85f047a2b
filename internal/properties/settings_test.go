package properties_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// setting is a value for a field of a props struct.
type setting struct {
	field string
	value value
}

// settings are random props; some fields are left out.
type settings []setting

// fields are a props struct's generators, one per field.
type fields map[string]*rapid.Generator[value]

// set draws a value for each of names.
func (s *settings) set(t *rapid.T, from fields, names ...string) {
	for _, name := range names {
		*s = append(*s, setting{name, from[name].Draw(t, name)})
	}
}

// maybe draws a value for some of names.
func (s *settings) maybe(t *rapid.T, from fields, names ...string) {
	for _, name := range names {
		if oneIn(t, 4) {
			s.set(t, from, name)
		}
	}
}

// mistake removes a setting, or adds one that may conflict.
func (s *settings) mistake(t *rapid.T, from fields, names []string) {
	if len(*s) > 0 && rapid.Bool().Draw(t, "leave out") {
		i := rapid.IntRange(0, len(*s)-1).Draw(t, "setting")
		*s = slices.Delete(*s, i, i+1)
		return
	}
	name := rapid.SampledFrom(names).Draw(t, "field")
	if !slices.ContainsFunc(*s, func(other setting) bool { return other.field == name }) {
		s.set(t, from, name)
	}
}

// apply builds the values and sets them in props, a pointer to a struct.
func (s settings) apply(props any, g *given) {
	for _, setting := range s {
		if made := setting.value.build(g); made != nil {
			reflect.ValueOf(props).Elem().FieldByName(setting.field).Set(reflect.ValueOf(made))
		}
	}
}

// invalid returns the fields an error must name, nested props included.
func (s settings) invalid() (names []string) {
	for _, setting := range s {
		names = append(names, setting.value.nested.invalid()...)
		if setting.value.invalid {
			names = append(names, setting.field)
		}
	}
	return names
}

func (s settings) served() bool {
	return !slices.ContainsFunc(s, func(setting setting) bool { return setting.value.unserved })
}

func (s settings) has(field, text string) bool {
	return slices.ContainsFunc(s, func(setting setting) bool { return setting.field == field && setting.value.text == text })
}

func (s settings) GoString() string {
	texts := make([]string, 0, len(s))
	for _, setting := range s {
		texts = append(texts, fmt.Sprintf("%s: %#v", setting.field, setting.value))
	}
	return "{" + strings.Join(texts, ", ") + "}"
}

// fieldNames returns the fields of props, a struct.
func fieldNames(props any) (names []string) {
	for field := range reflect.TypeOf(props).Fields() {
		names = append(names, field.Name)
	}
	return names
}
