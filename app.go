// Command weather-events-api is a CDK app with one stack that contains a
// WeatherEventsApi, configured by CDK context.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/config"
	"example.com/weather-events-api/internal/validation"
)

func main() {
	os.Exit(run(newWeatherEventsStack))
}

// run synthesizes the app with the stack that newStack creates from its configuration,
// and returns the exit status.
func run(newStack func(constructs.Construct, config.Config) awscdk.Stack) (status int) {
	defer jsii.Close()
	defer func() {
		if failure := recover(); failure != nil {
			if bug, ok := failure.(runtime.Error); ok {
				panic(bug)
			}
			jsii.Close() // waits until Node has printed its report
			fmt.Fprintln(os.Stderr, failureMessage(failure))
			status = 1
		}
	}()

	app := awscdk.NewApp(nil)
	cfg, err := configOf(app)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	newStack(app, cfg)
	app.Synth(nil)
	return 0
}

// configOf returns the app's configuration, or an error that lists every problem in the
// context by key.
func configOf(app awscdk.App) (config.Config, error) {
	context, _ := app.Node().GetAllContext(nil).(map[string]any)
	cfg, problems := config.FromContext(context)
	all := validation.Collector{Problems: problems}
	if invalid, ok := apiProps(cfg).Validate().(*weatherevents.ValidationError); ok {
		for _, problem := range invalid.Problems {
			all.Addf(contextKey(problem.Property), "%s", problem.Message)
		}
	}
	return cfg, all.Err("CDK context (cdk.json, cdk.context.json, -c key=value)")
}

// newWeatherEventsStack creates the stack that the configuration describes.
func newWeatherEventsStack(scope constructs.Construct, cfg config.Config) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String(cfg.StackName), &awscdk.StackProps{
		Description:           jsii.String("Weather events API, protected by OAuth 2.0 client credentials"),
		Env:                   &awscdk.Environment{Account: cfg.Account, Region: cfg.Region},
		TerminationProtection: jsii.Bool(cfg.TerminationProtection),
	})
	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), apiProps(cfg))
	if cfg.HasAccountCloudWatchRole {
		awscdk.Validations_Of(weather.AccessLog()).Acknowledge(&awscdk.Acknowledgment{
			Id:     observability.AccountRoleWarning(),
			Reason: jsii.String("the context key accountCloudWatchRole says that the account has the role"),
		})
	}
	return stack
}

func apiProps(cfg config.Config) *weatherevents.WeatherEventsApiProps {
	props := &weatherevents.WeatherEventsApiProps{
		StageName:           cfg.StageName,
		DomainPrefix:        cfg.DomainPrefix,
		UserPoolName:        cfg.UserPoolName,
		RestApiName:         cfg.RestApiName,
		AccessTokenValidity: duration(cfg.AccessTokenValidity),
		AuthorizerResultTtl: duration(cfg.AuthorizerResultTtl),
		RemovalPolicy:       awscdk.RemovalPolicy_DESTROY,

		AccountCloudWatchRole: jsii.Bool(cfg.CreateAccountCloudWatchRole),
		AccessLogRetention:    awslogs.RetentionDays(cfg.AccessLogRetention),
		ThrottlingRateLimit:   cfg.ThrottlingRateLimit,
		ThrottlingBurstLimit:  cfg.ThrottlingBurstLimit,
		Tracing:               optIn(cfg.Tracing),
		DetailedMetrics:       optIn(cfg.DetailedMetrics),
	}
	if cfg.Retain {
		props.RemovalPolicy = awscdk.RemovalPolicy_RETAIN
	}
	return props
}

// optIn returns nil for false, so that the template leaves the setting out.
func optIn(on bool) *bool {
	if !on {
		return nil
	}
	return jsii.Bool(true)
}

func duration(d *time.Duration) awscdk.Duration {
	if d == nil {
		return nil
	}
	return awscdk.Duration_Millis(jsii.Number(float64(d.Milliseconds())))
}

// contextKey returns the context key that sets a property of the WeatherEventsApi.
func contextKey(property string) string {
	runes := []rune(property)
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}

// failureMessage returns the message for a panic of a construct or the synthesis,
// without the JavaScript class name at the start of CDK's messages.
func failureMessage(failure any) string {
	message := fmt.Sprint(failure)
	if _, problems, found := strings.Cut(message, "Validation failed with the following errors:"); found {
		return "synthesis failed, nothing was written:" + problems
	}
	if _, report, found := strings.Cut(message, "Validation failed. A copy of this report can be found in: "); found {
		return "synthesis failed: the template breaks the rules above, do not deploy it; the report is in " + report
	}
	return message
}
