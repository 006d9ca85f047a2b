// Package config reads the app's configuration from the CDK context.
package config

import (
	"regexp"
	"strings"
	"time"

	"example.com/weather-events-api/internal/validation"
)

// Config is the app's configuration. A nil field is not set, and its property has
// its default.
type Config struct {
	// StackName is the name of the stack, and its construct id.
	StackName string
	// Account and Region are where the stack is deployed. Default: the stack is
	// environment-agnostic and deployed where the AWS credentials point.
	Account, Region *string
	// TerminationProtection prevents the stack from being deleted.
	TerminationProtection bool
	// StageName to RestApiName are properties of the WeatherEventsApi.
	StageName, DomainPrefix, UserPoolName, RestApiName *string
	// Retain keeps the user pool when it is removed from the stack.
	Retain bool
	// AccessTokenValidity and AuthorizerResultTtl are properties of the WeatherEventsApi.
	AccessTokenValidity, AuthorizerResultTtl *time.Duration
	// CreateAccountCloudWatchRole sets the account's API Gateway CloudWatch role;
	// HasAccountCloudWatchRole says that the account already has one.
	CreateAccountCloudWatchRole, HasAccountCloudWatchRole bool
	// AccessLogRetention is a property of the WeatherEventsApi, in CDK's spelling.
	AccessLogRetention string
	// ThrottlingRateLimit and ThrottlingBurstLimit are properties of the WeatherEventsApi.
	ThrottlingRateLimit, ThrottlingBurstLimit *float64
	// Tracing and DetailedMetrics are properties of the WeatherEventsApi.
	Tracing, DetailedMetrics bool
}

// Key is a context key of the app.
type Key struct {
	// Name is the name of the key.
	Name string
	// Default describes the default.
	Default string
	// Values describes the allowed values.
	Values string
}

// Keys returns all context keys of the app.
func Keys() []Key {
	return []Key{
		{"stackName", DefaultStackName, "1 to 128 letters, digits and -, a letter first"},
		{"account", "from the credentials", "12 digits"},
		{"region", "from the credentials", "a Region, such as eu-west-1"},
		{"terminationProtection", "false", "true or false"},
		{"stageName", "weather", "1 to 128 of a-z, A-Z, 0-9, _ and -"},
		{"domainPrefix", "weather-events-api- and the end of the stack id", "1 to 63 of a-z, 0-9 and -, no - at either end, without aws, amazon or cognito"},
		{"userPoolName", "weather-events-api-cognito-user-pool", "1 to 128 ASCII letters, digits, spaces and _ + = , . @ -"},
		{"restApiName", "Weather Events REST API", "1 to 255 characters"},
		{"removalPolicy", "destroy", "destroy or retain"},
		{"accessTokenValidity", "60m", "5m to 24h in whole minutes"},
		{"authorizerResultTtl", "API Gateway's, 5m", "0s to 1h in whole seconds"},
		{"accountCloudWatchRole", "none, with a warning; cdk.json says existing", "existing or create"},
		{"accessLogRetention", "three-months", strings.Join(retentions, " or ")},
		{"throttlingRateLimit", "100", "requests a second, above 0 to 10000"},
		{"throttlingBurstLimit", "200", "requests at once, 1 to 5000"},
		{"tracing", "false", "true or false"},
		{"detailedMetrics", "false", "true or false"},
	}
}

// retentions are some of the retention periods of CloudWatch Logs.
var retentions = []string{"one-week", "one-month", "three-months", "one-year", "ten-years", "infinite"}

// DefaultStackName is the default of stackName.
const DefaultStackName = "weather-events-api"

var (
	// Source: CreateStack, AWS CloudFormation API reference.
	stackNameRule = validation.StringRule{
		Min: 1, Max: 128,
		Pattern: regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`),
		Allowed: "letters, digits and -, a letter first",
	}
	accountRule = validation.StringRule{
		Min: 12, Max: 12,
		Pattern: regexp.MustCompile(`^[0-9]+$`),
		Allowed: "digits",
	}
	regionRule = validation.StringRule{
		Min: 1, Max: 32,
		Pattern: regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`),
		Allowed: "a-z, 0-9 and -, such as eu-west-1",
	}
)

// FromContext reads the configuration from the context of an app. It returns every
// problem: values of the wrong type or form, and unknown keys. The WeatherEventsApi
// checks the values of its properties.
func FromContext(context map[string]any) (Config, []validation.Problem) {
	r := reader{context: context}
	config := Config{
		Account:               r.text("account"),
		Region:                r.text("region"),
		TerminationProtection: r.boolean("terminationProtection"),
		StageName:             r.text("stageName"),
		DomainPrefix:          r.text("domainPrefix"),
		UserPoolName:          r.text("userPoolName"),
		RestApiName:           r.text("restApiName"),
		Retain:                r.oneOf("removalPolicy", "destroy", "retain") == "retain",
		AccessTokenValidity:   r.duration("accessTokenValidity"),
		AuthorizerResultTtl:   r.duration("authorizerResultTtl"),
		AccessLogRetention:    strings.ToUpper(strings.ReplaceAll(r.oneOf("accessLogRetention", retentions...), "-", "_")),
		ThrottlingRateLimit:   r.number("throttlingRateLimit"),
		ThrottlingBurstLimit:  r.number("throttlingBurstLimit"),
		Tracing:               r.boolean("tracing"),
		DetailedMetrics:       r.boolean("detailedMetrics"),
	}
	role := r.oneOf("accountCloudWatchRole", "existing", "create")
	config.HasAccountCloudWatchRole = role == "existing"
	config.CreateAccountCloudWatchRole = role == "create"
	config.StackName = DefaultStackName
	if name := r.text("stackName"); name != nil {
		config.StackName = *name
	}
	r.problems.String("stackName", &config.StackName, stackNameRule)
	r.problems.String("account", config.Account, accountRule)
	r.problems.String("region", config.Region, regionRule)
	r.rejectUnknownKeys()
	return config, r.problems.Problems
}
