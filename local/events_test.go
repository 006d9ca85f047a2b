package local_test

import (
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// A template with services in place of functions, and an IAM authorizer and an API key
// beside the scopes: what has no backend says so behind both checks, and what asks for
// a signature refuses a token.
func TestATemplateWithOtherAuthorizersThanScopes(t *testing.T) {
	refused := make(chan string, 10)
	server := serve(t, "testdata/events.yaml", local.WithAccessLog(func(a local.Access) {
		if a.Method != "POST" || !strings.HasSuffix(a.Path, "/oauth2/token") {
			refused <- a.Refused
		}
	}))
	url, key := server.API("Api").URL, server.APIKeys()[0]
	if key.Value != "abcdefghijklmnopqrst" || key.Key != "Key" {
		t.Errorf("key %+v", key)
	}
	bearer := "Authorization: Bearer " + token(t, server.Client("Writer"))
	for _, c := range []struct {
		name, method string
		headers      []string
		status       int
		reason       string
	}{
		{"a token and a key", "PUT", []string{bearer, "X-API-Key: " + key.Value}, 500, "dynamodb"},
		{"a token", "PUT", []string{bearer}, 403, "no API key"},
		{"a key", "PUT", []string{"X-API-Key: " + key.Value}, 401, "no token"},
		{"a token in place of a signature", "POST", []string{bearer}, 403, "AWS_IAM"},
		{"a token in place of a signature, with a key", "POST", []string{bearer, "X-API-Key: " + key.Value}, 403, "AWS_IAM"},
		{"nothing in place of a signature", "POST", nil, 403, "AWS_IAM"},
	} {
		got := ask(t, c.method, url, c.headers...)
		if reason := <-refused; got.status != c.status || !strings.Contains(reason, c.reason) || strings.Contains(reason, key.Value) {
			t.Errorf("%s: got %d %s, logged %q; want %d, %q", c.name, got.status, got.body, reason, c.status, c.reason)
		}
	}
}
