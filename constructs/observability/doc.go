// Package observability adds access logs that name the client, alarms and a dashboard
// to a REST API. It works for any REST API:
//
//	accessLog := observability.NewAccessLog(stack, jsii.String("AccessLog"), nil)
//	api := awsapigateway.NewRestApi(stack, jsii.String("Api"), &awsapigateway.RestApiProps{
//		CloudWatchRole: jsii.Bool(false),
//		DeployOptions: &awsapigateway.StageOptions{
//			AccessLogDestination: accessLog.Destination(),
//			AccessLogFormat:      accessLog.Format(),
//		},
//	})
package observability

import "example.com/weather-events-api/constructs/validation"

// ValidationError is the error that the functions of this package panic with if their
// input is invalid. It is an alias of [validation.Error], which documents its fields.
type ValidationError = validation.Error
