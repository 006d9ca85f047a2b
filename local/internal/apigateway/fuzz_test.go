package apigateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

// fuzzConfig uses everything that a request can reach.
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

// specified are the answers that the configuration and the limits can give.
var specified = map[int]bool{200: true, 400: true, 401: true, 403: true, 413: true, 415: true, 431: true, 500: true}

// requestIDName is not in Go's canonical form, as the header of a recorder keeps
// it.
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

// letsIn says of an Authorization header whether any method of fuzzConfig lets
// it in.
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
