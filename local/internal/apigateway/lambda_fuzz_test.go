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
)

// FuzzEvent checks that every request makes an event which is JSON, and says what the
// gateway knows rather than the client.
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

// FuzzProxyAnswer checks that whatever a function answers is an answer of its own, or
// 502 without a word of it, and that no header of it is two, or the body.
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
			t.Errorf("got the body %q of %q", body, payload)
		}
	})
}
