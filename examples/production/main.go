// Production is the weather events API with everything that a platform team requires:
// stored credentials with an open rotation, a second service, logs, traces, metrics,
// alarms, a dashboard, limits, a web ACL and domains.
//
// Replace the account, the Region, the domains and the certificates with yours. There
// is no resource policy, because who may connect depends on your networks.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/constructs/weatherevents"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	newProductionStack(app)
	app.Synth(nil)
}

func newProductionStack(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("production"), &awscdk.StackProps{
		Env:                   &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")},
		TerminationProtection: jsii.Bool(true),
	})
	key := awskms.NewKey(stack, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Weather events API: credentials and alarms"),
		EnableKeyRotation: jsii.Bool(true),
	})
	alarms := awssns.NewTopic(stack, jsii.String("AlarmTopic"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)})

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		RemovalPolicy:       awscdk.RemovalPolicy_RETAIN,
		AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(30)),
		AuthorizerResultTtl: awscdk.Duration_Minutes(jsii.Number(1)),
		ServiceClient: &machineauth.ClientProps{
			StoreCredentials:    jsii.Bool(true),
			SecretEncryptionKey: key,
			Generations:         jsii.Numbers(1, 2), // a rotation is open: 2 is next
		},

		AccessLogRetention: awslogs.RetentionDays_ONE_YEAR,
		Tracing:            jsii.Bool(true),
		DetailedMetrics:    jsii.Bool(true),
		AlarmTopic:         alarms,
		Dashboard:          jsii.Bool(true),

		ThrottlingRateLimit:     jsii.Number(50),
		ThrottlingBurstLimit:    jsii.Number(100),
		PostThrottlingRateLimit: jsii.Number(5),
		ManagedWebAcl:           jsii.Bool(true),
		WebAclRateLimit:         jsii.Number(1000),

		ApiDomainName:    jsii.String("api.example.org"),
		ApiCertificate:   certificate(stack, "ApiCertificate", "eu-west-1"),
		TokenDomainName:  jsii.String("auth.example.org"),
		TokenCertificate: certificate(stack, "TokenCertificate", "us-east-1"),
	})
	awscdk.Validations_Of(weather.AccessLog()).Acknowledge(&awscdk.Acknowledgment{
		Id:     observability.AccountRoleWarning(),
		Reason: jsii.String("the landing zone sets the role in every account"),
	})
	auth := weather.AuthorizationServer()
	auth.AddClient(jsii.String("Reporting"), &machineauth.ClientProps{
		Scopes:              &[]machineauth.Scope{auth.Scopes()[1]}, // get only
		AccessTokenValidity: awscdk.Duration_Hours(jsii.Number(12)),
		StoreCredentials:    jsii.Bool(true),
		SecretEncryptionKey: key,
	})
	acceptFindings(weather)
	return stack
}

// acceptFindings accepts each finding of cdk-nag's AwsSolutions rules with a reason. It
// accepts a finding for one construct, never a complete rule.
func acceptFindings(weather weatherevents.WeatherEventsApi) {
	userPool := weather.AuthorizationServer().UserPool()
	accept(userPool, "AwsSolutions-COG2", "the pool has no users: self sign-up is off and no client has a sign-in flow, so nobody could present a second factor")
	accept(userPool, "AwsSolutions-COG3", "threat protection is for user sign-ins, and there are none; the web ACL limits the token endpoint")
	accept(weather.RestApi().DeploymentStage(), "AwsSolutions-APIG6", "the access log names client, scope, status and error of each request; execution logs would add payloads and headers, tokens among them")
	for _, client := range weather.AuthorizationServer().Clients() {
		accept(client.Secret(), "AwsSolutions-SMG4", "no template can change a Cognito client secret: it is rotated by generation, in two deployments, so that no call fails")
	}
}

// accept writes the acceptance of one finding, and its reason, into the template.
func accept(construct constructs.IConstruct, rule, reason string) {
	cdknag.NagSuppressions_AddResourceSuppressions(construct, &[]*cdknag.NagPackSuppression{{
		Id: jsii.String(rule), Reason: jsii.String(reason),
	}}, jsii.Bool(true))
}

func certificate(stack awscdk.Stack, id, region string) awscertificatemanager.ICertificate {
	arn := "arn:aws:acm:" + region + ":123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
	return awscertificatemanager.Certificate_FromCertificateArn(stack, &id, &arn)
}
