package velocity

import (
	"fmt"
	"strings"
)

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
	// Java's trim takes off every character up to the space.
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

// slice returns the characters from one position to before another.
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
	// What is made is measured first: one call may grow a string a lot.
	growth := strings.Count(t, old) * (len(replacement) - len(old))
	if growth > s.limits.OutputBytes-len(t) {
		return nil, &LimitError{"OutputBytes", s.limits.OutputBytes}
	}
	return s.text(strings.ReplaceAll(t, old, replacement))
}
