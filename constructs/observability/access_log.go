package observability

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// AccessLogProps configures an [AccessLog]. Every field is optional.
type AccessLogProps struct {
	// Retention is how long log entries are kept, one of CDK's RetentionDays.
	//
	// Default: three months.
	Retention awslogs.RetentionDays
	// RemovalPolicy says what happens to the log group when it leaves the stack: DESTROY,
	// RETAIN or RETAIN_ON_UPDATE_OR_DELETE. Other policies are refused.
	//
	// Default: DESTROY.
	RemovalPolicy awscdk.RemovalPolicy
	// AccountRoleIsCreated says that the app creates the account's API Gateway CloudWatch
	// role, for example with a RestApi's CloudWatchRole.
	//
	// Default: false, which adds [AccountRoleWarning].
	AccountRoleIsCreated *bool
}

// retentions are the members of awslogs.RetentionDays.
var retentions = []string{
	"ONE_DAY", "THREE_DAYS", "FIVE_DAYS", "ONE_WEEK", "TWO_WEEKS", "ONE_MONTH", "TWO_MONTHS", "THREE_MONTHS", "FOUR_MONTHS", "FIVE_MONTHS",
	"SIX_MONTHS", "ONE_YEAR", "THIRTEEN_MONTHS", "EIGHTEEN_MONTHS", "TWO_YEARS", "THREE_YEARS", "FIVE_YEARS", "SIX_YEARS", "SEVEN_YEARS",
	"EIGHT_YEARS", "NINE_YEARS", "TEN_YEARS", "INFINITE",
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (p *AccessLogProps) Validate() error {
	var problems validation.Collector
	if p != nil {
		problems.OneOf("Retention", string(p.Retention), retentions...)
		problems.RemovalPolicy("RemovalPolicy", string(p.RemovalPolicy))
	}
	return problems.Err("AccessLogProps")
}

// AccessLog is the log group for the access log of a REST API's stage, and the format of
// its entries.
//
// API Gateway writes logs with one role per account and Region. If the account has none,
// the deployment of the stage fails: see [AccountRoleWarning].
type AccessLog interface {
	constructs.Construct

	// LogGroup returns the log group.
	LogGroup() awslogs.LogGroup
	// Destination returns the log group for StageOptions.AccessLogDestination.
	Destination() awsapigateway.IAccessLogDestination
	// Format returns [AccessLogFormat].
	Format() awsapigateway.AccessLogFormat
}

type accessLog = jsiiProxy_accessLog // see construction.New

type jsiiProxy_accessLog struct {
	constructs.Construct
	logGroup awslogs.LogGroup
	format   awsapigateway.AccessLogFormat
}

// NewAccessLog creates an [AccessLog] in scope. Nil props mean the defaults. If props are
// invalid, it creates nothing and panics with a *[ValidationError].
func NewAccessLog(scope constructs.Construct, id *string, props *AccessLogProps) AccessLog {
	construction.RequireScopeAndID("NewAccessLog", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)

	resolved := AccessLogProps{Retention: awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY}
	if props != nil {
		if props.Retention != "" {
			resolved.Retention = props.Retention
		}
		if props.RemovalPolicy != "" {
			resolved.RemovalPolicy = props.RemovalPolicy
		}
		resolved.AccountRoleIsCreated = props.AccountRoleIsCreated
	}
	a := &accessLog{format: construction.Once(construction.AppOf(scope), "access log format", AccessLogFormat)}
	construction.New(a, scope, id)
	a.logGroup = awslogs.NewLogGroup(a, jsii.String("LogGroup"), &awslogs.LogGroupProps{
		Retention:     resolved.Retention,
		RemovalPolicy: resolved.RemovalPolicy,
	})
	if resolved.AccountRoleIsCreated == nil || !*resolved.AccountRoleIsCreated {
		awscdk.Annotations_Of(a.logGroup).AddWarningV2(AccountRoleWarning(), jsii.String(accountRoleWarning), nil)
	}
	return a
}

// AccountRoleWarning returns the id of the warning that access logs need the account's
// API Gateway CloudWatch role, which this construct does not create. To accept it if
// the account has the role:
//
//	awscdk.Validations_Of(accessLog).Acknowledge(&awscdk.Acknowledgment{
//		Id:     observability.AccountRoleWarning(),
//		Reason: jsii.String("the landing zone sets the role in every account"),
//	})
func AccountRoleWarning() *string {
	return jsii.String("@weather-events-api/observability:accountRole")
}

const accountRoleWarning = "access logs need the account's API Gateway CloudWatch role, shared by every API of the account and Region; " +
	"without it the deployment fails (CloudWatch Logs role ARN must be set in account settings): " +
	"acknowledge this warning if the account has the role, or create it with AccountCloudWatchRole of a WeatherEventsApi, CloudWatchRole of a RestApi"

// AccessLogFormat returns the format of an access log entry: one JSON object whose values
// are all strings, "-" if there is no value.
//
// clientId and scope are claims of the access token; both are "-" if the authorizer
// refused the request. The user agent is the only value that the caller chooses freely.
// It comes first, so that if it ever breaks out of its quotes, a JSON parser still uses
// the values that API Gateway writes after it.
//
// Source: "Variables for access logging for API Gateway", API Gateway Developer Guide.
func AccessLogFormat() awsapigateway.AccessLogFormat {
	var format strings.Builder
	for i, field := range accessLogFields {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		format.WriteString(separator + `"` + field.name + `":"$context.` + field.variable + `"`)
	}
	format.WriteString("}")
	return awsapigateway.AccessLogFormat_Custom(jsii.String(format.String()))
}

var accessLogFields = []struct{ name, variable string }{
	{"userAgent", "identity.userAgent"},
	{"requestTime", "requestTime"},
	{"requestId", "requestId"},
	{"extendedRequestId", "extendedRequestId"},
	{"clientId", "authorizer.claims.client_id"},
	{"scope", "authorizer.claims.scope"},
	{"sourceIp", "identity.sourceIp"},
	{"method", "httpMethod"},
	{"resourcePath", "resourcePath"},
	{"status", "status"},
	{"responseLatency", "responseLatency"},
	{"responseLength", "responseLength"},
	{"integrationStatus", "integration.status"},
	{"integrationLatency", "integration.latency"},
	{"authorizerStatus", "authorizer.status"},
	{"authorizerError", "authorizer.error"},
	{"errorType", "error.responseType"},
	{"errorMessage", "error.message"},
}

func (a *accessLog) LogGroup() awslogs.LogGroup { return a.logGroup }
func (a *accessLog) Destination() awsapigateway.IAccessLogDestination {
	return awsapigateway.NewLogGroupLogDestination(a.logGroup)
}
func (a *accessLog) Format() awsapigateway.AccessLogFormat { return a.format }
