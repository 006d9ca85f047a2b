package mapping

import (
	"cmp"
	"strconv"

	"example.com/weather-events-api/local/internal/velocity"
)

// condition is a filter, or a part of one, on a value. It counts visits as a
// picker does.
type condition interface {
	holds(item any, visits *int) bool
}

type (
	anyOf []condition
	allOf []condition
	not   struct{ condition condition }

	// exists holds where the path leads to a value, be it null.
	exists struct{ path *jsonPath }

	// comparison compares two operands. Values of different kinds are unequal
	// and in no order, as is a value that is missing.
	comparison struct {
		operator    string
		left, right operand
	}
)

func (a anyOf) holds(item any, visits *int) bool {
	for _, c := range a {
		if c.holds(item, visits) {
			return true
		}
	}
	return false
}

func (a allOf) holds(item any, visits *int) bool {
	for _, c := range a {
		if !c.holds(item, visits) {
			return false
		}
	}
	return true
}

func (n not) holds(item any, visits *int) bool { return !n.condition.holds(item, visits) }

func (e exists) holds(item any, visits *int) bool {
	_, found := e.path.only(item, visits)
	return found
}

// operand is a literal, or a path from the item.
type operand struct {
	path  *jsonPath // nil for a literal
	value any
}

func (o operand) of(item any, visits *int) (any, bool) {
	if o.path == nil {
		return o.value, true
	}
	return o.path.only(item, visits)
}

func (c comparison) holds(item any, visits *int) bool {
	left, leftFound := c.left.of(item, visits)
	right, rightFound := c.right.of(item, visits)
	if !leftFound || !rightFound {
		return c.operator == "!=" && leftFound != rightFound
	}
	*visits -= 1 + weight(left)
	order, comparable, ordered := compare(left, right)
	if c.operator == "==" || c.operator == "!=" {
		return (comparable && order == 0) == (c.operator == "==")
	}
	if !ordered {
		return false
	}
	switch c.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	default:
		return order >= 0
	}
}

// only follows a definite path, as those in filters are.
func (p *jsonPath) only(from any, visits *int) (any, bool) {
	*visits--
	for _, segment := range p.segments {
		picked := segment.picker.pick(from, visits)
		if len(picked) == 0 {
			return nil, false
		}
		from = picked[0]
	}
	return from, true
}

// compare compares two scalars; comparable is false for values of different
// kinds, ordered for those that can only be equal or not.
func compare(left, right any) (order int, comparable, ordered bool) {
	if a, ok := number(left); ok {
		b, ok := number(right)
		return cmp.Compare(a, b), ok, ok
	}
	switch a := left.(type) {
	case string:
		b, ok := right.(string)
		return cmp.Compare(a, b), ok, ok
	case bool:
		b, ok := right.(bool)
		if ok && a == b {
			return 0, true, false
		}
		return 1, ok, false
	case nil:
		return 0, right == nil, false
	}
	return 0, false, false
}

// weight is how many visits more it is to compare a value.
func weight(v any) int {
	if text, ok := v.(string); ok {
		return len(text) / 64
	}
	return 0
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case velocity.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		return f, err == nil
	}
	return 0, false
}
