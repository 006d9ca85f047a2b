package validation_test

import (
	"errors"
	"fmt"

	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/constructs/validation"
	"example.com/weather-events-api/constructs/weatherevents"
)

// One error type covers every package's problems.
func Example() {
	for _, err := range []error{
		(&machineauth.ClientProps{ClientName: jsii.String("")}).Validate(),
		(&weatherevents.WeatherEventsApiProps{StageName: jsii.String("a b")}).Validate(),
		(&edge.WebAclProps{RateLimit: jsii.Number(1)}).Validate(),
		(&observability.AlarmsProps{}).Validate(),
	} {
		var invalid *validation.Error
		if errors.As(err, &invalid) {
			fmt.Println(invalid.Path, invalid.Problems[0].Property)
		}
	}
	// Output:
	// ClientProps ClientName
	// WeatherEventsApiProps StageName
	// WebAclProps RateLimit
	// AlarmsProps Api
}
