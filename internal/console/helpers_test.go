package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/console"
	"example.com/weather-events-api/internal/httpserver"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

const (
	weather = "../../testdata/weather-events-api.template.json"
	shop    = "../../local/testdata/openapi.yaml"

	withoutDomain = "../../testdata/without-domain.template.yaml"
)

// served is a system with the console.
type served struct {
	*local.System
	listening *httpserver.Server
}

// serve serves a template with the console until the test ends.
func serve(t testing.TB, template string, options ...local.Option) *served {
	t.Helper()
	listening, err := httpserver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // also closes the idle connections of a browser
		if err := listening.Close(); err != nil {
			t.Error(err)
		}
	})
	system, err := local.Load(local.FromTemplateFile(template), append(options, local.WithPublicURL(listening.URL()))...)
	if err != nil {
		t.Fatal(err)
	}
	listening.Serve(console.Handler(system))
	return &served{system, listening}
}

// withoutPOST returns a template whose walk-through omits a step.
func withoutPOST(t testing.TB) string {
	return changed(t, `"HttpMethod": "POST"`, `"HttpMethod": "PUT"`)
}

// allPublic returns a template with nothing to walk through.
func allPublic(t testing.TB) string {
	const public = `, "machineauth": {"public": "a health check"}`
	return changed(t, `/GET/Resource"`, `/GET/Resource"`+public, `/POST/Resource"`, `/POST/Resource"`+public)
}

// changed returns the weather template with some texts replaced.
func changed(t testing.TB, oldnew ...string) string {
	t.Helper()
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(oldnew...).Replace(string(data))), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request to a path of the console. Headers are "Name: value".
func call(t testing.TB, server *served, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, server.URL()+console.Path+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(read)}
}

// ask posts a JSON object and decodes the answer. It must be a success.
func ask[Response any](t testing.TB, server *served, path, body string) Response {
	t.Helper()
	got := call(t, server, "POST", path, body)
	var response Response
	if err := json.Unmarshal([]byte(got.body), &response); err != nil || got.status != 200 || got.header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s: %v %+v", path, err, got)
	}
	return response
}

var inline = regexp.MustCompile(`(?s)<(script|style)[^>]*>(.*?)</`)

// object is a JSON object whose members a test picks.
type object = map[string]any

type stepResult struct {
	Step      walkthrough.Step
	Exchanges []struct{ Request, Response string }
	More      int
}

type tokenAnswer struct {
	Status       int
	Token, Error string
}

const (
	openMethod = "../matrix/testdata/open-method.yaml"
	orders     = "../../local/testdata/orders.template.yaml"
)

// never is a function that must not be called.
type never struct{ *testing.T }

func (n never) Invoke(context.Context, []byte) ([]byte, error) {
	n.Error("a backend was called")
	return nil, nil
}

// many returns a template of an API with that many methods and clients.
func many(t testing.TB, methods, clients int) string {
	t.Helper()
	var text strings.Builder
	text.WriteString(`Resources:
  Pool: {Type: AWS::Cognito::UserPool}
  Server: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !Ref Pool, Identifier: orders, Name: orders, Scopes: [{ScopeName: read, ScopeDescription: Read}]}}
  Domain: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: orders}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: pool, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Pool.Arn]}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: [`)
	for i := range methods {
		fmt.Fprintf(&text, "Method%d, ", i)
	}
	text.WriteString("Authorizer], Properties: {RestApiId: !Ref Api, StageName: prod}}\n")
	for i := range methods {
		fmt.Fprintf(&text, `  Part%[1]d: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: part%[1]d}}
  Method%[1]d: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !Ref Part%[1]d, HttpMethod: GET, AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer, AuthorizationScopes: [orders/read], Integration: {Type: MOCK, RequestTemplates: {application/json: '{"statusCode": 200}'}, IntegrationResponses: [{StatusCode: 200}]}, MethodResponses: [{StatusCode: 200}]}}
`, i)
	}
	for i := range clients {
		fmt.Fprintf(&text, `  Client%[1]d: {Type: AWS::Cognito::UserPoolClient, DependsOn: Server, Properties: {UserPoolId: !Ref Pool, ClientName: client-%[1]d, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read]}}
`, i)
	}
	file := filepath.Join(t.TempDir(), "many.template.yaml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
