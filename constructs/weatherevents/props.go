package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/construction"
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
	// TokenUrl is the URL of the token endpoint behind UserPoolDomain, for one
	// that was imported under a name that only CloudFormation knows.
	//
	// Default: what UserPoolDomain tells.
	TokenUrl *string
	// UserPoolName is the new user pool's name, 1 to 128 ASCII letters,
	// digits, spaces and _ + = , . @ -
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
	// 128 of a-z, A-Z, 0-9, _ and -, known at synthesis.
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
	// letters and digits, a letter first, known at synthesis. A stack that holds
	// two WeatherEventsApi needs it for one of them.
	//
	// Default: none, the outputs are ApiUrl, TokenUrl, UserPoolId, ClientId and
	// Scopes, and CredentialsArn if the credentials are stored.
	OutputPrefix *string
	// ValidatePost makes API Gateway check the body of POST against the model of
	// a weather event before the backend sees it: name, dateStart and dateEnd, and
	// nothing else. Turn it off for a PostIntegration that takes another body.
	//
	// Default: true, an invalid body is answered with 400.
	ValidatePost *bool
	// AccessLogs writes an entry for every request to a log group, with the
	// client, its scopes, status, latency and the authorizer's error. It needs the
	// account's API Gateway CloudWatch role: see AccountCloudWatchRole.
	//
	// Default: true.
	AccessLogs *bool
	// AccessLogRetention is how long access log entries are kept. The log group's
	// removal policy is RemovalPolicy.
	//
	// Default: three months.
	AccessLogRetention awslogs.RetentionDays
	// AccountCloudWatchRole creates the role with which API Gateway writes logs
	// and sets it for the whole account and Region: every API there uses it from
	// then on. The role stays when the stack is deleted. Without it, acknowledge
	// [observability.AccountRoleWarning] if the account has the role.
	//
	// Default: false, and a warning asks whether the account has the role.
	AccountCloudWatchRole *bool
	// Tracing traces requests with AWS X-Ray, which costs.
	//
	// Default: false.
	Tracing *bool
	// DetailedMetrics publishes CloudWatch metrics for each method, which cost.
	//
	// Default: false, metrics are of the stage.
	DetailedMetrics *bool
	// AlarmTopic is told of alarms on errors, latency and throttling: see
	// [observability.Alarms] for what is watched. Alarms cost.
	//
	// Default: none, no alarms.
	AlarmTopic awssns.ITopic
	// Dashboard creates a CloudWatch dashboard, which may cost.
	//
	// Default: false.
	Dashboard *bool
	// ThrottlingRateLimit is how many requests a second the stage takes in the
	// long run, for each method, more than 0 and at most 10,000, which is what all
	// APIs of an account and Region share. What is above is answered with 429.
	//
	// Default: 100.
	ThrottlingRateLimit *float64
	// ThrottlingBurstLimit is how many requests the stage takes at once, a whole
	// number from 1 to 5,000, which all APIs of an account and Region share.
	//
	// Default: 200.
	ThrottlingBurstLimit *float64
	// GetThrottlingRateLimit is ThrottlingRateLimit for GET alone.
	//
	// Default: ThrottlingRateLimit.
	GetThrottlingRateLimit *float64
	// GetThrottlingBurstLimit is ThrottlingBurstLimit for GET alone.
	//
	// Default: ThrottlingBurstLimit.
	GetThrottlingBurstLimit *float64
	// PostThrottlingRateLimit is ThrottlingRateLimit for POST alone.
	//
	// Default: ThrottlingRateLimit.
	PostThrottlingRateLimit *float64
	// PostThrottlingBurstLimit is ThrottlingBurstLimit for POST alone.
	//
	// Default: ThrottlingBurstLimit.
	PostThrottlingBurstLimit *float64
	// WebAclArn is the ARN of an existing regional web ACL of AWS WAF, for the
	// stage and the new user pool with its token endpoint. A user pool or
	// authorization server that was given keeps the web ACL it has.
	//
	// Default: none.
	WebAclArn *string
	// ManagedWebAcl creates a web ACL instead, with a rate limit for each IP
	// address and the common rule groups of AWS: see [edge.WebAcl]. It costs.
	//
	// Default: false.
	ManagedWebAcl *bool
	// WebAclRateLimit is how many requests one IP address may send in 5 minutes
	// with ManagedWebAcl, a whole number from 10 to 2,000,000,000. The default is
	// about 7 a second, less than the stage takes: raise it for services that call
	// more often, or that share an address.
	//
	// Default: 2000.
	WebAclRateLimit *float64
	// ApiDomainName is the API's own domain, such as api.example.org. The default
	// endpoint is turned off then. The output ApiDomainTarget is what a DNS alias
	// record of the domain has to lead to.
	//
	// Default: none, the API is at its default endpoint.
	ApiDomainName *string
	// ApiCertificate is the certificate for ApiDomainName, of AWS Certificate
	// Manager in the stack's Region. Required with ApiDomainName.
	//
	// Default: none.
	ApiCertificate awscertificatemanager.ICertificate
	// ApiBasePath is the one path segment of ApiDomainName below which the API is
	// served.
	//
	// Default: none, the API is at the root of the domain.
	ApiBasePath *string
	// SecurityPolicy is the lowest TLS version and the ciphers of ApiDomainName,
	// TLS_1_2 or stricter: see [edge.ApiDomainProps].
	//
	// Default: TLS_1_2.
	SecurityPolicy awsapigateway.SecurityPolicy
	// TokenDomainName is the token endpoint's own domain, such as
	// auth.example.org, instead of DomainPrefix. The output TokenDomainTarget is
	// what a DNS alias record of the domain has to lead to.
	//
	// Default: none, the token endpoint is at DomainPrefix.
	TokenDomainName *string
	// TokenCertificate is the certificate for TokenDomainName, of AWS Certificate
	// Manager in us-east-1, whatever the stack's Region. Required with
	// TokenDomainName.
	//
	// Default: none.
	TokenCertificate awscertificatemanager.ICertificate
	// ResourcePolicy is the API's resource policy, which says who may reach the
	// API at all. A caller needs a token besides. It has at least one statement;
	// what no statement allows is denied.
	//
	// Default: none, the network lets everyone in.
	ResourcePolicy awsiam.PolicyDocument
}

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
