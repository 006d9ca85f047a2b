package velocity

import "fmt"

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

// weight is what it costs a host to take or make values.
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

// property returns $receiver.name. What no getter and no key gives is null.
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

// position checks an index. A negative one counts from the end.
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
