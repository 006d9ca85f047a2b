package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/cdktest"
)

var update = flag.Bool("update", false, "rewrite the golden template")

const golden = "testdata/weather-events-api.template.json"

// runAs makes the test binary run the app instead of the tests, so that a test sees a
// real process's exit status and output.
const runAs = "WEATHER_EVENTS_TEST_RUN_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(runAs) {
	case "app":
		main()
	case "broken":
		os.Exit(run(newBrokenStack))
	default:
		cdktest.Main(m)
	}
}

// template is the default app's template with the context of cdk.json: the output of `cdk
// synth`.
func template(t *testing.T) *cdktest.Template {
	t.Helper()
	return cdktest.Parse(t, rawTemplate(t))
}

var synthesized map[string]any

func rawTemplate(t *testing.T) map[string]any {
	t.Helper()
	if synthesized == nil {
		synthesized = synth(t, nil)
	}
	return synthesized
}

// synth returns the app's template with the context of cdk.json plus more.
func synth(t *testing.T, context map[string]any) map[string]any {
	t.Helper()
	all := contextOfCdkJSON(t)
	for key, value := range context {
		all[key] = value
	}
	app := cdktest.NewApp(all)
	cfg, err := configOf(app)
	if err != nil {
		t.Fatal(err)
	}
	stack := newWeatherEventsStack(app, cfg)
	return app.Synth(nil).GetStackArtifact(stack.ArtifactId()).Template().(map[string]any)
}

func contextOfCdkJSON(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("cdk.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Context
}

const (
	auth = "WeatherEvents/Auth"
	api  = "WeatherEvents/RestApi"
)

// props are the properties a resource must have, by dotted path.
type props map[string]any

func assertProps(t *testing.T, resource *cdktest.Resource, want props) {
	t.Helper()
	for path, value := range want {
		cdktest.Equal(t, resource.Path+" "+path, resource.Get(path), value)
	}
}

func TestUserPool(t *testing.T) {
	template := template(t)
	pool := template.At(auth + "/UserPool")
	assertProps(t, pool, props{
		"UserPoolName":                                          "weather-events-api-cognito-user-pool",
		"UsernameAttributes":                                    []any{"email"},
		"AliasAttributes":                                       nil,
		"UsernameConfiguration.CaseSensitive":                   false,
		"AdminCreateUserConfig.AllowAdminCreateUserOnly":        true,
		"SmsConfiguration":                                      nil,
		"Policies.PasswordPolicy.MinimumLength":                 14.0,
		"Policies.PasswordPolicy.RequireLowercase":              true,
		"Policies.PasswordPolicy.RequireUppercase":              true,
		"Policies.PasswordPolicy.RequireNumbers":                true,
		"Policies.PasswordPolicy.RequireSymbols":                true,
		"Policies.PasswordPolicy.TemporaryPasswordValidityDays": 1.0,
	})
	cdktest.Equal(t, "DeletionPolicy", pool.Attributes["DeletionPolicy"], any("Delete"))
	cdktest.Equal(t, "UpdateReplacePolicy", pool.Attributes["UpdateReplacePolicy"], any("Delete"))
	cdktest.Equal(t, "roles", len(template.OfType("AWS::IAM::Role")), 0)
}

func TestUserPoolResourceServer(t *testing.T) {
	template := template(t)
	assertProps(t, template.At(auth+"/ResourceServer"), props{
		"Identifier": "weather-api",
		"Name":       "Weather API Resource Server",
		"UserPoolId": template.At(auth + "/UserPool").Ref(),
		"Scopes": []any{
			map[string]any{"ScopeName": "post", "ScopeDescription": "Create weather events"},
			map[string]any{"ScopeName": "get", "ScopeDescription": "Retrieve weather events"},
			map[string]any{"ScopeName": "delete", "ScopeDescription": "Delete a weather event"},
		},
	})
}

func TestUserPoolClient(t *testing.T) {
	template := template(t)
	client := template.At(auth + "/ServiceClient")
	assertProps(t, client, props{
		"UserPoolId":                      template.At(auth + "/UserPool").Ref(),
		"GenerateSecret":                  true,
		"AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows":               []any{"client_credentials"},
		"AllowedOAuthScopes":              []any{"weather-api/post", "weather-api/get"},
		"CallbackURLs":                    nil,
		"AccessTokenValidity":             60.0,
		"TokenValidityUnits.AccessToken":  "minutes",
		"ExplicitAuthFlows":               []any{"ALLOW_REFRESH_TOKEN_AUTH"},
		"SupportedIdentityProviders":      nil,
		"EnableTokenRevocation":           true,
		"PreventUserExistenceErrors":      "ENABLED",
	})
	cdktest.Equal(t, "DependsOn", client.DependsOn, []string{template.At(auth + "/ResourceServer").LogicalID})
}

func TestUserPoolDomain(t *testing.T) {
	template := template(t)
	lastGroupOfStackUUID := cut("-", 4, cut("/", 2, map[string]any{"Ref": "AWS::StackId"}))
	assertProps(t, template.At(auth+"/Domain"), props{
		"Domain":     map[string]any{"Fn::Join": []any{"-", []any{"weather-events-api", lastGroupOfStackUUID}}},
		"UserPoolId": template.At(auth + "/UserPool").Ref(),
	})
}

// cut is the intrinsic function for one part of value.
func cut(separator string, index float64, value any) any {
	return map[string]any{"Fn::Select": []any{index, map[string]any{"Fn::Split": []any{separator, value}}}}
}

func TestRestApi(t *testing.T) {
	template := template(t)
	assertProps(t, template.At(api), props{
		"Name":                        "Weather Events REST API",
		"EndpointConfiguration.Types": []any{"REGIONAL"},
	})
	cdktest.Equal(t, "account-wide settings", len(template.OfType("AWS::ApiGateway::Account")), 0)
}

func TestAuthorizer(t *testing.T) {
	template := template(t)
	assertProps(t, template.At(api+"/MachineAuthorizer"), props{
		"Type":                         "COGNITO_USER_POOLS",
		"IdentitySource":               "method.request.header.Authorization",
		"IdentityValidationExpression": nil,
		"RestApiId":                    template.At(api).Ref(),
		"ProviderARNs":                 []any{template.At(auth + "/UserPool").GetAtt("Arn")},
	})
}

func TestMethods(t *testing.T) {
	template := template(t)
	answers := map[string]string{
		"GET":  `{"events":[{"name":"Storms Dudley, Eunice and Franklin","dateStart":"2022-02-16","dateEnd":"2022-02-21"},{"name":"Storms Malik and Corrie","dateStart":"2022-01-29","dateEnd":"2022-01-31"}]}`,
		"POST": `{"message":"success"}`,
	}
	scopes := map[string]string{"GET": "weather-api/get", "POST": "weather-api/post"}
	cdktest.Equal(t, "methods", len(template.OfType("AWS::ApiGateway::Method")), len(answers))
	for method, answer := range answers {
		assertProps(t, template.At(api+"/Default/"+method), props{
			"HttpMethod":                      method,
			"RestApiId":                       template.At(api).Ref(),
			"ResourceId":                      template.At(api).GetAtt("RootResourceId"),
			"AuthorizationType":               "COGNITO_USER_POOLS",
			"AuthorizerId":                    template.At(api + "/MachineAuthorizer").Ref(),
			"AuthorizationScopes":             []any{scopes[method]},
			"ApiKeyRequired":                  nil,
			"Integration.Type":                "MOCK",
			"Integration.PassthroughBehavior": "NEVER",
			"Integration.RequestTemplates":    map[string]any{"application/json": `{"statusCode": 200}`},
			"Integration.IntegrationResponses": []any{map[string]any{
				"StatusCode":         "200",
				"ResponseParameters": map[string]any{"method.response.header.Content-Type": "'application/json'"},
				"ResponseTemplates":  map[string]any{"application/json": answer},
			}},
			"MethodResponses": []any{map[string]any{
				"StatusCode":         "200",
				"ResponseParameters": map[string]any{"method.response.header.Content-Type": true},
				"ResponseModels":     map[string]any{"application/json": "Empty"},
			}},
		})
	}
}

func TestDeploymentAndStage(t *testing.T) {
	template := template(t)
	deployment := template.At(api + "/Deployment")
	assertProps(t, deployment, props{"RestApiId": template.At(api).Ref()})
	for _, path := range []string{"/Default/GET", "/Default/POST", "/MachineAuthorizer", "/Unauthorized", "/BadRequestBody", "/WeatherEvent", "/BodyValidator"} {
		if id := template.At(api + path).LogicalID; !strings.Contains(strings.Join(deployment.DependsOn, " "), id) {
			t.Errorf("the deployment does not wait for %s", path)
		}
	}
	assertProps(t, template.At(api+"/DeploymentStage.weather"), props{
		"StageName":    "weather",
		"RestApiId":    template.At(api).Ref(),
		"DeploymentId": deployment.Ref(),
	})
}

func TestOutputs(t *testing.T) {
	template := template(t)
	join := func(parts ...any) any { return map[string]any{"Fn::Join": []any{"", parts}} }
	region := map[string]any{"Ref": "AWS::Region"}
	cdktest.Equal(t, "outputs", template.Outputs, map[string]any{
		"ApiUrl": join("https://", template.At(api).Ref(), ".execute-api.", region, ".", map[string]any{"Ref": "AWS::URLSuffix"}, "/",
			template.At(api+"/DeploymentStage.weather").Ref(), "/"),
		"TokenUrl":   join("https://", template.At(auth+"/Domain").Ref(), ".auth.", region, ".amazoncognito.com/oauth2/token"),
		"UserPoolId": template.At(auth + "/UserPool").Ref(),
		"ClientId":   template.At(auth + "/ServiceClient").Ref(),
		"Scopes":     "weather-api/post weather-api/get",
	})
}

// The golden file shows drift that no other test checks, above all logical ids: when one
// changes, CloudFormation replaces the resource.
func TestTemplateIsTheGolden(t *testing.T) {
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(rawTemplate(t)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	cdktest.Equal(t, golden+" (go test . -update rewrites it)", got.String(), string(want))
}

func TestContextConfiguresTheApp(t *testing.T) {
	raw := synth(t, map[string]any{
		"stackName":             "weather-test",
		"account":               "123456789012",
		"region":                "eu-west-1",
		"terminationProtection": "true",
		"stageName":             "v1",
		"domainPrefix":          "weather-test-example",
		"userPoolName":          "weather test pool",
		"restApiName":           "Weather test",
		"removalPolicy":         "retain",
		"accessTokenValidity":   "5m",
		"authorizerResultTtl":   "0s",
		"accountCloudWatchRole": "create",
		"accessLogRetention":    "one-week",
		"throttlingRateLimit":   "5",
		"throttlingBurstLimit":  "6",
		"tracing":               "true",
		"detailedMetrics":       "true",
	})
	template := cdktest.Parse(t, raw)
	assertProps(t, template.At(api), props{"Name": "Weather test"})
	assertProps(t, template.At(api+"/DeploymentStage.v1"), props{"StageName": "v1"})
	assertProps(t, template.At(api+"/MachineAuthorizer"), props{"AuthorizerResultTtlInSeconds": 0.0})
	assertProps(t, template.At(auth+"/Domain"), props{"Domain": "weather-test-example"})
	assertProps(t, template.At(auth+"/ServiceClient"), props{"AccessTokenValidity": 5.0})
	assertProps(t, template.At(auth+"/UserPool"), props{"UserPoolName": "weather test pool"})
	cdktest.Equal(t, "DeletionPolicy", template.At(auth + "/UserPool").Attributes["DeletionPolicy"], any("Retain"))
	assertProps(t, template.At("WeatherEvents/AccessLog/LogGroup"), props{"RetentionInDays": 7.0})
	assertProps(t, template.At(api+"/DeploymentStage.v1"), props{
		"MethodSettings.0.ThrottlingRateLimit": 5.0, "MethodSettings.0.ThrottlingBurstLimit": 6.0,
		"MethodSettings.0.MetricsEnabled": true, "TracingEnabled": true,
	})
	assertProps(t, template.At(api+"/Account"), props{"CloudWatchRoleArn": template.At(api + "/CloudWatchRole").GetAtt("Arn")})
}
