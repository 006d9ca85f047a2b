package observability

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// metrics are the metrics of one stage. API Gateway publishes them for every stage at no
// cost; detailed metrics add metrics for each method.
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

// clientErrors is the percentage of requests answered with 4xx. Each request counts as 0
// or 1, so the average is the share.
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

// throttledRequests counts the requests with status 429 in the access log: API Gateway
// has no separate metric for them, only 4xx.
func (m metrics) throttledRequests(scope constructs.Construct, log AccessLog) awscloudwatch.IMetric {
	const id = "ThrottledRequests"
	if filter, ok := scope.Node().TryFindChild(jsii.String(id)).(awslogs.MetricFilter); ok {
		return filter.Metric(m.options("Sum", "throttled requests"))
	}
	filter := awslogs.NewMetricFilter(scope, jsii.String(id), &awslogs.MetricFilterProps{
		LogGroup:        log.LogGroup(),
		FilterPattern:   awslogs.FilterPattern_StringValue(jsii.String("$.status"), jsii.String("="), jsii.String("429")),
		MetricNamespace: jsii.String("MachineAuth"),
		// The name contains the API's id, so that each API of the account has its own
		// metric.
		MetricName:  jsii.String(*m.stage.RestApi().RestApiId() + "-" + *m.stage.StageName() + "-throttled"),
		MetricValue: jsii.String("1"),
	})
	return filter.Metric(m.options("Sum", "throttled requests"))
}

// tokenRequests counts the client_credentials token requests of the account and Region:
// all of them, or only the throttled ones.
//
// Cognito has no throttle metric for them in AWS/Cognito: SignInThrottles,
// TokenRefreshThrottles and FederationThrottles are about users. But AWS/Usage has
// CallCount and ThrottleCount for the quota category ClientAuthentication, which token
// requests of machine clients count against. They apply to the account and Region, as
// does the quota (150 per second).
//
// AWS documents the names of the metrics and of their dimensions (Service, Type,
// Resource, Class), but documents the values of Service and Class differently in
// different places. So a query selects by Resource, the category, alone.
//
// Sources: "User pool metrics in CloudWatch" and "Quotas in Amazon Cognito", Amazon
// Cognito Developer Guide.
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
