package velocity

import "fmt"

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

// view returns what a map has now. Unlike Java's it does not follow later
// changes of the map.
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
