package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// validate panics, before anything is created, if a WeatherEventsApi cannot be,
// and returns the stack that it will be in.
func validate(scope constructs.Construct, id *string, props *WeatherEventsApiProps) awscdk.Stack {
	construction.RequireScopeAndID("NewWeatherEventsApi", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	prefix := ""
	if props != nil && props.OutputPrefix != nil {
		prefix = *props.OutputPrefix
	}
	stack := construction.StackOf(scope)
	if outputsTaken(stack, prefix) {
		problems.Addf("OutputPrefix", "the stack has an output %s already: give each WeatherEventsApi of a stack its own OutputPrefix", validation.Quote(prefix+apiURLOutput))
	}
	if props != nil && props.ApiCertificate != nil {
		problems.Certificate("ApiCertificate", props.ApiCertificate.CertificateArn(), *stack.Region(), edge.RegionalCertificate)
	}
	if props != nil && props.WebAclArn != nil {
		limits.WebAclRegion(&problems, "WebAclArn", *props.WebAclArn, *stack.Region())
	}
	construction.PanicIfInvalid(scope, *id, &problems)
	return stack
}
