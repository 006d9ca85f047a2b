package cognito_test

import (
	"context"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local/internal/cognito"
)

func TestTokenEvents(t *testing.T) {
	type contextKey struct{}
	const wrong = "wrongsecretthatnobodymaysee"
	named := func(code, reason string) cognito.TokenEvent {
		return cognito.TokenEvent{ClientID: machineID, ClientName: "machine", Error: code, Reason: reason}
	}
	for _, test := range []struct {
		name   string
		body   string
		change func(*http.Request)
		want   cognito.TokenEvent
	}{
		{"issued", form("scope", "events/read"), nil,
			cognito.TokenEvent{ClientID: machineID, ClientName: "machine", Scopes: []string{"events/read"}}},
		{"wrong secret", form("client_secret", wrong), nil,
			named("invalid_client", "the client secret is wrong or missing")},
		{"id and secret swapped", form("client_id", machineSecret, "client_secret", machineID), nil,
			cognito.TokenEvent{Error: "invalid_client", Reason: "the pool has no client with this id"}},
		{"no credentials", "grant_type=client_credentials", nil,
			cognito.TokenEvent{Error: "invalid_client", Reason: "there is no readable client authentication"}},
		{"malformed basic", "grant_type=client_credentials", authorization("Basic " + wrong),
			cognito.TokenEvent{Error: "invalid_client", Reason: "there is no readable client authentication"}},
		{"public client", "grant_type=client_credentials&client_id=public", nil,
			cognito.TokenEvent{ClientID: "public", Error: "invalid_client", Reason: "the client has no secret and cannot authenticate"}},
		{"malformed form", "client_secret=" + wrong + "%zz", nil,
			cognito.TokenEvent{Error: "invalid_request", Reason: "the body is not form-urlencoded"}},
		{"scope", form("scope", "events/admin"), nil,
			named("invalid_grant", `the client is not allowed the scope "events/admin"`)},
		{"very long scope", form("scope", strings.Repeat("a", 50_000)), nil,
			named("invalid_grant", `the client is not allowed the scope "`+strings.Repeat("a", 256)+`"`)},
		{"method", form(), func(r *http.Request) { r.Method = "GET" },
			cognito.TokenEvent{Reason: "the method is not POST"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []cognito.TokenEvent
			config := configuration()
			config.Clients = append(config.Clients, cognito.Client{ID: "public"})
			config.OnTokenRequest = func(ctx context.Context, event cognito.TokenEvent) {
				if ctx.Value(contextKey{}) != "request" {
					t.Error("the context is not the request's")
				}
				got = append(got, event)
			}
			handler := newPool(t, config).DomainHandler()
			server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, "request")))
			}))
			send(t, tokenRequest(t, server, test.body, test.change))
			if diff := cmp.Diff([]cognito.TokenEvent{test.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnusableKey(t *testing.T) {
	var got cognito.TokenEvent
	config := configuration()
	config.SigningKeys = []cognito.SigningKey{{ID: "kid", Private: func() *rsa.PrivateKey { return &rsa.PrivateKey{} }}}
	config.OnTokenRequest = func(_ context.Context, event cognito.TokenEvent) { got = event }
	pool := newPool(t, config)
	token := send(t, tokenRequest(t, serve(t, pool.DomainHandler()), form(), nil))
	keySet := get(t, "GET", serve(t, pool.IssuerHandler())+"/.well-known/jwks.json")
	for what, answer := range map[string]answer{"token": token, "key set": keySet} {
		if answer.Status != http.StatusInternalServerError || answer.Body != "" {
			t.Errorf("%s: got %+v, want 500 with an empty body", what, answer)
		}
	}
	if got.Error != "" || got.Scopes != nil || !strings.Contains(got.Reason, "sign") {
		t.Errorf("got %+v, want the reason only", got)
	}
}
