package apigateway_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local/internal/apigateway"
)

func TestInspect(t *testing.T) {
	idOnly := protected("DELETE", "/", mock("{}"))
	either := protected("PUT", "/{id}", mock("{}"), writeScope, readScope)
	c := config(
		open("GET", "/health", mock("{}")),
		protected("GET", "/", mock("{}"), readScope),
		either, idOnly,
	)
	api := mustNew(t, c)
	const public = "the method has no authorizer: everybody may call it"
	for _, test := range []struct {
		token string
		want  [3]apigateway.Verdict // of what is not public
	}{
		{goodToken, [3]apigateway.Verdict{
			{Opens: true, Reason: "the token has the scope orders/read"},
			{Opens: true, Reason: "the token has the scope orders/read"},
			{Reason: "the method has no scopes and so needs an ID token"},
		}},
		{"Bearer token-write", [3]apigateway.Verdict{
			{Reason: "the token has none of the scopes orders/read"},
			{Opens: true, Reason: "the token has the scope orders/write"},
			{Reason: "the method has no scopes and so needs an ID token"},
		}},
		{"token-id", [3]apigateway.Verdict{
			{Reason: "the method has scopes and so needs an access token"},
			{Reason: "the method has scopes and so needs an access token"},
			{Opens: true, Reason: "the token is an ID token, which a method without scopes asks for"},
		}},
		{"expired", [3]apigateway.Verdict{
			{Reason: "the token has expired: it was yesterday"},
			{Reason: "the token has expired: it was yesterday"},
			{Reason: "the token has expired: it was yesterday"},
		}},
		{"", [3]apigateway.Verdict{{Reason: "no token"}, {Reason: "no token"}, {Reason: "no token"}}},
	} {
		want := []apigateway.Verdict{{Opens: true, Reason: public}, test.want[0], test.want[1], test.want[2]}
		for i, method := range c.Methods {
			want[i].HTTPMethod, want[i].Path = method.HTTPMethod, method.Path
		}
		if diff := cmp.Diff(want, api.Inspect(test.token)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.token, diff)
		}
	}
}
