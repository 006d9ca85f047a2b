package weatherevents_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/constructs/weatherevents"
	"example.com/weather-events-api/internal/cdktest"
)

const (
	auth = "WeatherEvents/Auth"
	api  = "WeatherEvents/RestApi"
)

// synth returns the template of a stack with one WeatherEventsApi.
func synth(t *testing.T, props *weatherevents.WeatherEventsApiProps) *cdktest.Template {
	t.Helper()
	stack := cdktest.NewStack()
	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), props)
	return cdktest.Synth(t, stack)
}

func TestNilPropsGiveTheCompleteSystem(t *testing.T) {
	template := synth(t, nil)
	types := []string{
		"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolResourceServer", "AWS::Cognito::UserPoolDomain", "AWS::Cognito::UserPoolClient",
		"AWS::ApiGateway::RestApi", "AWS::ApiGateway::Authorizer", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage",
		"AWS::ApiGateway::Method", "AWS::ApiGateway::Method", "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator",
		"AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::GatewayResponse", "AWS::Logs::LogGroup",
	}
	cdktest.Equal(t, "number of resources", len(template.Resources), len(types))
	for _, resourceType := range types {
		if len(template.OfType(resourceType)) == 0 {
			t.Errorf("there is no %s", resourceType)
		}
	}
	cdktest.Equal(t, "GET requires", template.At(api+"/Default/GET").Get("AuthorizationScopes"), any([]any{"weather-api/get"}))
	cdktest.Equal(t, "POST requires", template.At(api+"/Default/POST").Get("AuthorizationScopes"), any([]any{"weather-api/post"}))
}

func TestNilPropsWarnOfTheAccountsRoleAlone(t *testing.T) {
	stack := cdktest.NewStack()
	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
	warnings := cdktest.Warnings(t, stack)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "access logs need the account's API Gateway CloudWatch role") {
		t.Errorf("warnings: %q", warnings)
	}
}

func TestEveryPropReachesTheTemplate(t *testing.T) {
	template := synth(t, &weatherevents.WeatherEventsApiProps{
		UserPoolName:        jsii.String("pool"),
		RemovalPolicy:       awscdk.RemovalPolicy_RETAIN,
		DomainPrefix:        jsii.String("my-prefix"),
		AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(15)),
		AuthorizerResultTtl: awscdk.Duration_Seconds(jsii.Number(30)),
		RestApiName:         jsii.String("My API"),
		StageName:           jsii.String("v1"),
		GetIntegration:      httpBackend("https://example.org/get"),
		PostIntegration:     httpBackend("https://example.org/post"),
		OutputPrefix:        jsii.String("My"),
	})
	for _, prop := range []struct {
		path, property string
		want           any
	}{
		{auth + "/UserPool", "UserPoolName", "pool"},
		{auth + "/Domain", "Domain", "my-prefix"},
		{auth + "/ServiceClient", "AccessTokenValidity", 15.0},
		{api + "/MachineAuthorizer", "AuthorizerResultTtlInSeconds", 30.0},
		{api, "Name", "My API"},
		{api + "/DeploymentStage.v1", "StageName", "v1"},
		{api + "/Default/GET", "Integration.Uri", "https://example.org/get"},
		{api + "/Default/POST", "Integration.Uri", "https://example.org/post"},
	} {
		cdktest.Equal(t, prop.path+" "+prop.property, template.At(prop.path).Get(prop.property), prop.want)
	}
	cdktest.Equal(t, "DeletionPolicy", template.At(auth + "/UserPool").Attributes["DeletionPolicy"], any("Retain"))
	for _, output := range []string{"MyApiUrl", "MyTokenUrl", "MyUserPoolId", "MyClientId", "MyScopes"} {
		if template.Outputs[output] == nil {
			t.Errorf("there is no output %s", output)
		}
	}
	cdktest.Equal(t, "outputs", len(template.Outputs), 5)
}

func TestTheServiceClientIsStoredAndRotated(t *testing.T) {
	template := synth(t, &weatherevents.WeatherEventsApiProps{
		AccessTokenValidity: awscdk.Duration_Minutes(jsii.Number(15)),
		ServiceClient: &machineauth.ClientProps{
			StoreCredentials: jsii.Bool(true),
			Generations:      jsii.Numbers(1, 2),
		},
	})
	current, secret := template.At(auth+"/ServiceClient/Generation2"), template.At(auth+"/ServiceClient/Secret")
	cdktest.Equal(t, "ClientId", template.Outputs["ClientId"], current.Ref())
	cdktest.Equal(t, "CredentialsArn", template.Outputs["CredentialsArn"], secret.Ref())
	for _, path := range []string{"/ServiceClient", "/ServiceClient/Generation2"} {
		cdktest.Equal(t, "scopes", template.At(auth+path).Get("AllowedOAuthScopes"), any([]any{"weather-api/post", "weather-api/get"}))
		cdktest.Equal(t, "validity", template.At(auth+path).Get("AccessTokenValidity"), any(15.0))
	}
}

// httpBackend is an integration that CDK treats as a proxy: it needs no responses.
func httpBackend(url string) awsapigateway.Integration {
	return awsapigateway.NewHttpIntegration(jsii.String(url), nil)
}

func TestAGivenBackendIsAsProtectedAsTheMock(t *testing.T) {
	template := synth(t, &weatherevents.WeatherEventsApiProps{GetIntegration: httpBackend("https://example.org")})
	method := template.At(api + "/Default/GET")
	cdktest.Equal(t, "AuthorizationType", method.Get("AuthorizationType"), any("COGNITO_USER_POOLS"))
	cdktest.Equal(t, "AuthorizerId", method.Get("AuthorizerId"), template.At(api+"/MachineAuthorizer").Ref())
	cdktest.Equal(t, "AuthorizationScopes", method.Get("AuthorizationScopes"), any([]any{"weather-api/get"}))
}

func TestAnExistingUserPoolGetsNoNewOne(t *testing.T) {
	stack := cdktest.NewStack()
	pool := awscognito.UserPool_FromUserPoolId(stack, jsii.String("Existing"), jsii.String("eu-west-1_AbCdEfGhI"))
	domain := awscognito.UserPoolDomain_FromDomainName(stack, jsii.String("ExistingDomain"), jsii.String("auth.example.org"))
	weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{UserPool: pool, UserPoolDomain: domain})
	template := cdktest.Synth(t, stack)

	cdktest.Equal(t, "user pools", len(template.OfType("AWS::Cognito::UserPool")), 0)
	cdktest.Equal(t, "domains", len(template.OfType("AWS::Cognito::UserPoolDomain")), 0)
	cdktest.Equal(t, "pool of the client", template.At(auth+"/ServiceClient").Get("UserPoolId"), any("eu-west-1_AbCdEfGhI"))
	cdktest.Equal(t, "TokenUrl", template.Outputs["TokenUrl"], any("https://auth.example.org/oauth2/token"))
}

func TestAnExistingAuthorizationServerIsUsed(t *testing.T) {
	stack := cdktest.NewStack()
	read := machineauth.NewScope("read", "Read")
	write := machineauth.NewScope("write", "Write")
	server := machineauth.NewAuthorizationServer(stack, jsii.String("Shared"), &machineauth.AuthorizationServerProps{
		Identifier: jsii.String("shared"),
		Scopes:     &[]machineauth.Scope{read, write},
	})
	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), &weatherevents.WeatherEventsApiProps{
		AuthorizationServer: server, GetScope: read, PostScope: write,
	})
	template := cdktest.Synth(t, stack)

	cdktest.Equal(t, "user pools", len(template.OfType("AWS::Cognito::UserPool")), 1)
	cdktest.Equal(t, "clients", len(template.OfType("AWS::Cognito::UserPoolClient")), 0)
	cdktest.Equal(t, "pool of the authorizer", template.At(api+"/MachineAuthorizer").Get("ProviderARNs"), any([]any{template.At("Shared/UserPool").GetAtt("Arn")}))
	cdktest.Equal(t, "GET requires", template.At(api+"/Default/GET").Get("AuthorizationScopes"), any([]any{"shared/read"}))
	cdktest.Equal(t, "POST requires", template.At(api+"/Default/POST").Get("AuthorizationScopes"), any([]any{"shared/write"}))
	if weather.ServiceClient() != nil {
		t.Error("ServiceClient must be nil")
	}
	if template.Outputs["ClientId"] != nil || template.Outputs["Scopes"] != nil {
		t.Error("there are outputs of a client that does not exist")
	}
}

func TestTwoApisOfOneStack(t *testing.T) {
	stack := cdktest.NewStack()
	weatherevents.NewWeatherEventsApi(stack, jsii.String("First"), nil)
	weatherevents.NewWeatherEventsApi(stack, jsii.String("Second"), &weatherevents.WeatherEventsApiProps{
		OutputPrefix: jsii.String("Second"),
		DomainPrefix: jsii.String("second"),
	})
	template := cdktest.Synth(t, stack)
	for _, id := range []string{"First", "Second"} {
		cdktest.Equal(t, "pool of the authorizer of "+id, template.At(id+"/RestApi/MachineAuthorizer").Get("ProviderARNs"),
			any([]any{template.At(id + "/Auth/UserPool").GetAtt("Arn")}))
	}
}

func TestEverythingCreatedCanBeReached(t *testing.T) {
	stack := cdktest.NewStack()
	weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
	for what, path := range map[string]*string{
		"WeatherEvents/Auth":                      weather.AuthorizationServer().Node().Path(),
		"WeatherEvents/Auth/UserPool":             weather.AuthorizationServer().UserPool().Node().Path(),
		"WeatherEvents/Auth/ServiceClient":        weather.ServiceClient().Node().Path(),
		"WeatherEvents/RestApi":                   weather.RestApi().Node().Path(),
		"WeatherEvents/RestApi/MachineAuthorizer": weather.ProtectedApi().Authorizer().Node().Path(),
		"WeatherEvents/RestApi/Default/GET":       weather.GetMethod().Node().Path(),
		"WeatherEvents/RestApi/Default/POST":      weather.PostMethod().Node().Path(),
	} {
		cdktest.Equal(t, "path", *path, "Test/"+what)
	}
	cdktest.Equal(t, "Url", stack.Resolve(weather.Url()), stack.Resolve(weather.RestApi().Url()))
}

func TestAMethodAddedLaterHasToBeProtected(t *testing.T) {
	add := func(protect bool) awscdk.Stack {
		stack := cdktest.NewStack()
		weather := weatherevents.NewWeatherEventsApi(stack, jsii.String("WeatherEvents"), nil)
		var options *awsapigateway.MethodOptions
		if protect {
			options = weather.ProtectedApi().Require(weather.AuthorizationServer().Scopes()[2])
		}
		weather.RestApi().Root().AddMethod(jsii.String("DELETE"), nil, options)
		return stack
	}
	cdktest.MustFailSynth(t, add(false), "method DELETE / is open to anyone", "Test/WeatherEvents/RestApi/Default/DELETE/Resource", "machineauth::method-open")

	template := cdktest.Synth(t, add(true))
	cdktest.Equal(t, "DELETE requires", template.At(api+"/Default/DELETE").Get("AuthorizationScopes"), any([]any{"weather-api/delete"}))
}

func TestPropsAreNotWrittenTo(t *testing.T) {
	var props weatherevents.WeatherEventsApiProps
	synth(t, &props)
	cdktest.Equal(t, "props", props, weatherevents.WeatherEventsApiProps{})
}
