package velocity

import "fmt"

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

// truth evaluates a condition: false is false, all else is true. So is null, which
// API Gateway takes for the empty string.
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

// concat joins the texts of two values. Velocity takes the source of a null one;
// API Gateway's undefined values are empty.
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
