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
	// AuthorizationServer is an existing authorization server for the API, used with
	// GetScope and PostScope. Its owner adds the clients. Props that configure a new
	// authorization server, user pool, domain or client are not allowed with it.
	//
	// Default: a new one with the scopes post, get and delete, and one client.
	AuthorizationServer machineauth.AuthorizationServer
	// GetScope is the scope of AuthorizationServer that GET requires. It is required
	// with AuthorizationServer, and not allowed without.
	//
	// Default: weather-api/get.
	GetScope machineauth.Scope
	// PostScope is the scope of AuthorizationServer that POST requires. It is required
	// with AuthorizationServer, and not allowed without.
	//
	// Default: weather-api/post.
	PostScope machineauth.Scope
	// UserPool is an existing user pool for the new authorization server.
	//
	// Default: a new user pool.
	UserPool awscognito.IUserPool
	// UserPoolDomain is the existing domain of UserPool, which is required with it.
	//
	// Default: a new domain with DomainPrefix.
	UserPoolDomain awscognito.IUserPoolDomain
	// TokenUrl is the URL of the token endpoint behind UserPoolDomain. It is required
	// if UserPoolDomain was imported with a name that only CloudFormation knows: see
	// [machineauth.AuthorizationServerProps].
	//
	// Default: the URL that UserPoolDomain implies.
	TokenUrl *string
	// UserPoolName is the new user pool's name, 1 to 128 ASCII letters, digits, spaces
	// and _ + = , . @ -. It is not allowed with UserPool.
	//
	// Default: weather-events-api-cognito-user-pool.
	UserPoolName *string
	// RemovalPolicy says what happens to the new user pool, and to the access log's log
	// group, when they leave the stack: DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE.
	// It is not allowed with UserPool.
	//
	// Default: DESTROY, so that destroying the stack leaves nothing behind.
	RemovalPolicy awscdk.RemovalPolicy
	// DomainPrefix is the first label of the token endpoint's domain: 1 to 63
	// characters of a-z, 0-9 and -, with no - at either end and without "aws", "amazon"
	// or "cognito". It must be unique among all accounts of the Region. Changing it on
	// a deployed stack fails the deployment: see
	// [machineauth.AuthorizationServerProps].
	//
	// Default: weather-events-api- and the last group of the stack id's UUID.
	DomainPrefix *string
	// AccessTokenValidity is how long an access token is valid, 5 minutes to
	// 1 day in whole minutes.
	//
	// Default: 60 minutes.
	AccessTokenValidity awscdk.Duration
	// ServiceClient configures the client: whether its credentials are stored, and its
	// generations while its secret is rotated. Its Scopes must be nil, because the
	// client gets the scopes of GET and POST.
	//
	// Default: a client whose secret is in the user pool only.
	ServiceClient *machineauth.ClientProps
	// AuthorizerResultTtl is how long API Gateway caches the authorizer's result for a
	// token, 0 to 1 hour in whole seconds. 0 turns the cache off.
	//
	// Default: API Gateway's default, 5 minutes.
	AuthorizerResultTtl awscdk.Duration
	// RestApiName is the API's name, 1 to 255 characters.
	//
	// Default: Weather Events REST API.
	RestApiName *string
	// StageName is the name of the stage and the first path segment of the API's URL: 1
	// to 128 characters of a-z, A-Z, 0-9, _ and -, not a token.
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
	// OutputPrefix is put in front of the names of the stack outputs: 1 to 64 letters
	// and digits, a letter first, not a token. If a stack has two WeatherEventsApi, one
	// needs it.
	//
	// Default: none, the outputs are ApiUrl, TokenUrl, UserPoolId, ClientId and Scopes,
	// and CredentialsArn if the credentials are stored.
	OutputPrefix *string
	// ValidatePost makes API Gateway check the body of POST against the model of a
	// weather event before the backend sees it: name, dateStart and dateEnd, and
	// nothing else. Turn it off if PostIntegration takes another body.
	//
	// Default: true, an invalid body gets 400.
	ValidatePost *bool
	// AccessLogs writes a log entry for every request, with the client, its scopes,
	// status, latency and the authorizer's error. It needs the account's API Gateway
	// CloudWatch role: see AccountCloudWatchRole.
	//
	// Default: true.
	AccessLogs *bool
	// AccessLogRetention is how long access log entries are kept. It is not allowed if
	// AccessLogs is false.
	//
	// Default: three months.
	AccessLogRetention awslogs.RetentionDays
	// AccountCloudWatchRole creates the role with which API Gateway writes logs, and
	// sets it for the whole account and Region: every API there then uses it. The role
	// stays when the stack is deleted. If the account already has the role, leave this
	// off and acknowledge [observability.AccountRoleWarning].
	//
	// Default: false, and a warning asks whether the account has the role.
	AccountCloudWatchRole *bool
	// Tracing traces requests with AWS X-Ray, which AWS charges for.
	//
	// Default: false.
	Tracing *bool
	// DetailedMetrics publishes CloudWatch metrics for each method, which AWS charges
	// for.
	//
	// Default: false, metrics are for the stage only.
	DetailedMetrics *bool
	// AlarmTopic gets the alarms for errors, latency and throttling: see
	// [observability.Alarms]. CloudWatch charges for each alarm.
	//
	// Default: none, no alarms.
	AlarmTopic awssns.ITopic
	// Dashboard creates a CloudWatch dashboard. CloudWatch charges for each dashboard
	// after the third in an account.
	//
	// Default: false.
	Dashboard *bool
	// ThrottlingRateLimit is the number of requests per second that the stage accepts
	// on average for each method, more than 0 and at most 10,000, the limit that all
	// APIs of an account and Region share. Further requests get 429.
	//
	// Source: "Throttle requests to your REST APIs", API Gateway Developer Guide.
	//
	// Default: 100.
	ThrottlingRateLimit *float64
	// ThrottlingBurstLimit is the number of concurrent requests that the stage accepts,
	// a whole number from 1 to 5,000, the limit that all APIs of an account and Region
	// share.
	//
	// Source: "Throttle requests to your REST APIs", API Gateway Developer Guide.
	//
	// Default: 200.
	ThrottlingBurstLimit *float64
	// GetThrottlingRateLimit is ThrottlingRateLimit for GET only.
	//
	// Default: ThrottlingRateLimit.
	GetThrottlingRateLimit *float64
	// GetThrottlingBurstLimit is ThrottlingBurstLimit for GET only.
	//
	// Default: ThrottlingBurstLimit.
	GetThrottlingBurstLimit *float64
	// PostThrottlingRateLimit is ThrottlingRateLimit for POST only.
	//
	// Default: ThrottlingRateLimit.
	PostThrottlingRateLimit *float64
	// PostThrottlingBurstLimit is ThrottlingBurstLimit for POST only.
	//
	// Default: ThrottlingBurstLimit.
	PostThrottlingBurstLimit *float64
	// WebAclArn is the ARN of an existing regional AWS WAF web ACL in the stack's
	// Region, for the stage and the new user pool with its token endpoint. An existing
	// user pool or authorization server keeps its web ACL. It is not allowed with
	// ManagedWebAcl.
	//
	// Default: none.
	WebAclArn *string
	// ManagedWebAcl creates a web ACL with a rate limit for each IP address and AWS's
	// common rule groups, which AWS charges for: see [edge.WebAcl].
	//
	// Default: false.
	ManagedWebAcl *bool
	// WebAclRateLimit is the number of requests that one IP address may send in 5
	// minutes, a whole number from 10 to 2,000,000,000. It needs ManagedWebAcl. The
	// default is about 7 per second, less than the stage accepts: raise it for services
	// that call more often, or that share an address.
	//
	// Default: 2000.
	WebAclRateLimit *float64
	// ApiDomainName is the API's custom domain, such as api.example.org: 4 to 253
	// characters of a-z, 0-9 and -, in labels separated by dots. It turns the default
	// endpoint off. Point a DNS alias record for the domain at the output
	// ApiDomainTarget.
	//
	// Default: none, the API is at its default endpoint.
	ApiDomainName *string
	// ApiCertificate is the certificate for ApiDomainName, from AWS Certificate Manager
	// in the stack's Region. It is required with ApiDomainName, and not allowed
	// without.
	//
	// Default: none.
	ApiCertificate awscertificatemanager.ICertificate
	// ApiBasePath is the path segment of ApiDomainName below which the API is served: 1
	// to 300 letters, digits and $-_.+!*'(), without a slash. It needs ApiDomainName.
	//
	// Default: none, the API is at the root of the domain.
	ApiBasePath *string
	// SecurityPolicy sets the minimum TLS version and the ciphers of ApiDomainName,
	// TLS_1_2 or stricter: see [edge.ApiDomainProps]. It needs ApiDomainName.
	//
	// Default: TLS_1_2.
	SecurityPolicy awsapigateway.SecurityPolicy
	// TokenDomainName is the token endpoint's custom domain, such as auth.example.org,
	// instead of DomainPrefix: 4 to 63 characters of a-z, 0-9 and -, in labels
	// separated by dots. Point a DNS alias record for the domain at the output
	// TokenDomainTarget.
	//
	// Default: none, the token endpoint is at DomainPrefix.
	TokenDomainName *string
	// TokenCertificate is the certificate for TokenDomainName, from AWS Certificate
	// Manager in us-east-1, whatever the stack's Region. It is required with
	// TokenDomainName, and not allowed without.
	//
	// Default: none.
	TokenCertificate awscertificatemanager.ICertificate
	// ResourcePolicy is the API's resource policy, which says who may reach the API at
	// all. Callers still need a token. It must have at least one statement; it denies
	// everything that no statement allows.
	//
	// Default: none, everyone on the network can reach the API.
	ResourcePolicy awsiam.PolicyDocument
}

// withDefaults returns a copy of valid props with all defaults that do not depend on
// the construct tree.
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

// isOn reports whether an option whose default is false was turned on.
func isOn(option *bool) bool { return option != nil && *option }

// isOff reports whether an option whose default is true was turned off.
func isOff(option *bool) bool { return option != nil && !*option }
