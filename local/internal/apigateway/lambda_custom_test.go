package apigateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
	"example.com/weather-events-api/local/internal/lambda"
)

// mapped is an integration with templates for the event and the answer of a function.
// Errors that begin with [404] are 404, all other errors 400.
func mapped(change func(*apigateway.Integration)) apigateway.Method {
	m := open("POST", "/{id}", &apigateway.Integration{
		Type: "AWS", HTTPMethod: "POST", URI: ordersURI,
		IntegrationResponses: []apigateway.IntegrationResponse{
			{StatusCode: "200", ResponseParameters: map[string]string{"method.response.header.X-Item": "integration.response.body.item"}},
			{StatusCode: "404", SelectionPattern: `\[404\].*`, ResponseTemplates: map[string]string{"application/json": `{"gone":$input.json('$.errorMessage')}`}},
			{StatusCode: "400", SelectionPattern: `(\n|.)+`, ResponseParameters: map[string]string{"method.response.header.X-All": "integration.response.body"}},
		},
	})
	m.MethodResponses = nil
	for _, status := range []string{"200", "404", "400"} {
		m.MethodResponses = append(m.MethodResponses, apigateway.MethodResponse{StatusCode: status, ResponseParameters: map[string]bool{
			"method.response.header.X-Item": false, "method.response.header.X-All": false,
		}})
	}
	if change != nil {
		change(m.Integration)
	}
	return m
}

// echo is a function that returns its event.
var echo = function(func(_ context.Context, event []byte) ([]byte, error) { return event, nil })

func TestLambdaWithTemplates(t *testing.T) {
	render := func(template string) func(*apigateway.Integration) {
		return func(i *apigateway.Integration) {
			i.RequestTemplates = map[string]string{"application/json": template}
		}
	}
	fail := func(message string) function {
		return func(context.Context, []byte) ([]byte, error) { return nil, errors.New(message) }
	}
	for _, c := range []struct {
		name     string
		function lambda.Function
		change   func(*apigateway.Integration)
		body     string
		status   int
		want     string
		headers  map[string]string
	}{
		{"passed through", echo, nil, `{"item":"umbrella"}`, 200, `{"item":"umbrella"}`, map[string]string{"X-Item": "umbrella", "Content-Type": "application/json"}},
		{"nothing to pass through", echo, nil, "", 200, `{}`, map[string]string{"X-Item": ""}},
		{"a template", echo, render(`{"id":"$input.params('id')","item":$input.json('$.item')}`), `{"item":"umbrella"}`, 200, `{"id":"7","item":"umbrella"}`, map[string]string{"X-Item": "umbrella"}},
		{"a template that is constant", echo, render(`{"a":1}`), `{}`, 200, `{"a":1}`, nil},
		{"a response template", echo, func(i *apigateway.Integration) {
			i.IntegrationResponses[0].ResponseTemplates = map[string]string{"application/json": `[$input.json('$.item')]`}
		}, `{"item":"umbrella"}`, 200, `["umbrella"]`, nil},
		{"an override", echo, func(i *apigateway.Integration) {
			i.IntegrationResponses[0].ResponseTemplates = map[string]string{"application/json": `#set($context.responseOverride.status = 404)x`}
		}, `{}`, 404, `x`, nil},
		{"the error of a pattern", fail("[404] no order"), nil, `{}`, 404, `{"gone":"[404] no order"}`, nil},
		{"another error", fail("out\nof order"), nil, `{}`, 400, `{"errorMessage":"out\nof order","errorType":"errorString"}`, map[string]string{"X-All": `{"errorMessage":"out\nof order","errorType":"errorString"}`}},
		{"an error as answer", answers(`{"errorMessage":"[404] no","errorType":"E"}`), nil, `{}`, 404, `{"gone":"[404] no"}`, nil},
		{"an error that another process gave", function(func(context.Context, []byte) ([]byte, error) {
			return nil, &lambda.FunctionError{Type: "E", Message: "[404] no", Payload: []byte(`{"errorMessage":"[404] no"}`)}
		}), nil, `{}`, 404, `{"gone":"[404] no"}`, nil},
		{"a panic", function(func(context.Context, []byte) ([]byte, error) { panic("[404] panic") }), nil, `{}`, 404, `{"gone":"[404] panic"}`, nil},
		{"an answer that is not an error", answers(`"text"`), nil, `{}`, 200, `"text"`, nil},
		{"an event that is not JSON", echo, render(`{"a":`), `{}`, 400, `{"errorMessage":"Could not parse request body into json","errorType":"InvalidRequestContentException"}`, nil},
		{"no default", echo, func(i *apigateway.Integration) { i.IntegrationResponses = i.IntegrationResponses[1:] }, `{}`, 500, `{"message":"Internal server error"}`, nil},
		{"not invoked", apigateway.Missing("name one"), nil, `{}`, 500, `{"message":"Internal server error"}`, nil},
		{"not POST", echo, func(i *apigateway.Integration) { i.HTTPMethod = "GET" }, `{}`, 500, `{"message":"Internal server error"}`, nil},
		{"too late", function(func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }),
			func(i *apigateway.Integration) { i.TimeoutInMillis = 50 }, `{}`, 504, `{"message":"Endpoint request timed out"}`, nil},
		{"a content type without template", echo, func(i *apigateway.Integration) {
			i.RequestTemplates, i.PassthroughBehavior = map[string]string{"text/plain": "{}"}, "NEVER"
		}, `{}`, 415, `{"message":"Unsupported Media Type"}`, nil},
		{"a header that the function tries to inject", answers(`{"item":"a\r\nX-Evil: 1"}`), nil, `{}`, 200, `{"item":"a\r\nX-Evil: 1"}`, map[string]string{"X-Evil": ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := serve(t, withFunction(c.function, mapped(c.change)))
			got := request{"POST /prod/7", []string{"Content-Type: application/json"}, c.body}.send(t, url)
			if got.status != c.status || got.body != c.want {
				t.Errorf("got %d %s", got.status, got.body)
			}
			for name, want := range c.headers {
				got.checkHeader(t, name, want)
			}
		})
	}
}

func TestStubOfALambdaWithTemplates(t *testing.T) {
	config := withFunction(apigateway.Missing("name one"), mapped(nil))
	config.Stub = true
	got := request{"POST /prod/7", nil, "{}"}.send(t, serve(t, config))
	got.check(t, 200, `{"stub":"name one","method":"POST","path":"/7","resource":"/{id}","clientId":"","scopes":[]}`, "")
}

func TestProblemsOfALambdaWithTemplates(t *testing.T) {
	for _, c := range []struct {
		change func(*apigateway.Integration)
		want   string
	}{
		{func(i *apigateway.Integration) {
			i.IntegrationResponses[0].ResponseParameters["method.response.header.X-Item"] = "integration.response.header.A"
		}, `IntegrationResponses[0].ResponseParameters["method.response.header.X-Item"]: "integration.response.header.A" is not supported`},
		{func(i *apigateway.Integration) { i.ContentHandling = "TEXT" }, `ContentHandling: must be CONVERT_TO_TEXT or CONVERT_TO_BINARY`},
	} {
		_, err := apigateway.New(withFunction(echo, mapped(c.change)))
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("POST/{id}.Integration.%s", c.want)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
