package apigateway_test

import (
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

func TestGatewayResponses(t *testing.T) {
	cors := map[string]string{"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}
	tests := []struct {
		name         string
		responses    []apigateway.GatewayResponse
		line         string
		headers      []string
		status       int
		body         string
		header, want string
	}{
		{
			"by itself", nil, "GET /prod/nothing", nil,
			403, missingBody, "Content-Type", "application/json",
		},
		{
			"header of a type", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: cors}}, "GET /prod/read", nil,
			401, unauthorizedBody, "Access-Control-Allow-Origin", "*",
		},
		{
			"other types are as they were", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: cors}}, "GET /prod/nothing", nil,
			403, missingBody, "Access-Control-Allow-Origin", "",
		},
		{
			"status of a type", []apigateway.GatewayResponse{{ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "404"}}, "GET /prod/nothing", nil,
			404, missingBody, "", "",
		},
		{
			"the highest status", []apigateway.GatewayResponse{{ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "599"}}, "GET /prod/nothing", nil,
			599, missingBody, "", "",
		},
		{
			"status without body", []apigateway.GatewayResponse{{ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "204"}}, "GET /prod/nothing", nil,
			204, "", "Content-Type", "",
		},
		{
			"DEFAULT_4XX keeps the status", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", ResponseParameters: cors}}, "GET /prod/nothing", nil,
			403, missingBody, "Access-Control-Allow-Origin", "*",
		},
		{
			"DEFAULT_4XX with a status", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", StatusCode: "418"}}, "GET /prod/nothing", nil,
			418, missingBody, "", "",
		},
		{
			"a type before DEFAULT_4XX, as a whole",
			[]apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", StatusCode: "418", ResponseParameters: cors}, {ResponseType: "UNAUTHORIZED"}}, "GET /prod/read", nil,
			401, unauthorizedBody, "Access-Control-Allow-Origin", "",
		},
		{
			"DEFAULT_4XX is not for 5XX", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", ResponseParameters: cors}}, "GET /prod/broken", nil,
			500, serverErrorBody, "Access-Control-Allow-Origin", "",
		},
		{
			"DEFAULT_5XX", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_5XX", StatusCode: "503", ResponseParameters: cors}}, "GET /prod/broken", nil,
			503, serverErrorBody, "Access-Control-Allow-Origin", "*",
		},
		{
			"API_CONFIGURATION_ERROR before DEFAULT_5XX", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_5XX", StatusCode: "503"}, {ResponseType: "API_CONFIGURATION_ERROR", StatusCode: "501"}}, "GET /prod/broken", nil,
			501, serverErrorBody, "", "",
		},
		{
			"template", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseTemplates: map[string]string{
				"application/json": `{"m":$context.error.messageString,"t":"$context.error.responseType","p":"$context.path","r":"$context.resourcePath","#set":1}`,
			}}}, "GET /prod/read", nil,
			401, `{"m":"Unauthorized","t":"UNAUTHORIZED","p":"/prod/read","r":"/read","#set":1}`, "Content-Type", "application/json",
		},
		{
			"template without quotes around the message", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", ResponseTemplates: map[string]string{
				"text/plain": `$context.error.message ($context.error.responseType)`,
			}}}, "GET /prod/nothing", nil,
			403, `Missing Authentication Token (MISSING_AUTHENTICATION_TOKEN)`, "Content-Type", "text/plain",
		},
		{
			"template by Accept", []apigateway.GatewayResponse{{ResponseType: "DEFAULT_4XX", ResponseTemplates: map[string]string{
				"application/json": `{}`, "text/html": "<p>",
			}}}, "GET /prod/nothing", []string{"Accept: text/html"},
			403, `<p>`, "Content-Type", "text/html",
		},
		{
			"header of the request", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{
				"gatewayresponse.header.X-Who": "method.request.header.x-who",
			}}}, "GET /prod/read", []string{"X-Who: me"},
			401, unauthorizedBody, "X-Who", "me",
		},
		{
			"header of the context", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{
				"gatewayresponse.header.WWW-Authenticate": "context.error.responseType",
			}}}, "GET /prod/read", nil,
			401, unauthorizedBody, "WWW-Authenticate", "UNAUTHORIZED",
		},
		{
			"query string", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{
				"gatewayresponse.header.X-Q": "method.request.querystring.q",
			}}}, "GET /prod/read?q=a%0d%0aX-B:b", nil,
			401, unauthorizedBody, "X-Q", "a  X-B:b",
		},
		{
			"the request id stays API Gateway's", []apigateway.GatewayResponse{{ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{
				"gatewayresponse.header.x-amzn-requestid": "'mine'",
			}}}, "GET /prod/read", nil,
			401, unauthorizedBody, "", "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config(protected("GET", "/read", mock("ok"), readScope), open("GET", "/broken", sends("")))
			c.GatewayResponses = test.responses
			got := request{line: test.line, headers: test.headers}.send(t, serve(t, c))
			errorType := map[string]string{
				"GET /prod/nothing": missingType, "GET /prod/read": unauthorizedType, "GET /prod/broken": serverErrorType,
			}[test.line]
			if errorType == "" {
				errorType = unauthorizedType
			}
			got.check(t, test.status, test.body, errorType)
			if test.header != "" {
				got.checkHeader(t, test.header, test.want)
			}
		})
	}
}

// A type that the local server never answers can still be customized.
func TestEveryGatewayResponseTypeIsKnown(t *testing.T) {
	c := config(open("GET", "/", mock("ok")))
	for _, name := range []string{
		"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_BODY",
		"BAD_REQUEST_PARAMETERS", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT",
		"INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE",
		"RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED",
	} {
		c.GatewayResponses = append(c.GatewayResponses, apigateway.GatewayResponse{Label: name, ResponseType: name, StatusCode: "499"})
	}
	mustNew(t, c)
}
