package apigateway_test

import (
	"regexp"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// responds is a method with one response that declares headers.
func responds(r apigateway.IntegrationResponse, headers ...string) apigateway.Method {
	m := open("GET", "/{id}", mock(""))
	m.Integration.IntegrationResponses = []apigateway.IntegrationResponse{r}
	declared := map[string]bool{}
	for _, header := range headers {
		declared["method.response.header."+header] = false
	}
	m.MethodResponses = []apigateway.MethodResponse{{StatusCode: r.StatusCode, ResponseParameters: declared}}
	return m
}

func TestResponseTemplateIsChosenByAccept(t *testing.T) {
	jsonAndXML := map[string]string{"application/json": "json", "application/xml": "xml", "a/a": "a"}
	tests := []struct {
		name      string
		templates map[string]string
		accept    []string
		want      string
	}{
		{"exact", jsonAndXML, []string{"Accept: application/xml"}, "xml"},
		{"no header", jsonAndXML, nil, "json"},
		{"unknown", jsonAndXML, []string{"Accept: text/html"}, "json"},
		{"a list is not understood", jsonAndXML, []string{"Accept: application/xml, */*"}, "json"},
		{"first without application/json", map[string]string{"text/b": "b", "text/a": "a"}, nil, "a"},
		{"no template", nil, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := serve(t, config(responds(apigateway.IntegrationResponse{StatusCode: "200", ResponseTemplates: test.templates})))
			got := request{line: "GET /prod/1", headers: test.accept}.send(t, url)
			got.check(t, 200, test.want, noType)
			got.checkHeader(t, "Content-Type", "application/json")
		})
	}
}

func TestResponseParameters(t *testing.T) {
	tests := []struct {
		name, header, value string
		got, want           string // header of the answer
	}{
		{"static", "X-A", "'hello'", "X-A", "hello"},
		{"every kind of character in a name", "Az-Za_09!", "'hello'", "Az-Za_09!", "hello"},
		{"static with a space", "X-A", "'max-age=1, public'", "X-A", "max-age=1, public"},
		{"static with quotes inside", "X-A", "'it's'", "X-A", "it's"},
		{"static and empty", "X-A", "''", "X-A", ""},
		{"Content-Type", "content-type", "'text/html'", "Content-Type", "text/html"},
		{"context", "X-A", "context.resourcePath", "X-A", "/{id}"},
		{"context that is empty", "Content-Type", "context.authorizer.claims.sub", "Content-Type", "application/json"},
		{"stage variable", "X-A", "stageVariables.color", "X-A", "red"},
		{"missing stage variable", "X-A", "stageVariables.size", "X-A", ""},
		{"a mock has no response header", "X-A", "integration.response.header.X-A", "X-A", ""},
		{"a mock has no response body", "X-A", "integration.response.body.a", "X-A", ""},
		{"kept by API Gateway", "Content-Length", "'7'", "X-Amzn-Remapped-Content-Length", "7"},
		{"kept by API Gateway", "Content-Length", "'7'", "Content-Length", "4"},
		{"dropped by API Gateway", "Transfer-Encoding", "'gzip'", "Transfer-Encoding", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := serve(t, config(responds(apigateway.IntegrationResponse{
				StatusCode:         "200",
				ResponseParameters: map[string]string{"method.response.header." + test.header: test.value},
				ResponseTemplates:  map[string]string{"application/json": "body"},
			}, test.header)))
			got := request{line: "GET /prod/1"}.send(t, url)
			got.check(t, 200, "body", noType)
			got.checkHeader(t, test.got, test.want)
		})
	}
}

// A header that the method response declares but nothing maps is not sent.
func TestOnlyMappedHeadersAreReturned(t *testing.T) {
	url := serve(t, config(responds(apigateway.IntegrationResponse{StatusCode: "200"}, "X-A")))
	got := request{line: "GET /prod/1", headers: []string{"X-A: a"}}.send(t, url)
	got.checkHeader(t, "X-A", "")
	for name := range got.header {
		switch name {
		case "Content-Type", "Content-Length", "Date", "X-Amzn-Requestid", "X-Amz-Apigw-Id":
		default:
			t.Errorf("got the header %s", name)
		}
	}
}

func TestResponseOverride(t *testing.T) {
	tests := []struct {
		name, template string
		status         int
		body           string
		header, want   string
	}{
		{"status", "#set($context.responseOverride.status = 201)made", 201, "made", "", ""},
		{"status without body", "#set($context.responseOverride.status = 204)gone", 204, "", "Content-Type", ""},
		{"a status that is not final", "#set($context.responseOverride.status = 100)x", 500, serverErrorBody, "X-A", ""},
		{"switching protocols", "#set($context.responseOverride.status = 101)x", 500, serverErrorBody, "X-A", ""},
		{"header", "#set($context.responseOverride.header.X-A = 'b')x", 200, "x", "X-A", "b"},
		{"header in another case", "#set($context.responseOverride.header.x-a = 'b')x", 200, "x", "X-A", "b"},
		{"header that is not declared", "#set($context.responseOverride.header.X-B = 'c')x", 200, "x", "X-B", "c"},
		{"Content-Type", "#set($context.responseOverride.header.Content-Type = 'text/plain')x", 200, "x", "Content-Type", "text/plain"},
		{"Content-Length cannot be forged", "#set($context.responseOverride.header.Content-Length = '0')x", 200, "x", "Content-Length", "1"},
		{"no line can be injected", "#set($context.responseOverride.header.X-A = $util.urlDecode('a%0d%0aX-B: b'))x", 200, "x", "X-B", ""},
		{"nothing", "$context.stage", 200, "prod", "X-A", "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := serve(t, config(responds(apigateway.IntegrationResponse{
				StatusCode:         "200",
				ResponseParameters: map[string]string{"method.response.header.X-A": "'a'"},
				ResponseTemplates:  map[string]string{"application/json": test.template},
			}, "X-A")))
			got := request{line: "GET /prod/1"}.send(t, url)
			errorType := noType
			if test.status == 500 {
				errorType = serverErrorType
			}
			got.check(t, test.status, test.body, errorType)
			if test.header != "" {
				got.checkHeader(t, test.header, test.want)
			}
		})
	}
}

func TestContextInTemplates(t *testing.T) {
	template := `$context.accountId|$context.apiId|$context.deploymentId|$context.domainName|$context.domainPrefix|` +
		`$context.httpMethod|$context.path|$context.protocol|$context.resourceId|$context.resourcePath|$context.stage|` +
		`$context.identity.sourceIp|$context.identity.userAgent|$stageVariables.color|$input.params('q')|$input.params('Host')|$input.body`
	url := serve(t, config(responds(apigateway.IntegrationResponse{
		StatusCode: "200", ResponseTemplates: map[string]string{"application/json": template},
	})))
	request{line: "GET /prod/a%20b/?q=1&q=2", headers: []string{"Host: api.example.com:80", "User-Agent: me"}}.send(t, url).check(t, 200,
		"123456789012|abc123|dep1|api.example.com|api|GET|/prod/a%20b/|HTTP/1.1|res1|/{id}|prod|127.0.0.1|me|red|2|api.example.com:80|{}", noType)
}

// The request ids in the headers and in the templates are the same.
func TestRequestIDsInTemplates(t *testing.T) {
	url := serve(t, config(open("GET", "/", mock(`$context.requestId $context.extendedRequestId $context.requestTimeEpoch $context.requestTime`))))
	got := request{line: "GET /prod/"}.send(t, url)
	want := regexp.MustCompile(`^` + got.header.Get("x-amzn-RequestId") + " " + regexp.QuoteMeta(got.header.Get("x-amz-apigw-id")) +
		` \d{13} \d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000$`)
	if !want.MatchString(got.body) {
		t.Errorf("got %q, want %s", got.body, want)
	}
	if other := (request{line: "GET /prod/"}).send(t, url); other.header.Get("x-amzn-RequestId") == got.header.Get("x-amzn-RequestId") {
		t.Error("two requests have the same id")
	}
}

// The responses that CDK's AddCorsPreflight synthesizes.
func TestCORSPreflight(t *testing.T) {
	m := apigateway.Method{
		Label: "Preflight", Path: "/orders", HTTPMethod: "OPTIONS", AuthorizationType: apigateway.AuthorizationNone,
		Integration: &apigateway.Integration{
			Type:             "MOCK",
			RequestTemplates: map[string]string{"application/json": "{ statusCode: 200 }"},
			IntegrationResponses: []apigateway.IntegrationResponse{{
				StatusCode: "204",
				ResponseParameters: map[string]string{
					"method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
					"method.response.header.Access-Control-Allow-Origin":  "'*'",
					"method.response.header.Access-Control-Allow-Methods": "'GET,PUT'",
				},
			}},
		},
		MethodResponses: []apigateway.MethodResponse{{StatusCode: "204", ResponseParameters: map[string]bool{
			"method.response.header.Access-Control-Allow-Headers": true,
			"method.response.header.Access-Control-Allow-Origin":  true,
			"method.response.header.Access-Control-Allow-Methods": true,
		}}},
	}
	url := serve(t, config(m, protected("GET", "/orders", mock("ok"), readScope)))
	got := request{line: "OPTIONS /prod/orders", headers: []string{"Origin: https://a", "Access-Control-Request-Method: GET"}}.send(t, url)
	got.check(t, 204, "", noType)
	got.checkHeader(t, "Access-Control-Allow-Origin", "*")
	got.checkHeader(t, "Access-Control-Allow-Headers", "Content-Type,Authorization")
	got.checkHeader(t, "Access-Control-Allow-Methods", "GET,PUT")
	got.checkHeader(t, "Content-Type", "")
	request{line: "GET /prod/orders"}.send(t, url).check(t, 401, unauthorizedBody, unauthorizedType)
}

func TestHEAD(t *testing.T) {
	url := serve(t, config(open("ANY", "/", mock("body"))))
	got := request{line: "HEAD /prod/"}.send(t, url)
	got.check(t, 200, "", noType)
	got.checkHeader(t, "Content-Length", "4")
}
