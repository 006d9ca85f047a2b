package apigateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local/internal/apigateway"
)

const (
	readScope  = "orders/read"
	writeScope = "orders/write"
	goodToken  = "token-read"
)

// tokens is a user pool with fixed tokens.
type tokens map[string]apigateway.Token

func (t tokens) Verify(token string) (apigateway.Token, error) {
	if token == "expired" {
		return apigateway.Token{}, fmt.Errorf("%w: it was yesterday", apigateway.ErrTokenExpired)
	}
	found, ok := t[token]
	if !ok {
		return apigateway.Token{}, fmt.Errorf("the pool has no such token")
	}
	return found, nil
}

var pool = tokens{
	goodToken: {
		Use: apigateway.AccessToken, ClientID: "client1", Scopes: []string{readScope},
		Claims: map[string]any{
			"sub": "client1", "token_use": "access", "scope": readScope, "exp": json.Number("1718722804"),
			"auth_time": json.Number("1718636404"), "version": json.Number("2"),
			"cognito:groups": []any{"a", "b"}, "email_verified": true, "nested": map[string]any{"a": "b"}, "none": nil,
		},
	},
	"token-write": {Use: apigateway.AccessToken, ClientID: "client2", Scopes: []string{writeScope}},
	"token-both":  {Use: apigateway.AccessToken, ClientID: "client3", Scopes: []string{writeScope, readScope}},
	"token-none":  {Use: apigateway.AccessToken, ClientID: "client4"},
	"token-id":    {Use: apigateway.IDToken, ClientID: "client5", Audience: []string{"client5"}, Scopes: []string{readScope}},
}

func authorizer() *apigateway.Authorizer {
	return &apigateway.Authorizer{
		Label: "Authorizer", Type: "COGNITO_USER_POOLS",
		IdentitySource: "method.request.header.Authorization",
		Verifiers:      []apigateway.TokenVerifier{pool},
	}
}

// mock answers 200 with body.
func mock(body string) *apigateway.Integration {
	return &apigateway.Integration{
		Type:             "MOCK",
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
		IntegrationResponses: []apigateway.IntegrationResponse{{
			StatusCode: "200", ResponseTemplates: map[string]string{"application/json": body},
		}},
	}
}

// declared are the request parameters that an integration maps. Its method must declare
// them.
func declared(integration *apigateway.Integration) map[string]bool {
	parameters := map[string]bool{}
	if integration == nil {
		return parameters
	}
	for _, source := range integration.RequestParameters {
		if location, name, _ := strings.Cut(strings.TrimPrefix(source, "method.request."), "."); strings.HasPrefix(source, "method.request.") && location != "body" {
			parameters["method.request."+strings.TrimPrefix(location, "multivalue")+"."+name] = false
		}
	}
	return parameters
}

// open is a method without authorization.
func open(httpMethod, path string, integration *apigateway.Integration) apigateway.Method {
	return apigateway.Method{
		Label: httpMethod + path, Path: path, HTTPMethod: httpMethod, ResourceID: "res1",
		AuthorizationType: apigateway.AuthorizationNone,
		Integration:       integration,
		RequestParameters: declared(integration),
		MethodResponses:   []apigateway.MethodResponse{{StatusCode: "200"}},
	}
}

// protected is a method that needs a token with a scope.
func protected(httpMethod, path string, integration *apigateway.Integration, scopes ...string) apigateway.Method {
	m := open(httpMethod, path, integration)
	m.AuthorizationType = apigateway.AuthorizationCognitoUserPools
	m.Authorizer = authorizer()
	m.AuthorizationScopes = scopes
	return m
}

func config(methods ...apigateway.Method) apigateway.Config {
	return apigateway.Config{
		Label: "Api", ID: "abc123", AccountID: "123456789012",
		Stages:  []apigateway.Stage{{Label: "Stage", Name: "prod", DeploymentID: "dep1", Variables: map[string]string{"color": "red"}}},
		Methods: methods,
	}
}

func mustNew(t testing.TB, c apigateway.Config) *apigateway.API {
	t.Helper()
	api, err := apigateway.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func serve(t testing.TB, c apigateway.Config) string {
	t.Helper()
	server := httptest.NewServer(mustNew(t, c))
	t.Cleanup(server.Close)
	return server.URL
}

// answer is the response that a client got.
type answer struct {
	status int
	body   string
	header http.Header
}

// request is "METHOD path" with headers as "Name: value".
type request struct {
	line    string
	headers []string
	body    string
}

func (r request) send(t testing.TB, url string) answer {
	t.Helper()
	method, path, _ := strings.Cut(r.line, " ")
	req, err := http.NewRequest(method, url+path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range r.headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			req.Host = value
			continue
		}
		req.Header.Add(name, value)
	}
	got, body := testhttp.Do(t, req)
	return answer{got.StatusCode, body, got.Header}
}

var (
	uuid   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	apigw  = regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`)
	noType = ""
)

// check compares an answer of the API, including its request ids. errorType "" means
// that the integration answered.
func (a answer) check(t *testing.T, status int, body, errorType string) {
	t.Helper()
	if a.status != status || a.body != body {
		t.Errorf("got %d %q, want %d %q", a.status, a.body, status, body)
	}
	if got := a.header.Get("x-amzn-ErrorType"); got != errorType {
		t.Errorf("x-amzn-ErrorType is %q, want %q", got, errorType)
	}
	if id := strings.Join(a.header.Values("x-amzn-RequestId"), "|"); !uuid.MatchString(id) {
		t.Errorf("x-amzn-RequestId %q is not a UUID", id)
	}
	if id := a.header.Get("x-amz-apigw-id"); !apigw.MatchString(id) {
		t.Errorf("x-amz-apigw-id %q is malformed", id)
	}
}

func (a answer) checkHeader(t *testing.T, name, want string) {
	t.Helper()
	if got := strings.Join(a.header.Values(name), "|"); got != want {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
}

// function is a Lambda function in Go.
type function func(context.Context, []byte) ([]byte, error)

func (f function) Invoke(ctx context.Context, event []byte) ([]byte, error) { return f(ctx, event) }

// answers is a function that gives every event the same payload.
func answers(payload string) function {
	return func(context.Context, []byte) ([]byte, error) { return []byte(payload), nil }
}

const (
	ordersARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
	ordersURI = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + ordersARN + "/invocations"
)

func lambdaProxy() *apigateway.Integration {
	return &apigateway.Integration{Type: "AWS_PROXY", HTTPMethod: "POST", URI: ordersURI}
}

// withFunction is an API whose integrations all call f.
func withFunction(f lambda.Handler, methods ...apigateway.Method) apigateway.Config {
	c := config(methods...)
	c.Function = func(apigateway.FunctionCall) lambda.Handler { return f }
	return c
}

// clock is a clock that a test moves. Each reading adds pace seconds.
type clock struct{ seconds, pace atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(c.seconds.Add(c.pace.Load()), 0) }

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
