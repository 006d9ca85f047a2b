//go:build !race

package properties_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/observability"
	"example.com/weather-events-api/constructs/weatherevents"
)

// Go accepts any string for a CDK enum, so every enum property must list the allowed
// values.
func TestAMemberOfNoEnumIsRefused(t *testing.T) {
	checked := 0
	for _, props := range []interface{ Validate() error }{
		&machineauth.AuthorizationServerProps{}, &machineauth.AuthorizationServerAttributes{}, &machineauth.ClientProps{}, &machineauth.ProtectOptions{},
		&weatherevents.WeatherEventsApiProps{ApiDomainName: jsii.String("api.example.org")},
		&observability.AccessLogProps{}, &observability.AlarmsProps{}, &observability.DashboardProps{},
		&edge.ApiDomainProps{}, &edge.WebAclProps{},
	} {
		value := reflect.ValueOf(props).Elem()
		for i := range value.NumField() {
			field := value.Type().Field(i)
			if field.Type.Kind() != reflect.String {
				continue
			}
			value.Field(i).SetString("NO_SUCH")
			if err := props.Validate(); err == nil || !strings.Contains(err.Error(), field.Name+": must be ") || !strings.Contains(err.Error(), ", got NO_SUCH") {
				t.Errorf("%T.%s: %v", props, field.Name, err)
			}
			value.Field(i).SetString("")
			checked++
		}
	}
	if checked < 6 {
		t.Errorf("only %d properties are enums", checked)
	}
}
