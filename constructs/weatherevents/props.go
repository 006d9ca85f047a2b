package weatherevents

import (
	"regexp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/validation"
)

// WeatherEventsApiProps configures a [WeatherEventsApi]. Every field is optional.
type WeatherEventsApiProps struct {
	// AuthorizationServer is an existing authorization server to put in front of
	// the API, together with GetScope and PostScope. Its owner adds the clients.
	//
	// Default: a new one with the scopes post, get and delete, and one client.
	AuthorizationServer machineauth.AuthorizationServer
	// GetScope is the scope of AuthorizationServer that GET requires. Required
	// with AuthorizationServer, not allowed without.
	//
	// Default: weather-api/get.
	GetScope machineauth.Scope
	// PostScope is the scope of AuthorizationServer that POST requires. Required
	// with AuthorizationServer, not allowed without.
	//
	// Default: weather-api/post.
	PostScope machineauth.Scope
	// UserPool is an existing user pool for the new authorization server.
	//
	// Default: a new user pool.
	UserPool awscognito.IUserPool
	// UserPoolDomain is the existing domain of UserPool.
	//
	// Default: a new domain with DomainPrefix.
	UserPoolDomain awscognito.IUserPoolDomain
	// UserPoolName is the new user pool's name, 1 to 128 letters, digits, spaces
	// and _ + = , . @ -
	//
	// Default: weather-events-api-cognito-user-pool.
	UserPoolName *string
	// RemovalPolicy says what becomes of the new user pool when it leaves the
	// stack: DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.
	//
	// Default: DESTROY, so that destroying the stack leaves nothing behind.
	RemovalPolicy awscdk.RemovalPolicy
	// DomainPrefix is the first label of the token endpoint's domain, used as it
	// is: 1 to 63 of a-z, 0-9 and -, with no - at either end and without "aws",
	// "amazon" or "cognito". It has to be unique among all accounts of the Region.
	//
	// Default: weather-events-api- and the last group of the stack id's UUID.
	DomainPrefix *string
	// AccessTokenValidity is how long an access token is valid, 5 minutes to
	// 1 day in whole minutes.
	//
	// Default: 60 minutes.
	AccessTokenValidity awscdk.Duration
	// ServiceClient says more about the one client: whether its credentials are
	// stored, and its generations while its secret is rotated. Its Scopes are
	// those of GET and POST: leave them out.
	//
	// Default: a client whose secret is in the user pool only.
	ServiceClient *machineauth.ClientProps
	// AuthorizerResultTtl is how long API Gateway caches the result for a token,
	// 0 to 1 hour in whole seconds. 0 turns the cache off.
	//
	// Default: API Gateway's own default, 5 minutes.
	AuthorizerResultTtl awscdk.Duration
	// RestApiName is the API's name, 1 to 255 characters.
	//
	// Default: Weather Events REST API.
	RestApiName *string
	// StageName is the stage and the first path segment of the API's URL, 1 to
	// 128 of a-z, A-Z, 0-9, _ and -
	//
	// Default: weather.
	StageName *string
	// GetIntegration is the backend of GET.
	//
	// Default: a mock that answers with two weather events.
	GetIntegration awsapigateway.Integration
	// PostIntegration is the backend of POST.
	//
	// Default: a mock that answers {"message":"success"}.
	PostIntegration awsapigateway.Integration
	// OutputPrefix stands in front of the names of the stack outputs, 1 to 64
	// letters and digits, a letter first. A stack that holds two WeatherEventsApi
	// needs it for one of them.
	//
	// Default: none, the outputs are ApiUrl, TokenUrl, UserPoolId, ClientId and
	// Scopes, and CredentialsArn if the credentials are stored.
	OutputPrefix *string
}

var (
	restApiNameRule = validation.StringRule{
		Min: 1, Max: 255,
		Pattern: regexp.MustCompile(`(?s)^.+$`),
		Allowed: "text",
	}
	// Source: "Quotas for configuring and running a REST API", API Gateway Developer Guide.
	stageNameRule = validation.StringRule{
		Min: 1, Max: 128,
		Pattern: regexp.MustCompile(`^[A-Za-z0-9_-]+$`),
		Allowed: "a-z, A-Z, 0-9, _ and -",
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
	problems.String("StageName", p.StageName, stageNameRule)
	problems.String("OutputPrefix", p.OutputPrefix, outputPrefixRule)
	return problems.Err("WeatherEventsApiProps")
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
		{"UserPoolName", p.UserPoolName != nil},
		{"RemovalPolicy", p.RemovalPolicy != ""},
		{"DomainPrefix", p.DomainPrefix != nil},
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

// withDefaults returns a copy of valid props in which everything that does not
// depend on the tree is set.
func (p *WeatherEventsApiProps) withDefaults() WeatherEventsApiProps {
	var resolved WeatherEventsApiProps
	if p != nil {
		resolved = *p
	}
	setDefault := func(property **string, value string) {
		if *property == nil {
			*property = jsii.String(value)
		}
	}
	if resolved.UserPool == nil {
		setDefault(&resolved.UserPoolName, "weather-events-api-cognito-user-pool")
	}
	setDefault(&resolved.RestApiName, "Weather Events REST API")
	setDefault(&resolved.StageName, "weather")
	setDefault(&resolved.OutputPrefix, "")
	if resolved.GetIntegration == nil {
		resolved.GetIntegration = mockIntegration(eventsResponse)
	}
	if resolved.PostIntegration == nil {
		resolved.PostIntegration = mockIntegration(createdResponse)
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
		DomainPrefix:       p.DomainPrefix,
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
	return &machineauth.ProtectOptions{AuthorizerResultTtl: p.AuthorizerResultTtl}
}
