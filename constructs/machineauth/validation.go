package machineauth

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/validation"
)

// validateWholeUnits adds a problem unless duration is nil, unresolved, or a whole
// number of units from lowest to highest.
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

// requireReason adds a problem if reason is empty.
func requireReason(problems *validation.Collector, reason *string, of string) {
	if strings.TrimSpace(deref(reason)) == "" {
		problems.Addf("reason", "is required: say %s", of)
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func derefSlice[T any](s *[]T) []T {
	if s == nil {
		return nil
	}
	return *s
}

func isTrue(b *bool) bool { return b != nil && *b }
