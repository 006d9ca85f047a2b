package velocity

import (
	"fmt"
	"strings"
)

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

// strings returns the first two arguments, which must be strings.
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

// HasMethod reports whether any value other than a host object has a method with
// this name. A host can refuse calls of other methods before rendering.
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

// call calls a method of a non-null value.
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

// numberMethods are the methods of numbers. They convert as Java does: towards zero,
// and to the nearest integer in range.
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
				return int64(int32(n)), nil // narrowing in Java keeps the low bits
			}
			return n, nil
		}
		value, _ := asDouble(v)
		return saturate(value, size), nil
	}
}

var stringMethods = map[string]method[string]{
	"length": {0, 0, func(_ *state, t string, _ arguments) (any, error) {
		return int64(utf16Length(t)), nil
	}},
	"isEmpty": {0, 0, func(_ *state, t string, _ arguments) (any, error) {
		return t == "", nil
	}},
	"substring": {1, 2, substring},
	"charAt": {1, 1, func(s *state, t string, args arguments) (any, error) {
		i, err := args.integer(0)
		if err != nil {
			return nil, err
		}
		return s.slice(t, i, i+1)
	}},
	"indexOf": {1, 2, func(_ *state, t string, args arguments) (any, error) {
		wanted, err := args.string(0)
		if err != nil {
			return nil, err
		}
		from := 0
		if len(args) == 2 {
			if from, err = args.integer(1); err != nil {
				return nil, err
			}
		}
		return int64(indexUTF16(t, wanted, from)), nil
	}},
	"lastIndexOf": {1, 2, func(_ *state, t string, args arguments) (any, error) {
		wanted, err := args.string(0)
		if err != nil {
			return nil, err
		}
		last := utf16Length(t)
		if len(args) == 2 {
			if last, err = args.integer(1); err != nil {
				return nil, err
			}
		}
		return int64(lastIndexUTF16(t, wanted, last)), nil
	}},
	"contains":   {1, 1, compareWith(strings.Contains)},
	"startsWith": {1, 1, compareWith(strings.HasPrefix)},
	"endsWith":   {1, 1, compareWith(strings.HasSuffix)},
	"equalsIgnoreCase": {1, 1, func(_ *state, t string, args arguments) (any, error) {
		other, ok := args[0].(string)
		return ok && strings.EqualFold(t, other), nil
	}},
	"concat": {1, 1, func(s *state, t string, args arguments) (any, error) {
		other, err := args.string(0)
		if err != nil {
			return nil, err
		}
		return s.text(t + other)
	}},
	"replace":      {2, 2, replace},
	"replaceAll":   {2, 2, replaceRegexp(-1)},
	"replaceFirst": {2, 2, replaceRegexp(1)},
	"matches":      {1, 1, matches},
	"split":        {1, 2, split},
	"toLowerCase": {0, 0, func(s *state, t string, _ arguments) (any, error) {
		return s.text(strings.ToLower(t))
	}},
	"toUpperCase": {0, 0, func(s *state, t string, _ arguments) (any, error) {
		return s.text(strings.ToUpper(t))
	}},
	// Java's trim removes every character up to the space.
	"trim": {0, 0, func(s *state, t string, _ arguments) (any, error) {
		return s.text(strings.TrimFunc(t, func(r rune) bool { return r <= ' ' }))
	}},
}

func compareWith(compare func(string, string) bool) func(*state, string, arguments) (any, error) {
	return func(_ *state, t string, args arguments) (any, error) {
		other, err := args.string(0)
		if err != nil {
			return nil, err
		}
		return compare(t, other), nil
	}
}

func substring(s *state, t string, args arguments) (any, error) {
	from, err := args.integer(0)
	if err != nil {
		return nil, err
	}
	to := utf16Length(t)
	if len(args) == 2 {
		if to, err = args.integer(1); err != nil {
			return nil, err
		}
	}
	return s.slice(t, from, to)
}

// slice returns the characters from one position up to, but not including, another.
func (s *state) slice(t string, from, to int) (any, error) {
	if from < 0 || to < from || to > utf16Length(t) {
		return nil, fmt.Errorf("the range from %d to %d is outside a string of length %d", from, to, utf16Length(t))
	}
	return s.text(sliceUTF16(t, from, to))
}

func replace(s *state, t string, args arguments) (any, error) {
	old, replacement, err := args.strings()
	if err != nil {
		return nil, err
	}
	// Measure the result first: one call may grow a string a lot.
	growth := strings.Count(t, old) * (len(replacement) - len(old))
	if growth > s.limits.OutputBytes-len(t) {
		return nil, &LimitError{"OutputBytes", s.limits.OutputBytes}
	}
	return s.text(strings.ReplaceAll(t, old, replacement))
}
