package weatherevents

import (
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/construction"
)

// withDefaults returns a copy of valid props in which everything that does not
// depend on the tree is set.
func (p *WeatherEventsApiProps) withDefaults(app *construction.App) WeatherEventsApiProps {
	var resolved WeatherEventsApiProps
	if p != nil {
		resolved = *p
	}
	setDefault := func(property **string, value string) {
		if *property == nil {
			*property = jsii.String(value)
		}
	}
	setDefaultNumber := func(property **float64, value float64) {
		if *property == nil {
			*property = jsii.Number(value)
		}
	}
	if resolved.UserPool == nil {
		setDefault(&resolved.UserPoolName, "weather-events-api-cognito-user-pool")
	}
	setDefault(&resolved.RestApiName, "Weather Events REST API")
	setDefault(&resolved.StageName, "weather")
	setDefault(&resolved.OutputPrefix, "")
	setDefaultNumber(&resolved.ThrottlingRateLimit, 100)
	setDefaultNumber(&resolved.ThrottlingBurstLimit, 200)
	if resolved.GetIntegration == nil {
		resolved.GetIntegration = mockIntegration(app, eventsResponse)
	}
	if resolved.PostIntegration == nil {
		resolved.PostIntegration = mockIntegration(app, createdResponse)
	}
	return resolved
}

func (p *WeatherEventsApiProps) authorizationServerProps(scopes scopes) *machineauth.AuthorizationServerProps {
	return &machineauth.AuthorizationServerProps{
		Identifier:         jsii.String("weather-api"),
		ResourceServerName: jsii.String("Weather API Resource Server"),
		Scopes:             &[]machineauth.Scope{scopes.post, scopes.get, scopes.delete},
		UserPool:           p.UserPool,
		UserPoolName:       p.UserPoolName,
		UserPoolDomain:     p.UserPoolDomain,
		TokenUrl:           p.TokenUrl,
		DomainPrefix:       p.DomainPrefix,
		TokenDomainName:    p.TokenDomainName,
		TokenCertificate:   p.TokenCertificate,
		RemovalPolicy:      p.RemovalPolicy,
	}
}

func (p *WeatherEventsApiProps) serviceClientProps(scopes scopes) *machineauth.ClientProps {
	var client machineauth.ClientProps
	if p.ServiceClient != nil {
		client = *p.ServiceClient
	}
	if client.AccessTokenValidity == nil {
		client.AccessTokenValidity = p.AccessTokenValidity
	}
	client.Scopes = &[]machineauth.Scope{scopes.post, scopes.get}
	return &client
}

func (p *WeatherEventsApiProps) protectOptions() *machineauth.ProtectOptions {
	return &machineauth.ProtectOptions{
		AuthorizerResultTtl:        p.AuthorizerResultTtl,
		AllowAccountCloudWatchRole: p.AccountCloudWatchRole,
	}
}

// isOn reports whether an option that is off by default was turned on.
func isOn(option *bool) bool { return option != nil && *option }

// isOff reports whether an option that is on by default was turned off.
func isOff(option *bool) bool { return option != nil && !*option }
