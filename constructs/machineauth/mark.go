package machineauth

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// setMark writes what the rules read into the Metadata of a resource. A resource
// has one mark, with one field.
func setMark(resource awscdk.CfnResource, field string, value any) {
	resource.AddMetadata(jsii.String(mark.Key), map[string]any{field: value})
}

// requireReason adds a problem unless there is a reason to allow something.
func requireReason(problems *validation.Collector, reason *string, of string) {
	if strings.TrimSpace(deref(reason)) == "" {
		problems.Addf("reason", "is required: say %s", of)
	}
}
