package velocity

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// asDouble returns a number as a double.
func asDouble(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case Number:
		value, err := strconv.ParseFloat(string(v), 64)
		return value, err == nil
	}
	return 0, false
}

// compareNumbers compares two numbers; ok is false for NaN and other values.
func compareNumbers(left, right any) (order int, ok bool) {
	a, leftIsInteger := left.(int64)
	b, rightIsInteger := right.(int64)
	if leftIsInteger && rightIsInteger {
		return cmp.Compare(a, b), true
	}
	x, leftIsNumber := asDouble(left)
	y, rightIsNumber := asDouble(right)
	if !leftIsNumber || !rightIsNumber || math.IsNaN(x) || math.IsNaN(y) {
		return 0, false
	}
	return cmp.Compare(x, y), true
}

// arithmetic returns null if an operand is not a number or the divisor is zero.
func arithmetic(o operator, left, right any) any {
	a, leftIsInteger := left.(int64)
	b, rightIsInteger := right.(int64)
	if leftIsInteger && rightIsInteger {
		if (o == "/" || o == "%") && b == 0 {
			return nil
		}
		if result, ok := integerArithmetic(o, a, b); ok {
			return result
		}
	}
	x, leftIsNumber := asDouble(left)
	y, rightIsNumber := asDouble(right)
	if !leftIsNumber || !rightIsNumber {
		return nil
	}
	switch o {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	}
	if y == 0 {
		return nil
	}
	if o == "/" {
		return x / y
	}
	return math.Mod(x, y)
}

// integerArithmetic reports whether the result fits. The divisor must not be zero.
func integerArithmetic(o operator, a, b int64) (int64, bool) {
	switch o {
	case "+":
		sum := a + b
		return sum, (sum > a) == (b > 0)
	case "-":
		difference := a - b
		return difference, (difference < a) == (b > 0)
	case "*":
		high, low := bits.Mul64(magnitude(a), magnitude(b))
		negative := (a < 0) != (b < 0)
		fits := high == 0 && (low <= math.MaxInt64 || negative && low == 1<<63)
		return a * b, fits
	case "/":
		return a / b, !(a == math.MinInt64 && b == -1)
	}
	return a % b, true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// formatDouble formats like Java's Double.toString.
func formatDouble(f float64) string {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case abs == 0 || abs >= 1e-3 && abs < 1e7:
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "E" + sign + strings.TrimLeft(exponent, "+-0")
}

// saturate converts a double to an integer of a bit size as Java does: towards zero,
// to the nearest integer in range, and NaN to 0.
func saturate(f float64, size int) int64 {
	limit := math.Ldexp(1, size-1)
	switch {
	case math.IsNaN(f):
		return 0
	case f >= limit:
		return math.MaxInt64 >> (64 - size)
	case f < -limit:
		return math.MinInt64 >> (64 - size)
	}
	return int64(f)
}

var errTooDeep = errors.New("a value is nested more than " + strconv.Itoa(maxDepth) +
	" levels deep, or contains itself")

// Text returns a value as text: Java's toString, or "" for null. Text over limit
// bytes is a [*LimitError].
func Text(v any, limit int) (string, error) {
	if v == nil {
		return "", nil
	}
	out := &output{max: limit}
	err := writeJava(out, v, 0)
	return out.String(), err
}

// JSON returns a value as JSON, without blanks and with map keys in order. JSON over
// limit bytes is a [*LimitError].
func JSON(v any, limit int) (string, error) {
	out := &output{max: limit}
	err := writeJSON(out, v, 0)
	return out.String(), err
}

// writeJava writes a value as Java's toString does.
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

// Quote returns a JSON string. It escapes only what JSON requires.
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
