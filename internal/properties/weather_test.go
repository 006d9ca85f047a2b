package properties_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/cdktest"
)

// weatherExample is a WeatherEventsApi with random props.
type weatherExample struct {
	settings settings
	// mistake is true if the props may conflict.
	mistake bool
}

func (e weatherExample) GoString() string {
	if e.mistake {
		return "with a mistake " + e.settings.GoString()
	}
	return e.settings.GoString()
}

var weatherExamples = rapid.Custom(func(t *rapid.T) example {
	e := weatherExample{settings: weatherSettings(t)}
	if e.mistake = oneIn(t, 12); e.mistake {
		e.settings.mistake(t, weatherFields, fieldNames(weatherevents.WeatherEventsApiProps{}))
	}
	return e
})

// Any props of a WeatherEventsApi give a clear error, or an API that is protected and
// works.
func TestAnyWeatherEventsApi(t *testing.T) {
	checkApps(t, weatherExamples)
}

func (e weatherExample) build(stack awscdk.Stack) (built, error) {
	g := newGiven(stack)
	props := &weatherevents.WeatherEventsApiProps{}
	e.settings.apply(props, g)
	before := *props
	failure := failureOf(func() { weatherevents.NewWeatherEventsApi(stack, jsii.String("Weather"), props) })
	left := 0
	if failure != nil {
		left = len(*stack.Node().Children()) - 1
	}
	err := judge(outcome{
		failure: failure, changed: *props != before, left: left,
		fields: weatherProperties, invalid: e.settings.invalid(), mistake: e.mistake,
	})
	if err != nil || failure != nil {
		return built{refused: true}, err
	}
	return built{
		accountRole: e.settings.has("AccountCloudWatchRole", "true"),
		served:      e.settings.served(),
	}, nil
}

var weatherProperties = append(fieldNames(weatherevents.WeatherEventsApiProps{}), fieldNames(machineauth.ClientProps{})...)

// Every new property needs a generator.
func TestEveryPropertyIsRandom(t *testing.T) {
	for _, test := range []struct {
		props any
		from  fields
	}{
		{weatherevents.WeatherEventsApiProps{}, weatherFields},
		{machineauth.AuthorizationServerProps{}, serverFields},
		{machineauth.ClientProps{}, clientFields},
		{machineauth.ProtectOptions{}, protectFields},
	} {
		for _, name := range fieldNames(test.props) {
			if test.from[name] == nil {
				t.Errorf("%T: no random values for %s", test.props, name)
			}
		}
		cdktest.Equal(t, fmt.Sprintf("number of generators of %T", test.props), len(test.from), len(fieldNames(test.props)))
	}
}
