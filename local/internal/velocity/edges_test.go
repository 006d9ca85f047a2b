package velocity

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestEdges renders the edge cases of each rule: the ends of a range, equal operands,
// the largest number, repeated directives.
func TestEdges(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"both operands of and", `#if(true && false)a#end#if(true && true)b#end`, "b"},
		{"both operands of or", `#if(false || true)a#end#if(false || false)b#end`, "a"},
		{"booleans are compared", `#if($t == true)a#end#if($t == false)b#end#if($f == false)c#end`, "ac"},
		{"equal numbers", `#if(1 < 1)a#end#if(1 <= 1)b#end#if(1 > 1)c#end#if(1 >= 1)d#end`, "bd"},
		{"equal doubles", `#if(1.5 < 1.5)a#end#if(1.5 <= 1.5)b#end#if(1.5 > 1.5)c#end#if(1.5 >= 1.5)d#end`, "bd"},

		{"ranges of one, up and down", `[#foreach($i in [2..2])$i#end][#foreach($i in [1..3])$i#end][#foreach($i in [3..1])$i#end]`, "[2][123][321]"},
		{"first and last of a list", `$l.contains("x")$l.indexOf("x")$l.get(2)$l.set(2, "c")$l`, "true0zz[x, y, c]"},
		{"remove the first value", `$l.remove("x")$l`, "true[y, z]"},
		{"add at both ends", `$!l.add(0, "a")$!l.add(4, "b")$l`, "[a, x, y, z, b]"},
		{"putAll of several", `$m.b.putAll({"x": 1, "y": 2})$m.b`, "{k=v, x=1, y=2}"},
		{"empty slices", `[$s.substring(1, 1)][$s.substring(4)][$s.substring(0, 4)]`, "[][][text]"},
		{"split into one", `$s.split("e", 1)`, "[text]"},

		{"division of doubles", `#set($r = 3.0 / 2.0)$r`, "1.5"},
		{"minus and plus zero", `#set($r = 5 - 0)$r#set($r = 5 + 0)$r`, "55"},
		{"the largest integer", `#set($r = 9223372036854775807 * 1)$r`, "9223372036854775807"},
		{"zero and a negative number", `#set($r = 0 * -5)$r#set($r = -5 * 0)$r`, "00"},
		{"a double beyond an int", `#set($r = 3000000000.0)$r.intValue()`, "2147483647"},
		{"signs of an exponent", `#set($r = [1.0e+2, 1.0e-2])$r`, "[100.0, 0.01]"},

		{"names of the first and last letters", `#set($azAZ09 = 1)$azAZ09 ${azAZ09}`, "1 1"},
		{"names begin with a letter or an underscore", `#set($_a = 1)$_a $1a $-a`, "1 $1a $-a"},
		{"a digit more than there are groups is text", `$s.replaceAll("()()()()()()()()()(te)", "$11")`, "1xt"},
		{"groups of two digits", `$s.replaceAll("()()()()()()()()()(t)(e)(x)", "$10$12$11")`, "txet"},
		{"a backslash and a group", `$s.replaceAll("(t)e", "\\$1-$1")`, `\t-txt`},
		{"blocks side by side are not nested", strings.Repeat("#if(true)a#end", maxDepth+1), strings.Repeat("a", maxDepth+1)},
		{"the longest pattern", "$s.matches('" + strings.Repeat("x", maxPatternBytes) + "')", "false"},
		{"the longest number", "#set($r = 0." + strings.Repeat("0", maxNumberBytes-2) + ")$r", "0.0"},
		{"the deepest expression", "#set($r = " + strings.Repeat("!", maxDepth-3) + "true)$r", "false"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := template.Render(testVars(), Limits{}); err != nil || got != tt.want {
				t.Errorf("Render(%q)\n got %q, %v\nwant %q", tt.source, got, err, tt.want)
			}
		})
	}
}

func TestPositionsOutsideAList(t *testing.T) {
	for _, source := range []string{"$l.get(3)", "$l.get(-1)", "$l.set(3, 1)", "$l.remove(3)", "$l.add(4, 1)", "$l.add(-1, 1)"} {
		template, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := template.Render(testVars(), Limits{}); err == nil || !strings.Contains(err.Error(), "outside a list of 3 elements") {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// Printing a map goes two levels deeper for each entry.
func TestNestingOfValues(t *testing.T) {
	list := func(inner any) any { return NewList(inner) }
	jsonList := func(inner any) any { return NewJSONList(inner) }
	object := func(inner any) any { m := NewMap(); _ = m.Put("k", inner); return m }
	const printed, compared = "$v", "#if($v == $w)#end"
	tests := []struct {
		name    string
		wrap    func(inner any) any
		source  string
		deepest int
	}{
		{"list", list, printed, maxDepth},
		{"list", list, compared, maxDepth},
		{"JSON list", jsonList, printed, maxDepth},
		{"map", object, printed, maxDepth / 2},
		{"map", object, compared, maxDepth},
		{"map in JSON", func(inner any) any { return NewJSONList(object(inner)) }, printed, maxDepth / 2},
	}
	for _, tt := range tests {
		template, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		for _, levels := range []int{tt.deepest, tt.deepest + 1} {
			nested := func() any {
				var value any = "x"
				for range levels {
					value = tt.wrap(value)
				}
				return value
			}
			_, err := template.Render(map[string]any{"v": nested(), "w": nested()}, Limits{})
			if allowed := levels == tt.deepest; (err == nil) != allowed {
				t.Errorf("%s of %d levels in %s: %v", tt.name, levels, tt.source, err)
			}
		}
	}
}

// A template that uses exactly its limit renders.
func TestLimitsAreInclusive(t *testing.T) {
	tests := []struct {
		source string
		bytes  int
	}{
		{"text", 4},
		{"$s", 4},
		{"#set($r = $s + 'abc')", 7},
		{`#set($r = $s.replace("t", "tt"))`, 6},
		{`#set($r = $s.replace("tex", ""))`, 4},
	}
	for _, tt := range tests {
		template, err := Parse(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := template.Render(testVars(), Limits{OutputBytes: tt.bytes}); err != nil {
			t.Errorf("%s in %d bytes: %v", tt.source, tt.bytes, err)
		}
	}

	// steps returns the smallest limit that renders source.
	steps := func(source string) int {
		template, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; ; n++ {
			var limit *LimitError
			if _, err := template.Render(testVars(), Limits{Steps: n}); err == nil {
				return n
			} else if !errors.As(err, &limit) || limit.Limit != "Steps" {
				t.Fatal(err)
			}
		}
	}
	for n := range 20 {
		source := fmt.Sprintf("#set($r = [1..%d])", n+1)
		if got, want := steps(source), steps("#set($r = [1..1])")+n; got != want {
			t.Errorf("%s takes %d steps, want %d", source, got, want)
		}
	}
}
