package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/internal/construction"
)

// isoDate matches an ISO 8601 date, and accepts day 31 in any month: API Gateway
// validates with JSON Schema draft 4 and ignores format, so a pattern must do.
//
// Source: "Data models for REST APIs", API Gateway Developer Guide.
const isoDate = `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`

const longestName = 200

// invalidEvent tells a client what a valid body is.
const invalidEvent = "a weather event is a JSON object with name (1 to 200 characters), dateStart and dateEnd (YYYY-MM-DD), and nothing else"

// validateBody makes API Gateway check a method's body against the model of a weather
// event.
func (w *weatherEventsApi) validateBody(method *awsapigateway.MethodOptions) {
	api := w.RestApi()
	date := &awsapigateway.JsonSchema{Type: awsapigateway.JsonSchemaType_STRING, Pattern: jsii.String(isoDate)}
	model := api.AddModel(jsii.String("WeatherEvent"), &awsapigateway.ModelOptions{
		ModelName:   jsii.String("WeatherEvent"),
		ContentType: jsii.String(jsonType),
		Schema: &awsapigateway.JsonSchema{
			Schema: awsapigateway.JsonSchemaVersion_DRAFT4,
			Title:  jsii.String("WeatherEvent"),
			Type:   awsapigateway.JsonSchemaType_OBJECT,
			Properties: &map[string]*awsapigateway.JsonSchema{
				"name": {
					Type:      awsapigateway.JsonSchemaType_STRING,
					MinLength: jsii.Number(1),
					MaxLength: jsii.Number(longestName),
					Pattern:   jsii.String(`\S`),
				},
				"dateStart": date,
				"dateEnd":   date,
			},
			Required:             jsii.Strings("name", "dateStart", "dateEnd"),
			AdditionalProperties: jsii.Bool(false),
		},
	})
	method.RequestModels = &map[string]awsapigateway.IModel{jsonType: model}
	method.RequestValidator = api.AddRequestValidator(jsii.String("BodyValidator"), &awsapigateway.RequestValidatorOptions{
		ValidateRequestBody:       jsii.Bool(true),
		ValidateRequestParameters: jsii.Bool(true),
	})
	edge.AddInvalidBodyDetail(api, jsii.String(invalidEvent))
}

// Answers of the mock backends.
const (
	eventsResponse = `{"events":[` +
		`{"name":"Storms Dudley, Eunice and Franklin","dateStart":"2022-02-16","dateEnd":"2022-02-21"},` +
		`{"name":"Storms Malik and Corrie","dateStart":"2022-01-29","dateEnd":"2022-01-31"}]}`
	createdResponse = `{"message":"success"}`
)

const (
	jsonType          = "application/json"
	contentTypeHeader = "method.response.header.Content-Type"
)

// mockIntegration answers every request with 200 and body.
func mockIntegration(app *construction.App, body string) awsapigateway.Integration {
	return construction.Once(app, "mock "+body, func() awsapigateway.Integration {
		return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
			// A body that is not JSON gets 415. Passed through, it would fail as a
			// mock's request template and get 500.
			PassthroughBehavior: awsapigateway.PassthroughBehavior_NEVER,
			RequestTemplates:    &map[string]*string{jsonType: jsii.String(`{"statusCode": 200}`)},
			IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
				StatusCode:         jsii.String("200"),
				ResponseParameters: &map[string]*string{contentTypeHeader: jsii.String("'" + jsonType + "'")},
				ResponseTemplates:  &map[string]*string{jsonType: jsii.String(body)},
			}},
		})
	})
}

// jsonResponse returns the only response that a method declares: 200 with JSON.
func (w *weatherEventsApi) jsonResponse() *awsapigateway.MethodResponse {
	return &awsapigateway.MethodResponse{
		StatusCode:         jsii.String("200"),
		ResponseParameters: &map[string]*bool{contentTypeHeader: jsii.Bool(true)},
		ResponseModels:     &map[string]awsapigateway.IModel{jsonType: construction.Once(w.app, "empty model", awsapigateway.Model_EMPTY_MODEL)},
	}
}
