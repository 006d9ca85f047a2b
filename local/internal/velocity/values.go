package velocity

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Object is a host object, such as $input. It decides what can be accessed; access
// to anything else should be an error.
type Object interface {
	// Property returns the value of $object.name and of $object['name'], or nil if
	// there is none.
	Property(name string) (any, error)
	// Call returns the value of $object.method(args).
	Call(method string, args []any) (any, error)
}

// Settable is an [Object] whose properties a template may set, with
// #set($object.name = value) or #set($object['name'] = value).
type Settable interface {
	Object
	SetProperty(name string, value any) error
}

// Number is a number that keeps its text, such as an integer outside the range of
// int64 or a number of a JSON document. It prints as its text; arithmetic and
// comparison use it as a double.
type Number string

// listKind is the Java class of a [List], which decides its text and its methods.
type listKind int

const (
	arrayList  listKind = iota // prints [a, b]
	jsonArray                  // prints as JSON
	collection                 // keys, values or entries of a map: has no positions
)

// List is a Java list.
type List struct {
	items []any
	kind  listKind
}

// NewList returns a list that prints as in Java: [a, b].
func NewList(items ...any) *List { return &List{items: items} }

// NewJSONList returns a list that prints as JSON, like the lists of API Gateway's
// $input.path: [{"a":1}].
func NewJSONList(items ...any) *List { return &List{items: items, kind: jsonArray} }

// Items returns the elements, without copying.
func (l *List) Items() []any { return l.items }

// Map is a Java LinkedHashMap: it keeps the order of insertion. Keys are strings,
// integers, doubles and booleans.
type Map struct {
	entries  []mapEntry
	index    map[any]int
	foldCase bool
}

type mapEntry struct{ key, value any }

// NewMap returns an empty map.
func NewMap() *Map { return &Map{index: map[any]int{}} }

// NewHeaderMap returns an empty map that ignores the case of string keys, like names
// of HTTP header fields (RFC 9110, section 5.1). A key with the same case is
// preferred.
func NewHeaderMap() *Map { return &Map{index: map[any]int{}, foldCase: true} }

// Len returns the number of entries.
func (m *Map) Len() int { return len(m.entries) }

// Get returns the value of a key, and whether the map has it.
func (m *Map) Get(key any) (any, bool) {
	i := m.find(key)
	if i < 0 {
		return nil, false
	}
	return m.entries[i].value, true
}

// Put sets the value of a key. A new key comes last. A key that is not a string,
// integer, double or boolean is an error.
func (m *Map) Put(key, value any) error {
	switch key.(type) {
	case string, int64, float64, bool:
	default:
		return fmt.Errorf("a map key is %s; allowed are strings, numbers and booleans", kindOf(key))
	}
	if i, ok := m.index[key]; ok {
		m.entries[i].value = value
		return nil
	}
	m.index[key] = len(m.entries)
	m.entries = append(m.entries, mapEntry{key, value})
	return nil
}

// All iterates over the entries in order.
func (m *Map) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for _, e := range m.entries {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

func (m *Map) find(key any) int {
	switch key.(type) {
	case string, int64, float64, bool:
	default:
		return -1
	}
	if i, ok := m.index[key]; ok {
		return i
	}
	if name, ok := key.(string); ok && m.foldCase {
		return slices.IndexFunc(m.entries, func(e mapEntry) bool {
			k, ok := e.key.(string)
			return ok && strings.EqualFold(k, name)
		})
	}
	return -1
}

func (m *Map) remove(key any) any {
	i := m.find(key)
	if i < 0 {
		return nil
	}
	value := m.entries[i].value
	delete(m.index, m.entries[i].key)
	m.entries = slices.Delete(m.entries, i, i+1)
	for j := i; j < len(m.entries); j++ {
		m.index[m.entries[j].key] = j
	}
	return value
}

// kindOf names a value's kind for error messages.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case int64:
		return "an integer"
	case float64:
		return "a double"
	case Number:
		return "a number"
	case *List:
		if v.kind == collection {
			return "a key, value or entry set"
		}
		return "a list"
	case *Map:
		return "a map"
	case *entry:
		return "a map entry"
	default:
		return fmt.Sprintf("a host value (%T)", v)
	}
}

// checkValue refuses Go values that are not Velocity values.
func checkValue(v any) error {
	switch v.(type) {
	case nil, bool, string, int64, float64, Number, *List, *Map, *entry, Object:
		return nil
	}
	return fmt.Errorf("the Go type %T is not a Velocity value", v)
}

// equal is the == of VTL: numbers by value, values of one kind by content, all
// others by their text. API Gateway has null equal the empty string.
func (s *state) equal(left, right any) (bool, error) {
	if left == nil || right == nil {
		return isEmpty(left) && isEmpty(right), nil
	}
	if order, ok := compareNumbers(left, right); ok {
		return order == 0, nil
	}
	same, comparable, err := s.equalContent(left, right, 0)
	if comparable || err != nil {
		return same, err
	}
	a, err := s.concat(left, nil)
	if err != nil {
		return false, err
	}
	b, err := s.concat(right, nil)
	return a == b, err
}

func isEmpty(value any) bool { return value == nil || value == "" }

// javaEqual is Java's equals: it does not convert.
func (s *state) javaEqual(left, right any) (bool, error) {
	same, _, err := s.equalContent(left, right, 0)
	return same, err
}

// equalContent reports whether two values are of one kind and, if so, equal.
func (s *state) equalContent(left, right any, depth int) (same, comparable bool, err error) {
	if depth > maxDepth {
		return false, false, errTooDeep
	}
	if err := s.charge(1); err != nil {
		return false, false, err
	}
	switch a := left.(type) {
	case nil:
		return right == nil, true, nil
	case bool:
		b, ok := right.(bool)
		return ok && a == b, ok, nil
	case string:
		b, ok := right.(string)
		return ok && a == b, ok, s.charge(len(a) / bytesPerStep)
	case int64:
		b, ok := right.(int64)
		return ok && a == b, ok, nil
	case float64:
		b, ok := right.(float64)
		return ok && a == b, ok, nil
	case Number:
		b, ok := right.(Number)
		return ok && a == b, ok, nil
	case *entry:
		b, ok := right.(*entry)
		return a == b, ok, nil
	case *List:
		b, ok := right.(*List)
		if !ok {
			return false, false, nil
		}
		same, err := s.equalItems(a.items, b.items, depth+1)
		return same, true, err
	case *Map:
		b, ok := right.(*Map)
		if !ok {
			return false, false, nil
		}
		same, err := s.equalMaps(a, b, depth+1)
		return same, true, err
	}
	return false, false, fmt.Errorf("%s cannot be compared", kindOf(left))
}

func (s *state) equalItems(a, b []any, depth int) (bool, error) {
	if len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		if same, _, err := s.equalContent(a[i], b[i], depth); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (s *state) equalMaps(a, b *Map, depth int) (bool, error) {
	if a.Len() != b.Len() {
		return false, nil
	}
	for key, value := range a.All() {
		other, ok := b.Get(key)
		if !ok {
			return false, nil
		}
		if same, _, err := s.equalContent(value, other, depth); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}
