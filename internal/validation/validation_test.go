package validation_test

import (
	"errors"
	"math"
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

func TestNumber(t *testing.T) {
	percent := validation.NumberRule{Min: 0, Max: 100}
	rate := validation.NumberRule{Above: true, Max: 10_000}
	count := validation.NumberRule{Min: 1, Max: 2e9, Whole: true}
	token := math.Float64frombits(0xFBFF_0000_0000_0001)
	for _, test := range []struct {
		name  string
		value float64
		rule  validation.NumberRule
		want  string
	}{
		{"lowest", 0, percent, ""},
		{"highest", 100, percent, ""},
		{"fraction", 0.5, percent, ""},
		{"below", -0.1, percent, "N: must be a number from 0 to 100, got -0.1"},
		{"above", 100.1, percent, "N: must be a number from 0 to 100, got 100.1"},
		{"not a number", math.NaN(), percent, "N: must be a number from 0 to 100, got NaN"},
		{"the lower bound left out", 0, rate, "N: must be a number above 0 to 10000, got 0"},
		{"just above it", 0.01, rate, ""},
		{"not whole", 1.5, count, "N: must be a whole number from 1 to 2000000000, got 1.5"},
		{"whole", 1, count, ""},
		{"token", token, count, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var problems validation.Collector
			problems.Number("N", &test.value, test.rule)
			expect(t, &problems, test.want)
		})
	}
	var problems validation.Collector
	problems.Number("N", nil, count)
	expect(t, &problems, "")
}

func TestCertificate(t *testing.T) {
	const token = "${Token[AWS.Region.4]}"
	for _, test := range []struct{ name, arn, region, want string }{
		{"in the Region", "arn:aws:acm:eu-west-1:123456789012:certificate/abc", "eu-west-1", ""},
		{"elsewhere", "arn:aws:acm:eu-west-1:123456789012:certificate/abc", "us-east-1", "C: must be in us-east-1, as it is so, got one in eu-west-1"},
		{"another partition", "arn:aws-cn:acm:cn-north-1:123456789012:certificate/abc", "cn-north-1", ""},
		{"in an unknown Region", "arn:aws:acm:eu-west-1:123456789012:certificate/abc", token, ""},
		{"unknown", "${Token[TOKEN.1]}", "us-east-1", ""},
		{"Region of the ARN unknown", "arn:aws:acm:" + token + ":123456789012:certificate/abc", "us-east-1", ""},
		{"of another service", "arn:aws:iam::123456789012:server-certificate/abc", "us-east-1",
			`C: must be a certificate of AWS Certificate Manager, such as arn:aws:acm:us-east-1:…:certificate/…, got "arn:aws:iam::123456789012:server-certificate/abc"`},
		{"no ARN", "abc", token, `C: must be a certificate of AWS Certificate Manager, such as arn:aws:acm:eu-west-1:…:certificate/…, got "abc"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var problems validation.Collector
			problems.Certificate("C", &test.arn, test.region, "as it is so")
			expect(t, &problems, test.want)
		})
	}
	var problems validation.Collector
	problems.Certificate("C", nil, "us-east-1", "")
	expect(t, &problems, "")
}

func TestRemovalPolicy(t *testing.T) {
	for policy, want := range map[string]string{
		"": "", "DESTROY": "", "RETAIN": "", "RETAIN_ON_UPDATE_OR_DELETE": "",
		"SNAPSHOT": "P: must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT",
	} {
		var problems validation.Collector
		problems.RemovalPolicy("P", policy)
		expect(t, &problems, want)
	}
}

func TestMergeAs(t *testing.T) {
	var inner, outer validation.Collector
	inner.Addf("Api", "is required")
	inner.Addf("Name", "is 100%% wrong")
	outer.MergeAs(inner.Err("Inner"), map[string]string{"Name": "ApiName"})
	outer.MergeAs(nil, nil)
	expect(t, &outer, "ApiName: is 100% wrong")
}

// expect fails unless the one problem is want, or there is none and want is "".
func expect(t *testing.T, problems *validation.Collector, want string) {
	t.Helper()
	got := ""
	for _, problem := range problems.Problems {
		got += problem.String()
	}
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAQuotedURLKeepsNoSecret(t *testing.T) {
	for url, want := range map[string]string{
		"localhost:3001":                 `"localhost:3001"`,
		"https://me:hush@example.org/a":  `"https://…@example.org/a"`,
		"https://me:hu/sh?h@example.org": `"https://…@example.org"`,
		"me:hush@example.org":            `"…@example.org"`,
		"http://example.org?key=hush":    `"http://example.org?…"`,
		"http://example.org#hush":        `"http://example.org#…"`,
	} {
		if got := validation.QuoteURL(url); got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
}
