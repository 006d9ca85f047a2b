package apigateway_test

import (
	"context"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/apigateway"
)

const (
	goodKey     = "good-key-0123456789"
	disabledKey = "disabled-key-0123456789"
	lonelyKey   = "lonely-key-0123456789"
	forbidden   = `{"message":"Forbidden"}`
)

// keyed is an API with one method that needs a token and a key. reason is the last
// logged reason.
func keyed(t *testing.T) (url string, reason func() string) {
	m := protected("GET", "/", mock(`$context.identity.apiKeyId $context.identity.apiKey`), readScope)
	m.APIKeyRequired = true
	c := config(m)
	c.Stages = append(c.Stages, apigateway.Stage{Label: "Other", Name: "other"})
	c.APIKeys = []apigateway.APIKey{
		{ID: "good", Value: goodKey, Enabled: true, Stages: []string{"prod"}},
		{ID: "disabled", Value: disabledKey, Stages: []string{"prod"}},
		{ID: "lonely", Value: lonelyKey, Enabled: true},
	}
	events := make(chan apigateway.RequestEvent, 1)
	c.OnRequest = func(_ context.Context, event apigateway.RequestEvent) { events <- event }
	return serve(t, c), func() string { return (<-events).Reason }
}

func TestAPIKeys(t *testing.T) {
	url, reason := keyed(t)
	const token = "Authorization: " + goodToken
	for _, test := range []struct {
		name, line string
		headers    []string
		status     int
		body       string
		reason     string
	}{
		{"a key of the stage", "GET /prod/", []string{token, "X-API-Key: " + goodKey}, 200, "good " + goodKey, ""},
		{"the header in small letters", "GET /prod/", []string{token, "x-api-key: " + goodKey}, 200, "good " + goodKey, ""},
		{"no key", "GET /prod/", []string{token}, 403, forbidden, "no API key"},
		{"an empty key", "GET /prod/", []string{token, "X-API-Key: "}, 403, forbidden, "no API key"},
		{"an unknown key", "GET /prod/", []string{token, "X-API-Key: " + goodKey + "0"}, 403, forbidden, "no template has the API key"},
		{"another case", "GET /prod/", []string{token, "X-API-Key: " + strings.ToUpper(goodKey)}, 403, forbidden, "no template has the API key"},
		{"the id of a key", "GET /prod/", []string{token, "X-API-Key: good"}, 403, forbidden, "no template has the API key"},
		{"in the query", "GET /prod/?x-api-key=" + goodKey, []string{token}, 403, forbidden, "no API key"},
		{"a disabled key", "GET /prod/", []string{token, "X-API-Key: " + disabledKey}, 403, forbidden, "disabled is disabled"},
		{"a key without a plan", "GET /prod/", []string{token, "X-API-Key: " + lonelyKey}, 403, forbidden, "no usage plan of the API key lonely has the stage prod"},
		{"a key of another stage", "GET /other/", []string{token, "X-API-Key: " + goodKey}, 403, forbidden, "no usage plan of the API key good has the stage other"},
		{"two keys", "GET /prod/", []string{token, "X-API-Key: " + goodKey, "X-API-Key: " + goodKey}, 403, forbidden, "several X-API-Key headers"},
		// The authorizer runs first, as an execution log of 2017 shows.
		{"a key and no token", "GET /prod/", []string{"X-API-Key: " + goodKey}, 401, `{"message":"Unauthorized"}`, "no token"},
		{"neither", "GET /prod/", nil, 401, `{"message":"Unauthorized"}`, "no token"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := request{line: test.line, headers: test.headers}.send(t, url)
			errorType := map[int]string{200: noType, 401: "UnauthorizedException", 403: "ForbiddenException"}[test.status]
			got.check(t, test.status, test.body, errorType)
			logged := reason()
			if !strings.Contains(logged, test.reason) || test.reason == "" && logged != "" {
				t.Errorf("logged %q, want %q", logged, test.reason)
			}
			for _, key := range []string{goodKey, disabledKey, lonelyKey} {
				if strings.Contains(logged, key) {
					t.Errorf("a key is in the log: %s", logged)
				}
			}
		})
	}
}

// A method that requires no key drops it: the backend does not see it.
func TestAMethodWithoutAPIKeyTakesNone(t *testing.T) {
	c := config(open("GET", "/", mock(`[$!context.identity.apiKeyId]`)))
	c.APIKeys = []apigateway.APIKey{{ID: "good", Value: goodKey, Enabled: true, Stages: []string{"prod"}}}
	request{line: "GET /prod/", headers: []string{"X-API-Key: " + goodKey}}.send(t, serve(t, c)).check(t, 200, "[]", noType)
}

func TestInvalidAPIKeyIsAGatewayResponse(t *testing.T) {
	m := open("GET", "/", mock("ok"))
	m.APIKeyRequired = true
	c := config(m)
	c.GatewayResponses = []apigateway.GatewayResponse{{ResponseType: "INVALID_API_KEY", StatusCode: "418", ResponseTemplates: map[string]string{"application/json": "no key"}}}
	request{line: "GET /prod/"}.send(t, serve(t, c)).check(t, 418, "no key", "ForbiddenException")
}

// If the API takes its keys from an authorizer, a key in the header does not count.
func TestAPIKeysOfAnAuthorizerAreNotThoseOfTheHeader(t *testing.T) {
	m := open("GET", "/", mock("ok"))
	m.APIKeyRequired = true
	c := config(m)
	c.APIKeySource = apigateway.AuthorizerKeySource
	c.APIKeys = []apigateway.APIKey{{ID: "good", Value: goodKey, Enabled: true, Stages: []string{"prod"}}}
	request{line: "GET /prod/", headers: []string{"X-API-Key: " + goodKey}}.send(t, serve(t, c)).check(t, 403, forbidden, "ForbiddenException")
}
