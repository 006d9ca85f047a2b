// Quickstart deploys the complete weather events API with the least possible code.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/weatherevents"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("quickstart"), nil)
	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
	app.Synth(nil)
}
