package observability_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/internal/cdktest"
)

// newAPI returns an API with one method: CDK requires one.
func newAPI(stack awscdk.Stack, id string, log observability.AccessLog) awsapigateway.RestApi {
	options := &awsapigateway.StageOptions{}
	if log != nil {
		options.AccessLogDestination, options.AccessLogFormat = log.Destination(), log.Format()
	}
	api := awsapigateway.NewRestApi(stack, jsii.String(id), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false), DeployOptions: options,
	})
	api.Root().AddMethod(jsii.String("GET"), nil, nil)
	return api
}

func TestAccessLogByDefault(t *testing.T) {
	stack := cdktest.NewStack()
	log := observability.NewAccessLog(stack, jsii.String("AccessLog"), nil)
	newAPI(stack, "Api", log)
	template := cdktest.Synth(t, stack)
	group := template.At("AccessLog/LogGroup")
	cdktest.Equal(t, "RetentionInDays", group.Get("RetentionInDays"), any(90.0))
	cdktest.Equal(t, "DeletionPolicy", group.Attributes["DeletionPolicy"], any("Delete"))
	stage := template.At("Api/DeploymentStage.prod")
	cdktest.Equal(t, "destination", stage.Get("AccessLogSetting.DestinationArn"), group.GetAtt("Arn"))

	var entry map[string]string
	if err := json.Unmarshal([]byte(stage.Get("AccessLogSetting.Format").(string)), &entry); err != nil {
		t.Fatalf("an entry is not JSON: %v", err)
	}
	for name, variable := range map[string]string{
		"requestId":         "$context.requestId",
		"extendedRequestId": "$context.extendedRequestId",
		"clientId":          "$context.authorizer.claims.client_id",
		"scope":             "$context.authorizer.claims.scope",
		"method":            "$context.httpMethod",
		"resourcePath":      "$context.resourcePath",
		"status":            "$context.status",
		"responseLatency":   "$context.responseLatency",
		"integrationStatus": "$context.integration.status",
		"authorizerError":   "$context.authorizer.error",
		"errorMessage":      "$context.error.message",
		"sourceIp":          "$context.identity.sourceIp",
		"userAgent":         "$context.identity.userAgent",
	} {
		cdktest.Equal(t, name, entry[name], variable)
	}
	if !strings.HasPrefix(stage.Get("AccessLogSetting.Format").(string), `{"userAgent":`) {
		t.Error("the user agent, which the caller chooses, does not come first")
	}
	for _, variable := range entry {
		if strings.Contains(variable, "header") || strings.Contains(variable, "validationErrorString") {
			t.Errorf("an entry holds %s: a token, or what the caller wrote", variable)
		}
	}
}

func TestAccessLogProps(t *testing.T) {
	stack := cdktest.NewStack()
	log := observability.NewAccessLog(stack, jsii.String("AccessLog"), &observability.AccessLogProps{
		Retention: awslogs.RetentionDays_ONE_WEEK, RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	cdktest.Equal(t, "path", *log.LogGroup().Node().Path(), "Test/AccessLog/LogGroup")
	group := cdktest.Synth(t, stack).At("AccessLog/LogGroup")
	cdktest.Equal(t, "RetentionInDays", group.Get("RetentionInDays"), any(7.0))
	cdktest.Equal(t, "DeletionPolicy", group.Attributes["DeletionPolicy"], any("Retain"))

	failure := cdktest.MustPanic(t, func() {
		observability.NewAccessLog(stack, jsii.String("Other"), &observability.AccessLogProps{
			Retention: "ONE_YAER", RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT,
		})
	}, "Test/Other: 2 problems:", "1. Retention: must be ONE_DAY, ", " or INFINITE, got ONE_YAER: did you mean ONE_YEAR?",
		"2. RemovalPolicy: must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT")
	var invalid *observability.ValidationError
	if !errors.As(failure.(error), &invalid) {
		t.Errorf("panicked with a %T", failure)
	}
	cdktest.MustPanic(t, func() { observability.NewAccessLog(nil, jsii.String("AccessLog"), nil) }, "NewAccessLog: scope is nil")
}

const accountRole = "access logs need the account's API Gateway CloudWatch role, shared by every API of the account and Region; " +
	"without it the deployment fails (CloudWatch Logs role ARN must be set in account settings): " +
	"acknowledge this warning if the account has the role, or create it with AccountCloudWatchRole of a WeatherEventsApi, CloudWatchRole of a RestApi"

func TestAccountRoleWarning(t *testing.T) {
	for _, test := range []struct {
		name        string
		created     bool
		acknowledge bool
		want        int
	}{
		{"by default", false, false, 1},
		{"the app creates the role", true, false, 0},
		{"acknowledged", false, true, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := cdktest.NewStack()
			log := observability.NewAccessLog(stack, jsii.String("AccessLog"), &observability.AccessLogProps{AccountRoleIsCreated: &test.created})
			if test.acknowledge {
				awscdk.Validations_Of(log).Acknowledge(&awscdk.Acknowledgment{Id: observability.AccountRoleWarning(), Reason: jsii.String("it has")})
			}
			warnings := cdktest.Warnings(t, stack)
			cdktest.Equal(t, "number of warnings", len(warnings), test.want)
			if test.want == 1 && !strings.HasPrefix(warnings[0], accountRole) {
				t.Errorf("the warning is %q", warnings[0])
			}
		})
	}
}
