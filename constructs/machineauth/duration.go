package machineauth

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/validation"
)

// validateWholeUnits adds a problem unless duration is nil, unresolved, or a
// whole number of units between lowest and highest.
func validateWholeUnits(problems *validation.Collector, property string, duration awscdk.Duration, lowest, highest, unit time.Duration) {
	if duration == nil || *duration.IsUnresolved() {
		return
	}
	milliseconds := *duration.ToMilliseconds(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})
	got := time.Duration(milliseconds * float64(time.Millisecond))
	if got < lowest || got > highest || got%unit != 0 {
		problems.Addf(property, "must be %s to %s in whole %s, got %s", lowest, highest, unitName[unit], got)
	}
}

var unitName = map[time.Duration]string{time.Minute: "minutes", time.Second: "seconds"}
