package weatherevents_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/cdktest"
)

type object = map[string]any

func TestOperationsByDefault(t *testing.T) {
	template := synth(t, nil)
	stage := template.At(api + "/DeploymentStage.weather")
	cdktest.Equal(t, "MethodSettings", stage.Get("MethodSettings"), any([]any{object{
		"HttpMethod": "*", "ResourcePath": "/*", "DataTraceEnabled": false, "ThrottlingRateLimit": 100.0, "ThrottlingBurstLimit": 200.0,
	}}))
	cdktest.Equal(t, "TracingEnabled", stage.Get("TracingEnabled"), nil)
	cdktest.Equal(t, "log of the stage", stage.Get("AccessLogSetting.DestinationArn"), template.At("WeatherEvents/AccessLog/LogGroup").GetAtt("Arn"))
	post := template.At(api + "/Default/POST")
	cdktest.Equal(t, "model of POST", post.Get("RequestModels"), any(object{"application/json": template.At(api + "/WeatherEvent").Ref()}))
	cdktest.Equal(t, "validator of POST", post.Get("RequestValidatorId"), template.At(api+"/BodyValidator").Ref())
	cdktest.Equal(t, "validator of GET", template.At(api+"/Default/GET").Get("RequestValidatorId"), nil)
	cdktest.Equal(t, "ValidateRequestBody", template.At(api+"/BodyValidator").Get("ValidateRequestBody"), any(true))
}

func TestEveryOperationsPropReachesTheTemplate(t *testing.T) {
	stack := cdktest.NewStack()
	topic := awssns.NewTopic(stack, jsii.String("OnCall"), nil)
	policy := awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
		awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions:    jsii.Strings("execute-api:Invoke"),
			Resources:  jsii.Strings("execute-api:/*"),
		}),
	}})
	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		RemovalPolicy:            awscdk.RemovalPolicy_RETAIN,
		AccessLogRetention:       awslogs.RetentionDays_ONE_YEAR,
		AccountCloudWatchRole:    jsii.Bool(true),
		Tracing:                  jsii.Bool(true),
		DetailedMetrics:          jsii.Bool(true),
		AlarmTopic:               topic,
		Dashboard:                jsii.Bool(true),
		ThrottlingRateLimit:      jsii.Number(50),
		ThrottlingBurstLimit:     jsii.Number(60),
		GetThrottlingRateLimit:   jsii.Number(70),
		PostThrottlingBurstLimit: jsii.Number(5),
		ManagedWebAcl:            jsii.Bool(true),
		WebAclRateLimit:          jsii.Number(500),
		ApiDomainName:            jsii.String("api.example.org"),
		ApiCertificate:           certificate(stack, "eu-west-1"),
		ApiBasePath:              jsii.String("weather"),
		TokenDomainName:          jsii.String("auth.example.org"),
		TokenCertificate:         certificate(stack, "us-east-1"),
		ResourcePolicy:           policy,
	})
	cdktest.Equal(t, "warnings", cdktest.Warnings(t, stack), []string(nil))
	template := cdktest.Synth(t, stack)

	setting := func(method, path string, rate, burst float64) any {
		return object{"HttpMethod": method, "ResourcePath": path, "DataTraceEnabled": false, "MetricsEnabled": true, "ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}
	}
	stage := template.At(api + "/DeploymentStage.weather")
	cdktest.Equal(t, "MethodSettings", stage.Get("MethodSettings"), any([]any{
		setting("*", "/*", 50, 60), setting("GET", "/", 70, 60), setting("POST", "/", 50, 5),
	}))
	cdktest.Equal(t, "TracingEnabled", stage.Get("TracingEnabled"), any(true))
	group := template.At("WeatherEvents/AccessLog/LogGroup")
	cdktest.Equal(t, "RetentionInDays", group.Get("RetentionInDays"), any(365.0))
	cdktest.Equal(t, "DeletionPolicy", group.Attributes["DeletionPolicy"], any("Retain"))

	account := template.At(api + "/Account")
	cdktest.Equal(t, "account's role", account.Get("CloudWatchRoleArn"), template.At(api+"/CloudWatchRole").GetAtt("Arn"))
	cdktest.Equal(t, "the role stays", account.Attributes["DeletionPolicy"], any("Retain"))
	if !strings.Contains(strings.Join(stage.DependsOn, " "), account.LogicalID) {
		t.Error("the stage does not wait for the role")
	}
	cdktest.Equal(t, "alarms", len(weather.Alarms().All()), 5)
	cdktest.Equal(t, "dashboards", len(template.OfType("AWS::CloudWatch::Dashboard")), 1)
	acl := template.At("WeatherEvents/WebAcl")
	cdktest.Equal(t, "rate limit", acl.Get("Rules.0.Statement.RateBasedStatement.Limit"), any(500.0))
	cdktest.Equal(t, "web ACL of the pool", template.At("WeatherEvents/UserPoolWebAcl").Properties,
		object{"WebACLArn": acl.GetAtt("Arn"), "ResourceArn": template.At(auth + "/UserPool").GetAtt("Arn")})
	cdktest.Equal(t, "policy", template.At(api).Get("Policy.Statement.0.Resource"), any("execute-api:/*"))
	cdktest.Equal(t, "default endpoint off", template.At(api).Get("DisableExecuteApiEndpoint"), any(true))
	domain := template.At("WeatherEvents/ApiDomain/DomainName")
	cdktest.Equal(t, "ApiUrl", template.Outputs["ApiUrl"], any("https://api.example.org/weather/"))
	cdktest.Equal(t, "ApiDomainTarget", template.Outputs["ApiDomainTarget"], domain.GetAtt("RegionalDomainName"))
	cdktest.Equal(t, "token domain", template.At(auth+"/Domain").Get("CustomDomainConfig.CertificateArn"), any("arn:aws:acm:us-east-1:123456789012:certificate/abc"))
	cdktest.Equal(t, "TokenUrl", template.Outputs["TokenUrl"], any(object{"Fn::Join": []any{"", []any{"https://", template.At(auth + "/Domain").Ref(), "/oauth2/token"}}}))
	cdktest.Equal(t, "TokenDomainTarget", template.Outputs["TokenDomainTarget"], template.At(auth+"/Domain").GetAtt("CloudFrontDistribution"))
	for what, path := range map[string]*string{
		"AccessLog": weather.AccessLog().Node().Path(), "Alarms": weather.Alarms().Node().Path(),
		"Dashboard": weather.Dashboard().Node().Path(), "ApiDomain": weather.Domain().Node().Path(),
	} {
		cdktest.Equal(t, "path", *path, "Test/WeatherEvents/"+what)
	}
}

func TestWhatCanBeTurnedOff(t *testing.T) {
	stack := cdktest.NewStack()
	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		AccessLogs: jsii.Bool(false), ValidatePost: jsii.Bool(false), AlarmTopic: awssns.NewTopic(stack, jsii.String("OnCall"), nil),
	})
	cdktest.Equal(t, "warnings", cdktest.Warnings(t, stack), []string(nil))
	template := cdktest.Synth(t, stack)
	for _, resourceType := range []string{"AWS::Logs::LogGroup", "AWS::Logs::MetricFilter", "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::Account"} {
		cdktest.Equal(t, resourceType, len(template.OfType(resourceType)), 0)
	}
	cdktest.Equal(t, "AccessLogSetting", template.At(api+"/DeploymentStage.weather").Get("AccessLogSetting"), nil)
	cdktest.Equal(t, "alarms", len(weather.Alarms().All()), 4)
	if weather.AccessLog() != nil || weather.Dashboard() != nil || weather.Domain() != nil {
		t.Error("AccessLog, Dashboard and Domain must be nil")
	}
}

// Somebody else's user pool keeps its web ACL: a pool can have only one.
func TestAGivenUserPoolGetsNoWebAcl(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Existing"), jsii.String("eu-west-1_AbCdEfGhI"))
	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		UserPool: pool, WebAclArn: jsii.String(webACL),
	})
	template := cdktest.Synth(t, stack)
	cdktest.Equal(t, "associations", len(template.OfType("AWS::WAFv2::WebACLAssociation")), 1)
	cdktest.Equal(t, "web ACLs", len(template.OfType("AWS::WAFv2::WebACL")), 0)
	cdktest.Equal(t, "WebACLArn", template.At("WeatherEvents/StageWebAcl").Get("WebACLArn"), any(webACL))
}

func TestWhatHasToBeInTheStacksRegion(t *testing.T) {
	stack := awscdk.NewStack(cdktest.NewApp(nil), jsii.String("Test"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}})
	virginia := certificate(stack, "us-east-1")
	children := len(*stack.Node().Children())
	cdktest.MustPanic(t, func() {
		weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
			ApiDomainName: jsii.String("api.example.org"), ApiCertificate: virginia,
		})
	}, "Test/WeatherEvents: ApiCertificate: must be in eu-west-1, the stack's Region, as the domain is regional, got one in us-east-1")
	cdktest.MustPanic(t, func() {
		weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
			WebAclArn: jsii.String("arn:aws:wafv2:us-east-1:123456789012:regional/webacl/name/id"),
		})
	}, "Test/WeatherEvents: WebAclArn: must be in eu-west-1, the stack's Region, got one in us-east-1")
	cdktest.Equal(t, "children of the stack", len(*stack.Node().Children()), children)
}
