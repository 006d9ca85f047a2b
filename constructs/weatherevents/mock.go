package weatherevents

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
)

// What the mock backends answer.
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

// jsonResponse is the one response that a method declares: 200 with JSON.
func (w *weatherEventsApi) jsonResponse() *awsapigateway.MethodResponse {
	return &awsapigateway.MethodResponse{
		StatusCode:         jsii.String("200"),
		ResponseParameters: &map[string]*bool{contentTypeHeader: jsii.Bool(true)},
		ResponseModels:     &map[string]awsapigateway.IModel{jsonType: construction.Once(w.app, "empty model", awsapigateway.Model_EMPTY_MODEL)},
	}
}
