package weatherevents_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/constructs/weatherevents"
)

// One line gives the complete system.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)

	fmt.Println(*weather.ServiceClient().Scope())
	// Output: weather-api/post weather-api/get
}

// GET gets your own backend, and a new method requires a scope that no client holds yet.
func ExampleWeatherEventsApi() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		StageName:           jsii.String("v1"),
		AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(15)),
		GetIntegration:      awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/events"), nil),
	})

	auth := weather.AuthorizationServer()
	remove := auth.Scopes()[2]
	auth.AddClient(jsii.String("Janitor"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{remove}})
	weather.RestApi().Root().AddMethod(jsii.String("DELETE"), nil, weather.ProtectedApi().Require(remove))

	fmt.Println(*auth.QualifiedName(remove))
	// Output: weather-api/delete
}

// Access logs, alarms and their recipient.
func ExampleNewWeatherEventsApi_observability() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)
	topic := awssns.NewTopic(stack, jsii.String("OnCall"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		AccessLogRetention: awslogs.RetentionDays_ONE_YEAR,
		Tracing:            jsii.Bool(true),
		DetailedMetrics:    jsii.Bool(true),
		AlarmTopic:         topic,
		Dashboard:          jsii.Bool(true),
	})

	fmt.Println("alarms:", len(weather.Alarms().All()))
	// Output: alarms: 5
}

// The account already has the role for API Gateway's logs.
func ExampleNewWeatherEventsApi_accountRole() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
	awscdk.Validations_Of(weather.AccessLog()).Acknowledge(&awscdk.Acknowledgment{
		Id:     observability.AccountRoleWarning(),
		Reason: jsii.String("the landing zone sets the role in every account"),
	})

	warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	fmt.Println("warnings left:", len(*warnings))
	// Output: warnings left: 0
}

// Rate limits, and the addresses that may call.
func ExampleNewWeatherEventsApi_limits() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)
	officeOnly := awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions:    jsii.Strings("execute-api:Invoke"),
			Resources:  jsii.Strings("execute-api:/*"),
			Conditions: &map[string]any{"IpAddress": map[string]any{"aws:SourceIp": "192.0.2.0/24"}},
		}),
	}})

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		ThrottlingRateLimit:     jsii.Number(50), // requests a second
		ThrottlingBurstLimit:    jsii.Number(100),
		PostThrottlingRateLimit: jsii.Number(5),
		ManagedWebAcl:           jsii.Bool(true), // or WebAclArn: one of your own
		WebAclRateLimit:         jsii.Number(1000),
		ResourcePolicy:          officeOnly,
	})

	fmt.Println(*weather.RestApi().Node().Path())
	// Output: weather/WeatherEvents/RestApi
}

// The API and the token endpoint get your own domains.
func ExampleNewWeatherEventsApi_domains() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)
	certificate := func(id, region string) awscertificatemanager.ICertificate {
		return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String(id),
			jsii.String("arn:aws:acm:"+region+":123456789012:certificate/abc"))
	}
	inTheStacksRegion, inVirginia := certificate("Api", "eu-west-1"), certificate("Token", "us-east-1")

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		ApiDomainName:    jsii.String("api.example.org"),
		ApiCertificate:   inTheStacksRegion,
		ApiBasePath:      jsii.String("weather"),
		TokenDomainName:  jsii.String("auth.example.org"),
		TokenCertificate: inVirginia, // us-east-1, wherever the stack is
	})

	fmt.Println(*weather.Url())
	// Output: https://api.example.org/weather/
}
