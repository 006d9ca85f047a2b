//go:build !race

package weatherevents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/cdktest"
)

func TestValidate(t *testing.T) {
	stack := cdktest.NewStack()
	read := machineauth.NewScope("read", "Read")
	server := machineauth.NewAuthorizationServer(stack, jsii.String("Shared"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("shared"),
		Scopes:     &[]machineauth.Scope{read},
	})
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Pool"), jsii.String("eu-west-1_AbCdEfGhI"))
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("Domain"), jsii.String("existing"))
	token := awscdk.Aws_STACK_NAME()

	type props = weatherevents.WeatherEventsApiProps
	for _, test := range []struct {
		name  string
		props *props
		want  []string
	}{
		{name: "nil", props: nil},
		{name: "empty", props: &props{}},
		{name: "tokens are known only to CloudFormation", props: &props{UserPoolName: token, DomainPrefix: token, RestApiName: token, StageName: token}},
		{
			name:  "names",
			props: &props{UserPoolName: jsii.String("pool!"), RestApiName: jsii.String(""), StageName: jsii.String("a b"), OutputPrefix: jsii.String("1-a")},
			want: []string{
				`UserPoolName: must be 1 to 128 characters of letters, digits, spaces and _ + = , . @ -, got "pool!"`,
				`RestApiName: must be 1 to 255 characters of text, got ""`,
				`StageName: must be 1 to 128 characters of a-z, A-Z, 0-9, _ and -, got "a b"`,
				`OutputPrefix: must be 1 to 64 characters of letters and digits, a letter first, got "1-a"`,
			},
		},
		{name: "too long", props: &props{StageName: jsii.String(strings.Repeat("s", 129))}, want: []string{
			`StageName: must be 1 to 128 characters of a-z, A-Z, 0-9, _ and -, got "` + strings.Repeat("s", 64) + `"… (129 characters)`,
		}},
		{name: "longest", props: &props{StageName: jsii.String(strings.Repeat("s", 128)), RestApiName: jsii.String(strings.Repeat("n", 255)), OutputPrefix: jsii.String(strings.Repeat("o", 64))}},
		{name: "domain prefix", props: &props{DomainPrefix: jsii.String("-cognito")}, want: []string{
			`DomainPrefix: must be 1 to 63 characters of a-z, 0-9 and -, with no - at either end, got "-cognito"`,
			`DomainPrefix: must not contain "cognito", which Cognito reserves, got "-cognito"`,
		}},
		{name: "removal policy", props: &props{RemovalPolicy: awscdk.RemovalPolicy_SNAPSHOT}, want: []string{
			`RemovalPolicy: must be DESTROY, RETAIN or RETAIN_ON_UPDATE_OR_DELETE, got SNAPSHOT`,
		}},
		{
			name:  "durations",
			props: &props{AccessTokenValidity: awscdk.Duration_Hours(jsii.Number(25)), AuthorizerResultTtl: awscdk.Duration_Seconds(jsii.Number(3601))},
			want: []string{
				`AccessTokenValidity: must be 5m0s to 24h0m0s in whole minutes, got 25h0m0s`,
				`AuthorizerResultTtl: must be 0s to 1h0m0s in whole seconds, got 1h0m1s`,
			},
		},
		{name: "scopes of no server", props: &props{GetScope: read, PostScope: read}, want: []string{
			`GetScope: is a scope of an existing AuthorizationServer: give that too, or leave it out`,
			`PostScope: is a scope of an existing AuthorizationServer: give that too, or leave it out`,
		}},
		{name: "a server without scopes", props: &props{AuthorizationServer: server}, want: []string{
			`GetScope: is required with AuthorizationServer: give the scope of it that opens the method`,
			`PostScope: is required with AuthorizationServer: give the scope of it that opens the method`,
		}},
		{name: "a scope of another server", props: &props{AuthorizationServer: server, GetScope: read, PostScope: machineauth.NewScope("read", "Read")}, want: []string{
			`PostScope: "read" is not a scope of AuthorizationServer: give one that it declares`,
		}},
		{
			name: "what an existing server does not heed",
			props: &props{
				AuthorizationServer: server, GetScope: read, PostScope: read,
				UserPool: pool, UserPoolDomain: domain, UserPoolName: jsii.String("pool"), RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
				DomainPrefix: jsii.String("prefix"), AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(60)),
				ServiceClient: &machineauth.ClientProps{},
			},
			want: []string{
				`UserPool: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`UserPoolDomain: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`UserPoolName: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`RemovalPolicy: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`DomainPrefix: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`AccessTokenValidity: has no effect on the existing AuthorizationServer: leave one of the two out`,
				`ServiceClient: has no effect on the existing AuthorizationServer: leave one of the two out`,
			},
		},
		{
			name: "service client",
			props: &props{
				AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(60)),
				ServiceClient: &machineauth.ClientProps{
					Scopes:              &[]machineauth.Scope{read},
					AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(60)),
					Generations:         jsii.Numbers(2, 1),
				},
			},
			want: []string{
				`ServiceClient: has the scopes of GET and POST: leave its Scopes out`,
				`AccessTokenValidity: is given in ServiceClient too: leave one of the two out`,
				`Generations: must be one whole number from 1 to 999999999, or two in ascending order while a rotation is open, got [2, 1]`,
			},
		},
		{name: "validity of the service client", props: &props{ServiceClient: &machineauth.ClientProps{AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(5))}}},
		{name: "a domain without its pool", props: &props{UserPoolDomain: domain}, want: []string{
			`UserPoolDomain: belongs to an existing user pool: give UserPool too`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			if err := test.props.Validate(); err != nil {
				for _, problem := range err.(*weatherevents.ValidationError).Problems {
					got = append(got, problem.String())
				}
			}
			cdktest.Equal(t, "problems", got, test.want)
		})
	}
}

func TestInvalidPropsCreateNothing(t *testing.T) {
	stack := cdktest.NewStack()
	failure := cdktest.MustPanic(t, func() {
		weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
			StageName:    jsii.String("a b"),
			DomainPrefix: jsii.String("Upper"),
		})
	}, "Test/WeatherEvents: 2 problems:\n   1. DomainPrefix: ", "\n   2. StageName: ")

	var invalid *weatherevents.ValidationError
	if err, ok := failure.(error); !ok || !errors.As(err, &invalid) {
		t.Fatalf("panicked with a %T, want a *ValidationError", failure)
	}
	cdktest.Equal(t, "path", invalid.Path, "Test/WeatherEvents")
	cdktest.Equal(t, "children of the stack", len(*stack.Node().Children()), 0)
}

func TestOutputsOfTwoApisMustNotClash(t *testing.T) {
	stack := cdktest.NewStack()
	weatherevents.NewWeatherEventsApi(stack, jsii.String("First"), nil)
	cdktest.MustPanic(t, func() { weatherevents.NewWeatherEventsApi(stack, jsii.String("Second"), nil) },
		`Test/Second: OutputPrefix: the stack has an output "ApiUrl" already: give each WeatherEventsApi of a stack its own OutputPrefix`)
}

func TestScopeAndIdAreRequired(t *testing.T) {
	stack := cdktest.NewStack()
	cdktest.MustPanic(t, func() { weatherevents.NewWeatherEventsApi(nil, jsii.String("WeatherEvents"), nil) },
		"NewWeatherEventsApi: scope is nil: pass a stack or construct")
	cdktest.MustPanic(t, func() { weatherevents.NewWeatherEventsApi(stack, nil, nil) },
		"NewWeatherEventsApi: id is empty: pass an id that is unique within its scope")
}
