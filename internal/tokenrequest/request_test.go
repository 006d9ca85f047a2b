package tokenrequest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/weather-events-api/internal/clienttoken"
)

func TestParse(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		name, expiresIn string
		want            time.Duration // 0: unknown
	}{
		{"an hour", "3600", time.Hour},
		{"a fraction", "60.9", time.Minute},
		{"more than a duration holds", "1e300", (1<<31 - 1) * time.Second},
		{"more than a number holds", "1e999", (1<<31 - 1) * time.Second},
		{"none", "0", 0},
		{"negative", "-3600", 0},
		{"null", "null", 0},
	} {
		token, err := parse([]byte(`{"ClientAuthenticationResult":{"AccessToken":"t","ExpiresIn":`+test.expiresIn+`,"TokenType":"Bearer"}}`), now)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := token.Expiry; test.want == 0 && !got.IsZero() || test.want != 0 && got.Sub(now) != test.want {
			t.Errorf("%s: expires in %s, want %s", test.name, got.Sub(now), test.want)
		}
	}
}

func TestErrorType(t *testing.T) {
	for _, test := range []struct{ header, body, want string }{
		{"", `{"__type":"NotAuthorizedException","message":"no"}`, "NotAuthorizedException"},
		{"", `{"__type":"com.amazonaws.cognito#NotAuthorizedException:http://x/#y"}`, "NotAuthorizedException"},
		{"NotAuthorizedException:http://x/#y", `{"__type":"Other"}`, "NotAuthorizedException"},
		{"", `<html>`, ""},
		{"", `{"__type":1}`, ""},
		{"", ``, ""},
	} {
		header := http.Header{}
		if test.header != "" {
			header.Set("x-amzn-ErrorType", test.header)
		}
		if got := ErrorType(header, []byte(test.body)); got != test.want {
			t.Errorf("%q %s: got %q, want %q", test.header, test.body, got, test.want)
		}
	}
}

// FuzzAnswer reads any answer: the result is a token with an expiry in the future, or an
// error that shows nothing of the answer.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"ClientAuthenticationResult":{"AccessToken":"eyJ","ExpiresIn":3600,"TokenType":"Bearer"}}`,
		`{"ClientAuthenticationResult":{"AccessToken":"eyJ","ExpiresIn":"1e999"}}`,
		`{"__type":"a#b:c","message":"no"}`, `{"ClientAuthenticationResult":null}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	now := time.Now()
	f.Fuzz(func(t *testing.T, body []byte) {
		if name := ErrorType(http.Header{}, body); strings.ContainsAny(name, "#:") {
			t.Errorf("error type %q", name)
		}
		token, err := parse(body, now)
		if err != nil {
			if token != nil || strings.Contains(err.Error(), string(body)) && len(body) > 8 {
				t.Errorf("got %v, %v", token, err)
			}
			return
		}
		if token.AccessToken == "" || !token.Expiry.IsZero() && token.Expiry.Before(now) {
			t.Errorf("got %+v", token)
		}
		again, err := json.Marshal(clienttoken.Answer{Result: clienttoken.Result{AccessToken: token.AccessToken, ExpiresIn: token.ExpiresIn, TokenType: token.TokenType}})
		if err != nil {
			t.Fatal(err)
		}
		same, err := parse(again, now)
		if err != nil || *same != (oauth2.Token{AccessToken: token.AccessToken, TokenType: token.TokenType, ExpiresIn: token.ExpiresIn, Expiry: token.Expiry}) {
			t.Errorf("%s reads as %+v, %v", again, same, err)
		}
	})
}
