package edge

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/validation"
)

// AddBearerChallenge adds the header WWW-Authenticate: Bearer, which RFC 6750 section 3
// requires, to every 401 of api. The body stays {"message":"…"}. The id of the gateway
// response in api is Unauthorized.
//
// API Gateway answers a missing, forged or expired token, and a token without the
// scope, with the same gateway response, UNAUTHORIZED. Its headers cannot depend on the
// reason, so there is no error attribute, which RFC 6750 forbids for a request without
// a token. The message in the body identifies an expired token ("The incoming token has
// expired"). EXPIRED_TOKEN is a different response: it is about AWS credentials, with
// status 403.
//
// An API has one gateway response of each type. AddBearerChallenge panics with a
// *[ValidationError] if api already has this gateway response. If package
// machineauth protects an API of the app, another gateway response for UNAUTHORIZED fails
// the synthesis (rule gateway-response-twice).
//
// Source: "Gateway response types", API Gateway Developer Guide.
func AddBearerChallenge(api awsapigateway.RestApiBase) awsapigateway.GatewayResponse {
	var problems validation.Collector
	return addGatewayResponse(api, "AddBearerChallenge", &problems, "Unauthorized", awsapigateway.ResponseType_UNAUTHORIZED, &awsapigateway.GatewayResponseOptions{
		StatusCode:      jsii.String("401"),
		ResponseHeaders: &map[string]*string{"WWW-Authenticate": jsii.String("'Bearer'")},
		Templates:       &map[string]*string{"application/json": jsii.String(`{"message":$context.error.messageString}`)},
	})
}

// AddInvalidBodyDetail adds detail to the 400 with which api answers a body that does
// not match its model, beside API Gateway's message. detail says what a valid body is;
// the same text serves every method of the API. The id of the gateway response in api
// is BadRequestBody.
//
// detail replaces $context.error.validationErrorString, which contains quotation marks
// and names from the caller's body, so a template that uses it may render invalid JSON.
//
// AddInvalidBodyDetail panics with a *[ValidationError] if detail is nil, empty or
// contains $, which starts a variable, or if api already has this gateway
// response. Another gateway response for BAD_REQUEST_BODY fails the synthesis as for
// [AddBearerChallenge].
func AddInvalidBodyDetail(api awsapigateway.RestApiBase, detail *string) awsapigateway.GatewayResponse {
	var problems validation.Collector
	if detail == nil || *detail == "" || strings.Contains(*detail, "$") {
		problems.Addf("detail", "must be a non-empty text without $ that says what a valid body is")
	}
	quoted, _ := json.Marshal(detail) // of a string: cannot fail
	return addGatewayResponse(api, "AddInvalidBodyDetail", &problems, "BadRequestBody", awsapigateway.ResponseType_BAD_REQUEST_BODY, &awsapigateway.GatewayResponseOptions{
		StatusCode: jsii.String("400"),
		Templates: &map[string]*string{
			"application/json": jsii.String(`{"message":$context.error.messageString,"detail":` + string(quoted) + `}`),
		},
	})
}

// addGatewayResponse adds a gateway response. API Gateway accepts one of each type.
func addGatewayResponse(api awsapigateway.RestApiBase, caller string, problems *validation.Collector, id string, responseType func() awsapigateway.ResponseType, options *awsapigateway.GatewayResponseOptions) awsapigateway.GatewayResponse {
	if api == nil {
		panic(fmt.Errorf("%s: api is nil: pass the API", caller))
	}
	construction.PanicIfInvalid(api, caller, problems)
	defer func() { // CDK checks the id; checking first would be two calls to Node
		if failure := recover(); failure != nil {
			if api.Node().TryFindChild(&id) == nil {
				panic(failure)
			}
			problems.Addf("api", "already has the gateway response %s: API Gateway accepts one of each type, remove one of the two", validation.Quote(id))
			construction.PanicIfInvalid(api, caller, problems)
		}
	}()
	options.Type = construction.Once(construction.AppOf(api), "response type "+id, responseType)
	return api.AddGatewayResponse(&id, options)
}
