package apigateway_test

import (
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

const (
	unauthorizedBody = `{"message":"Unauthorized"}`
	expiredBody      = `{"message":"The incoming token has expired"}`
	unauthorizedType = "UnauthorizedException"
)

func TestAuthorizer(t *testing.T) {
	noScopes := protected("GET", "/plain", mock("ok"))
	otherHeader := protected("GET", "/header", mock("ok"), readScope)
	otherHeader.Authorizer.IdentitySource = "method.request.header.x-token"
	audience := protected("GET", "/audience", mock("ok"))
	audience.Authorizer.IdentityValidationExpression = "client[56]"
	otherAudience := protected("GET", "/other-audience", mock("ok"))
	otherAudience.Authorizer.IdentityValidationExpression = "client"
	accessAudience := protected("GET", "/access-audience", mock("ok"), readScope)
	accessAudience.Authorizer.IdentityValidationExpression = ".*"
	twoPools := protected("GET", "/two-pools", mock("ok"), readScope)
	twoPools.Authorizer.Verifiers = []apigateway.TokenVerifier{tokens{}, pool}
	url := serve(t, config(
		protected("GET", "/read", mock("ok"), readScope),
		protected("GET", "/either", mock("ok"), writeScope, readScope),
		noScopes, otherHeader, audience, otherAudience, accessAudience, twoPools,
	))
	tests := []struct {
		name    string
		path    string
		headers []string
		want    string // "" for 200
	}{
		{"right scope", "/read", []string{"Authorization: Bearer token-read"}, ""},
		{"without Bearer", "/read", []string{"Authorization: token-read"}, ""},
		{"one scope of several of the token", "/read", []string{"Authorization: Bearer token-both"}, ""},
		{"any of the scopes of the method, second", "/either", []string{"Authorization: Bearer token-read"}, ""},
		{"any of the scopes of the method, first", "/either", []string{"Authorization: Bearer token-write"}, ""},
		{"no header", "/read", nil, unauthorizedBody},
		{"empty header", "/read", []string{"Authorization: "}, unauthorizedBody},
		{"Bearer only", "/read", []string{"Authorization: Bearer "}, unauthorizedBody},
		{"not a token", "/read", []string{"Authorization: Bearer abc"}, unauthorizedBody},
		{"expired", "/read", []string{"Authorization: Bearer expired"}, expiredBody},
		{"expired in one of two pools", "/two-pools", []string{"Authorization: expired"}, expiredBody},
		{"second pool", "/two-pools", []string{"Authorization: token-read"}, ""},
		{"no pool", "/two-pools", []string{"Authorization: abc"}, unauthorizedBody},
		{"insufficient scope is 401 on REST APIs", "/read", []string{"Authorization: Bearer token-write"}, unauthorizedBody},
		{"no scope", "/read", []string{"Authorization: Bearer token-none"}, unauthorizedBody},
		{"access token on a method without scopes", "/plain", []string{"Authorization: Bearer token-read"}, unauthorizedBody},
		{"ID token on a method without scopes", "/plain", []string{"Authorization: Bearer token-id"}, ""},
		{"ID token on a method with scopes, even if it has one", "/read", []string{"Authorization: Bearer token-id"}, unauthorizedBody},
		{"two headers", "/read", []string{"Authorization: Bearer token-read", "Authorization: Bearer token-read"}, unauthorizedBody},
		{"scheme in another case", "/read", []string{"Authorization: bearer token-read"}, unauthorizedBody},
		{"two spaces", "/read", []string{"Authorization: Bearer  token-read"}, unauthorizedBody},
		{"Basic", "/read", []string{"Authorization: Basic token-read"}, unauthorizedBody},
		{"identity source is another header", "/header", []string{"X-Token: token-read"}, ""},
		{"Authorization is not the identity source", "/header", []string{"Authorization: token-read"}, unauthorizedBody},
		{"audience matches", "/audience", []string{"Authorization: token-id"}, ""},
		{"audience matches in part only", "/other-audience", []string{"Authorization: token-id"}, unauthorizedBody},
		{"access token has no audience", "/access-audience", []string{"Authorization: token-read"}, unauthorizedBody},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := request{line: "GET /prod" + test.path, headers: test.headers}.send(t, url)
			if test.want == "" {
				got.check(t, 200, "ok", noType)
				return
			}
			got.check(t, 401, test.want, unauthorizedType)
			got.checkHeader(t, "Content-Type", "application/json")
		})
	}
}

// The authorizer runs before the request validator and the integration. Without a
// token, nobody learns what a request lacks.
func TestAuthorizerComesFirst(t *testing.T) {
	m := protected("POST", "/read", mock("ok"), readScope)
	m.Integration.PassthroughBehavior = "NEVER"
	m.RequestParameters = map[string]bool{"method.request.querystring.q": true}
	m.ValidateRequestParameters = true
	url := serve(t, config(m))
	request{line: "POST /prod/read", headers: []string{"Content-Type: text/plain"}}.send(t, url).
		check(t, 401, unauthorizedBody, unauthorizedType)
	request{line: "POST /prod/read", headers: []string{"Authorization: token-read", "Content-Type: text/plain"}}.send(t, url).
		check(t, 400, `{"message":"Missing required request parameters: [q]"}`, "BadRequestException")
	request{line: "POST /prod/read?q=1", headers: []string{"Authorization: token-read", "Content-Type: text/plain"}}.send(t, url).
		check(t, 415, `{"message":"Unsupported Media Type"}`, "BadRequestException")
}

func TestClaimsReachTheTemplates(t *testing.T) {
	template := `$context.authorizer.claims.sub|$context.authorizer.claims.exp|$context.authorizer.claims.auth_time|` +
		`$context.authorizer.claims['cognito:groups']|$context.authorizer.claims.email_verified|` +
		`$context.authorizer.claims.nested|$context.authorizer.claims.none|$context.authorizer.claims.nothing|`
	url := serve(t, config(protected("GET", "/read", mock(template), readScope)))
	request{line: "GET /prod/read", headers: []string{"Authorization: token-read"}}.send(t, url).
		check(t, 200, `client1|Tue Jun 18 15:00:04 UTC 2024|1718636404|a,b|true|{"a":"b"}|||`, noType)
}
