package observability_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/observability"
)

// Your own API gets access logs, alarms and a dashboard.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Orders"), nil)
	topic := awssns.NewTopic(stack, jsii.String("OnCall"), nil)

	accessLog := observability.NewAccessLog(stack, jsii.String("AccessLog"), nil)
	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
		CloudWatchRole: jsii.Bool(false),
		DeployOptions: &awsapigateway.StageOptions{
			AccessLogDestination: accessLog.Destination(),
			AccessLogFormat:      accessLog.Format(),
		},
	})
	alarms := observability.NewAlarms(stack, jsii.String("Alarms"), &observability.AlarmsProps{Api: api, Topic: topic, AccessLog: accessLog})
	observability.NewDashboard(stack, jsii.String("Dashboard"), &observability.DashboardProps{Api: api, AccessLog: accessLog})

	fmt.Println("alarms:", len(alarms.All()))
	// Output: alarms: 5
}
