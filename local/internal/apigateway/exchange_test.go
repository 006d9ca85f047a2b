package apigateway_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/local/internal/apigateway"
)

func TestHeadersTooLarge(t *testing.T) {
	url := serve(t, config(protected("GET", "/", mock("ok"), readScope)))
	// The method, the target, the protocol, two spaces and the headers of Go's client.
	const line = len("GET /prod/ HTTP/1.1")
	rest := 10240 - line - len(strings.TrimPrefix(url, "http://")) - len("Go-http-client/1.1") - len("gzip") - len(goodToken)
	fits := request{line: "GET /prod/", headers: []string{"Authorization: " + goodToken, "X-Filler: " + strings.Repeat("a", rest)}}
	fits.send(t, url).check(t, 200, "ok", noType)
	tooLarge := request{line: "GET /prod/", headers: []string{"Authorization: " + goodToken, "X-Filler: " + strings.Repeat("a", rest+1)}}
	got := tooLarge.send(t, url)
	if got.status != 431 || got.body != "HTTP header is larger than 10240 bytes." {
		t.Errorf("got %d %q, want 431", got.status, got.body)
	}
	got.checkHeader(t, "Content-Type", "text; charset=utf-8")
}

func TestBodyTooLarge(t *testing.T) {
	const limit = 10 << 20
	url := serve(t, config(protected("POST", "/", mock("ok"), readScope)))
	for _, test := range []struct {
		name    string
		size    int
		chunked bool
		token   string
		status  int
		body    string
	}{
		{"at the limit", limit, false, goodToken, 200, "ok"},
		{"above the limit", limit + 1, false, goodToken, 413, "HTTP content length exceeded 10485760 bytes."},
		{"above the limit, before the authorizer", limit + 1, false, "", 413, "HTTP content length exceeded 10485760 bytes."},
		{"of unknown length, at the limit", limit, true, goodToken, 200, "ok"},
		{"of unknown length, above the limit", limit + 1, true, goodToken, 413, "HTTP content length exceeded 10485760 bytes."},
		{"of unknown length, is not read without a token", limit + 1, true, "", 401, unauthorizedBody},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(strings.Repeat(" ", test.size))
			if test.chunked {
				body = io.MultiReader(body)
			}
			r, err := http.NewRequest("POST", url+"/prod/", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", test.token)
			if got, text := testhttp.Do(t, r); got.StatusCode != test.status || text != test.body {
				t.Errorf("got %d %q, want %d %q", got.StatusCode, text, test.status, test.body)
			}
		})
	}
}

func TestRequestEvents(t *testing.T) {
	tests := []struct {
		name    string
		request request
		want    apigateway.RequestEvent // Reason: what it holds
	}{
		{
			"let in", request{line: "GET /prod/read?q=1", headers: []string{"Authorization: token-read"}},
			apigateway.RequestEvent{Status: 200, ClientID: "client1"},
		},
		{
			"insufficient scope", request{line: "GET /prod/read", headers: []string{"Authorization: token-write"}},
			apigateway.RequestEvent{Status: 401, ClientID: "client2", Reason: "none of the scopes orders/read"},
		},
		{
			"unknown token", request{line: "GET /prod/read", headers: []string{"Authorization: secret-token"}},
			apigateway.RequestEvent{Status: 401, Reason: "the pool has no such token"},
		},
		{
			"two tokens", request{line: "GET /prod/read", headers: []string{"Authorization: secret-token", "Authorization: b"}},
			apigateway.RequestEvent{Status: 401, Reason: "2 Authorization headers"},
		},
		{
			"expired", request{line: "GET /prod/read", headers: []string{"Authorization: expired"}},
			apigateway.RequestEvent{Status: 401, Reason: "it was yesterday"},
		},
		{
			"unknown to two pools", request{line: "GET /prod/two", headers: []string{"Authorization: secret-token"}},
			apigateway.RequestEvent{Status: 401, Reason: "the pool has no such token; the pool has no such token"},
		},
		{
			"unknown path", request{line: "GET /prod/a%20b"},
			apigateway.RequestEvent{Status: 403, Reason: "no resource"},
		},
		{
			"unknown stage", request{line: "GET /"},
			apigateway.RequestEvent{Status: 403, Reason: "no stage"},
		},
		{
			"misconfigured", request{line: "GET /prod/broken"},
			apigateway.RequestEvent{Status: 500, Reason: "statusCode"},
		},
		{
			"too large", request{line: "GET /prod/read", headers: []string{"Authorization: " + strings.Repeat("a", 10240)}},
			apigateway.RequestEvent{Status: 431, Reason: "HTTP header"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events := make(chan apigateway.RequestEvent, 2)
			two := protected("GET", "/two", mock("ok"), readScope)
			two.Authorizer.Verifiers = append(two.Authorizer.Verifiers, pool)
			c := config(protected("GET", "/read", mock("ok"), readScope), open("GET", "/broken", sends("")), two)
			c.OnRequest = func(_ context.Context, e apigateway.RequestEvent) { events <- e }
			test.request.send(t, serve(t, c))
			got := <-events
			if !strings.Contains(got.Reason, test.want.Reason) || (got.Reason == "") != (test.want.Reason == "") {
				t.Errorf("the reason is %q, want %q", got.Reason, test.want.Reason)
			}
			if strings.Contains(got.Reason, "secret") {
				t.Errorf("the reason %q holds the token", got.Reason)
			}
			got.Reason, test.want.Reason = "", ""
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if len(events) > 0 {
				t.Error("a second event for one request")
			}
		})
	}
}
