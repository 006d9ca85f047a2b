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

// AddBearerChallenge makes api answer 401 with the header that RFC 6750 section
// 3 asks for, WWW-Authenticate: Bearer, and with the body that it has without,
// {"message":"…"}. The gateway response has the id Unauthorized in api.
//
// One header goes with every 401. API Gateway answers a missing, a forged and an
// expired token and one that lacks the scope with the same gateway response,
// UNAUTHORIZED, whose headers cannot depend on the reason; so there is no error
// attribute, which RFC 6750 forbids where the request has no token. The body's
// message tells an expired token ("The incoming token has expired").
// EXPIRED_TOKEN is not its response: that is about AWS credentials, with 403.
//
// An API has one gateway response of each type. AddBearerChallenge panics with a
// *[ValidationError] if api has its gateway response already. Of another one for
// UNAUTHORIZED the synthesis fails, where package machineauth protects an API of
// the app (rule gateway-response-twice).
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

// AddInvalidBodyDetail makes api answer 400 to a body that does not match its
// model with a detail beside the message that API Gateway gives. The gateway
// response has the id BadRequestBody in api. The detail says what a valid body
// is; one text serves every method of the API.
//
// It is a text of yours and not $context.error.validationErrorString, which
// holds names from the caller's body and quotation marks: put into JSON as it
// is, what it makes is not always JSON.
//
// It panics with a *[ValidationError] if detail is empty or holds a $, which
// starts a variable there, or if api has its gateway response already. Of another
// one for BAD_REQUEST_BODY the synthesis fails as AddBearerChallenge says.
func AddInvalidBodyDetail(api awsapigateway.RestApiBase, detail *string) awsapigateway.GatewayResponse {
	var problems validation.Collector
	if detail == nil || *detail == "" || strings.Contains(*detail, "$") {
		problems.Addf("detail", "must be a text without $ that says what a valid body is")
	}
	quoted, _ := json.Marshal(detail) // of a string: cannot fail
	return addGatewayResponse(api, "AddInvalidBodyDetail", &problems, "BadRequestBody", awsapigateway.ResponseType_BAD_REQUEST_BODY, &awsapigateway.GatewayResponseOptions{
		StatusCode: jsii.String("400"),
		Templates: &map[string]*string{
			"application/json": jsii.String(`{"message":$context.error.messageString,"detail":` + string(quoted) + `}`),
		},
	})
}

// addGatewayResponse adds what API Gateway takes once for each type.
func addGatewayResponse(api awsapigateway.RestApiBase, caller string, problems *validation.Collector, id string, responseType func() awsapigateway.ResponseType, options *awsapigateway.GatewayResponseOptions) awsapigateway.GatewayResponse {
	if api == nil {
		panic(fmt.Errorf("%s: api is nil: pass the API that answers", caller))
	}
	construction.PanicIfInvalid(api, caller, problems)
	defer func() { // CDK looks for the id: to ask first would be two calls to Node
		if failure := recover(); failure != nil {
			if api.Node().TryFindChild(&id) == nil {
				panic(failure)
			}
			problems.Addf("api", "has the gateway response %s already: API Gateway takes one of each type, leave one of the two out", validation.Quote(id))
			construction.PanicIfInvalid(api, caller, problems)
		}
	}()
	options.Type = construction.Once(construction.AppOf(api), "response type "+id, responseType)
	return api.AddGatewayResponse(&id, options)
}
