package velocity

import (
	"fmt"
)

// collectionMethods are the methods that lists share with key, value and entry sets.
var collectionMethods = map[string]bool{"size": true, "isEmpty": true, "contains": true}

var listMethods = map[string]method[*List]{
	"size": {0, 0, func(_ *state, l *List, _ arguments) (any, error) {
		return int64(len(l.items)), nil
	}},
	"isEmpty": {0, 0, func(_ *state, l *List, _ arguments) (any, error) {
		return len(l.items) == 0, nil
	}},
	"get": {1, 1, func(_ *state, l *List, args arguments) (any, error) {
		i, err := l.at(args, 0)
		if err != nil {
			return nil, err
		}
		return l.items[i], nil
	}},
	"set": {2, 2, func(_ *state, l *List, args arguments) (any, error) {
		i, err := l.at(args, 0)
		if err != nil {
			return nil, err
		}
		before := l.items[i]
		l.items[i] = args[1]
		return before, nil
	}},
	"add":    {1, 2, listAdd},
	"addAll": {1, 1, listAddAll},
	"remove": {1, 1, listRemove},
	"contains": {1, 1, func(s *state, l *List, args arguments) (any, error) {
		i, err := s.indexOf(l.items, args[0])
		return i >= 0, err
	}},
	"indexOf": {1, 1, func(s *state, l *List, args arguments) (any, error) {
		i, err := s.indexOf(l.items, args[0])
		return int64(i), err
	}},
}

// at returns an argument that must be a position in the list.
func (l *List) at(args arguments, i int) (int, error) {
	n, err := args.integer(i)
	if err == nil && (n < 0 || n >= len(l.items)) {
		err = fmt.Errorf("the index %d is outside a list of %d elements", n, len(l.items))
	}
	return n, err
}

// listAdd is add(value), which returns true, and add(index, value), which returns
// nothing.
func listAdd(s *state, l *List, args arguments) (any, error) {
	if len(args) == 1 {
		l.items = append(l.items, args[0])
		return true, nil
	}
	n, err := args.integer(0)
	if err != nil {
		return nil, err
	}
	if n < 0 || n > len(l.items) {
		return nil, fmt.Errorf("the index %d is outside a list of %d elements", n, len(l.items))
	}
	l.items = append(l.items, nil)
	copy(l.items[n+1:], l.items[n:])
	l.items[n] = args[1]
	return nil, s.charge((len(l.items) - n) / bytesPerStep)
}

func listAddAll(s *state, l *List, args arguments) (any, error) {
	other, ok := args[0].(*List)
	if !ok {
		return nil, fmt.Errorf("argument 1 is %s; allowed is a list", kindOf(args[0]))
	}
	if err := s.charge(len(other.items)); err != nil {
		return nil, err
	}
	l.items = append(l.items, other.items...)
	return len(other.items) > 0, nil
}

// listRemove is remove(index), which returns the element, and remove(value), which
// reports whether the list had it. Java reads an integer as an index.
func listRemove(s *state, l *List, args arguments) (any, error) {
	if err := s.charge(len(l.items) / bytesPerStep); err != nil {
		return nil, err
	}
	if _, ok := args[0].(int64); ok {
		i, err := l.at(args, 0)
		if err != nil {
			return nil, err
		}
		removed := l.items[i]
		l.items = append(l.items[:i], l.items[i+1:]...)
		return removed, nil
	}
	i, err := s.indexOf(l.items, args[0])
	if err != nil || i < 0 {
		return false, err
	}
	l.items = append(l.items[:i], l.items[i+1:]...)
	return true, nil
}

func (s *state) indexOf(items []any, wanted any) (int, error) {
	for i, item := range items {
		if same, err := s.javaEqual(item, wanted); same || err != nil {
			return i, err
		}
	}
	return -1, nil
}

// entry is one entry of a map's entrySet.
type entry struct{ key, value any }

var entryMethods = map[string]method[*entry]{
	"getKey":   {0, 0, func(_ *state, e *entry, _ arguments) (any, error) { return e.key, nil }},
	"getValue": {0, 0, func(_ *state, e *entry, _ arguments) (any, error) { return e.value, nil }},
}

var mapMethods = map[string]method[*Map]{
	"size": {0, 0, func(_ *state, m *Map, _ arguments) (any, error) {
		return int64(m.Len()), nil
	}},
	"isEmpty": {0, 0, func(_ *state, m *Map, _ arguments) (any, error) {
		return m.Len() == 0, nil
	}},
	"get": {1, 1, func(_ *state, m *Map, args arguments) (any, error) {
		value, _ := m.Get(args[0])
		return value, nil
	}},
	"put": {2, 2, func(_ *state, m *Map, args arguments) (any, error) {
		before, _ := m.Get(args[0])
		return before, m.Put(args[0], args[1])
	}},
	"putAll": {1, 1, mapPutAll},
	"remove": {1, 1, func(s *state, m *Map, args arguments) (any, error) {
		return m.remove(args[0]), s.charge(m.Len())
	}},
	"containsKey": {1, 1, func(_ *state, m *Map, args arguments) (any, error) {
		_, ok := m.Get(args[0])
		return ok, nil
	}},
	"containsValue": {1, 1, func(s *state, m *Map, args arguments) (any, error) {
		if err := s.charge(m.Len() / bytesPerStep); err != nil {
			return nil, err
		}
		i, err := s.indexOf(m.values(), args[0])
		return i >= 0, err
	}},
	"keySet": {0, 0, func(s *state, m *Map, _ arguments) (any, error) {
		return m.view(s, func(e mapEntry) any { return e.key })
	}},
	"values": {0, 0, func(s *state, m *Map, _ arguments) (any, error) {
		return m.view(s, func(e mapEntry) any { return e.value })
	}},
	"entrySet": {0, 0, func(s *state, m *Map, _ arguments) (any, error) {
		return m.view(s, func(e mapEntry) any { return &entry{e.key, e.value} })
	}},
}

// view returns the current content of a map. Unlike in Java, it does not follow
// later changes.
func (m *Map) view(s *state, of func(mapEntry) any) (any, error) {
	items := make([]any, len(m.entries))
	for i, e := range m.entries {
		items[i] = of(e)
	}
	return &List{items: items, kind: collection}, s.charge(len(items))
}

func (m *Map) values() []any {
	values := make([]any, len(m.entries))
	for i, e := range m.entries {
		values[i] = e.value
	}
	return values
}

func mapPutAll(s *state, m *Map, args arguments) (any, error) {
	other, ok := args[0].(*Map)
	if !ok {
		return nil, fmt.Errorf("argument 1 is %s; allowed is a map", kindOf(args[0]))
	}
	for key, value := range other.All() {
		if err := m.Put(key, value); err != nil {
			return nil, err
		}
	}
	return nil, s.charge(other.Len())
}
