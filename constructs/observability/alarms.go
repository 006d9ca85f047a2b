package observability

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// AlarmsProps configures [Alarms].
type AlarmsProps struct {
	// Api is the API to watch. It must deploy itself, which is the default.
	//
	// Required.
	Api awsapigateway.RestApi
	// Topic gets a message when an alarm starts and when it ends. NewAlarms allows the
	// account's alarms to publish to the topic, and to use its key if it has one. An
	// imported topic must allow cloudwatch.amazonaws.com itself.
	//
	// Required.
	Topic awssns.ITopic
	// AccessLog is the API's access log, in which throttled requests are counted.
	//
	// Default: none, and no alarm for throttled requests.
	AccessLog AccessLog
	// ClientErrorPercent is the percentage of 4xx answers, 0 to 100. A higher
	// percentage for 15 minutes raises an alarm.
	//
	// Default: 20.
	ClientErrorPercent *float64
	// ServerErrors is the number of 5xx answers in 5 minutes, a whole number from 0 to
	// 1,000,000,000. A higher number raises an alarm.
	//
	// Default: 0.
	ServerErrors *float64
	// LatencyP99 is the 99th percentile of the latency, more than 0 and at most 29
	// seconds. A higher latency for 15 minutes raises an alarm.
	//
	// Default: 3 seconds.
	LatencyP99 awscdk.Duration
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
func (p *AlarmsProps) Validate() error {
	if p == nil {
		p = &AlarmsProps{}
	}
	var problems validation.Collector
	requireAPI(&problems, p.Api)
	if p.Topic == nil {
		problems.Addf("Topic", "is required: pass the SNS topic for the alarms")
	}
	problems.Number("ClientErrorPercent", p.ClientErrorPercent, validation.NumberRule{Min: 0, Max: 100})
	problems.Number("ServerErrors", p.ServerErrors, validation.NumberRule{Min: 0, Max: 1e9, Whole: true})
	if p.LatencyP99 != nil && !*p.LatencyP99.IsUnresolved() {
		const longest = 29 * time.Second
		if latency := milliseconds(p.LatencyP99); latency <= 0 || latency > float64(longest.Milliseconds()) {
			problems.Addf("LatencyP99", "must be more than 0s and at most %s, got %s", longest, time.Duration(latency*float64(time.Millisecond)))
		}
	}
	return problems.Err("AlarmsProps")
}

func requireAPI(problems *validation.Collector, api awsapigateway.RestApi) {
	if api == nil {
		problems.Addf("Api", "is required: pass the RestApi to watch")
	} else if api.LatestDeployment() == nil {
		problems.Addf("Api", "%s has no stage of its own to watch: do not set Deploy to false", *api.Node().Path())
	}
}

func milliseconds(duration awscdk.Duration) float64 {
	return *duration.ToMilliseconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})
}

// Alarms watch the stage of a REST API and the token endpoint: 4xx rate, 5xx, latency,
// throttled requests, and throttled token requests, which Cognito counts for the whole
// account and Region. CloudWatch charges for each alarm.
type Alarms interface {
	constructs.Construct

	// All returns the alarms, for example to add actions.
	All() []awscloudwatch.Alarm
}

type alarms = jsiiProxy_alarms // see construction.New

type jsiiProxy_alarms struct {
	constructs.Construct
	topic awssns.ITopic
	all   []awscloudwatch.Alarm
}

// NewAlarms creates [Alarms] in scope. If props are invalid, it creates nothing and
// panics with a *[ValidationError].
func NewAlarms(scope constructs.Construct, id *string, props *AlarmsProps) Alarms {
	construction.RequireScopeAndID("NewAlarms", scope, id)
	var problems validation.Collector
	problems.Merge(props.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)

	a := &alarms{topic: props.Topic}
	construction.New(a, scope, id)
	a.permitToPublish()
	measure := metricsOf(props.Api)
	latency := 3000.0
	if props.LatencyP99 != nil {
		latency = milliseconds(props.LatencyP99)
	}
	a.add("ClientErrors", "more 4xx answers than usual: a client is misconfigured, or someone tries tokens",
		measure.clientErrors(), number(props.ClientErrorPercent, 20), 3)
	a.add("ServerErrors", "5xx answers: the backend or its configuration fails",
		measure.serverErrors(), number(props.ServerErrors, 0), 1)
	a.add("Latency", "the slowest hundredth of the requests takes long (milliseconds)",
		measure.latency("p99"), latency, 3)
	if props.AccessLog != nil {
		a.add("Throttled", "requests are turned away with 429: a client calls too often, or the limit is too low",
			measure.throttledRequests(props.AccessLog, props.AccessLog), 0, 1)
	}
	a.add("TokensThrottled", "Cognito throttles token requests of this account and Region: clients have to keep their tokens until they expire",
		measure.throttledTokenRequests(), 0, 1)
	return a
}

// permitToPublish allows the account's alarms to publish to the topic. By default a
// topic allows that only while it has no policy and no customer-managed key: with
// EnforceSSL or a key, alarms would notify nobody.
//
// Source: "Allowing a CloudWatch alarm to publish", and "Enable compatibility between
// event sources from AWS services and encrypted topics", Amazon SNS Developer Guide.
func (a *alarms) permitToPublish() {
	a.topic.GrantPublish(awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(a).Account()}},
	}))
}

// add creates an alarm that starts when metric exceeds threshold for a number of 5-minute
// periods.
func (a *alarms) add(id, description string, metric awscloudwatch.IMetric, threshold, periods float64) {
	alarm := awscloudwatch.NewAlarm(a, jsii.String(id), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.String(description),
		Metric:             metric,
		Threshold:          jsii.Number(threshold),
		EvaluationPeriods:  jsii.Number(periods),
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	action := awscloudwatchactions.NewSnsAction(a.topic)
	alarm.AddAlarmAction(action)
	alarm.AddOkAction(action)
	a.all = append(a.all, alarm)
}

func (a *alarms) All() []awscloudwatch.Alarm { return append([]awscloudwatch.Alarm(nil), a.all...) }

func number(value *float64, byDefault float64) float64 {
	if value == nil {
		return byDefault
	}
	return *value
}
