package observability

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// metrics are those of one stage. API Gateway publishes them for every stage at
// no cost; detailed metrics add those of each method.
//
// Source: "Amazon API Gateway dimensions and metrics", API Gateway Developer Guide.
type metrics struct {
	stage  awsapigateway.Stage
	period awscdk.Duration
}

func metricsOf(api awsapigateway.RestApi) metrics {
	return metrics{stage: api.DeploymentStage(), period: awscdk.Duration_Minutes(jsii.Number(5))}
}

func (m metrics) options(statistic, label string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String(statistic), Label: jsii.String(label), Period: m.period}
}

func (m metrics) requests() awscloudwatch.IMetric {
	return m.stage.MetricCount(m.options("SampleCount", "requests"))
}

// clientErrors is the share of requests that were answered with 4xx, in
// percent: each request counts as 0 or 1, so that the average is the share.
func (m metrics) clientErrors() awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression:   jsii.String("100 * share"),
		UsingMetrics: &map[string]awscloudwatch.IMetric{"share": m.stage.MetricClientError(m.options("Average", "4xx"))},
		Label:        jsii.String("4xx, percent of requests"),
		Period:       m.period,
	})
}

func (m metrics) serverErrors() awscloudwatch.IMetric {
	return m.stage.MetricServerError(m.options("Sum", "5xx"))
}

func (m metrics) latency(statistic string) awscloudwatch.IMetric {
	return m.stage.MetricLatency(m.options(statistic, statistic))
}

// throttledRequests counts the requests that the access log has with status
// 429: API Gateway has no metric of its own for them, they are among its 4xx.
func (m metrics) throttledRequests(scope constructs.Construct, log AccessLog) awscloudwatch.IMetric {
	const id = "ThrottledRequests"
	if filter, ok := scope.Node().TryFindChild(jsii.String(id)).(awslogs.MetricFilter); ok {
		return filter.Metric(m.options("Sum", "throttled requests"))
	}
	filter := awslogs.NewMetricFilter(scope, jsii.String(id), &awslogs.MetricFilterProps{
		LogGroup:        log.LogGroup(),
		FilterPattern:   awslogs.FilterPattern_StringValue(jsii.String("$.status"), jsii.String("="), jsii.String("429")),
		MetricNamespace: jsii.String("MachineAuth"),
		// One metric for each API of the account, by the API's id.
		MetricName:  jsii.String(*m.stage.RestApi().RestApiId() + "-" + *m.stage.StageName() + "-throttled"),
		MetricValue: jsii.String("1"),
	})
	return filter.Metric(m.options("Sum", "throttled requests"))
}

// tokenRequests counts the calls for client_credentials of the account and
// Region: all, or those that were throttled.
//
// Cognito has no throttle metric for them in AWS/Cognito: SignInThrottles,
// TokenRefreshThrottles and FederationThrottles are about users. What there is
// is CallCount and ThrottleCount in AWS/Usage, for the quota category
// ClientAuthentication, which the token requests of machine clients count
// against. They are of the account and Region, as is the quota (150 a second).
//
// The names of the metrics and their dimensions (Service, Type, Resource, Class)
// are documented. The values of Service and Class are documented differently
// in different places, so a query selects by Resource, the category, alone.
//
// Sources: "User pool metrics in CloudWatch" and "Quotas in Amazon Cognito",
// Amazon Cognito Developer Guide.
func (m metrics) tokenRequests(metric, label string) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(`SELECT SUM(` + metric + `) FROM "AWS/Usage" WHERE Resource = 'ClientAuthentication'`),
		Label:      jsii.String(label),
		Period:     m.period,
	})
}

func (m metrics) throttledTokenRequests() awscloudwatch.IMetric {
	return m.tokenRequests("ThrottleCount", "throttled token requests of the account")
}

func (m metrics) allTokenRequests() awscloudwatch.IMetric {
	return m.tokenRequests("CallCount", "token requests of the account")
}
