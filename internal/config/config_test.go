package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/config"
)

func TestDefaults(t *testing.T) {
	got, problems := config.FromContext(map[string]any{
		"@aws-cdk/core:checkSecretUsage": true,
		"aws:cdk:version-reporting":      false,
		"availability-zones:account=1":   []any{"a"},
		"acknowledged-issue-numbers":     []any{1.0},
		"cdk-migrate":                    true,
	})
	if len(problems) != 0 {
		t.Errorf("keys of CDK itself are problems: %v", problems)
	}
	if diff := cmp.Diff(config.Config{StackName: "weather-events-api"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	context := map[string]any{
		"stackName":             "s",
		"account":               "123456789012",
		"region":                "us-gov-west-1",
		"terminationProtection": true,
		"stageName":             "stage",
		"domainPrefix":          "prefix",
		"userPoolName":          "pool",
		"restApiName":           "api",
		"removalPolicy":         "retain",
		"accessTokenValidity":   "1h30m",
		"authorizerResultTtl":   "90s",
		"accountCloudWatchRole": "create",
		"accessLogRetention":    "three-months",
		"throttlingRateLimit":   "12.5",
		"throttlingBurstLimit":  25.0,
		"tracing":               "true",
		"detailedMetrics":       true,
	}
	for _, key := range config.Keys() {
		if _, set := context[key.Name]; !set {
			t.Errorf("no case tries key %s", key.Name)
		}
	}
	got, problems := config.FromContext(context)
	if len(problems) != 0 {
		t.Fatal(problems)
	}
	validity, ttl := 90*time.Minute, 90*time.Second
	text := func(s string) *string { return &s }
	number := func(n float64) *float64 { return &n }
	want := config.Config{
		StackName: "s", Account: text("123456789012"), Region: text("us-gov-west-1"), TerminationProtection: true,
		StageName: text("stage"), DomainPrefix: text("prefix"), UserPoolName: text("pool"), RestApiName: text("api"),
		Retain: true, AccessTokenValidity: &validity, AuthorizerResultTtl: &ttl,
		CreateAccountCloudWatchRole: true, AccessLogRetention: "THREE_MONTHS",
		ThrottlingRateLimit: number(12.5), ThrottlingBurstLimit: number(25), Tracing: true, DetailedMetrics: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWordsOfTheCommandLine(t *testing.T) {
	for value, want := range map[any]bool{"true": true, "false": false, true: true, false: false} {
		got, problems := config.FromContext(map[string]any{"terminationProtection": value})
		if len(problems) != 0 || got.TerminationProtection != want {
			t.Errorf("%v: got %v %v", value, got.TerminationProtection, problems)
		}
	}
	if got, problems := config.FromContext(map[string]any{"removalPolicy": "destroy"}); got.Retain || len(problems) != 0 {
		t.Errorf("destroy retains: %v", problems)
	}
	if got, problems := config.FromContext(map[string]any{"accountCloudWatchRole": "existing"}); !got.HasAccountCloudWatchRole || got.CreateAccountCloudWatchRole || len(problems) != 0 {
		t.Errorf("the account's role: %+v %v", got, problems)
	}
}

func TestProblems(t *testing.T) {
	for _, test := range []struct {
		name  string
		key   string
		value any
		want  string
	}{
		{"wrong type", "stageName", 7.0, "stageName: must be a string, got 7"},
		{"empty", "stageName", "", "stageName: is empty: give a value, or leave the key out for the default"},
		{"not a boolean", "terminationProtection", "yes", `terminationProtection: must be true or false, got "yes"`},
		{"misspelt value", "removalPolicy", "retian", `removalPolicy: must be destroy or retain, got "retian": did you mean retain?`},
		{"duration without unit", "accessTokenValidity", "60", `accessTokenValidity: must be a duration with its unit, such as 90s, 60m or 1h30m, got "60"`},
		{"role", "accountCloudWatchRole", "exist", `accountCloudWatchRole: must be existing or create, got "exist": did you mean existing?`},
		{"retention", "accessLogRetention", "90d", `accessLogRetention: must be one-week or one-month or three-months or one-year or ten-years or infinite, got "90d"`},
		{"not a number", "throttlingRateLimit", "many", `throttlingRateLimit: must be a number, got many`},
		{"wrong type of a number", "throttlingRateLimit", true, `throttlingRateLimit: must be a number, got true`},
		{"stack name", "stackName", "a_b", `stackName: must be 1 to 128 characters of letters, digits and -, a letter first, got "a_b"`},
		{"account", "account", "1234567890123", `account: must be 12 characters of digits, got "1234567890123"`},
		{"region", "region", "eu_west_1", `region: must be 1 to 32 characters of a-z, 0-9 and -, such as eu-west-1, got "eu_west_1"`},
		{"key of nothing", "foo", "1", "foo: is not a context key of this app: allowed are " + strings.Join(keyNames(), ", ")},
		{"misspelt key", "acessTokenValidity", "60m", "acessTokenValidity: is not a context key of this app: did you mean accessTokenValidity?"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, problems := config.FromContext(map[string]any{test.key: test.value})
			if len(problems) != 1 || problems[0].String() != test.want {
				t.Errorf("got %v, want [%s]", problems, test.want)
			}
		})
	}
}

func keyNames() (names []string) {
	for _, key := range config.Keys() {
		names = append(names, key.Name)
	}
	return names
}
