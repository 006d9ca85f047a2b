package velocity

import (
	"errors"
	"math"
	"testing"
)

func TestMapKeepsOrder(t *testing.T) {
	m := NewMap()
	for _, key := range []any{"z", int64(1), 1.5, true, "a"} {
		if err := m.Put(key, key); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Put("z", "again"); err != nil {
		t.Fatal(err)
	}
	got, err := Text(m, 1000)
	if want := "{z=again, 1=1, 1.5=1.5, true=true, a=a}"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if err := m.Put(nil, 1); err == nil {
		t.Error("a null key is not refused")
	}
}

func TestHeaderMapPrefersTheExactCase(t *testing.T) {
	m := NewHeaderMap()
	for _, key := range []string{"X-A", "x-a"} {
		if err := m.Put(key, key); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]any{"x-a": "x-a", "X-A": "X-A", "X-a": "X-A", "y": nil} {
		if got, _ := m.Get(key); got != want {
			t.Errorf("Get(%q) = %v, want %v", key, got, want)
		}
	}
	if _, ok := NewMap().Get("x"); ok {
		t.Error("an empty map has a key")
	}
}

func TestJSON(t *testing.T) {
	m := NewMap()
	_ = m.Put(int64(1), NewList("<\"\\\n\r\t\b\f\u0001é\u2028>", nil, Number("1.10"), 2.0))
	got, err := JSON(m, 1000)
	if want := `{"1":["<\"\\\n\r\t\b\f\u0001é` + "\u2028" + `>",null,1.10,2.0]}`; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	var limit *LimitError
	if _, err := JSON(m, 5); !errors.As(err, &limit) {
		t.Errorf("a long text: %v; want a LimitError", err)
	}
	if got, err := Text(nil, 0); got != "" || err != nil {
		t.Errorf("Text(nil) = %q, %v", got, err)
	}
}

func TestFormatDouble(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 0.001: "0.001", 0.0001: "1.0E-4", 1.5e-10: "1.5E-10",
		9999999: "9999999.0", 1e7: "1.0E7", 1.25e300: "1.25E300",
		math.Inf(1): "Infinity", math.Inf(-1): "-Infinity",
	} {
		if got := formatDouble(f); got != want {
			t.Errorf("formatDouble(%g) = %s, want %s", f, got, want)
		}
	}
	if got := formatDouble(math.NaN()); got != "NaN" {
		t.Errorf("formatDouble(NaN) = %s", got)
	}
}

func TestArithmetic(t *testing.T) {
	const low, high = math.MinInt64, math.MaxInt64
	tests := []struct {
		operator    operator
		left, right any
		want        any
	}{
		{"+", int64(high), int64(1), 9223372036854775808.0},
		{"+", int64(low), int64(-1), -9223372036854775809.0},
		{"+", int64(low), int64(high), int64(-1)},
		{"+", int64(5), int64(0), int64(5)},
		{"-", int64(low), int64(1), -9223372036854775809.0},
		{"-", int64(0), int64(low), 9223372036854775808.0},
		{"-", int64(-1), int64(low), int64(high)},
		{"*", int64(1 << 32), int64(1 << 31), 9223372036854775808.0},
		{"*", int64(-1 << 32), int64(1 << 31), int64(low)},
		{"*", int64(low), int64(-1), 9223372036854775808.0},
		{"*", int64(-3), int64(-4), int64(12)},
		{"/", int64(low), int64(-1), 9223372036854775808.0},
		{"%", int64(low), int64(-1), int64(0)},
		{"%", 7.5, int64(2), 1.5},
		{"-", 1.5, int64(1), 0.5},
		{"*", Number("12345678901234567890"), int64(2), 24691357802469135780.0},
		{"/", int64(1), 0.0, nil},
		{"%", int64(1), int64(0), nil},
		{"+", true, int64(1), nil},
	}
	for _, tt := range tests {
		if got := arithmetic(tt.operator, tt.left, tt.right); got != tt.want {
			t.Errorf("%v %s %v = %v, want %v", tt.left, tt.operator, tt.right, got, tt.want)
		}
	}
}

func TestSaturate(t *testing.T) {
	tests := []struct {
		from float64
		size int
		want int64
	}{
		{1.9, 32, 1}, {-1.9, 32, -1}, {1e10, 32, math.MaxInt32}, {-1e10, 32, math.MinInt32},
		{1e30, 64, math.MaxInt64}, {-1e30, 64, math.MinInt64}, {math.NaN(), 64, 0},
	}
	for _, tt := range tests {
		if got := saturate(tt.from, tt.size); got != tt.want {
			t.Errorf("saturate(%g, %d) = %d, want %d", tt.from, tt.size, got, tt.want)
		}
	}
}
