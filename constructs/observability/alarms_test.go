package observability_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/internal/cdktest"
)

func TestAlarmsAndDashboard(t *testing.T) {
	stack := cdktest.NewStack()
	topic := awssns.NewTopic(stack, jsii.String("Topic"), nil)
	log := observability.NewAccessLog(stack, jsii.String("AccessLog"), nil)
	api := newAPI(stack, "Api", log)
	alarms := observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{Api: api, Topic: topic, AccessLog: log})
	dashboard := observability.NewDashboard(stack, jsii.String("Dashboard"), &observability.DashboardProps{Api: api, AccessLog: log})
	cdktest.Equal(t, "alarms", len(alarms.All()), 5)
	cdktest.Equal(t, "dashboard", *dashboard.Dashboard().Node().Path(), "Test/Dashboard/Resource")

	template := cdktest.Synth(t, stack)
	for id, want := range map[string]struct {
		threshold, periods float64
		metric             []string
	}{
		"ClientErrors":    {20, 3, []string{`"MetricName":"4XXError"`, `"Stat":"Average"`, "100 * share"}},
		"ServerErrors":    {0, 1, []string{`"MetricName":"5XXError"`, `"Stat":"Sum"`}},
		"Latency":         {3000, 3, []string{`"MetricName":"Latency"`, `"Stat":"p99"`}},
		"Throttled":       {0, 1, []string{`-throttled`, `"Namespace":"MachineAuth"`, `"Stat":"Sum"`}},
		"TokensThrottled": {0, 1, []string{`SELECT SUM(ThrottleCount) FROM \"AWS/Usage\" WHERE Resource = 'ClientAuthentication'`}},
	} {
		alarm := template.At("Alarms/" + id)
		cdktest.Equal(t, id+" Threshold", alarm.Get("Threshold"), any(want.threshold))
		cdktest.Equal(t, id+" EvaluationPeriods", alarm.Get("EvaluationPeriods"), any(want.periods))
		cdktest.Equal(t, id+" ComparisonOperator", alarm.Get("ComparisonOperator"), any("GreaterThanThreshold"))
		cdktest.Equal(t, id+" TreatMissingData", alarm.Get("TreatMissingData"), any("notBreaching"))
		ref := []any{template.At("Topic").Ref()}
		cdktest.Equal(t, id+" AlarmActions", alarm.Get("AlarmActions"), any(ref))
		cdktest.Equal(t, id+" OKActions", alarm.Get("OKActions"), any(ref))
		text := jsonOf(alarm.Properties)
		for _, part := range want.metric {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not watch %s: %s", id, part, text)
			}
		}
	}
	stage := template.At("Api/DeploymentStage.prod")
	cdktest.Equal(t, "dimensions", template.At("Alarms/ServerErrors").Get("Metrics.0.MetricStat.Metric.Dimensions"), any([]any{
		map[string]any{"Name": "ApiName", "Value": "Api"}, map[string]any{"Name": "Stage", "Value": stage.Ref()},
	}))
	// The alarm and the dashboard share one filter.
	cdktest.Equal(t, "metric filters", len(template.OfType("AWS::Logs::MetricFilter")), 1)
	filter := template.At("AccessLog/ThrottledRequests")
	cdktest.Equal(t, "FilterPattern", filter.Get("FilterPattern"), any(`{ $.status = "429" }`))
	cdktest.Equal(t, "LogGroupName", filter.Get("LogGroupName"), template.At("AccessLog/LogGroup").Ref())

	body := jsonOf(template.At("Dashboard").Properties)
	for _, part := range []string{"4XXError", "5XXError", "p50", "p99", "CallCount", "ThrottleCount", "-throttled", "by clientId, status"} {
		if !strings.Contains(body, part) {
			t.Errorf("the dashboard does not show %s", part)
		}
	}
}

// A topic with its own policy or key refuses alarms unless both allow them.
func TestAlarmsMayPublish(t *testing.T) {
	stack := cdktest.NewStack()
	key := awskms.NewKey(stack, jsii.String("Key"), nil)
	topic := awssns.NewTopic(stack, jsii.String("Topic"), &awssns.TopicProps{MasterKey: key, EnforceSSL: jsii.Bool(true)})
	observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{Api: newAPI(stack, "Api", nil), Topic: topic})

	template := cdktest.Synth(t, stack)
	for _, policy := range []struct {
		path, property, action, resource string
	}{
		{"Topic/Policy", "PolicyDocument", `"sns:Publish"`, jsonOf(template.At("Topic").Ref())},
		{"Key", "KeyPolicy", `["kms:Decrypt","kms:GenerateDataKey*"]`, `"*"`},
	} {
		want := `{"Action":` + policy.action + `,"Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}},` +
			`"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Resource":` + policy.resource
		if got := jsonOf(template.At(policy.path).Get(policy.property)); !strings.Contains(got, want) {
			t.Errorf("%s lacks %s:\n%s", policy.path, want, got)
		}
	}
}

func TestAnImportedTopicIsLeftAsItIs(t *testing.T) {
	stack := cdktest.NewStack()
	topic := awssns.Topic_FromTopicArn(stack, jsii.String("Topic"), jsii.String("arn:aws:sns:eu-west-1:123456789012:alarms"))
	observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{Api: newAPI(stack, "Api", nil), Topic: topic})
	cdktest.Equal(t, "topic policies", len(cdktest.Synth(t, stack).OfType("AWS::SNS::TopicPolicy")), 0)
}

func TestWithoutAccessLogNothingIsCounted(t *testing.T) {
	stack := cdktest.NewStack()
	topic := awssns.NewTopic(stack, jsii.String("Topic"), nil)
	api := newAPI(stack, "Api", nil)
	alarms := observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{
		Api: api, Topic: topic,
		ClientErrorPercent: jsii.Number(5), ServerErrors: jsii.Number(3), LatencyP99: awscdk.Duration_Millis(jsii.Number(500)),
	})
	observability.NewDashboard(stack, jsii.String("Dashboard"), &observability.DashboardProps{Api: api})
	cdktest.Equal(t, "alarms", len(alarms.All()), 4)
	template := cdktest.Synth(t, stack)
	cdktest.Equal(t, "metric filters", len(template.OfType("AWS::Logs::MetricFilter")), 0)
	for id, threshold := range map[string]float64{"ClientErrors": 5, "ServerErrors": 3, "Latency": 500} {
		cdktest.Equal(t, id, template.At("Alarms/"+id).Get("Threshold"), any(threshold))
	}
}

func TestAlarmsAndDashboardRejections(t *testing.T) {
	stack := cdktest.NewStack()
	api := newAPI(stack, "Api", nil)
	silent := awsapigateway.NewRestApi(stack, jsii.String("Silent"), &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)})
	cdktest.MustPanic(t, func() { observability.NewAlarms(stack, jsii.String("Alarms"), nil) },
		"Test/Alarms: 2 problems:",
		"1. Api: is required: pass the RestApi to watch",
		"2. Topic: is required: pass the SNS topic for the alarms")
	cdktest.MustPanic(t, func() {
		observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{
			Api: silent, Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil),
			ClientErrorPercent: jsii.Number(101), ServerErrors: jsii.Number(0.5), LatencyP99: awscdk.Duration_Seconds(jsii.Number(30)),
		})
	},
		"1. Api: Test/Silent has no stage of its own to watch: do not set Deploy to false",
		"2. ClientErrorPercent: must be a number from 0 to 100, got 101",
		"3. ServerErrors: must be a whole number from 0 to 1000000000, got 0.5",
		"4. LatencyP99: must be more than 0s and at most 29s, got 30s")
	cdktest.MustPanic(t, func() {
		observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{
			Api: api, Topic: awssns.NewTopic(stack, jsii.String("Instant"), nil), LatencyP99: awscdk.Duration_Millis(jsii.Number(0)),
		})
	}, "Test/Alarms: LatencyP99: must be more than 0s and at most 29s, got 0s")
	cdktest.MustPanic(t, func() { observability.NewDashboard(stack, jsii.String("Dashboard"), nil) },
		"Test/Dashboard: Api: is required: pass the RestApi to watch")
	for _, edge := range []float64{0.5, 29_000} {
		props := observability.AlarmsProps{Api: api, Topic: awssns.NewTopic(stack, jsii.String(fmt.Sprint("Topic", edge)), nil),
			LatencyP99: awscdk.Duration_Millis(jsii.Number(edge))}
		if err := props.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// jsonOf returns the JSON of value, with < and > unescaped.
func jsonOf(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return strings.TrimSpace(text.String())
}
