package velocity

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

var errTooDeep = errors.New("a value is nested more than " + strconv.Itoa(maxDepth) +
	" levels deep, or contains itself")

// Text returns what a value prints: Java's toString, and the empty string for
// null. A text of more than limit bytes is a [*LimitError].
func Text(v any, limit int) (string, error) {
	if v == nil {
		return "", nil
	}
	out := &output{max: limit}
	err := writeJava(out, v, 0)
	return out.String(), err
}

// JSON returns a value as JSON, without blanks and with map keys in order. A
// text of more than limit bytes is a [*LimitError].
func JSON(v any, limit int) (string, error) {
	out := &output{max: limit}
	err := writeJSON(out, v, 0)
	return out.String(), err
}

// writeJava prints as Java's toString does.
func writeJava(out *output, v any, depth int) error {
	if depth > maxDepth {
		return errTooDeep
	}
	switch v := v.(type) {
	case nil:
		return out.write("null")
	case bool:
		return out.write(strconv.FormatBool(v))
	case string:
		return out.write(v)
	case int64:
		return out.write(strconv.FormatInt(v, 10))
	case float64:
		return out.write(formatDouble(v))
	case Number:
		return out.write(string(v))
	case *entry:
		return writeEntry(out, v.key, v.value, depth)
	case *List:
		if v.kind == jsonArray {
			return writeJSON(out, v, depth)
		}
		return writeSequence(out, "[", "]", ", ", len(v.items), func(i int) error {
			return writeJava(out, v.items[i], depth+1)
		})
	case *Map:
		return writeSequence(out, "{", "}", ", ", v.Len(), func(i int) error {
			return writeEntry(out, v.entries[i].key, v.entries[i].value, depth+1)
		})
	case fmt.Stringer:
		return out.write(v.String())
	}
	return fmt.Errorf("%s cannot be printed", kindOf(v))
}

func writeEntry(out *output, key, value any, depth int) error {
	if err := writeJava(out, key, depth+1); err != nil {
		return err
	}
	if err := out.write("="); err != nil {
		return err
	}
	return writeJava(out, value, depth+1)
}

func writeSequence(out *output, begin, end, separator string, n int, write func(i int) error) error {
	if err := out.write(begin); err != nil {
		return err
	}
	for i := range n {
		if i > 0 {
			if err := out.write(separator); err != nil {
				return err
			}
		}
		if err := write(i); err != nil {
			return err
		}
	}
	return out.write(end)
}

func writeJSON(out *output, v any, depth int) error {
	if depth > maxDepth {
		return errTooDeep
	}
	switch v := v.(type) {
	case string:
		return out.write(Quote(v))
	case *List:
		return writeSequence(out, "[", "]", ",", len(v.items), func(i int) error {
			return writeJSON(out, v.items[i], depth+1)
		})
	case *Map:
		return writeSequence(out, "{", "}", ",", v.Len(), func(i int) error {
			key, err := Text(v.entries[i].key, out.max)
			if err != nil {
				return err
			}
			if err := out.write(Quote(key) + ":"); err != nil {
				return err
			}
			return writeJSON(out, v.entries[i].value, depth+1)
		})
	}
	return writeJava(out, v, depth)
}

// Quote returns a JSON string. It escapes only what JSON demands.
func Quote(s string) string {
	const hex = "0123456789abcdef"
	quoted := make([]byte, 0, len(s)+2)
	quoted = append(quoted, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			quoted = append(quoted, '\\', byte(r))
		case r == '\n':
			quoted = append(quoted, `\n`...)
		case r == '\r':
			quoted = append(quoted, `\r`...)
		case r == '\t':
			quoted = append(quoted, `\t`...)
		case r == '\b':
			quoted = append(quoted, `\b`...)
		case r == '\f':
			quoted = append(quoted, `\f`...)
		case r < 0x20:
			quoted = append(quoted, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			quoted = utf8.AppendRune(quoted, r)
		}
	}
	return string(append(quoted, '"'))
}
