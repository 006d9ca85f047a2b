package weatherevents

import (
	"regexp"

	"example.com/weather-events-api/constructs/machineauth"
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

// knownAtSynthesis adds a problem if value is a token: CDK makes construct ids
// of the names of stages and outputs, which cannot hold one.
func knownAtSynthesis(problems *validation.Collector, property string, value *string) {
	if value != nil && validation.IsToken(*value) {
		problems.Addf(property, "must be known at synthesis, got a token: give a plain string")
	}
}

// validateGivenServer checks the props that go with AuthorizationServer, and
// rejects those that only a new one could heed.
func (p *WeatherEventsApiProps) validateGivenServer(problems *validation.Collector) {
	validateScope := func(property string, scope machineauth.Scope) {
		if scope == nil {
			problems.Addf(property, "is required with AuthorizationServer: give the scope of it that opens the method")
			return
		}
		for _, declared := range p.AuthorizationServer.Scopes() {
			if declared == scope {
				return
			}
		}
		problems.Addf(property, "%s is not a scope of AuthorizationServer: give one that it declares", validation.Quote(scope.Name()))
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
			problems.Addf(prop.name, "has no effect on the existing AuthorizationServer: leave one of the two out")
		}
	}
}

func (p *WeatherEventsApiProps) validateNewServer(problems *validation.Collector) {
	const needsServer = "is a scope of an existing AuthorizationServer: give that too, or leave it out"
	if p.GetScope != nil {
		problems.Addf("GetScope", needsServer)
	}
	if p.PostScope != nil {
		problems.Addf("PostScope", needsServer)
	}
	problems.Merge(p.authorizationServerProps(newScopes()).Validate())
	if client := p.ServiceClient; client != nil {
		if client.Scopes != nil {
			problems.Addf("ServiceClient", "has the scopes of GET and POST: leave its Scopes out")
		}
		if client.AccessTokenValidity != nil && p.AccessTokenValidity != nil {
			problems.Addf("AccessTokenValidity", "is given in ServiceClient too: leave one of the two out")
		}
	}
	problems.Merge(p.serviceClientProps(scopes{}).Validate())
}
