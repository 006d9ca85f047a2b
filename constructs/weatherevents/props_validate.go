package weatherevents

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

var (
	restApiNameRule = validation.StringRule{
		Min: 1, Max: 255,
		Pattern: regexp.MustCompile(`(?s)^.+$`),
		Allowed: "text",
	}
	// An output's name is a logical id: alphanumeric.
	outputPrefixRule = validation.StringRule{
		Min: 1, Max: 64,
		Pattern: regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`),
		Allowed: "letters and digits, a letter first",
	}
)

// Validate returns nil, or a *[ValidationError] that lists every problem.
// Unresolved tokens are not checked. Nil props are valid.
func (p *WeatherEventsApiProps) Validate() error {
	if p == nil {
		return nil
	}
	var problems validation.Collector
	if p.AuthorizationServer != nil {
		p.validateGivenServer(&problems)
	} else {
		p.validateNewServer(&problems)
	}
	problems.Merge(p.protectOptions().Validate())
	problems.String("RestApiName", p.RestApiName, restApiNameRule)
	problems.String("StageName", p.StageName, limits.StageName)
	problems.String("OutputPrefix", p.OutputPrefix, outputPrefixRule)
	knownAtSynthesis(&problems, "StageName", p.StageName)
	knownAtSynthesis(&problems, "OutputPrefix", p.OutputPrefix)
	p.validateObservability(&problems)
	p.validateThrottling(&problems)
	p.validateEdge(&problems)
	return problems.Err("WeatherEventsApiProps")
}

// knownAtSynthesis adds a problem if value is a token: CDK derives construct ids from
// the names of stages and outputs, and an id cannot contain a token.
func knownAtSynthesis(problems *validation.Collector, property string, value *string) {
	if value != nil && validation.IsToken(*value) {
		problems.Addf(property, "must be known at synthesis, got a token: use a plain string")
	}
}

// validateGivenServer checks the props that go with AuthorizationServer, and rejects
// props that only affect a new one.
func (p *WeatherEventsApiProps) validateGivenServer(problems *validation.Collector) {
	validateScope := func(property string, scope machineauth.Scope) {
		if scope == nil {
			problems.Addf(property, "is required with AuthorizationServer: pass the scope of AuthorizationServer that the method requires")
			return
		}
		for _, declared := range p.AuthorizationServer.Scopes() {
			if declared == scope {
				return
			}
		}
		problems.Addf(property, "%s is not a scope of AuthorizationServer: pass a scope that it declares", validation.Quote(scope.Name()))
	}
	validateScope("GetScope", p.GetScope)
	validateScope("PostScope", p.PostScope)
	for _, prop := range []struct {
		name string
		set  bool
	}{
		{"UserPool", p.UserPool != nil},
		{"UserPoolDomain", p.UserPoolDomain != nil},
		{"TokenUrl", p.TokenUrl != nil},
		{"UserPoolName", p.UserPoolName != nil},
		{"RemovalPolicy", p.RemovalPolicy != ""},
		{"DomainPrefix", p.DomainPrefix != nil},
		{"TokenDomainName", p.TokenDomainName != nil},
		{"TokenCertificate", p.TokenCertificate != nil},
		{"AccessTokenValidity", p.AccessTokenValidity != nil},
		{"ServiceClient", p.ServiceClient != nil},
	} {
		if prop.set {
			problems.Addf(prop.name, "has no effect on an existing AuthorizationServer: remove one of the two")
		}
	}
}

func (p *WeatherEventsApiProps) validateNewServer(problems *validation.Collector) {
	const needsServer = "has no effect without AuthorizationServer: set that too, or remove it"
	if p.GetScope != nil {
		problems.Addf("GetScope", needsServer)
	}
	if p.PostScope != nil {
		problems.Addf("PostScope", needsServer)
	}
	problems.Merge(p.authorizationServerProps(newScopes()).Validate())
	if client := p.ServiceClient; client != nil {
		if client.Scopes != nil {
			problems.Addf("ServiceClient", "has the scopes of GET and POST: remove its Scopes")
		}
		if client.AccessTokenValidity != nil && p.AccessTokenValidity != nil {
			problems.Addf("AccessTokenValidity", "is also set in ServiceClient: remove one of the two")
		}
	}
	problems.Merge(p.serviceClientProps(scopes{}).Validate())
}

func (p *WeatherEventsApiProps) validateObservability(problems *validation.Collector) {
	problems.MergeAs((&observability.AccessLogProps{Retention: p.AccessLogRetention}).Validate(),
		map[string]string{"Retention": "AccessLogRetention"})
	if isOff(p.AccessLogs) {
		const noLogs = "has no effect if AccessLogs is false: remove one of the two"
		if p.AccessLogRetention != "" {
			problems.Addf("AccessLogRetention", noLogs)
		}
		if isOn(p.AccountCloudWatchRole) {
			problems.Addf("AccountCloudWatchRole", noLogs)
		}
	}
}

func (p *WeatherEventsApiProps) validateThrottling(problems *validation.Collector) {
	for _, limit := range []struct {
		property string
		value    *float64
	}{
		{"ThrottlingRateLimit", p.ThrottlingRateLimit},
		{"GetThrottlingRateLimit", p.GetThrottlingRateLimit},
		{"PostThrottlingRateLimit", p.PostThrottlingRateLimit},
	} {
		problems.Number(limit.property, limit.value, validation.NumberRule{Above: true, Max: maxRateLimit})
	}
	for _, limit := range []struct {
		property string
		value    *float64
	}{
		{"ThrottlingBurstLimit", p.ThrottlingBurstLimit},
		{"GetThrottlingBurstLimit", p.GetThrottlingBurstLimit},
		{"PostThrottlingBurstLimit", p.PostThrottlingBurstLimit},
	} {
		problems.Number(limit.property, limit.value, validation.NumberRule{Min: 1, Max: maxBurstLimit, Whole: true})
	}
}

// The account's limits, shared by all APIs of a Region.
//
// Source: "Throttle requests to your REST APIs", API Gateway Developer Guide.
const (
	maxRateLimit  = 10_000
	maxBurstLimit = 5_000
)

func (p *WeatherEventsApiProps) validateEdge(problems *validation.Collector) {
	problems.String("WebAclArn", p.WebAclArn, limits.WebAclArn)
	if p.WebAclArn != nil && isOn(p.ManagedWebAcl) {
		problems.Addf("WebAclArn", "has no effect with ManagedWebAcl: remove one of the two")
	}
	if p.WebAclRateLimit != nil && !isOn(p.ManagedWebAcl) {
		problems.Addf("WebAclRateLimit", "has no effect without ManagedWebAcl: set that too, or remove it")
	}
	problems.MergeAs((&edge.WebAclProps{RateLimit: p.WebAclRateLimit}).Validate(), map[string]string{"RateLimit": "WebAclRateLimit"})
	p.validateApiDomain(problems)
	if p.ResourcePolicy != nil && *p.ResourcePolicy.IsEmpty() {
		problems.Addf("ResourcePolicy", "is empty, which would deny every request: add a statement that allows execute-api:Invoke, or remove it")
	}
}

func (p *WeatherEventsApiProps) validateApiDomain(problems *validation.Collector) {
	if p.ApiDomainName != nil {
		problems.MergeAs(p.apiDomainProps(nil).Validate(), map[string]string{
			"DomainName": "ApiDomainName", "Certificate": "ApiCertificate", "BasePath": "ApiBasePath", "SecurityPolicy": "SecurityPolicy",
		})
		return
	}
	for _, prop := range []struct {
		name string
		set  bool
	}{
		{"ApiCertificate", p.ApiCertificate != nil},
		{"ApiBasePath", p.ApiBasePath != nil},
		{"SecurityPolicy", p.SecurityPolicy != ""},
	} {
		if prop.set {
			problems.Addf(prop.name, "has no effect without ApiDomainName: set that too, or remove it")
		}
	}
}

// validate panics before anything is created if props are invalid in scope, and returns
// the stack of scope.
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
		problems.Addf("OutputPrefix", "the stack already has an output %s: give each WeatherEventsApi of a stack its own OutputPrefix", validation.Quote(prefix+apiURLOutput))
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
