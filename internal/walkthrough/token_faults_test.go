package walkthrough_test

import (
	"io"
	"net/http"

	"example.com/weather-events-api/internal/walkthrough"
)

// tokenFaults are possible faults of the token endpoint and its tokens.
var tokenFaults = []fault{
	{
		name:  "token endpoint down",
		apply: func(_ *fake, target *walkthrough.Target) { target.TokenURL = closedURL },
		want: map[int]string{
			1: "no answer: dial tcp", 2: "not run: step 1 gave no token",
			3: "no answer: dial tcp", 4: "not run: step 3 gave no token", 5: "not run: step 3 gave no token",
			6: "no answer: dial tcp", 8: "no token: no answer: dial tcp",
			9: "no token with weather-api/post: no answer: dial tcp",
		},
	},
	{
		name:  "wrong secret",
		apply: func(_ *fake, target *walkthrough.Target) { target.ClientSecret = "wrong" },
		want: map[int]string{
			1: `400 with error invalid_client`, 2: "not run: step 1 gave no token",
			3: `400 with error invalid_client`, 4: "not run: step 3 gave no token", 5: "not run: step 3 gave no token",
			6: `400 with error invalid_client`, 8: "no token: 400 invalid_client",
			9: "no token with weather-api/post: 400 with error invalid_client; no token with weather-api/get: 400 with error invalid_client",
		},
	},
	{
		name:  "delete granted",
		apply: func(d *fake, _ *walkthrough.Target) { d.allowed = append(d.allowed, "weather-api/delete") },
		want: map[int]string{
			1: `200, but the scope "weather-api/post weather-api/get weather-api/delete" holds weather-api/delete`,
			6: "200 with an access token",
		},
	},
	{
		name:  "delete refused, but with a token",
		apply: func(d *fake, _ *walkthrough.Target) { d.denial["access_token"] = "a.b.c" },
		want:  map[int]string{6: `400 with error invalid_grant, and with an access token`},
	},
	{
		name:  "delete refused without an error",
		apply: func(d *fake, _ *walkthrough.Target) { d.denial = map[string]any{"message": "no"} },
		want:  map[int]string{6: "400 with members [message]"},
	},
	{
		name: "delete refused with another status",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onScope("weather-api/delete", func(w http.ResponseWriter) {
				writeJSON(w, http.StatusForbidden, map[string]any{"error": "invalid_grant"})
			})
		},
		want: map[int]string{6: `403 with error invalid_grant`},
	},
	{
		name:  "get is not a scope of the client",
		apply: func(d *fake, _ *walkthrough.Target) { d.allowed = d.allowed[:1] },
		want: map[int]string{
			1: `200, but the scope "weather-api/post" lacks weather-api/get`,
			2: `401 {"message":"Unauthorized"}`, 8: `call 1: 401 {"message":"Unauthorized"}`,
			9: "no token with weather-api/get: 400 with error invalid_grant",
		},
	},
	{
		name: "the scope that was asked for is ignored",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
				if r.FormValue("scope") == "weather-api/post" {
					r.Form.Del("scope")
				}
				return false
			}
		},
		want: map[int]string{
			3: `200, but the scope is "weather-api/post weather-api/get"`,
			4: `not refused: 200 {"events": [ {"name": "Storms Dudley`,
			9: "GET / with weather-api/post: 200",
		},
	},
	{
		name:  "token without scope claim",
		apply: func(d *fake, _ *walkthrough.Target) { d.withoutScope, d.unchecked = true, true },
		want: map[int]string{
			1: "200, but the access token has no scope claim", 3: "200, but the access token has no scope claim",
			4: "not refused: 200",
			9: "GET / with weather-api/post: 200; POST / with weather-api/get: 400",
		},
	},
	{
		name:  "ID token",
		apply: func(d *fake, _ *walkthrough.Target) { d.claims["token_use"] = "id" },
		want: map[int]string{
			1: `200, but the claim token_use is "id", not "access"`, 3: `200, but the claim token_use is "id", not "access"`,
		},
	},
	{
		name:  "token of no client",
		apply: func(d *fake, _ *walkthrough.Target) { delete(d.claims, "client_id") },
		want:  map[int]string{1: "200, but the claim client_id is missing, not", 3: "200, but the claim client_id is missing, not"},
	},
	{
		name:  "expires_in 0",
		apply: func(d *fake, _ *walkthrough.Target) { d.answer["expires_in"] = 0 },
		want:  map[int]string{1: "200, but expires_in is 0", 3: "200, but expires_in is 0"},
	},
	{
		name:  "expires_in is a text",
		apply: func(d *fake, _ *walkthrough.Target) { d.answer["expires_in"] = "3600" },
		want:  map[int]string{1: `200, but expires_in is "3600"`, 3: `200, but expires_in is "3600"`},
	},
	{
		name:  "expires_in missing",
		apply: func(d *fake, _ *walkthrough.Target) { delete(d.answer, "expires_in") },
		want:  map[int]string{1: "200, but expires_in is missing", 3: "200, but expires_in is missing"},
	},
	{
		name:  "each call needs a new token",
		apply: func(d *fake, _ *walkthrough.Target) { d.answer["expires_in"] = 1 },
		want:  map[int]string{8: "call 1 asked for a new token: expires_in was 1"},
	},
	{
		name:  "token of another type",
		apply: func(d *fake, _ *walkthrough.Target) { d.answer["token_type"] = "mac" },
		want:  map[int]string{1: `200, but token_type is "mac"`, 3: `200, but token_type is "mac"`, 8: "call 1: 401"},
	},
	{
		name:  "opaque token",
		apply: func(d *fake, _ *walkthrough.Target) { d.answer["access_token"], d.unchecked = "opaque", true },
		want: map[int]string{
			1: "200, but a JWT has 3 segments separated by dots, got 1", 3: "200, but a JWT has 3 segments",
			4: "not refused",
			9: "GET / with weather-api/post: 200; POST / with weather-api/get: 400",
		},
	},
	{
		name: "token endpoint answers garbage",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = onScope("", func(w http.ResponseWriter) { io.WriteString(w, "<html>") })
		},
		want: map[int]string{
			1: `200, but the body is not a JSON object; its Content-Type is "text/html; charset=utf-8"`,
			2: "not run: step 1 gave no token",
			8: "no token: no usable answer: oauth2: cannot parse json",
		},
	},
	{
		name: "redirects",
		apply: func(d *fake, _ *walkthrough.Target) {
			d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
				redirected := r.URL.Path == "/oauth2/token" || r.Method == http.MethodPost
				if redirected {
					http.Redirect(w, r, "/login", http.StatusFound)
				}
				return redirected
			}
		},
		want: map[int]string{
			1: `302, a redirect to "/login"`, 2: "not run: step 1 gave no token",
			3: `302, a redirect to "/login"`, 4: "not run: step 3 gave no token", 5: "not run: step 3 gave no token",
			6: `302, a redirect to "/login"`, 8: "no token: 302",
			9: `no token with weather-api/post: 302, a redirect to "/login"; POST / without a token: 302; no token`,
		},
	},
}
