package apigateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/weather-events-api/local/internal/apigateway"
)

// fuzzConfig has everything that a request can reach.
func fuzzConfig() apigateway.Config {
	validated := protected("POST", "/orders/{id}", mock(`{"id":"$input.params('id')","sub":"$context.authorizer.claims.sub"}`), readScope)
	validated.ValidateRequestBody, validated.ValidateRequestParameters = true, true
	validated.RequestModels = map[string]string{"application/json": "Order"}
	validated.RequestParameters = map[string]bool{"method.request.querystring.q": true}
	c := config(
		protected("GET", "/orders", mock("ok"), readScope),
		protected("ANY", "/{proxy+}", mock(`$input.params('proxy') $input.params().header`), writeScope, readScope),
		protected("PUT", "/orders", &apigateway.Integration{Type: "MOCK"}, readScope),
		validated,
	)
	c.Models = []apigateway.Model{{
		Label: "Order", Name: "Order",
		Schema: `{"type":"object","required":["id"],"properties":{"id":{"type":"integer","minimum":1,"multipleOf":0.5},"tags":{"type":"array","uniqueItems":true},"again":{"$ref":"#"}}}`,
	}}
	c.GatewayResponses = []apigateway.GatewayResponse{{
		Label: "Default", ResponseType: "DEFAULT_4XX",
		ResponseParameters: map[string]string{"gatewayresponse.header.X-Path": "context.path", "gatewayresponse.header.X-Who": "method.request.header.X-Who"},
		ResponseTemplates:  map[string]string{"application/json": `{"m":$context.error.messageString,"v":"$context.error.validationErrorString"}`},
	}}
	return c
}

// specified are the statuses that the configuration and the limits can give.
var specified = map[int]bool{200: true, 400: true, 401: true, 403: true, 413: true, 415: true, 431: true, 500: true}

// requestIDName is not canonical in Go, because a recorder keeps headers as written.
var requestIDName = "x-amzn-RequestId"

func FuzzServe(f *testing.F) {
	f.Add("GET", "/prod/orders", "Authorization", "Bearer token-read", "", "")
	f.Add("GET", "/prod/orders", "Authorization", "Bearer token-write", "application/json", "")
	f.Add("POST", "/prod/orders/7?q=1", "authorization", "token-both", "application/json", `{"id": 7, "tags": [1, 2], "again": {"id": 1e5}}`)
	f.Add("POST", "/prod/orders/%2F?q=1", "X-Who", "a\r\nb", "application/json;", `{"id": 1e999999}`)
	f.Add("PUT", "/prod/orders", "Authorization", "token-read", "text/plain", `{statusCode: 200, a: ['x', {}]}`)
	f.Add("OPTIONS", "/prod//a/../%zz", "Accept", "*/*", "", "")
	f.Add("DELETE", "//", "Authorization", "", "", "")
	api := mustNew(f, fuzzConfig())
	f.Fuzz(func(t *testing.T, method, target, name, value, contentType, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || len(body) > 1<<16 {
			return
		}
		header := http.Header{"Content-Type": {contentType}}
		header.Add(name, value)
		r := &http.Request{
			Method: method, URL: u, RequestURI: target, Proto: "HTTP/1.1", Host: "localhost", RemoteAddr: "127.0.0.1:1",
			Header: header, Body: http.NoBody, ContentLength: int64(len(body)),
		}
		if body != "" {
			r.Body = io.NopCloser(strings.NewReader(body))
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if !specified[w.Code] {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		if w.Code == 200 && !letsIn(header["Authorization"]) {
			t.Errorf("got 200 with the tokens %q", header["Authorization"])
		}
		if id := w.Header()[requestIDName]; w.Code != 413 && w.Code != 431 && (len(id) != 1 || !uuid.MatchString(id[0])) {
			t.Errorf("got %d with the request ids %q", w.Code, id)
		}
	})
}

// letsIn reports whether any method of fuzzConfig accepts the Authorization header.
func letsIn(values []string) bool {
	if len(values) != 1 {
		return false
	}
	switch strings.TrimPrefix(values[0], "Bearer ") {
	case "token-read", "token-write", "token-both":
		return true
	}
	return false
}

func FuzzAuthorizerHeader(f *testing.F) {
	for _, value := range []string{"Bearer token-read", "token-read", "bearer token-read", "Bearer token-id", "Bearer  ", "expired", "\x00"} {
		f.Add(value)
	}
	api := mustNew(f, config(protected("GET", "/", mock("ok"), readScope)))
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "/prod/", nil)
		r.Header["Authorization"] = []string{value}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		token := strings.TrimPrefix(value, "Bearer ")
		switch {
		case w.Code == 200 && (token == "token-read" || token == "token-both"):
		case w.Code == 401 && token != "token-read" && token != "token-both":
		case w.Code == 431 && len(value) > 9000:
		default:
			t.Errorf("got %d for %q", w.Code, value)
		}
	})
}

func FuzzSelectionByBody(f *testing.F) {
	f.Add(`{"statusCode": 200}`)
	f.Add(`{statusCode: 200, 'a': [{}, "\""]}`)
	api := mustNew(f, config(open("POST", "/", &apigateway.Integration{Type: "MOCK"})))
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest("POST", "/prod/", strings.NewReader(body)))
		if w.Code != 500 {
			t.Errorf("got %d without any integration response", w.Code)
		}
	})
}

// FuzzServiceRequests checks that each call reaches the endpoint, below its path, with
// one signed request, whatever the Uri, the stage variable and the request contain.
func FuzzServiceRequests(f *testing.F) {
	f.Add("s3:path/bucket/{key}", "a", "a%2Fb", "x", "y")
	f.Add("s3:path/${stageVariables.v}/{key}", "bucket", "..%2f", "../x", "y\r\nX-A: b")
	f.Add("dynamodb:action/PutItem&A={key}", "", "%", "&Action=b", "")
	f.Add("a.b.iotdata:path//topics/{q}?qos={key}", "#", ".%2e", "%2e%2e/", "é")
	f.Add("${stageVariables.v}:action/Publish", "sns", "a;b", "a;b", "\x00")
	f.Fuzz(func(t *testing.T, uri, variable, key, query, header string) {
		sent := 0
		m := service("POST", "/{key}", uri, func(m *apigateway.Method) {
			parameters(m, "path.key", "method.request.path.key", "path.q", "method.request.querystring.q", "querystring.q", "method.request.querystring.q", "header.X-Own", "method.request.header.X-Own")
			template(m, `#set($context.requestOverride.querystring.o = $input.params('q'))#set($context.requestOverride.header.X-Other = $input.params('q'))$input.body`)
		})
		c := config(m)
		c.Stages[0].Variables = map[string]string{"v": variable}
		c.Service = func(string) apigateway.HTTPBackend {
			return apigateway.HTTPBackend{URI: "http://127.0.0.1:1/base/", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				sent++
				path := r.URL.EscapedPath()
				decoded, err := url.PathUnescape(path)
				if r.URL.Scheme != "http" || r.URL.Host != "127.0.0.1:1" || !strings.HasPrefix(path, "/base/") || err != nil {
					t.Errorf("called %s %v", r.URL, err)
				}
				for _, segment := range strings.FieldsFunc(decoded, func(c rune) bool { return c == '/' || c == '\\' }) {
					if segment == ".." || segment == "." {
						t.Errorf("called %s", r.URL)
					}
				}
				if !strings.HasSuffix(r.Host, "127.0.0.1:1") || !signature.MatchString(r.Header.Get("Authorization")) {
					t.Errorf("called the host %s, signed %q", r.Host, r.Header.Get("Authorization"))
				}
				for name, values := range r.Header {
					if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
						t.Errorf("called with the header %q: %q", name, values)
					}
				}
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
			})}
		}
		api, err := apigateway.New(c)
		if err != nil {
			return
		}
		request := httptest.NewRequest("POST", "/prod/x?q="+url.QueryEscape(query), strings.NewReader("{}"))
		request.URL.Path, request.URL.RawPath = "/prod/"+key, "/prod/"+key
		if decoded, err := url.PathUnescape(key); err == nil {
			request.URL.Path = "/prod/" + decoded
		}
		request.Header["X-Own"] = []string{header}
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		if status := recorder.Code; sent > 1 || (sent == 1) != (status == 200) {
			t.Errorf("got %d after %d calls", status, sent)
		}
	})
}

// FuzzEvent checks that every request makes a JSON event, and that the event holds what
// the gateway knows, not what the client claims.
func FuzzEvent(f *testing.F) {
	f.Add("GET", "/prod/orders/7?a=1&a=2&b", "X-Forwarded-Proto", "https", "")
	f.Add("POST", "/prod/orders/%2F%zz?=&%00=\xff", "Claims", `{"scope":"all"}`, "\xff\x00body")
	f.Add("DELETE", "/prod/orders/\u2028<>&\"", "x-\u2028", "a\r\nb", `{"requestContext":{}}`)
	var event []byte
	methods := withFunction(function(func(_ context.Context, payload []byte) ([]byte, error) {
		event = payload
		return []byte(`{}`), nil
	}), protected("ANY", "/orders/{id}", lambdaProxy(), readScope))
	api := mustNew(f, methods)
	f.Fuzz(func(t *testing.T, method, target, name, value, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || len(body) > 1<<16 {
			return
		}
		header := http.Header{}
		header.Add(name, value)
		header.Set("Authorization", goodToken)
		r := &http.Request{
			Method: method, URL: u, RequestURI: target, Proto: "HTTP/1.1", Host: "localhost", RemoteAddr: "127.0.0.1:1",
			Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		event = nil
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if event == nil {
			if w.Code == 200 {
				t.Error("got 200 without a call")
			}
			return
		}
		var got struct {
			Resource, HTTPMethod string
			Body                 *string
			Headers              map[string]string
			MultiValueHeaders    map[string][]string
			RequestContext       struct {
				Stage, ResourcePath string
				Authorizer          struct{ Claims map[string]string }
				Identity            struct{ SourceIP string }
			}
		}
		if err := json.Unmarshal(event, &got); err != nil || !utf8.Valid(event) {
			t.Fatalf("%v in %q", err, event)
		}
		about := got.RequestContext
		if got.Resource != "/orders/{id}" || about.ResourcePath != got.Resource || about.Stage != "prod" || about.Identity.SourceIP != "127.0.0.1" ||
			about.Authorizer.Claims["sub"] != "client1" || got.Headers["X-Forwarded-Proto"] != "http" {
			t.Errorf("got %s", event)
		}
		if got.Body != nil && utf8.ValidString(body) && *got.Body != body {
			t.Errorf("got the body %q, want %q", *got.Body, body)
		}
		for name, values := range got.MultiValueHeaders {
			if got.Headers[name] != values[len(values)-1] {
				t.Errorf("got %s", event)
			}
		}
	})
}

// FuzzProxyAnswer checks that any payload of a function becomes exactly its own answer,
// or a 502 that quotes nothing from it.
func FuzzProxyAnswer(f *testing.F) {
	for _, answer := range []string{
		`{}`, `null`, `[]`, `{"statusCode":204}`, `{"statusCode":"201","headers":{"A":"b"},"multiValueHeaders":{"A":["b","c"]},"body":"x","isBase64Encoded":true}`,
		`{"headers":{"A\r\nB":"c","D":"e\nf"}}`, `{"statusCode":1e2}`, `{"headers":{"Content-Length":"1","Transfer-Encoding":"chunked"},"body":"long"}`, `{"body":"\ud800"}`,
	} {
		f.Add(answer)
	}
	var answer string
	api := mustNew(f, withFunction(function(func(context.Context, []byte) ([]byte, error) { return []byte(answer), nil }), open("GET", "/", lambdaProxy())))
	server := httptest.NewServer(api)
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, payload string) {
		answer = payload
		response, err := http.Get(server.URL + "/prod/")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		var given struct{ Body *string }
		own := json.Unmarshal([]byte(payload), &given) == nil
		switch {
		case response.StatusCode == 502 && string(body) == `{"message":"Internal server error"}`:
		case !own:
			t.Errorf("got %d %q", response.StatusCode, body)
		case given.Body != nil && len(body) > 0 && string(body) != *given.Body:
			t.Errorf("got the body %q from %q", body, payload)
		}
	})
}
