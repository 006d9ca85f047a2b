package velocity

import (
	"fmt"
)

func (l *literal) eval(*state) (any, error) { return l.value, nil }

func (i *interpolated) eval(s *state) (any, error) {
	if err := s.charge(1); err != nil {
		return nil, at(i.pos, err)
	}
	out := &output{max: s.limits.OutputBytes}
	if err := i.body.render(s, out); err != nil {
		return nil, err
	}
	made, err := s.text(out.String())
	return made, at(i.pos, err)
}

func (l *listLiteral) eval(s *state) (any, error) {
	items, err := evalAll(s, l.pos, l.items)
	if err != nil {
		return nil, err
	}
	return NewList(items...), nil
}

func evalAll(s *state, p pos, expressions []expression) ([]any, error) {
	if err := s.charge(1 + len(expressions)); err != nil {
		return nil, at(p, err)
	}
	values := make([]any, len(expressions))
	for i, e := range expressions {
		var err error
		if values[i], err = e.eval(s); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (m *mapLiteral) eval(s *state) (any, error) {
	keys, err := evalAll(s, m.pos, m.keys)
	if err != nil {
		return nil, err
	}
	values, err := evalAll(s, m.pos, m.values)
	if err != nil {
		return nil, err
	}
	made := NewMap()
	for i := range keys {
		if err := made.Put(keys[i], values[i]); err != nil {
			return nil, at(m.pos, err)
		}
	}
	return made, nil
}

func (r *rangeLiteral) eval(s *state) (any, error) {
	from, err := r.bound(s, r.from)
	if err != nil {
		return nil, err
	}
	to, err := r.bound(s, r.to)
	if err != nil {
		return nil, err
	}
	step, distance := int64(1), uint64(to-from)
	if to < from {
		step, distance = -1, uint64(from-to)
	}
	if distance >= uint64(max(s.limits.Steps, 0)) {
		return nil, at(r.pos, &LimitError{"Steps", s.limits.Steps})
	}
	if err := s.charge(int(distance) + 1); err != nil {
		return nil, at(r.pos, err)
	}
	items := make([]any, distance+1)
	for i := range items {
		items[i] = from + int64(i)*step
	}
	return NewList(items...), nil
}

func (r *rangeLiteral) bound(s *state, e expression) (int64, error) {
	value, err := e.eval(s)
	if err != nil {
		return 0, err
	}
	n, ok := value.(int64)
	if !ok {
		return 0, at(r.pos, fmt.Errorf("a bound of a range is %s; allowed is an integer", kindOf(value)))
	}
	return n, nil
}

func (n *notExpression) eval(s *state) (any, error) {
	yes, err := truth(s, n.operand)
	return !yes, err
}

func (l *logical) eval(s *state) (any, error) {
	yes, err := truth(s, l.left)
	if err != nil || yes == l.or {
		return yes, err
	}
	return truth(s, l.right)
}

// truth evaluates a condition: everything but false is true. That includes null,
// which API Gateway treats as the empty string.
func truth(s *state, e expression) (bool, error) {
	value, err := e.eval(s)
	return err == nil && value != false, err
}

func (b *binary) eval(s *state) (any, error) {
	if err := s.charge(1); err != nil {
		return nil, at(b.pos, err)
	}
	left, err := b.left.eval(s)
	if err != nil {
		return nil, err
	}
	right, err := b.right.eval(s)
	if err != nil {
		return nil, err
	}
	value, err := b.operator.apply(s, left, right)
	return value, at(b.pos, err)
}

func (o operator) apply(s *state, left, right any) (any, error) {
	switch o {
	case "==":
		return s.equal(left, right)
	case "!=":
		same, err := s.equal(left, right)
		return !same, err
	case "<", "<=", ">", ">=":
		order, ok := compareNumbers(left, right)
		return ok && o.holds(order), nil
	case "+":
		_, leftIsText := left.(string)
		_, rightIsText := right.(string)
		if leftIsText || rightIsText {
			return s.concat(left, right)
		}
	}
	return arithmetic(o, left, right), nil
}

func (o operator) holds(order int) bool {
	switch o {
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

// concat joins the text of two values. For null, Velocity takes the source of the
// reference; API Gateway's undefined values are empty.
func (s *state) concat(left, right any) (any, error) {
	out := &output{max: s.limits.OutputBytes}
	for _, v := range []any{left, right} {
		if v == nil {
			continue
		}
		if err := writeJava(out, v, 0); err != nil {
			return nil, err
		}
	}
	return s.text(out.String())
}

func (r *reference) eval(s *state) (any, error) { return r.evalSteps(s, r.steps) }

// evalSteps evaluates the variable and the given steps of a reference.
func (r *reference) evalSteps(s *state, steps []step) (any, error) {
	if err := s.charge(1 + len(steps)); err != nil {
		return nil, at(r.pos, err)
	}
	value := s.vars[r.name]
	if err := checkValue(value); err != nil {
		return nil, at(r.pos, fmt.Errorf("$%s: %w", r.name, err))
	}
	for _, st := range steps {
		if value == nil {
			return nil, nil
		}
		var err error
		if value, err = st.eval(s, value); err != nil {
			return nil, err
		}
	}
	return value, nil
}

func (st *step) eval(s *state, receiver any) (any, error) {
	args, err := evalAll(s, st.pos, st.args)
	if err != nil {
		return nil, err
	}
	var value any
	switch st.kind {
	case Property:
		value, err = property(receiver, st.name)
	case Index:
		value, err = element(receiver, args[0])
	default:
		value, err = s.call(receiver, st.name, args)
	}
	if err == nil {
		err = checkValue(value)
	}
	if _, isHost := receiver.(Object); isHost && err == nil {
		err = s.charge(weight(value) + weight(args...))
	}
	return value, at(st.pos, err)
}

// weight is the cost of passing values to or from a host object.
func weight(values ...any) int {
	total := 0
	for _, v := range values {
		switch v := v.(type) {
		case string:
			total += len(v) / bytesPerStep
		case *List:
			total += len(v.items)
		}
	}
	return total
}

// property returns $receiver.name. It is null if there is no getter and no key.
func property(receiver any, name string) (any, error) {
	if object, ok := receiver.(Object); ok {
		return object.Property(name)
	}
	if name == "class" {
		return nil, fmt.Errorf("the property class of %s is not supported", kindOf(receiver))
	}
	switch r := receiver.(type) {
	case *Map:
		value, _ := r.Get(name)
		return value, nil
	case *entry:
		switch name {
		case "key":
			return r.key, nil
		case "value":
			return r.value, nil
		}
	case *List:
		if name == "empty" {
			return len(r.items) == 0, nil
		}
	case string:
		switch name {
		case "empty":
			return r == "", nil
		case "bytes":
			return nil, fmt.Errorf("the property bytes of a string is not supported")
		}
	}
	return nil, nil
}

// element returns $receiver[key].
func element(receiver, key any) (any, error) {
	switch r := receiver.(type) {
	case Object:
		name, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("the index of %s is %s; allowed is a string", kindOf(receiver), kindOf(key))
		}
		return r.Property(name)
	case *Map:
		value, _ := r.Get(key)
		return value, nil
	case *List:
		i, err := r.position(key)
		if err != nil {
			return nil, err
		}
		return r.items[i], nil
	}
	return nil, fmt.Errorf("%s has no elements; an index needs a list or a map", kindOf(receiver))
}

// position checks an index. A negative index counts from the end.
func (l *List) position(key any) (int, error) {
	if l.kind == collection {
		return 0, fmt.Errorf("%s has no positions", kindOf(l))
	}
	i, ok := key.(int64)
	if !ok {
		return 0, fmt.Errorf("the index of a list is %s; allowed is an integer", kindOf(key))
	}
	if i < 0 {
		i += int64(len(l.items))
	}
	if i < 0 || i >= int64(len(l.items)) {
		return 0, fmt.Errorf("the index %d is outside a list of %d elements", key, len(l.items))
	}
	return int(i), nil
}
