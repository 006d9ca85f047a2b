package machineclient_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/weather-events-api/machineclient"
)

// issueClientToken answers GetClientToken with a token that lives for an hour.
func issueClientToken(w http.ResponseWriter, _ *http.Request, number int64) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fmt.Fprintf(w, `{"ClientAuthenticationResult":{"AccessToken":"token-%d","ExpiresIn":3600,"TokenType":"Bearer"}}`, number)
}

// operation serves GetClientToken in place of a token endpoint.
func operation(t *testing.T) (*endpoints, machineclient.Credentials) {
	t.Helper()
	e := serve(t)
	e.token = issueClientToken
	c := e.credentials()
	c.TokenOperation = "GetClientToken"
	return e, c
}

func TestGetClientTokenRequest(t *testing.T) {
	for scope, want := range map[string]string{
		"":                `{"ClientId":"client","Secret":"` + secret + `"}`,
		" a/get  a/post ": `{"ClientId":"client","Secret":"` + secret + `","Scopes":["a/get","a/post"]}`,
	} {
		e, c := operation(t)
		c.Scope = scope
		e.token = func(w http.ResponseWriter, r *http.Request, number int64) {
			body, err := io.ReadAll(r.Body)
			if string(body) != want || err != nil {
				t.Errorf("got %s, %v, want %s", body, err, want)
			}
			for name, want := range map[string]string{
				"X-Amz-Target": "AWSCognitoIdentityProviderService.GetClientToken", "Content-Type": "application/x-amz-json-1.1", "Authorization": "",
			} {
				if got := r.Header.Get(name); got != want || r.Method != "POST" {
					t.Errorf("%s %s: %q, want %q", r.Method, name, got, want)
				}
			}
			issueClientToken(w, r, number)
		}
		e.expect(t, machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}), 200, 1)
	}
}

// The package's promises about tokens cover this token too.
func TestGetClientTokenKeepsThePromises(t *testing.T) {
	m := asleep(t)
	e, c := operation(t)
	var killed, used atomic.Int64
	e.api = func(w http.ResponseWriter, _ *http.Request, token int64) {
		used.Store(token)
		if token <= killed.Load() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	client := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c), Clock: m.now})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got := e.call(client); got != 200 {
				t.Errorf("got %d", got)
			}
		})
	}
	all.Wait()
	if got := e.tokens.Load(); got != 1 {
		t.Errorf("%d token requests for 50 calls", got)
	}
	m.sleep(61 * time.Minute)
	e.expect(t, client, 200, 1)
	m.sleep(55 * time.Minute) // the token is renewed in the background
	for deadline := time.Now().Add(time.Minute); used.Load() < 3 && time.Now().Before(deadline); {
		if got := e.call(client); got != 200 {
			t.Errorf("got %d", got)
		}
	}
	if got := e.tokens.Load(); got != 3 || used.Load() != 3 {
		t.Errorf("%d token requests, the last token used is %d, want 3", got, used.Load())
	}
	m.sleep(2 * time.Minute)
	killed.Store(3)
	e.expect(t, client, 200, 1)
}

func TestGetClientTokenErrors(t *testing.T) {
	const jsonType = "application/x-amz-json-1.1"
	for _, test := range []struct {
		name       string
		status     int
		errorType  string // header
		retryAfter string
		body       string
		want       string
		wait       time.Duration // at least
	}{
		{"wrong secret", 400, "", "", `{"__type":"NotAuthorizedException","message":"Invalid client or secret"}`, "the token endpoint answered 400 Bad Request: NotAuthorizedException", 0},
		{"a namespace", 400, "", "", `{"__type":"com.amazonaws.cognito#NotAuthorizedException"}`, "the token endpoint answered 400 Bad Request: NotAuthorizedException", 0},
		{"in the header", 400, "InvalidParameterException:http://internal.amazon.com/", "", `{}`, "the token endpoint answered 400 Bad Request: InvalidParameterException", 0},
		{"throttled", 400, "TooManyRequestsException", "", `{"__type":"TooManyRequestsException"}`, "the token endpoint answered 400 Bad Request: TooManyRequestsException", 0},
		{"429", 429, "", "60", `{"__type":"TooManyRequestsException"}`, "the token endpoint answered 429 Too Many Requests: TooManyRequestsException", time.Minute},
		{"503", 503, "", "30", `<h1>Sorry</h1>`, "the token endpoint answered 503 Service Unavailable", 30 * time.Second},
		{"a type that is not known", 400, "OutOfTokensException", "", `{}`, "the token endpoint answered 400 Bad Request", 0},
		{"the secret as the type", 400, secret, "", `{"__type":"` + secret + `","message":"` + secret + `"}`, "the token endpoint answered 400 Bad Request", 0},
		{"a redirect", 307, "", "", ``, "the token endpoint answered 307 Temporary Redirect: a redirect is not followed", 0},
		{"no JSON", 200, "", "", secret, "the token endpoint answered without a token: the answer is not an answer of GetClientToken", 0},
		{"a list", 200, "", "", `[]`, "the token endpoint answered without a token: the answer is not an answer of GetClientToken", 0},
		{"no token", 200, "", "", `{"ClientAuthenticationResult":{"TokenType":"Bearer"}}`, "the token endpoint answered without a token: the answer has no AccessToken", 0},
		{"the answer of a token endpoint", 200, "", "", `{"access_token":"t","token_type":"Bearer"}`, "the token endpoint answered without a token: the answer has no AccessToken", 0},
		{"another type", 200, "", "", `{"ClientAuthenticationResult":{"AccessToken":"t","TokenType":"mac"}}`, "the token endpoint issued a token that is not a Bearer token", 0},
		{"a token of two lines", 200, "", "", `{"ClientAuthenticationResult":{"AccessToken":"t\r\nx: y","TokenType":"Bearer"}}`, "the token endpoint issued a token that no header can hold", 0},
		{"2 MB", 200, "", "", strings.Repeat(" ", 2<<20) + `{"ClientAuthenticationResult":{"AccessToken":"t"}}`, "the token endpoint answered without a token: the answer is not an answer of GetClientToken", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, c := operation(t)
			e.token = func(w http.ResponseWriter, _ *http.Request, _ int64) {
				w.Header().Set("Content-Type", jsonType)
				w.Header().Set("Location", "/elsewhere")
				for name, value := range map[string]string{"x-amzn-ErrorType": test.errorType, "Retry-After": test.retryAfter} {
					if value != "" {
						w.Header().Set(name, value)
					}
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}
			start := time.Now()
			client := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)})
			_, err := client.Get(e.URL)
			failed, ok := errors.AsType[*machineclient.TokenError](err)
			if !ok || failed.Err.Error() != test.want {
				t.Fatalf("got %v, want %s", err, test.want)
			}
			expectClean(t, err, c)
			if wait := failed.RetryAt.Sub(start); wait < cmp.Or(test.wait, 500*time.Millisecond) {
				t.Errorf("the next attempt is in %s", wait)
			}
			if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok != (test.status != 200) || ok && refused.Response.StatusCode != test.status {
				t.Errorf("got %+v", refused)
			}
			e.expect(t, client, 0, 0) // the pause
			if got := e.calls.Load(); got != 0 {
				t.Errorf("%d calls", got)
			}
		})
	}
}

// net/http may quote an answer that repeats the request body.
func TestGetClientTokenErrorsDoNotEchoTheBody(t *testing.T) {
	for _, secret := range []string{secret, `pass"wörd\&s/w+rd=%41 <with> everything`} {
		e, c := operation(t)
		c.ClientSecret = secret
		inJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		e.token = func(w http.ResponseWriter, r *http.Request, _ int64) {
			raw(func(*http.Request, machineclient.Credentials) string {
				return "HTTP/1.1 200 OK\r\nContent-Length: " + string(inJSON) + "\r\n\r\n"
			})(w, r, c)
		}
		_, err = machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}).Get(e.URL)
		expectClean(t, err, c)
		if !strings.HasSuffix(err.Error(), "the error is left out because it holds part of the secret") {
			t.Errorf("got %v", err)
		}
	}
}

// A transport may quote the request it did not send.
func TestGetClientTokenErrorsDoNotDumpTheBody(t *testing.T) {
	e, c := operation(t)
	c.ClientSecret = `a"b"c"d"e"f"g"h"i"j"k` // in JSON, no 8 characters stay the same
	_, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c), Base: roundTripper(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		return nil, errors.Join(fmt.Errorf("not sent: %s", body), err)
	})}).Get(e.URL)
	if !strings.HasSuffix(fmt.Sprint(err), "the error is left out because it holds part of the secret") {
		t.Errorf("got %v", err)
	}
}

// Credentials may omit the operation, but not name an unknown one.
func TestTokenOperationOfTheCredentials(t *testing.T) {
	const fields = `{"client_id":"id","client_secret":"sesame","token_url":"https://cognito-idp.eu-west-1.amazonaws.com/"`
	got, err := machineclient.ParseCredentials([]byte(fields + `,"token_operation":"GetClientToken"}`))
	if err != nil || got.TokenOperation != "GetClientToken" {
		t.Errorf("got %q, %v", got.TokenOperation, err)
	}
	if got, err := machineclient.ParseCredentials([]byte(fields + `}`)); err != nil || got.TokenOperation != "" {
		t.Errorf("got %q, %v", got.TokenOperation, err)
	}
	for value, want := range map[string]string{
		`"getclienttoken"`: "credentials: token_operation must be GetClientToken, or left out for the token request of RFC 6749",
		`"sesame"`:         "credentials: token_operation must be GetClientToken, or left out for the token request of RFC 6749",
		`1`:                "credentials: token_operation must be a string",
	} {
		if _, err := machineclient.ParseCredentials([]byte(fields + `,"token_operation":` + value + `}`)); fmt.Sprint(err) != want {
			t.Errorf("%s: got %v, want %s", value, err, want)
		}
	}
	e, c := operation(t)
	c.TokenOperation = "InitiateAuth"
	e.expect(t, machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}), 0, 0)
	c.TokenOperation, c.TokenURL = "GetClientToken", "http://cognito-idp.test/"
	if _, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}).Get(e.URL); !strings.Contains(fmt.Sprint(err), "token_url must begin with https://") {
		t.Errorf("got %v", err)
	}
}
