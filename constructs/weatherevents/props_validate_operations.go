package weatherevents

import (
	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

func (p *WeatherEventsApiProps) validateObservability(problems *validation.Collector) {
	problems.MergeAs((&observability.AccessLogProps{Retention: p.AccessLogRetention}).Validate(),
		map[string]string{"Retention": "AccessLogRetention"})
	if isOff(p.AccessLogs) {
		const noLogs = "has no effect with AccessLogs false: leave one of the two out"
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

// The account's limits for all its APIs of a Region together.
//
// Source: "Throttle requests to your REST APIs", API Gateway Developer Guide.
const (
	maxRateLimit  = 10_000
	maxBurstLimit = 5_000
)

func (p *WeatherEventsApiProps) validateEdge(problems *validation.Collector) {
	problems.String("WebAclArn", p.WebAclArn, limits.WebAclArn)
	if p.WebAclArn != nil && isOn(p.ManagedWebAcl) {
		problems.Addf("WebAclArn", "has no effect with ManagedWebAcl: leave one of the two out")
	}
	if p.WebAclRateLimit != nil && !isOn(p.ManagedWebAcl) {
		problems.Addf("WebAclRateLimit", "has no effect without ManagedWebAcl: set that too, or leave it out")
	}
	problems.MergeAs((&edge.WebAclProps{RateLimit: p.WebAclRateLimit}).Validate(), map[string]string{"RateLimit": "WebAclRateLimit"})
	p.validateApiDomain(problems)
	if p.ResourcePolicy != nil && *p.ResourcePolicy.IsEmpty() {
		problems.Addf("ResourcePolicy", "is empty, which would deny every request: give it a statement that allows execute-api:Invoke, or leave it out")
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
			problems.Addf(prop.name, "has no effect without ApiDomainName: give that too, or leave it out")
		}
	}
}
