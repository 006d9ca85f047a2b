package apigateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// events serves an API. It returns the URL and the last event of its function.
func events(t *testing.T, change func(*apigateway.Config), methods ...apigateway.Method) (string, func() map[string]any) {
	t.Helper()
	var last atomic.Value
	c := withFunction(function(func(_ context.Context, event []byte) ([]byte, error) {
		last.Store(event)
		return []byte(`{"statusCode":200}`), nil
	}), methods...)
	if change != nil {
		change(&c)
	}
	return serve(t, c), func() map[string]any {
		t.Helper()
		var event map[string]any
		if err := json.Unmarshal(last.Load().([]byte), &event); err != nil {
			t.Fatal(err)
		}
		return event
	}
}

// at returns the value at a path of names with slashes between them.
func at(event map[string]any, path string) any {
	var value any = event
	for name := range strings.SplitSeq(path, "/") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

func TestEvent(t *testing.T) {
	url, event := events(t, nil, protected("ANY", "/orders/{id}", lambdaProxy(), readScope), open("ANY", "/files/{path+}", lambdaProxy()))
	authorization := "Authorization: " + goodToken
	for _, c := range []struct {
		name    string
		request request
		want    map[string]any
	}{
		{
			"everything", request{"POST /prod/orders/7?a=1&b=2&a=3", []string{authorization, "X-One: 1", "X-Two: a", "X-Two: b", "Host: api.test:81", "User-Agent: me"}, `{"x":1}`},
			map[string]any{
				"resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "POST", "body": `{"x":1}`, "isBase64Encoded": false,
				"queryStringParameters":           map[string]any{"a": "3", "b": "2"},
				"multiValueQueryStringParameters": map[string]any{"a": []any{"1", "3"}, "b": []any{"2"}},
				"pathParameters":                  map[string]any{"id": "7"},
				"stageVariables":                  map[string]any{"color": "red"},
				"headers/X-One":                   "1", "headers/X-Two": "b", "headers/Host": "api.test:81", "headers/Authorization": goodToken,
				"multiValueHeaders/X-Two":     []any{"a", "b"},
				"requestContext/stage":        "prod",
				"requestContext/path":         "/prod/orders/7",
				"requestContext/accountId":    "123456789012",
				"requestContext/apiId":        "abc123",
				"requestContext/resourceId":   "res1",
				"requestContext/protocol":     "HTTP/1.1",
				"requestContext/httpMethod":   "POST",
				"requestContext/domainName":   "api.test",
				"requestContext/identity":     map[string]any{"accessKey": nil, "accountId": nil, "caller": nil, "cognitoAuthenticationProvider": nil, "cognitoAuthenticationType": nil, "cognitoIdentityId": nil, "cognitoIdentityPoolId": nil, "principalOrgId": nil, "sourceIp": "127.0.0.1", "user": nil, "userAgent": "me", "userArn": nil},
				"requestContext/authorizer":   map[string]any{"claims": map[string]any{"sub": "client1", "token_use": "access", "scope": readScope, "exp": "Tue Jun 18 15:00:04 UTC 2024", "auth_time": "1718636404", "version": "2", "cognito:groups": "a,b", "email_verified": "true", "nested": `{"a":"b"}`, "none": ""}},
				"requestContext/missing":      nil,
				"requestContext/deploymentId": "dep1",
			},
		},
		{
			"nothing", request{line: "GET /prod/files/a", headers: []string{"User-Agent: "}},
			map[string]any{
				"body": nil, "queryStringParameters": nil, "multiValueQueryStringParameters": nil, "requestContext/authorizer": nil,
				"requestContext/identity/userAgent": nil, "requestContext/resourcePath": "/files/{path+}",
			},
		},
		{
			"path and query, encoded", request{line: "GET /prod/files/test%2Balias@example.com/a+b/?plus=a+b&email=a%2Bb&url=https%3A%2F%2Fexample.com%2F"},
			map[string]any{
				"path":                  "/files/test%2Balias@example.com/a+b/",
				"pathParameters":        map[string]any{"path": "test%2Balias@example.com/a+b"},
				"queryStringParameters": map[string]any{"plus": "a b", "email": "a+b", "url": "https://example.com/"},
			},
		},
		{
			"headers that a client makes up or that are for the next hop alone",
			request{line: "GET /prod/files/a", headers: []string{
				"X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: gopher", "X-Forwarded-Port: 1", "X-Amzn-Trace-Id: Root=1-2-3",
				"Connection: X-Hop", "X-Hop: 1", "Te: trailers", "Max-Forwards: 1",
			}},
			map[string]any{
				"headers/X-Forwarded-For": "10.0.0.1, 127.0.0.1", "headers/X-Forwarded-Proto": "http", "headers/X-Amzn-Trace-Id": "Root=1-2-3",
				"headers/Connection": nil, "headers/X-Hop": nil, "headers/Te": nil, "headers/Max-Forwards": nil,
			},
		},
		{
			"claims that a client makes up",
			request{line: "GET /prod/files/a", headers: []string{authorization, "Requestcontext: {}", `X-Amzn-Oidc-Data: {"sub":"root"}`}},
			map[string]any{"requestContext/authorizer": nil},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.request.send(t, url).check(t, 200, "", "")
			got := event()
			for path, want := range c.want {
				if value := at(got, path); !reflect.DeepEqual(value, want) {
					t.Errorf("%s is %#v, want %#v", path, value, want)
				}
			}
			if at(got, "headers/X-Forwarded-Port") == "1" {
				t.Error("the client chose X-Forwarded-Port")
			}
		})
	}
}

func TestEventHasMembersThatAreNull(t *testing.T) {
	url, event := events(t, func(c *apigateway.Config) { c.Stages[0].Variables = nil }, open("GET", "/", lambdaProxy()))
	request{line: "GET /prod"}.send(t, url).check(t, 200, "", "")
	got := event()
	for _, name := range []string{"body", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"} {
		if value, found := got[name]; value != nil || !found {
			t.Errorf("%s is %v, found %v; want null", name, value, found)
		}
	}
	if got["path"] != "/" || got["resource"] != "/" {
		t.Errorf("got path %v of resource %v", got["path"], got["resource"])
	}
}

func TestEventOfBinaryBody(t *testing.T) {
	for _, c := range []struct {
		types       []string
		contentType string
		want        any
		encoded     bool
	}{
		{nil, "image/png", "\u0001", false},
		{[]string{"image/png"}, "image/PNG; a=b", "AQ==", true},
		{[]string{"image/png"}, "image/jpeg", "\u0001", false},
		{[]string{"image/*"}, "image/png", "\u0001", false},
		{[]string{"*/*"}, "text/plain", "AQ==", true},
	} {
		t.Run(fmt.Sprint(c.types, c.contentType), func(t *testing.T) {
			url, event := events(t, func(config *apigateway.Config) { config.BinaryMediaTypes = c.types }, open("POST", "/", lambdaProxy()))
			request{"POST /prod", []string{"Content-Type: " + c.contentType}, "\x01"}.send(t, url).check(t, 200, "", "")
			if got := event(); got["body"] != c.want || got["isBase64Encoded"] != c.encoded {
				t.Errorf("got %q, %v", got["body"], got["isBase64Encoded"])
			}
		})
	}
}

func TestEventHeadersThatAreMapped(t *testing.T) {
	integration := lambdaProxy()
	integration.RequestParameters = map[string]string{
		"integration.request.header.fixed":      "'text'",
		"integration.request.header.X-Id":       "method.request.path.id",
		"integration.request.header.X-Sub":      "context.authorizer.claims.sub",
		"integration.request.header.X-None":     "method.request.header.X-Missing",
		"integration.request.querystring.added": "'no'",
		"integration.request.path.id":           "'no'",
	}
	url, event := events(t, nil, protected("GET", "/{id}", integration, readScope))
	request{line: "GET /prod/7", headers: []string{"Authorization: " + goodToken, "X-Id: forged", "X-None: forged"}}.send(t, url).check(t, 200, "", "")
	got := event()
	for path, want := range map[string]any{
		"headers/fixed": "text", "multiValueHeaders/fixed": []any{"text"}, "headers/X-Id": "7", "headers/X-Sub": "client1",
		"headers/X-None": nil, "queryStringParameters": nil, "pathParameters/id": "7",
	} {
		if value := at(got, path); !reflect.DeepEqual(value, want) {
			t.Errorf("%s is %#v, want %#v", path, value, want)
		}
	}
}
