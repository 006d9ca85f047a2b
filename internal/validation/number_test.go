package validation_test

import (
	"math"
	"testing"

	"example.com/weather-events-api/internal/validation"
)

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
			`C: must be a certificate of AWS Certificate Manager, as arn:aws:acm:us-east-1:…:certificate/…, got "arn:aws:iam::123456789012:server-certificate/abc"`},
		{"no ARN", "abc", token, `C: must be a certificate of AWS Certificate Manager, as arn:aws:acm:eu-west-1:…:certificate/…, got "abc"`},
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
