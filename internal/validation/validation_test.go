package validation_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/validation"
)

func TestErrorNamesEveryProblem(t *testing.T) {
	var problems validation.Collector
	if err := problems.Err("Stack/Api"); err != nil {
		t.Errorf("no problem gives %v", err)
	}
	problems.Addf("Name", "must be short, got %d", 7)
	if got, want := problems.Err("Stack/Api").Error(), "Stack/Api: Name: must be short, got 7"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	problems.Addf("Size", "is missing")
	want := "Stack/Api: 2 problems:\n   1. Name: must be short, got 7\n   2. Size: is missing"
	if got := problems.Err("Stack/Api").Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAProblemIsOneLine(t *testing.T) {
	var problems validation.Collector
	for range 2 {
		problems.Addf("Name\x1b[2J", "must be short, got a\n   3. Size: is missing\u2028\u202e\x7f\u009b")
		got := problems.Err("Stack\n").Error()
		if strings.Count(got, "\n") > len(problems.Problems) || strings.Contains(got, "\n   3.") || strings.ContainsAny(got, "\x1b\u2028\u202e\x7f\u009b") {
			t.Errorf("got %q", got)
		}
	}
}

func TestMergeTakesProblemsAndIgnoresNil(t *testing.T) {
	var inner, outer validation.Collector
	outer.Merge(inner.Err("nothing"))
	inner.Addf("Name", "is missing")
	outer.Merge(inner.Err("inner"))
	outer.Merge(errors.New("not a list of problems"))
	if len(outer.Problems) != 1 || outer.Problems[0].Property != "Name" {
		t.Errorf("got %v", outer.Problems)
	}
}

func TestStringRule(t *testing.T) {
	letters := validation.StringRule{Min: 2, Max: 4, Pattern: regexp.MustCompile(`^[a-zé]+$`), Allowed: "letters"}
	exact := letters
	exact.Min = 4
	for _, test := range []struct {
		name  string
		value string
		rule  validation.StringRule
		want  string
	}{
		{name: "shortest", value: "ab", rule: letters},
		{name: "longest, in characters rather than bytes", value: "éééé", rule: letters},
		{name: "too short", value: "a", rule: letters, want: `P: must be 2 to 4 characters of letters, got "a"`},
		{name: "too long", value: "abcde", rule: letters, want: `P: must be 2 to 4 characters of letters, got "abcde"`},
		{name: "wrong character", value: "ab1", rule: letters, want: `P: must be 2 to 4 characters of letters, got "ab1"`},
		{name: "one length", value: "abc", rule: exact, want: `P: must be 4 characters of letters, got "abc"`},
		{name: "a token is not known yet", value: "${Token[AWS.Region.4]}", rule: letters},
		{name: "nor is one of a list", value: "#{Token[TOKEN.4]}", rule: letters},
	} {
		t.Run(test.name, func(t *testing.T) {
			var problems validation.Collector
			problems.String("P", &test.value, test.rule)
			got := ""
			for _, problem := range problems.Problems {
				got += problem.String()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}

	var problems validation.Collector
	problems.String("P", nil, letters)
	if len(problems.Problems) != 0 {
		t.Errorf("a value that is not given has a problem: %v", problems.Problems)
	}
}

func TestQuoteShortensLongValues(t *testing.T) {
	if got, want := validation.Quote(strings.Repeat("é", 64)), `"`+strings.Repeat("é", 64)+`"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := validation.Quote(strings.Repeat("é", 65)), `"`+strings.Repeat("é", 64)+`"… (65 characters)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDidYouMean(t *testing.T) {
	for _, test := range []struct {
		name, want string
		known      []string
	}{
		{"stageNmae", ": did you mean stageName?", []string{"region", "stackName", "stageName"}},
		{"stackname", ": did you mean stackName?", []string{"stageName", "stackName"}},
		{"Region", ": did you mean region?", []string{"region"}},
		{"regions", ": did you mean region?", []string{"region"}},
		{"é", ": did you mean e?", []string{"e"}},
		{"x", ": did you mean a?", []string{"a", "b"}}, // the first of equals
		{"abcd", ": did you mean abxy?", []string{"abxy"}},
		{"abcd", "", []string{"axyz"}},
		{"foo", "", []string{"region"}},
		{"日本語", "", []string{"region"}},
		{"日本語", "", []string{"日xy"}}, // characters are compared, not bytes
		{"x", "", nil},
		{strings.Repeat("x", 255), ": did you mean " + strings.Repeat("x", 254) + "?", []string{strings.Repeat("x", 254)}},
		{strings.Repeat("x", 256), "", []string{strings.Repeat("x", 255)}},
	} {
		if got := validation.DidYouMean(test.name, test.known); got != test.want {
			t.Errorf("%q of %q: got %q, want %q", test.name, test.known, got, test.want)
		}
	}
}
