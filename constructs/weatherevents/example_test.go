//go:build !race

package weatherevents_test

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
)

// One line gives the complete system.
func Example() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)

	fmt.Println(*weather.ServiceClient().Scope())
	// Output: weather-api/post weather-api/get
}

// A backend of your own behind GET, and one more method behind the scope that
// no client holds yet.
func ExampleWeatherEventsApi() {
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("weather"), nil)

	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		StageName:           jsii.String("v1"),
		AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(15)),
		GetIntegration:      awsapigateway.NewHttpIntegration(jsii.String("https://backend.example.org/events"), nil),
	})

	auth := weather.AuthorizationServer()
	remove := auth.Scopes()[2]
	auth.AddClient(jsii.String("Janitor"), &machineauth.ClientProps{Scopes: &[]machineauth.Scope{remove}})
	weather.RestApi().Root().AddMethod(jsii.String("DELETE"), nil, weather.ProtectedApi().Require(remove))

	fmt.Println(*auth.QualifiedName(remove))
	// Output: weather-api/delete
}
