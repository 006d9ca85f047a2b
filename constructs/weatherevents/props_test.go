package weatherevents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/cdktest"
)

const webACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id"

func certificate(stack awscdk.Stack, region string) awscertificatemanager.ICertificate {
	return awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate-"+region),
		jsii.String("arn:aws:acm:"+region+":123456789012:certificate/abc"))
}

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
	ireland, virginia := certificate(stack, "eu-west-1"), certificate(stack, "us-east-1")

	type props = weatherevents.WeatherEventsApiProps
	for _, test := range []struct {
		name  string
		props *props
		want  []string
	}{
		{name: "nil", props: nil},
		{name: "empty", props: &props{}},
		{name: "tokens are known only to CloudFormation", props: &props{UserPoolName: token, DomainPrefix: token, RestApiName: token}},
		{name: "tokens in construct ids", props: &props{StageName: token, OutputPrefix: token}, want: []string{
			`StageName: must be known at synthesis, got a token: use a plain string`,
			`OutputPrefix: must be known at synthesis, got a token: use a plain string`,
		}},
		{
			name:  "names",
			props: &props{UserPoolName: jsii.String("pool!"), RestApiName: jsii.String(""), StageName: jsii.String("a b"), OutputPrefix: jsii.String("1-a")},
			want: []string{
				`UserPoolName: must be 1 to 128 characters of ASCII letters, digits, spaces and _ + = , . @ -, got "pool!"`,
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
			`GetScope: has no effect without AuthorizationServer: set that too, or remove it`,
			`PostScope: has no effect without AuthorizationServer: set that too, or remove it`,
		}},
		{name: "a server without scopes", props: &props{AuthorizationServer: server}, want: []string{
			`GetScope: is required with AuthorizationServer: pass the scope of AuthorizationServer that the method requires`,
			`PostScope: is required with AuthorizationServer: pass the scope of AuthorizationServer that the method requires`,
		}},
		{name: "a scope of another server", props: &props{AuthorizationServer: server, GetScope: read, PostScope: machineauth.NewScope("read", "Read")}, want: []string{
			`PostScope: "read" is not a scope of AuthorizationServer: pass a scope that it declares`,
		}},
		{
			name: "what an existing server does not heed",
			props: &props{
				AuthorizationServer: server, GetScope: read, PostScope: read,
				UserPool: pool, UserPoolDomain: domain, UserPoolName: jsii.String("pool"), RemovalPolicy: awscdk.RemovalPolicy_RETAIN,
				TokenUrl:     jsii.String("https://auth.example.org/oauth2/token"),
				DomainPrefix: jsii.String("prefix"), AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(60)),
				ServiceClient: &machineauth.ClientProps{},
			},
			want: []string{
				`UserPool: has no effect on an existing AuthorizationServer: remove one of the two`,
				`UserPoolDomain: has no effect on an existing AuthorizationServer: remove one of the two`,
				`TokenUrl: has no effect on an existing AuthorizationServer: remove one of the two`,
				`UserPoolName: has no effect on an existing AuthorizationServer: remove one of the two`,
				`RemovalPolicy: has no effect on an existing AuthorizationServer: remove one of the two`,
				`DomainPrefix: has no effect on an existing AuthorizationServer: remove one of the two`,
				`AccessTokenValidity: has no effect on an existing AuthorizationServer: remove one of the two`,
				`ServiceClient: has no effect on an existing AuthorizationServer: remove one of the two`,
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
				`ServiceClient: has the scopes of GET and POST: remove its Scopes`,
				`AccessTokenValidity: is also set in ServiceClient: remove one of the two`,
				`Generations: must be one whole number from 1 to 999999999, or two in ascending order while a rotation is open, got [2, 1]`,
			},
		},
		{name: "validity of the service client", props: &props{ServiceClient: &machineauth.ClientProps{AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(5))}}},
		{name: "logs", props: &props{AccessLogs: jsii.Bool(false), AccessLogRetention: awslogs.RetentionDays_ONE_DAY, AccountCloudWatchRole: jsii.Bool(true)}, want: []string{
			`AccessLogRetention: has no effect if AccessLogs is false: remove one of the two`,
			`AccountCloudWatchRole: has no effect if AccessLogs is false: remove one of the two`,
		}},
		{
			name: "throttling",
			props: &props{
				ThrottlingRateLimit: jsii.Number(0), GetThrottlingRateLimit: jsii.Number(10_001), PostThrottlingRateLimit: jsii.Number(-1),
				ThrottlingBurstLimit: jsii.Number(0), GetThrottlingBurstLimit: jsii.Number(1.5), PostThrottlingBurstLimit: jsii.Number(5_001),
			},
			want: []string{
				`ThrottlingRateLimit: must be a number above 0 to 10000, got 0`,
				`GetThrottlingRateLimit: must be a number above 0 to 10000, got 10001`,
				`PostThrottlingRateLimit: must be a number above 0 to 10000, got -1`,
				`ThrottlingBurstLimit: must be a whole number from 1 to 5000, got 0`,
				`GetThrottlingBurstLimit: must be a whole number from 1 to 5000, got 1.5`,
				`PostThrottlingBurstLimit: must be a whole number from 1 to 5000, got 5001`,
			},
		},
		{name: "slowest and widest throttling", props: &props{ThrottlingRateLimit: jsii.Number(0.5), ThrottlingBurstLimit: jsii.Number(1), GetThrottlingRateLimit: jsii.Number(10_000), GetThrottlingBurstLimit: jsii.Number(5_000)}},
		{name: "two web ACLs", props: &props{WebAclArn: jsii.String(webACL), ManagedWebAcl: jsii.Bool(true)}, want: []string{
			`WebAclArn: has no effect with ManagedWebAcl: remove one of the two`,
		}},
		{name: "web ACL", props: &props{WebAclArn: jsii.String("arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id"), WebAclRateLimit: jsii.Number(9)}, want: []string{
			`WebAclArn: must be the ARN of a regional web ACL, such as arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id, got "arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id"`,
			`WebAclRateLimit: has no effect without ManagedWebAcl: set that too, or remove it`,
			`WebAclRateLimit: must be a whole number from 10 to 2000000000, got 9`,
		}},
		{name: "API domain", props: &props{ApiDomainName: jsii.String("api"), ApiBasePath: jsii.String("/"), SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_0}, want: []string{
			`ApiDomainName: must be 4 to 253 characters of a-z, 0-9 and - in labels separated by dots, such as api.example.org, got "api"`,
			`ApiCertificate: is required: pass the domain's certificate from AWS Certificate Manager in the stack's Region`,
			`ApiBasePath: must be 1 to 300 characters of letters, digits and $-_.+!*'(), without a slash, got "/"`,
			`SecurityPolicy: must be TLS_1_2 or stricter, got TLS_1_0, which allows the deprecated TLS 1.0 and 1.1 (RFC 8996)`,
		}},
		{name: "no API domain", props: &props{ApiCertificate: ireland, ApiBasePath: jsii.String("v1"), SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_2}, want: []string{
			`ApiCertificate: has no effect without ApiDomainName: set that too, or remove it`,
			`ApiBasePath: has no effect without ApiDomainName: set that too, or remove it`,
			`SecurityPolicy: has no effect without ApiDomainName: set that too, or remove it`,
		}},
		{name: "token domain", props: &props{TokenDomainName: jsii.String("auth.example.org"), TokenCertificate: ireland, DomainPrefix: jsii.String("prefix")}, want: []string{
			`TokenCertificate: must be in us-east-1, where CloudFront, which serves the domain, takes certificates from, got one in eu-west-1`,
			`DomainPrefix: has no effect with TokenDomainName: remove one of the two`,
		}},
		{name: "token domain of an existing server", props: &props{AuthorizationServer: server, GetScope: read, PostScope: read, TokenDomainName: jsii.String("auth.example.org"), TokenCertificate: virginia}, want: []string{
			`TokenDomainName: has no effect on an existing AuthorizationServer: remove one of the two`,
			`TokenCertificate: has no effect on an existing AuthorizationServer: remove one of the two`,
		}},
		{name: "resource policy", props: &props{ResourcePolicy: awsiam.NewPolicyDocument(nil)}, want: []string{
			`ResourcePolicy: is empty, which would deny every request: add a statement that allows execute-api:Invoke, or remove it`,
		}},
		{name: "domains", props: &props{ApiDomainName: jsii.String("api.example.org"), ApiCertificate: ireland, TokenDomainName: jsii.String("auth.example.org"), TokenCertificate: virginia}},
		{name: "a domain without its pool", props: &props{UserPoolDomain: domain}, want: []string{
			`UserPoolDomain: belongs to an existing user pool: set UserPool too`,
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
		`Test/Second: OutputPrefix: the stack already has an output "ApiUrl": give each WeatherEventsApi of a stack its own OutputPrefix`)
}

func TestScopeAndIdAreRequired(t *testing.T) {
	stack := cdktest.NewStack()
	cdktest.MustPanic(t, func() { weatherevents.NewWeatherEventsApi(nil, jsii.String("WeatherEvents"), nil) },
		"NewWeatherEventsApi: scope is nil: pass a stack or construct")
	cdktest.MustPanic(t, func() { weatherevents.NewWeatherEventsApi(stack, nil, nil) },
		"NewWeatherEventsApi: id is empty: pass an id that is unique within its scope")
}
