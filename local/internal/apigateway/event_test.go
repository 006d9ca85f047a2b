package apigateway_test

import (
	"context"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

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
