package velocity

import (
	"cmp"
	"math"
	"math/bits"
	"strconv"
	"strings"
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

// compareNumbers orders two numbers; ok is false for other values and for NaN.
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

// arithmetic returns null where an operand is not a number or a divisor is zero.
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

// integerArithmetic reports whether the result fits; the divisor is not zero.
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

// formatDouble prints as Java's Double.toString.
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

// saturate converts a double to an integer of a size in bits as Java does:
// towards zero, to the nearest one in range, and NaN to 0.
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
