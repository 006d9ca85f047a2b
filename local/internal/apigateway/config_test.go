package apigateway_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// problemsOf compiles a configuration that must not compile.
func problemsOf(t *testing.T, c apigateway.Config) []string {
	t.Helper()
	_, err := apigateway.New(c)
	var configError *apigateway.ConfigError
	if !errors.As(err, &configError) {
		t.Fatalf("got %v, want a ConfigError", err)
	}
	if err.Error() == "" || strings.HasSuffix(err.Error(), ".") {
		t.Errorf("got the message %q", err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestProblemsOfMethods(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *apigateway.Method)
		want   string // how the problem begins
	}{
		{"integration type", func(m *apigateway.Method) { m.Integration.Type = "HTTPS" }, `M.Integration.Type: "HTTPS" is not supported; allowed are MOCK, HTTP, HTTP_PROXY, AWS, and AWS_PROXY with a Lambda function`},
		{"no integration", func(m *apigateway.Method) { m.Integration = nil }, `M.Integration: is missing`},
		{"integration content handling", func(m *apigateway.Method) { m.Integration.ContentHandling = "TEXT" }, `M.Integration.ContentHandling: must be CONVERT_TO_TEXT or CONVERT_TO_BINARY, got "TEXT"`},
		{"passthrough", func(m *apigateway.Method) { m.Integration.PassthroughBehavior = "never" }, `M.Integration.PassthroughBehavior: "never" is not supported`},
		{"request template", func(m *apigateway.Method) { m.Integration.RequestTemplates["application/json"] = "\n#parse('x')" }, `M.Integration.RequestTemplates["application/json"]: `},
		{"unknown variable", func(m *apigateway.Method) { m.Integration.RequestTemplates["a/b"] = "$context.nonsense" }, `M.Integration.RequestTemplates["a/b"]: `},
		{"response template", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses[0].ResponseTemplates["text/a"] = "#if"
		}, `M.Integration.IntegrationResponses[0].ResponseTemplates["text/a"]: `},
		{"response content handling", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses[0].ContentHandling = "BINARY"
		}, `M.Integration.IntegrationResponses[0].ContentHandling: must be CONVERT_TO_TEXT or CONVERT_TO_BINARY, got "BINARY"`},
		{"response status", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses[0].StatusCode, m.MethodResponses[0].StatusCode = "100", "100"
		}, `M.MethodResponses[0].StatusCode: must be 200 to 599, got "100"`},
		{"method response status", func(m *apigateway.Method) {
			m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: "2xx"})
		}, `M.MethodResponses[1].StatusCode: must be 200 to 599, got "2xx"`},
		{"method response twice", func(m *apigateway.Method) {
			m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: "200"})
		}, `M.MethodResponses[1].StatusCode: 200 appears twice`},
		{"method response header", func(m *apigateway.Method) {
			m.MethodResponses[0].ResponseParameters = map[string]bool{"X-A": true}
		}, `M.MethodResponses[0].ResponseParameters["X-A"]: must be method.response.header.`},
		{"integration response twice", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses = append(m.Integration.IntegrationResponses, apigateway.IntegrationResponse{StatusCode: "200", SelectionPattern: "2"})
		}, `M.Integration.IntegrationResponses[1].StatusCode: 200 appears twice`},
		{"two defaults", func(m *apigateway.Method) {
			m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: "201"})
			m.Integration.IntegrationResponses = append(m.Integration.IntegrationResponses, apigateway.IntegrationResponse{StatusCode: "201"})
		}, `M.Integration.IntegrationResponses[1].SelectionPattern: is empty`},
		{"pattern", func(m *apigateway.Method) { m.Integration.IntegrationResponses[0].SelectionPattern = "(?!5)" }, `M.Integration.IntegrationResponses[0].SelectionPattern: "(?!5)" is not supported`},
		{"pattern that would leave its group", func(m *apigateway.Method) { m.Integration.IntegrationResponses[0].SelectionPattern = "5)|(?:.*" }, `M.Integration.IntegrationResponses[0].SelectionPattern: "5)|(?:.*" is not supported`},
		{"pattern at the limit of nesting", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses[0].SelectionPattern = strings.Repeat("(", 999) + strings.Repeat(")", 999)
		}, `M.Integration.IntegrationResponses[0].SelectionPattern: `},
		{"header that is not declared", func(m *apigateway.Method) {
			m.Integration.IntegrationResponses[0].ResponseParameters = map[string]string{"method.response.header.X-A": "'a'"}
		}, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: is not declared by the method response 200`},
		{"request header in a response", func(m *apigateway.Method) {
			setHeader(m, "method.request.header.X-A")
		}, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: "method.request.header.X-A" is not supported; allowed are 'text'`},
		{"text without quotes", func(m *apigateway.Method) { setHeader(m, "text") }, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: "text" is not supported`},
		{"text with one quote", func(m *apigateway.Method) { setHeader(m, "'") }, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: must be text between single quotes`},
		{"text with a line break", func(m *apigateway.Method) { setHeader(m, "'a\r\nb: c'") }, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: must be text between single quotes`},
		{"unknown context", func(m *apigateway.Method) { setHeader(m, "context.nonsense") }, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: "context.nonsense" is not supported`},
		{"more than an expression", func(m *apigateway.Method) { setHeader(m, "context.stage and more") }, `M.Integration.IntegrationResponses[0].ResponseParameters["method.response.header.X-A"]: "context.stage and more" is not supported`},
		{"authorization type", func(m *apigateway.Method) { m.AuthorizationType = "JWT" }, `M.AuthorizationType: "JWT" is not supported; allowed are NONE, COGNITO_USER_POOLS, AWS_IAM, CUSTOM`},
		{"no authorization type", func(m *apigateway.Method) { m.AuthorizationType = "" }, `M.AuthorizationType: "" is not supported`},
		{"no authorizer", func(m *apigateway.Method) { m.AuthorizationType = "COGNITO_USER_POOLS" }, `M.AuthorizerId: is missing`},
		{"no Lambda authorizer", func(m *apigateway.Method) { m.AuthorizationType = "CUSTOM" }, `M.AuthorizerId: is missing; AuthorizationType CUSTOM needs an authorizer`},
		{"authorizer of the other kind", func(m *apigateway.Method) { m.AuthorizationType, m.Authorizer = "CUSTOM", authorizer() },
			`M.AuthorizerId: is an authorizer of type COGNITO_USER_POOLS, and AuthorizationType is CUSTOM`},
		{"Lambda authorizer of the other kind", func(m *apigateway.Method) {
			m.AuthorizationType, m.Authorizer = "COGNITO_USER_POOLS", lambdaAuthorizer("TOKEN")
		}, `M.AuthorizerId: is an authorizer of type TOKEN, and AuthorizationType is COGNITO_USER_POOLS`},
		{"authorizer of a signature", func(m *apigateway.Method) { m.AuthorizationType, m.Authorizer = "AWS_IAM", authorizer() },
			`M.AuthorizerId: is set on a method whose AuthorizationType is AWS_IAM`},
		{"authorizer that is not asked", func(m *apigateway.Method) { m.Authorizer = authorizer() }, `M.AuthorizerId: is set on a method whose AuthorizationType is NONE`},
		{"scopes that are not asked for", func(m *apigateway.Method) { m.AuthorizationScopes = []string{"a/b"} }, `M.AuthorizationScopes: are set on a method whose AuthorizationType is NONE`},
		{"request parameter", func(m *apigateway.Method) {
			m.RequestParameters = map[string]bool{"method.request.body.x": true}
		}, `M.RequestParameters["method.request.body.x"]: must be`},
		{"request model", func(m *apigateway.Method) {
			m.RequestModels = map[string]string{"application/json": "Nothing"}
		}, `M.RequestModels["application/json"]: "Nothing" is not`},
		{"method", func(m *apigateway.Method) { m.HTTPMethod = "get" }, `M.HttpMethod: "get" is not an HTTP method of API Gateway`},
		{"path", func(m *apigateway.Method) { m.Path = "orders" }, `M.Path: must begin with a slash`},
		{"empty segment", func(m *apigateway.Method) { m.Path = "/orders/" }, `M.Path: has the segment ""`},
		{"half a parameter", func(m *apigateway.Method) { m.Path = "/{id" }, `M.Path: has the segment "{id"`},
		{"greedy in the middle", func(m *apigateway.Method) { m.Path = "/{a+}/b" }, `M.Path: has {a+} before its end`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := open("GET", "/", mock("ok"))
			m.Label = "M"
			test.change(&m)
			if got := problemsOf(t, config(m)); len(got) != 1 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// setHeader maps a header that the method response declares.
func setHeader(m *apigateway.Method, value string) {
	m.MethodResponses[0].ResponseParameters = map[string]bool{"method.response.header.X-A": true}
	m.Integration.IntegrationResponses[0].ResponseParameters = map[string]string{"method.response.header.X-A": value}
}

func TestProblemsOfTheAPI(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *apigateway.Config)
		want   string
	}{
		{"no stage", func(c *apigateway.Config) { c.Stages = nil }, `Api.Stages: is empty`},
		{"no method", func(c *apigateway.Config) { c.Methods = nil }, `Api.Methods: is empty`},
		{"name of a stage variable", func(c *apigateway.Config) { c.Stages[0].Variables["a-b"] = "c" }, `Stage.Variables["a-b"]: the name must be 1 to 64 of [A-Za-z0-9_]`},
		{"stage variable", func(c *apigateway.Config) { c.Stages[0].Variables["a"] = "b\nc" }, `Stage.Variables["a"]: must be at most 512 of [A-Za-z0-9._~:/?#&=,-], got "b\nc"`},
		{"stage name", func(c *apigateway.Config) { c.Stages[0].Name = "a/b" }, `Stage.StageName: must be 1 to 128`},
		{"two stages", func(c *apigateway.Config) {
			c.Stages = append(c.Stages, apigateway.Stage{Label: "Stage2", Name: "prod"})
		}, `Stage2.StageName: "prod" is the name of another stage too`},
		{"two methods", func(c *apigateway.Config) { c.Methods = append(c.Methods, c.Methods[0]) }, `GET/orders/{id}.HttpMethod: GET appears twice`},
		{"two ANY", func(c *apigateway.Config) {
			c.Methods = append(c.Methods, open("ANY", "/x", mock("")), open("ANY", "/x", mock("")))
		}, `ANY/x.HttpMethod: ANY appears twice`},
		{"two parameters", func(c *apigateway.Config) { c.Methods = append(c.Methods, open("GET", "/orders/{other}/x", mock(""))) }, `GET/orders/{other}/x.Path: /orders/{other}/x has {other} where another resource has {id}`},
		{"response type", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "NONSENSE"}}
		}, `G.ResponseType: "NONSENSE" is not a type of gateway response; allowed are ACCESS_DENIED, `},
		{"response type twice", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "UNAUTHORIZED"}, {Label: "H", ResponseType: "UNAUTHORIZED"}}
		}, `H.ResponseType: UNAUTHORIZED is customized twice`},
		{"response status", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "UNAUTHORIZED", StatusCode: "101"}}
		}, `G.StatusCode: must be 200 to 599, got "101"`},
		{"response header", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{"gatewayresponse.header.": "'a'"}}}
		}, `G.ResponseParameters["gatewayresponse.header."]: must be gatewayresponse.header. and the name`},
		{"response header value", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "UNAUTHORIZED", ResponseParameters: map[string]string{"gatewayresponse.header.A": "integration.response.header.A"}}}
		}, `G.ResponseParameters["gatewayresponse.header.A"]: "integration.response.header.A" is not supported`},
		{"response template", func(c *apigateway.Config) {
			c.GatewayResponses = []apigateway.GatewayResponse{{Label: "G", ResponseType: "UNAUTHORIZED", ResponseTemplates: map[string]string{"a/b": "$input.body"}}}
		}, `G.ResponseTemplates["a/b"]: `},
		{"model name", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "a-b", Schema: "{}"}}
		}, `Mo.Name: must be letters and digits`},
		{"two models", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: "{}"}, {Label: "Mp", Name: "A", Schema: "{}"}}
		}, `Mp.Name: "A" is the name of another model too`},
		{"model that is not JSON", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: "{"}}
		}, `Mo.Schema: is not JSON`},
		{"model that is not an object", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: "true"}}
		}, `Mo.Schema: must be a JSON object, got bool`},
		{"model of another draft", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: `{"$schema":"http://json-schema.org/draft-07/schema#"}`}}
		}, `Mo.Schema: has $schema "http://json-schema.org/draft-07/schema#"`},
		{"model that is not a schema", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: `{"type":"nonsense"}`}}
		}, `Mo.Schema: `},
		{"model that refers to a file", func(c *apigateway.Config) {
			c.Models = []apigateway.Model{{Label: "Mo", Name: "A", Schema: `{"$ref":"file:///etc/passwd"}`}}
		}, `Mo.Schema: failing loading "file:///etc/passwd": file:///etc/passwd is not a model of this API`},
		{"authorizer type", func(c *apigateway.Config) {
			protect(c).Type = "JWT"
		}, `Authorizer.Type: "JWT" is not supported; allowed are COGNITO_USER_POOLS, TOKEN and REQUEST`},
		{"identity source", func(c *apigateway.Config) {
			protect(c).IdentitySource = "method.request.querystring.token"
		}, `Authorizer.IdentitySource: must be method.request.header. and the name of a header`},
		{"two identity sources", func(c *apigateway.Config) {
			protect(c).IdentitySource = "method.request.header.A,method.request.header.B"
		}, `Authorizer.IdentitySource: must be method.request.header. and the name of a header`},
		{"no pool", func(c *apigateway.Config) {
			protect(c).Verifiers = nil
		}, `Authorizer.ProviderARNs: has no user pool`},
		{"identity validation expression", func(c *apigateway.Config) {
			protect(c).IdentityValidationExpression = "("
		}, `Authorizer.IdentityValidationExpression: "(" is not supported`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := config(open("GET", "/orders/{id}", mock("ok")))
			test.change(&c)
			if got := problemsOf(t, c); len(got) != 1 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// protect gives two methods the same authorizer. Its problems must be reported once.
func protect(c *apigateway.Config) *apigateway.Authorizer {
	m := protected("POST", "/", mock("ok"), readScope)
	n := protected("PUT", "/", mock("ok"), readScope)
	n.Authorizer = m.Authorizer
	c.Methods = append(c.Methods, m, n)
	return m.Authorizer
}

// A broken model is one problem. A method that uses it adds none.
func TestProblemOfAModelIsReportedOnce(t *testing.T) {
	c := bodies(`{"type":7}`, map[string]string{"application/json": "Order"})
	c.Models = c.Models[:1]
	if got := problemsOf(t, c); len(got) != 1 || !strings.HasPrefix(got[0], "Order.Schema: ") {
		t.Errorf("got %q", got)
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	first, second := open("GET", "/a", mock("ok")), open("FETCH", "b", mock("#if"))
	first.Integration.Type = "FTP"
	c := config(first, second)
	if got := problemsOf(t, c); len(got) != 3 {
		t.Errorf("got %d problems, want 3:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// A caller may change a configuration after New.
func TestConfigIsNotShared(t *testing.T) {
	c := config(protected("GET", "/", mock(`$stageVariables.color`), readScope))
	url := serve(t, c)
	c.Stages[0].Variables["color"] = "blue"
	c.Methods[0].AuthorizationScopes[0] = writeScope
	c.Methods[0].Authorizer.Verifiers[0] = tokens{}
	request{line: "GET /prod/", headers: []string{"Authorization: " + goodToken}}.send(t, url).check(t, 200, "red", noType)
}
