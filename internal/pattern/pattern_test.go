package pattern

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errSpent = errors.New("spent")

// allow returns a budget of some steps.
func allow(left int) func(int) error {
	return func(steps int) error {
		if left -= steps; left < 0 {
			return errSpent
		}
		return nil
	}
}

func TestLargeExpressionsAreRefused(t *testing.T) {
	for expression, allowed := range map[string]bool{
		strings.Repeat("a", 10_000):                  true,
		strings.Repeat("a", 10_001):                  false,
		"a{1000}":                                    true,
		"(?:a{1000}){1000}":                          false, // by package regexp too
		strings.Repeat("a{1000}", 9):                 true,
		strings.Repeat("a{0,1000}", 10):              false,
		"(?:" + strings.Repeat("ab?", 300) + "){30}": false,
		"(?:" + strings.Repeat("a", 100) + "){90}":   true,
		`[\w-]+@[\w-]+(?:\.[\w-]+)+`:                 true,
		"(":                                          false,
	} {
		if _, err := Compile(expression); (err == nil) != allowed {
			t.Errorf("%.40s: %v", expression, err)
		}
		if _, err := CompileWhole(expression); (err == nil) != allowed {
			t.Errorf("whole %.40s: %v", expression, err)
		}
	}
}

func TestWhole(t *testing.T) {
	for _, test := range []struct {
		expression, text string
		want             bool
	}{
		{"a|b", "b", true}, {"a|b", "ab", false}, {"a", "a\n", false}, {"", "", true}, {"(?m)a$", "a\nb", false}, {"^a$", "a", true},
	} {
		p, err := CompileWhole(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MatchString(test.text); got != test.want {
			t.Errorf("%s on %q: %t", test.expression, test.text, got)
		}
	}
	if _, err := CompileWhole("a)|(?:b"); err == nil {
		t.Error("an expression closes the group around it")
	}
}

var expressions = []string{"", "a", "a*", "a*?", "(a)(b)?", "b|a*", "(a*b)|a", "[^a]+", "^", "$", "^a|b", `\b`, `\B`, "(?m)^.", "(?m)$", "é?", "(?s).", "a|é|", `\z`, "(?:)", "(|a)*"}

// The package finds what package regexp finds.
func FuzzFindAll(f *testing.F) {
	for _, expression := range expressions {
		for _, text := range []string{"", "a", "aab", "baab a\nb", "éa日本", "a\xffb\xc3"} {
			for _, n := range []int{-1, 0, 1, 2} {
				f.Add(expression, text, n)
			}
		}
	}
	f.Fuzz(func(t *testing.T, expression, text string, n int) {
		p, err := Compile(expression)
		if err != nil || len(text) > 1000 {
			return
		}
		got, err := p.FindAll(text, n, allow(100_000))
		if err != nil {
			return
		}
		if diff := cmp.Diff(regexp.MustCompile(expression).FindAllStringSubmatchIndex(text, n), got); diff != "" {
			t.Errorf("%q on %q, %d: (-want +got)\n%s", expression, text, n, diff)
		}
	})
}

// The work ends with the steps, however large the text is.
func TestFindAllEndsWithTheSteps(t *testing.T) {
	text := strings.Repeat("a", 1<<20)
	for _, expression := range []string{
		"(a*b)|a",       // reads the rest of the text for each match
		`\b(?:a*b)|a`,   // the same
		"(?:a?){1000}b", // many instructions
		"a",             // many matches
	} {
		p, err := Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.FindAll(text, -1, allow(100_000))
		if !errors.Is(err, errSpent) {
			t.Errorf("%s: %v", expression, err)
		}
	}
}
