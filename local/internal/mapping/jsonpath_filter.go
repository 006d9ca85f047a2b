package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// condition is a filter or a part of one. It counts visits as a picker does.
type condition interface {
	holds(item any, visits *int) bool
}

type (
	anyOf []condition
	allOf []condition
	not   struct{ condition condition }

	// exists is true if the path leads to a value, even null.
	exists struct{ path *jsonPath }

	// comparison compares two operands. Values of different kinds are unequal and
	// unordered, and so is a missing value.
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

// only follows a definite path.
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

// compare compares two scalars. comparable is false for values of different kinds,
// ordered is false for values that can only be equal or unequal.
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

// weight is the number of extra visits for comparing a value.
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

// filter reads the rest of [?(condition)].
func (p *pathParser) filter() (picker, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	c, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	return pickFilter{c}, p.expect("]")
}

func (p *pathParser) disjunction() (condition, error) {
	return p.chain("||", func() (condition, error) {
		return p.chain("&&", p.term, func(c []condition) condition { return allOf(c) })
	}, func(c []condition) condition { return anyOf(c) })
}

// chain reads conditions joined by an operator.
func (p *pathParser) chain(operator string, read func() (condition, error), join func([]condition) condition) (condition, error) {
	var all []condition
	for {
		c, err := read()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		p.skipBlanks()
		if !p.accept(operator) {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return join(all), nil
}

func (p *pathParser) term() (condition, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, fmt.Errorf("a filter is nested more than %d levels deep", maxFilterDepth)
	}
	defer func() { p.depth-- }()

	p.skipBlanks()
	if p.accept("!") {
		c, err := p.term()
		return not{c}, err
	}
	if p.accept("(") {
		c, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		return c, p.expect(")")
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	p.skipBlanks()
	for _, operator := range []string{"==", "!=", "<=", ">=", "<", ">"} {
		if p.accept(operator) {
			right, err := p.operand()
			return comparison{operator, left, right}, err
		}
	}
	if left.path == nil {
		return nil, fmt.Errorf("expected a comparison, got %q", p.rest())
	}
	if !strings.HasPrefix(p.rest(), ")") && !strings.HasPrefix(p.rest(), "&&") && !strings.HasPrefix(p.rest(), "||") {
		return nil, fmt.Errorf("expected one of ==, !=, <, <=, >, >=, got %q", p.rest())
	}
	return exists{left.path}, nil
}

func (p *pathParser) operand() (operand, error) {
	p.skipBlanks()
	rest := p.rest()
	switch {
	case p.accept("@"):
		path, err := p.path()
		if err != nil {
			return operand{}, err
		}
		for _, segment := range path.segments {
			if segment.deep || !segment.picker.definite() {
				return operand{}, errors.New("a path in a filter may point at one value only")
			}
		}
		return operand{path: path}, nil
	case strings.HasPrefix(rest, "'"), strings.HasPrefix(rest, `"`):
		text, err := p.quoted()
		return operand{value: text}, err
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune("+-.", r) && (r >= 0x80 || !isNameByte(byte(r))) })
	if end < 0 {
		end = len(rest)
	}
	word := rest[:end]
	p.offset += end
	switch word {
	case "true", "false":
		return operand{value: word == "true"}, nil
	case "null":
		return operand{}, nil
	}
	value, err := decodeJSON([]byte(word))
	number, ok := value.(velocity.Number)
	if err != nil || !ok {
		return operand{}, fmt.Errorf("expected @, a string, a number, true, false or null, got %q", rest)
	}
	return operand{value: number}, nil
}
