package apigateway_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

func TestAnswersOfServices(t *testing.T) {
	respond := func(change func(*apigateway.Integration)) func(*apigateway.Method) {
		return func(m *apigateway.Method) {
			m.MethodResponses = []apigateway.MethodResponse{
				{StatusCode: "200", ResponseParameters: map[string]bool{"method.response.header.X-A": false, "method.response.header.Content-Type": false}},
				{StatusCode: "404"}, {StatusCode: "502"},
			}
			m.Integration.IntegrationResponses = append(m.Integration.IntegrationResponses,
				apigateway.IntegrationResponse{StatusCode: "404", SelectionPattern: "4\\d\\d", ResponseTemplates: map[string]string{"application/json": `{"type":"$input.path('$.__type')"}`}},
				apigateway.IntegrationResponse{StatusCode: "502", SelectionPattern: "5\\d\\d", ResponseTemplates: map[string]string{"application/json": `down`}},
			)
			if change != nil {
				change(m.Integration)
			}
		}
	}
	mapped := func(oldnew ...string) func(*apigateway.Integration) {
		return func(i *apigateway.Integration) {
			i.IntegrationResponses[0].ResponseParameters = map[string]string{}
			for n := 0; n < len(oldnew); n += 2 {
				i.IntegrationResponses[0].ResponseParameters["method.response.header."+oldnew[n]] = oldnew[n+1]
			}
		}
	}
	says := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Add(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name    string
		service http.HandlerFunc
		change  func(*apigateway.Integration)
		status  int
		body    string
		header  map[string]string
	}{
		{"as it is", says(200, `{"Count":1}`, "X-A", "a", "Content-Type", "application/x-amz-json-1.0"), nil, 200, `{"Count":1}`, map[string]string{"X-A": "", "Content-Type": "application/json"}},
		{"headers that are mapped", says(200, "png", "X-A", "a", "X-A", "b", "Content-Type", "image/png"), mapped("X-A", "integration.response.header.x-a", "Content-Type", "integration.response.header.Content-Type"), 200, "png", map[string]string{"X-A": "b", "Content-Type": "image/png"}},
		{"all values of a header", says(200, "", "X-A", "a", "X-A", "b"), mapped("X-A", "integration.response.multivalueheader.X-A"), 200, "", map[string]string{"X-A": "a|b"}},
		{"a missing header", says(200, ""), mapped("X-A", "integration.response.header.X-A"), 200, "", map[string]string{"X-A": ""}},
		{"part of the body", says(200, `{"Count":1}`), mapped("X-A", "integration.response.body.Count"), 200, `{"Count":1}`, map[string]string{"X-A": "1"}},
		{"a refusal", says(400, `{"__type":"a#ResourceNotFoundException"}`), nil, 404, `{"type":"a#ResourceNotFoundException"}`, nil},
		{"a failure", says(503, `{`), nil, 502, `down`, nil},
		{"another status", says(301, `elsewhere`, "Location", "http://127.0.0.1:1/"), nil, 200, `elsewhere`, map[string]string{"Location": ""}},
		{"no response for it", says(400, `{}`), func(i *apigateway.Integration) { i.IntegrationResponses = i.IntegrationResponses[2:] }, 500, serverErrorBody, nil},
		{"too much", says(200, strings.Repeat("a", 10<<20+1)), nil, 500, serverErrorBody, nil},
		{"as much as fits", says(200, strings.Repeat("a", 10<<20)), nil, 200, strings.Repeat("a", 10<<20), nil},
		{"huge headers", says(200, "", "X-A", strings.Repeat("a", 20<<20)), nil, 504, `{"message":"Network error communicating with endpoint"}`, nil},
		{"no HTTP", func(w http.ResponseWriter, _ *http.Request) {
			connection, _, _ := http.NewResponseController(w).Hijack()
			_ = connection.Close()
		}, nil, 504, `{"message":"Network error communicating with endpoint"}`, nil},
		{"no end", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "a")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, func(i *apigateway.Integration) { i.TimeoutInMillis = 50 }, 504, `{"message":"Endpoint request timed out"}`, nil},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			func(i *apigateway.Integration) { i.TimeoutInMillis = 50 }, 504, `{"message":"Endpoint request timed out"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, calls := endpoint(t, c.service)
			url := serve(t, withService(at, service("POST", "/", "dynamodb:action/Query", respond(c.change))))
			got := request{line: "POST /prod/", body: "{}"}.send(t, url)
			if got.status != c.status || got.body != c.body {
				t.Errorf("got %d %.100s, want %d %.100s", got.status, got.body, c.status, c.body)
			}
			for name, want := range c.header {
				got.checkHeader(t, name, want)
			}
			if len(calls.all()) != 1 {
				t.Errorf("the service was called %d times", len(calls.all()))
			}
		})
	}
}

func TestServicesThatAreMissing(t *testing.T) {
	c := config(service("POST", "/", "dynamodb:action/Query", nil))
	c.Service = func(name string) apigateway.HTTPBackend { return apigateway.HTTPBackend{Missing: "name " + name} }
	seen := make(chan apigateway.RequestEvent, 2)
	c.OnRequest = func(_ context.Context, e apigateway.RequestEvent) { seen <- e }
	request{line: "POST /prod/"}.send(t, serve(t, c)).check(t, 500, serverErrorBody, serverErrorType)
	if e := <-seen; e.Reason != "name dynamodb" {
		t.Errorf("got the reason %q", e.Reason)
	}
	c.Stub = true
	request{line: "POST /prod/"}.send(t, serve(t, c)).check(t, 200, `{"stub":"name dynamodb","method":"POST","path":"/","resource":"/","clientId":"","scopes":[]}`, noType)
}

// Stage variables may make an invalid Uri, as on API Gateway.
func TestStageVariablesOfAServiceUri(t *testing.T) {
	for _, value := range []string{"../other", "..", "a?b#c", "a:b"} {
		at, calls := endpoint(t, nil)
		c := withService(at, service("POST", "/", "${stageVariables.service}:path/${stageVariables.color}/a", nil))
		c.Stages[0].Variables = map[string]string{"service": "s3", "color": value}
		c.Stages = append(c.Stages, apigateway.Stage{Label: "Other", Name: "other", Variables: map[string]string{"service": value, "color": "red"}})
		url := serve(t, c)
		for stage, isWrong := range map[string]bool{"prod": strings.ContainsAny(value, ".#"), "other": true} {
			got := request{line: "POST /" + stage + "/"}.send(t, url)
			if (got.status == 500) != isWrong {
				t.Errorf("%s in %s: got %d %s", value, stage, got.status, got.body)
			}
		}
		for _, call := range calls.all() {
			if call.host != at.Host {
				t.Errorf("%s reached %v", value, call)
			}
		}
	}
}

func TestProblemsOfServices(t *testing.T) {
	at, _ := url.Parse("http://127.0.0.1:1")
	for _, c := range []struct {
		change func(*apigateway.Integration)
		want   string
	}{
		{func(i *apigateway.Integration) { i.HasCredentials = false }, `Credentials: is missing: API Gateway refuses to deploy`},
		{func(i *apigateway.Integration) { i.HTTPMethod = "FETCH" }, `IntegrationHttpMethod: must be DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY, got "FETCH"`},
		{func(i *apigateway.Integration) { i.URI = "arn:aws:apigateway:eu-west-1:sqs" }, `Uri: must be arn:PARTITION:apigateway:REGION:SERVICE:path/PATH or arn:PARTITION:apigateway:REGION:SERVICE:action/ACTION, got "arn:aws:apigateway:eu-west-1:sqs"`},
		{func(i *apigateway.Integration) { i.URI = "http://example.com/" }, `Uri: must be arn:`},
		{func(i *apigateway.Integration) { i.URI = "arn:aws:apigateway:eu-west-1:s3.example.com/:path/a" }, `Uri: must be arn:`},
		{func(i *apigateway.Integration) { i.URI = "arn:aws:apigateway:eu-west-1:s3:path/a/../b" }, `Uri: must have no segment . or .. in its path`},
		{func(i *apigateway.Integration) { i.URI = "arn:aws:apigateway:eu-west-1:s3:path/a b" }, `Uri: must be arn:`},
		{func(i *apigateway.Integration) { i.URI = "arn:aws:apigateway:eu-west-1:sns:action/" }, `Uri: must have the name of an action`},
		{func(i *apigateway.Integration) { i.TimeoutInMillis = 1 }, `TimeoutInMillis: must be 50 to 900000 milliseconds`},
		{func(i *apigateway.Integration) {
			i.RequestParameters = map[string]string{"integration.request.body": "'a'"}
		}, `RequestParameters["integration.request.body"]: must be integration.request.header, querystring or path`},
		{func(i *apigateway.Integration) {
			i.RequestParameters = map[string]string{"integration.request.querystring.a": "method.request.multivaluequerystring.b"}
		}, `RequestParameters["integration.request.querystring.a"]: is mapped from method.request.querystring.b, which is none of the method's RequestParameters: API Gateway refuses to deploy it`},
		{func(i *apigateway.Integration) {
			i.RequestParameters = map[string]string{"integration.request.querystring.a": "querystring.b"}
		}, `RequestParameters["integration.request.querystring.a"]: "querystring.b" is not supported`},
	} {
		_, err := apigateway.New(withService(at, service("POST", "/", "s3:path/a", func(m *apigateway.Method) { c.change(m.Integration) })))
		if err == nil || !strings.HasPrefix(err.Error(), "POST/.Integration."+c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := apigateway.New(config(service("POST", "/", "s3:path/a", nil))); err == nil || !strings.Contains(err.Error(), "Uri: leads to the AWS service s3, and there is none") {
		t.Errorf("got %v", err)
	}
}

// The API's clock limits the time of a service.
func TestTimeOfAService(t *testing.T) {
	moved := &clock{}
	at, _ := endpoint(t, func(_ http.ResponseWriter, r *http.Request) { moved.pace.Store(1); <-r.Context().Done() })
	c := withService(at, service("POST", "/", "dynamodb:action/Query", nil))
	c.Clock = moved.now
	request{line: "POST /prod/"}.send(t, serve(t, c)).check(t, 504, `{"message":"Endpoint request timed out"}`, serverErrorType)
}
