package machineclient

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestParseCredentials(t *testing.T) {
	want := Credentials{ClientID: "id", ClientSecret: "sesame", TokenURL: "https://auth.test/oauth2/token", Scope: "a/get a/post"}
	for _, secret := range []string{
		`{"client_id":"id","client_secret":"sesame","token_url":"https://auth.test/oauth2/token","scope":"a/get a/post"}`,
		`{"client_id":"id","client_secret":"sesame","token_url":"https://auth.test/oauth2/token","scope":"a/get a/post",
		  "previous":{"client_id":"old","client_secret":"older"},"more":[1]}`,
	} {
		if got, err := ParseCredentials([]byte(secret)); err != nil || got != want {
			t.Errorf("got %v, %v", got, err)
		}
	}
	for secret, want := range map[string]string{
		``:            "credentials: must be a JSON object with client_id, client_secret and token_url",
		`"sesame"`:    "credentials: must be a JSON object with client_id, client_secret and token_url",
		`sesame`:      "credentials: must be a JSON object with client_id, client_secret and token_url",
		`{}`:          "credentials: client_id is missing\ncredentials: client_secret is missing\ncredentials: token_url is missing",
		`{"scope":1}`: "credentials: scope must be a string",
		`{"client_id":"id","client_secret":"sesame","token_url":"/oauth2/token"}`:                     "credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token",
		`{"client_id":"id","client_secret":"sesame","token_url":"ftp://auth.test/token"}`:             "credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token",
		`{"client_id":"id","client_secret":"sesame","token_url":"https:///oauth2/token"}`:             "credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token",
		`{"client_id":"id","client_secret":"sesame","token_url":"https://sesame%zz/token"}`:           "credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token",
		`{"client_id":"id","client_secret":"sesame","token_url":"https://:8443/token"}`:               "credentials: token_url must be an absolute http or https URL, such as https://auth.example.org/oauth2/token",
		`{"client_id":"id","client_secret":"sesame","token_url":"https://id:sesame@auth.test/token"}`: "credentials: token_url must not have a user name or password: set client_id and client_secret",
		`{"client_id":"id","client_secret":"sesame","token_url":"https://auth.test/token#sesame"}`:    "credentials: token_url must not have a fragment",
	} {
		if _, err := ParseCredentials([]byte(secret)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", secret, err, want)
		}
	}
}

func FuzzParseCredentials(f *testing.F) {
	f.Add([]byte(`{"client_id":"id","client_secret":"sesame","token_url":"https://auth.test","scope":"a","previous":{}}`))
	f.Fuzz(func(t *testing.T, secret []byte) {
		got, err := ParseCredentials(secret)
		if err != nil {
			return
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := ParseCredentials(again); err != nil || same != got {
			t.Errorf("%s reads as %v, %v", again, same, err)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-1": 0, "1.5": 0, "0": 0, "7": 7 * time.Second,
		"300": 5 * time.Minute, "301": 5 * time.Minute, "99999999999999999999": 5 * time.Minute,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:04:00 GMT": 0,
		"Fri, 02 Jan 2099 03:04:00 GMT": 5 * time.Minute,
	} {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("%q: got %s, want %s", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"5", "Fri, 02 Jan 2026 03:04:15 GMT", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if got := parseRetryAfter(value, time.Now()); got < 0 || got > maxRetryAfter {
			t.Errorf("%q: got %s", value, got)
		}
	})
}

// Any answer of a token endpoint gives a token or an error.
func FuzzTokenAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"access_token":"t","expires_in":3600,"token_type":"Bearer"}`)
	f.Add(200, "application/json", `{"access_token":"t","expires_in":9223372036854775807}`)
	f.Add(200, "application/json", `{"access_token":"t","expires_in":-1}`)
	f.Add(200, "text/plain", `access_token=t&expires_in=5`)
	f.Add(429, "text/html", `<h1>Too many requests</h1>`)
	f.Add(400, "application/json", `{"error":"open sesame","error_description":"open sesame"}`)
	f.Add(200, "application/json", `{"access_token":"t","expires_in":"open%20sesame"}`)
	f.Add(200, "application/json", `{"access_token":"t\n","token_type":"Mac"}`)
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		now := time.Now()
		s := &source{
			now:  func() time.Time { return now },
			load: Static(Credentials{ClientID: "id", ClientSecret: "open sesame", TokenURL: "https://auth.test/"}),
			base: answering(func(r *http.Request) *http.Response {
				return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body))}
			}),
		}
		got, err := s.get(t.Context())
		if err != nil {
			if pause := s.failed.RetryAt.Sub(now); pause < minPause/2 || pause > minPause {
				t.Errorf("the next attempt is in %s", pause)
			}
			text := err.Error()
			if len(text) > 1500 || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(text, "open sesame") || strings.Contains(text, "open+sesame") {
				t.Errorf("the error is %q", text)
			}
			return
		}
		if got.value == "" || !got.renewAt.After(now) || got.renewAt.After(got.unusableAt) || got.unusableAt.After(now.Add(maxLife)) {
			t.Errorf("got %+v", got)
		}
	})
}

type answering func(*http.Request) *http.Response

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestHowLongATokenIsKept(t *testing.T) {
	const unstated = 5*time.Minute - 10*time.Second
	for answer, want := range map[string]time.Duration{
		`{"access_token":"t"}`:                                  unstated,
		`{"access_token":"t","expires_in":null}`:                unstated,
		`{"access_token":"t","expires_in":0}`:                   unstated,
		`{"access_token":"t","expires_in":-1}`:                  unstated,
		`{"access_token":"t","expires_in":-3600}`:               unstated,
		`{"access_token":"t","expires_in":-2147483648}`:         unstated,
		`{"access_token":"t","expires_in":1}`:                   900 * time.Millisecond,
		`{"access_token":"t","expires_in":10}`:                  9 * time.Second,
		`{"access_token":"t","expires_in":60}`:                  54 * time.Second,
		`{"access_token":"t","expires_in":300}`:                 290 * time.Second,
		`{"access_token":"t","expires_in":3600}`:                3590 * time.Second,
		`{"access_token":"t","expires_in":"3600"}`:              3590 * time.Second,
		`{"access_token":"t","expires_in":86400}`:               24*time.Hour - 10*time.Second,
		`{"access_token":"t","expires_in":86401}`:               24*time.Hour - 10*time.Second,
		`{"access_token":"t","expires_in":2147483648}`:          24*time.Hour - 10*time.Second,
		`{"access_token":"t","expires_in":9223372036854775807}`: 24*time.Hour - 10*time.Second,
		`access_token=t&expires_in=60`:                          54 * time.Second,
		`access_token=t&expires_in=-60`:                         unstated,
		`access_token=t&expires_in=soon`:                        unstated,
		`access_token=t&expires_in=4000000000`:                  24*time.Hour - 10*time.Second,
	} {
		contentType := "application/json"
		if answer[0] != '{' {
			contentType = "text/plain"
		}
		now := time.Now()
		s := &source{
			now:  func() time.Time { return now },
			load: Static(Credentials{ClientID: "id", ClientSecret: "s", TokenURL: "https://auth.test/"}),
			base: answering(func(r *http.Request) *http.Response {
				return &http.Response{StatusCode: 200, Request: r, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(answer))}
			}),
		}
		got, err := s.get(t.Context())
		if err != nil {
			t.Errorf("%s: %v", answer, err)
			continue
		}
		if kept := got.unusableAt.Sub(now); kept > want || kept < want-100*time.Millisecond {
			t.Errorf("%s: kept for %s, want %s", answer, kept, want)
		}
		if got.renewAt.Before(now) || got.renewAt.After(got.unusableAt) {
			t.Errorf("%s: renewed after %s", answer, got.renewAt.Sub(now))
		}
	}
}

// Cost of a call, compared with a call without a token.
func BenchmarkRoundTrip(b *testing.B) {
	client := New(Config{
		Credentials: Static(Credentials{ClientID: "id", ClientSecret: "s", TokenURL: "https://auth.test/"}),
		Base: answering(func(r *http.Request) *http.Response {
			body := http.NoBody
			if r.URL.Host == "auth.test" {
				return &http.Response{StatusCode: 200, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"access_token":"t","expires_in":3600}`))}
			}
			return &http.Response{StatusCode: 200, Request: r, Header: http.Header{}, Body: body}
		}),
	})
	request, err := http.NewRequest("GET", "https://api.test/", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := client.Transport.RoundTrip(request); err != nil {
				b.Error(err)
			}
		}
	})
}
