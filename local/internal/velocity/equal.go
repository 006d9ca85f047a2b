package velocity

import "fmt"

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
