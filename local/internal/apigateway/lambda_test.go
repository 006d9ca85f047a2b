package apigateway_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/local/internal/apigateway"
)

func TestAnswerOfAFunction(t *testing.T) {
	const failed = `{"message":"Internal server error"}`
	for _, c := range []struct {
		name, answer string
		status       int
		body         string
		headers      map[string]string
	}{
		{"all", `{"statusCode":201,"headers":{"X-A":"1","content-type":"text/plain"},"multiValueHeaders":{"X-B":["1","2"]},"body":"made","isBase64Encoded":false}`, 201, "made", map[string]string{"X-A": "1", "X-B": "1|2", "Content-Type": "text/plain"}},
		{"an empty object", `{}`, 200, "", map[string]string{"Content-Type": "application/json"}},
		{"nulls, as Go writes them", `{"statusCode":200,"headers":null,"multiValueHeaders":null,"body":"{}"}`, 200, "{}", map[string]string{"Content-Type": "application/json"}},
		{"status as text", `{"statusCode":"404"}`, 404, "", nil},
		{"a status without body", `{"statusCode":204,"body":"x"}`, 204, "", map[string]string{"Content-Type": ""}},
		{"a status of its own on failure", `{"statusCode":500,"body":"mine"}`, 500, "mine", nil},
		{"true as header", `{"headers":{"X-A":true}}`, 200, "", map[string]string{"X-A": "true"}},
		{"both kinds of headers", `{"headers":{"x-a":"1","X-B":"b"},"multiValueHeaders":{"X-A":["1","2"]}}`, 200, "", map[string]string{"X-A": "1|2", "X-B": "b"}},
		{"remapped headers", `{"headers":{"WWW-Authenticate":"Basic","Authorization":"a","Date":"d","Server":"s","Connection":"close","Content-Length":"999","User-Agent":"u"}}`, 200, "", map[string]string{
			"X-Amzn-Remapped-Www-Authenticate": "Basic", "X-Amzn-Remapped-Authorization": "a", "X-Amzn-Remapped-Date": "d", "X-Amzn-Remapped-Server": "s",
			"X-Amzn-Remapped-Connection": "close", "X-Amzn-Remapped-Content-Length": "999", "X-Amzn-Remapped-User-Agent": "u",
			"Www-Authenticate": "", "Server": "", "Content-Length": "0",
		}},
		{"dropped headers", `{"headers":{"Transfer-Encoding":"chunked","x-amzn-RequestId":"mine","TE":"h"}}`, 200, "", map[string]string{"Te": ""}},
		{"base64 that nobody asked for", `{"body":"AQ==","isBase64Encoded":true}`, 200, "AQ==", nil},

		{"no JSON", `hello`, 502, failed, nil},
		{"nothing", ``, 502, failed, nil},
		{"null", `null`, 502, failed, nil},
		{"a string", `"hello"`, 502, failed, nil},
		{"a list", `[]`, 502, failed, nil},
		{"another member", `{"statusCode":200,"cookies":[]}`, 502, failed, nil},
		{"a name in another case, as from a struct without tags", `{"StatusCode":200,"Body":""}`, 502, failed, nil},
		{"a body that is an object", `{"body":{"a":1}}`, 502, failed, nil},
		{"an invalid status", `{"statusCode":99}`, 502, failed, nil},
		{"a status that is a fraction", `{"statusCode":200.5}`, 502, failed, nil},
		{"a number as header", `{"headers":{"X-A":1}}`, 502, failed, nil},
		{"one value instead of a list", `{"multiValueHeaders":{"X-A":"1"}}`, 502, failed, nil},
		{"an injected header", `{"headers":{"X-A":"1\r\nX-Evil: 1"}}`, 502, failed, map[string]string{"X-Evil": ""}},
		{"an injected name", `{"headers":{"X-A: 1\r\nX-Evil":"1"}}`, 502, failed, map[string]string{"X-Evil": ""}},
		{"too much", `{"body":"` + strings.Repeat("x", 6<<20+100) + `"}`, 502, failed, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := serve(t, withFunction(answers(c.answer), open("GET", "/", lambdaProxy())))
			got := request{line: "GET /prod"}.send(t, url)
			errorType := ""
			if c.status == 502 {
				errorType = "InternalServerErrorException"
			}
			got.check(t, c.status, c.body, errorType)
			for name, want := range c.headers {
				got.checkHeader(t, name, want)
			}
		})
	}
}

func TestBinaryAnswerOfAFunction(t *testing.T) {
	for _, c := range []struct {
		types  []string
		accept string
		answer string
		status int
		body   string
	}{
		{[]string{"image/png"}, "image/png, */*", `{"body":"AQ==","isBase64Encoded":true}`, 200, "\x01"},
		{[]string{"image/png"}, "*/*, image/png", `{"body":"AQ==","isBase64Encoded":true}`, 200, "AQ=="},
		{[]string{"*/*"}, "", `{"body":"AQ==","isBase64Encoded":true}`, 200, "\x01"},
		{[]string{"*/*"}, "", `{"body":"AQ==","isBase64Encoded":false}`, 200, "AQ=="},
		{[]string{"*/*"}, "", `{"body":"no base64","isBase64Encoded":true}`, 500, `{"message":"Internal server error"}`},
	} {
		t.Run(c.accept+c.answer, func(t *testing.T) {
			config := withFunction(answers(c.answer), open("GET", "/", lambdaProxy()))
			config.BinaryMediaTypes = c.types
			got := request{line: "GET /prod", headers: []string{"Accept: " + c.accept}}.send(t, serve(t, config))
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %q", got.status, got.body)
			}
		})
	}
}

// TestFailureOfAFunction checks that the log has the reason and the answer does not.
func TestFailureOfAFunction(t *testing.T) {
	const message = `{"message":"Internal server error"}`
	notPost := lambdaProxy()
	notPost.HTTPMethod = "GET"
	for _, c := range []struct {
		name        string
		function    lambda.Handler
		integration *apigateway.Integration
		body        string
		status      int
		want        string
		reason      string
	}{
		{"error", function(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("the table\nis locked") }), lambdaProxy(), "", 502, message, "the function failed: the table"},
		{"panic", function(func(context.Context, []byte) ([]byte, error) { panic("no such order") }), lambdaProxy(), "", 502, message, "panic: no such order"},
		{"malformed", answers(`{"secret":1}`), lambdaProxy(), "", 502, message, "malformed Lambda proxy response: secret"},
		{"malformed twice", answers(`{"statusCode":1,"body":2}`), lambdaProxy(), "", 502, message, "body: must be a string: encode JSON as a string too; statusCode: must be 200 to 599, got 1"},
		{"not invoked", function(func(context.Context, []byte) ([]byte, error) {
			return nil, fmt.Errorf("%w: there is no permission", apigateway.ErrNotInvoked)
		}), lambdaProxy(), "", 500, message, "there is no permission"},
		{"missing", apigateway.Missing("name a backend for Orders"), lambdaProxy(), "", 500, message, "name a backend for Orders"},
		{"not POST", answers(`{}`), notPost, "", 500, message, "must be POST"},
		{"too large an event", answers(`{}`), lambdaProxy(), strings.Repeat("x", 6<<20), 413, `{"message":"Request Too Long"}`, "larger than the 6291456 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := withFunction(c.function, open("POST", "/", c.integration))
			seen := make(chan apigateway.RequestEvent, 1)
			config.OnRequest = func(_ context.Context, e apigateway.RequestEvent) { seen <- e }
			got := request{"POST /prod", nil, c.body}.send(t, serve(t, config))
			if got.status != c.status || got.body != c.want {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if e := <-seen; e.Status != c.status || !strings.Contains(e.Reason, c.reason) || strings.ContainsAny(e.Reason, "\n\r") {
				t.Errorf("got event %+v", e)
			}
		})
	}
}

func TestFailureWithGatewayResponse(t *testing.T) {
	for _, c := range []struct {
		custom apigateway.GatewayResponse
		status int
		body   string
	}{
		{apigateway.GatewayResponse{ResponseType: "DEFAULT_5XX", ResponseTemplates: map[string]string{"application/json": "mine"}}, 502, "mine"},
		{apigateway.GatewayResponse{ResponseType: "DEFAULT_5XX", StatusCode: "503"}, 503, `{"message":"Internal server error"}`},
	} {
		config := withFunction(answers(`no`), open("GET", "/", lambdaProxy()))
		config.GatewayResponses = []apigateway.GatewayResponse{c.custom}
		request{line: "GET /prod"}.send(t, serve(t, config)).check(t, c.status, c.body, "InternalServerErrorException")
	}
}

func TestTimeoutOfAFunction(t *testing.T) {
	const message = `{"message":"Endpoint request timed out"}`
	moved := &clock{}
	quick := lambdaProxy()
	quick.TimeoutInMillis = 50
	released := make(chan struct{})
	defer close(released)
	forever := func(context.Context, []byte) ([]byte, error) { <-released; return []byte(`{}`), nil }
	for _, c := range []struct {
		name        string
		integration *apigateway.Integration
		function    function
		status      int
	}{
		{"the test's clock, at the end of the call", lambdaProxy(), func(context.Context, []byte) ([]byte, error) {
			moved.seconds.Add(29)
			return []byte(`{}`), nil
		}, 504},
		{"the test's clock, during a call that does not end", lambdaProxy(), func(ctx context.Context, event []byte) ([]byte, error) {
			moved.seconds.Add(29)
			return forever(ctx, event)
		}, 504},
		{"just in time", lambdaProxy(), func(context.Context, []byte) ([]byte, error) {
			moved.seconds.Add(28)
			return []byte(`{}`), nil
		}, 200},
		{"the machine's clock", quick, forever, 504},
		{"a function that heeds its deadline", quick, func(ctx context.Context, _ []byte) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }, 504},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := withFunction(c.function, open("GET", "/", c.integration))
			config.Clock = moved.now
			start := time.Now()
			got := request{line: "GET /prod"}.send(t, serve(t, config))
			if got.status != c.status || c.status == 504 && got.body != message {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestClientThatGoes checks that a client that leaves does not stop the function.
func TestClientThatGoes(t *testing.T) {
	called, done := make(chan struct{}), make(chan error, 1)
	url := serve(t, withFunction(function(func(ctx context.Context, _ []byte) ([]byte, error) {
		close(called)
		select {
		case <-ctx.Done():
			done <- ctx.Err()
		case <-time.After(100 * time.Millisecond):
			done <- nil
		}
		return []byte(`{}`), nil
	}), open("GET", "/", lambdaProxy())))
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-called; cancel() }()
	r, _ := http.NewRequestWithContext(ctx, "GET", url+"/prod", nil)
	if resp, err := http.DefaultClient.Do(r); err == nil {
		resp.Body.Close()
		t.Fatal("the request was answered")
	}
	if err := <-done; err != nil {
		t.Errorf("the function was stopped: %s", err)
	}
}

func TestStub(t *testing.T) {
	config := withFunction(apigateway.Missing("name a backend for Orders"), protected("GET", "/orders/{id}", lambdaProxy(), readScope), open("PUT", "/", lambdaProxy()))
	config.Stub = true
	url := serve(t, config)
	got := request{line: "GET /prod/orders/7", headers: []string{"Authorization: " + goodToken}}.send(t, url)
	got.check(t, 200, `{"stub":"name a backend for Orders","method":"GET","path":"/orders/7","resource":"/orders/{id}","clientId":"client1","scopes":["orders/read"]}`, "")
	got.checkHeader(t, "X-Stub", "true")
	request{line: "PUT /prod"}.send(t, url).check(t, 200, `{"stub":"name a backend for Orders","method":"PUT","path":"/","resource":"/","clientId":"","scopes":[]}`, "")
	request{line: "GET /prod/orders/7"}.send(t, url).check(t, 401, `{"message":"Unauthorized"}`, "UnauthorizedException")
}

func TestStubIsForWhatIsMissingAlone(t *testing.T) {
	config := withFunction(answers(`{"body":"mine"}`), open("GET", "/", lambdaProxy()))
	config.Stub = true
	got := request{line: "GET /prod"}.send(t, serve(t, config))
	got.check(t, 200, "mine", "")
	got.checkHeader(t, "X-Stub", "")
}

// TestFunctionOfAStage checks which function the Uri of each stage calls.
func TestFunctionOfAStage(t *testing.T) {
	integration := lambdaProxy()
	integration.URI = strings.Replace(ordersURI, "function:orders", "function:${stageVariables.name}:${stageVariables.alias}", 1)
	c := config(open("GET", "/", integration))
	c.Stages = []apigateway.Stage{
		{Label: "A", Name: "a", Variables: map[string]string{"name": "orders", "alias": "live"}},
		{Label: "B", Name: "b", Variables: map[string]string{"name": "others", "alias": "7"}},
		{Label: "C", Name: "c", Variables: map[string]string{"name": "orders"}},
		{Label: "D", Name: "d", Variables: map[string]string{"name": "x/invocations?", "alias": "http://evil.example"}},
	}
	c.Function = func(call apigateway.FunctionCall) lambda.Handler {
		return answers(fmt.Sprintf(`{"body":%q}`, strings.TrimPrefix(call.ARN, strings.TrimSuffix(ordersARN, "orders"))+" for "+call.Source))
	}
	url := serve(t, c)
	for stage, want := range map[string]string{"a": "orders:live for abc123/a/GET/", "b": "others:7 for abc123/b/GET/"} {
		request{line: "GET /" + stage}.send(t, url).check(t, 200, want, "")
	}
	for _, stage := range []string{"c", "d"} {
		request{line: "GET /" + stage}.send(t, url).check(t, 500, `{"message":"Internal server error"}`, "InternalServerErrorException")
	}
}

func TestProblemsOfAFunction(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*apigateway.Integration, *apigateway.Config)
		want   string
	}{
		{"another service", func(i *apigateway.Integration, _ *apigateway.Config) {
			i.URI = "arn:aws:apigateway:eu-west-1:sqs:path/123/queue"
		}, `M.Integration.Uri: must be arn:PARTITION:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations, got "arn:aws:apigateway:eu-west-1:sqs:path/123/queue"; other services are not served`},
		{"a streaming one", func(i *apigateway.Integration, _ *apigateway.Config) {
			i.URI = strings.Replace(strings.Replace(ordersURI, "2015-03-31", "2021-11-15", 1), "/invocations", "/response-streaming-invocations", 1)
		}, `M.Integration.Uri: must be`},
		{"no functions", func(_ *apigateway.Integration, c *apigateway.Config) { c.Function = nil }, `M.Integration.Uri: leads to a Lambda function, and there is none`},
		{"timeout", func(i *apigateway.Integration, _ *apigateway.Config) { i.TimeoutInMillis = 49 }, `M.Integration.TimeoutInMillis: must be 50 to 900000 milliseconds, got 49`},
		{"target", func(i *apigateway.Integration, _ *apigateway.Config) {
			i.RequestParameters = map[string]string{"integration.request.body": "'a'"}
		}, `M.Integration.RequestParameters["integration.request.body"]: must be integration.request.header, querystring or path and a name`},
		{"value", func(i *apigateway.Integration, _ *apigateway.Config) {
			i.RequestParameters = map[string]string{"integration.request.header.A": "method.request.cookie.a"}
		}, `M.Integration.RequestParameters["integration.request.header.A"]: "method.request.cookie.a" is not supported`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := open("GET", "/", lambdaProxy())
			m.Label = "M"
			config := withFunction(answers(`{}`), m)
			c.change(m.Integration, &config)
			_, err := apigateway.New(config)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
