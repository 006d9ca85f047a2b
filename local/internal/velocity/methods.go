package velocity

import "fmt"

// method is a method of values of type T.
type method[T any] struct {
	min, max int // number of arguments
	call     func(s *state, receiver T, args arguments) (any, error)
}

// arguments are the arguments of a call.
type arguments []any

func (a arguments) string(i int) (string, error) {
	if text, ok := a[i].(string); ok {
		return text, nil
	}
	return "", fmt.Errorf("argument %d is %s; allowed is a string", i+1, kindOf(a[i]))
}

// strings returns the first two arguments, which are strings.
func (a arguments) strings() (first, second string, err error) {
	if first, err = a.string(0); err != nil {
		return "", "", err
	}
	second, err = a.string(1)
	return first, second, err
}

func (a arguments) integer(i int) (int, error) {
	if n, ok := a[i].(int64); ok && int64(int(n)) == n {
		return int(n), nil
	}
	return 0, fmt.Errorf("argument %d is %s; allowed is an integer", i+1, kindOf(a[i]))
}

// HasMethod reports whether any value but the host's has a method of this name, so
// that a host can refuse calls of others before rendering.
func HasMethod(name string) bool {
	_, ofAny := anyMethods[name]
	_, ofString := stringMethods[name]
	_, ofList := listMethods[name]
	_, ofMap := mapMethods[name]
	_, ofNumber := numberMethods[name]
	_, ofEntry := entryMethods[name]
	_, ofLoop := loopMethods[name]
	return ofAny || ofString || ofList || ofMap || ofNumber || ofEntry || ofLoop
}

// call calls a method of a value that is not null.
func (s *state) call(receiver any, name string, args arguments) (any, error) {
	if object, ok := receiver.(Object); ok {
		return object.Call(name, args)
	}
	if m, ok := anyMethods[name]; ok {
		return invoke(s, m, receiver, receiver, name, args)
	}
	switch r := receiver.(type) {
	case string:
		if err := s.charge(len(r) / bytesPerStep); err != nil {
			return nil, err
		}
		if m, ok := stringMethods[name]; ok {
			return invoke(s, m, r, receiver, name, args)
		}
	case *List:
		if m, ok := listMethods[name]; ok {
			if r.kind == collection && !collectionMethods[name] {
				break
			}
			return invoke(s, m, r, receiver, name, args)
		}
	case *Map:
		if m, ok := mapMethods[name]; ok {
			return invoke(s, m, r, receiver, name, args)
		}
	case *entry:
		if m, ok := entryMethods[name]; ok {
			return invoke(s, m, r, receiver, name, args)
		}
	case int64, float64, Number:
		if m, ok := numberMethods[name]; ok {
			return invoke(s, m, receiver, receiver, name, args)
		}
	}
	return nil, fmt.Errorf("the method %s of %s is not supported", name, kindOf(receiver))
}

func invoke[T any](s *state, m method[T], typed T, receiver any, name string, args arguments) (any, error) {
	if len(args) < m.min || len(args) > m.max {
		return nil, fmt.Errorf("the method %s of %s got %d arguments; allowed are %s",
			name, kindOf(receiver), len(args), arity(m.min, m.max))
	}
	value, err := m.call(s, typed, args)
	if err != nil {
		return nil, fmt.Errorf("method %s of %s: %w", name, kindOf(receiver), err)
	}
	return value, nil
}

func arity(min, max int) string {
	if min == max {
		return fmt.Sprint(min)
	}
	return fmt.Sprintf("%d to %d", min, max)
}

// anyMethods are the methods of every value.
var anyMethods = map[string]method[any]{
	"toString": {0, 0, func(s *state, v any, _ arguments) (any, error) {
		return s.concat(v, nil)
	}},
	"equals": {1, 1, func(s *state, v any, args arguments) (any, error) {
		return s.javaEqual(v, args[0])
	}},
}

// numberMethods are the methods of numbers. They convert as Java does: towards
// zero, and to the nearest integer in range.
var numberMethods = map[string]method[any]{
	"intValue":  {0, 0, toInteger(32)},
	"longValue": {0, 0, toInteger(64)},
	"doubleValue": {0, 0, func(_ *state, v any, _ arguments) (any, error) {
		value, _ := asDouble(v)
		return value, nil
	}},
}

func toInteger(size int) func(*state, any, arguments) (any, error) {
	return func(_ *state, v any, _ arguments) (any, error) {
		if n, ok := v.(int64); ok {
			if size == 32 {
				return int64(int32(n)), nil // Java's narrowing keeps the low bits
			}
			return n, nil
		}
		value, _ := asDouble(v)
		return saturate(value, size), nil
	}
}
