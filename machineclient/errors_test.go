package machineclient_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"example.com/weather-events-api/machineclient"
)

// percent returns text with every byte percent-encoded.
func percent(text string) string {
	var encoded strings.Builder
	for _, b := range []byte(text) {
		fmt.Fprintf(&encoded, "%%%02x", b)
	}
	return encoded.String()
}

// shows returns the form in which text holds part of the secret, or "".
func shows(text string, c machineclient.Credentials) string {
	text = strings.ToLower(text)
	header := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ClientID) + ":" + url.QueryEscape(c.ClientSecret)))
	pair := base64.StdEncoding.EncodeToString([]byte(c.ClientID + ":" + c.ClientSecret))
	for name, form := range map[string]string{
		"itself": c.ClientSecret, "as a form": url.QueryEscape(c.ClientSecret), "percent-encoded": percent(c.ClientSecret),
		"the header": header, "the header percent-encoded": percent(header), "the header as a form": url.QueryEscape(header),
		"id and secret in base64": pair, "hex": hex.EncodeToString([]byte(c.ClientSecret)),
		"itself in base64": base64.StdEncoding.EncodeToString([]byte(c.ClientSecret)),
	} {
		form = strings.ToLower(form)
		for i := range max(len(form)-8, 1) {
			if part := form[i:min(i+8, len(form))]; strings.Contains(text, part) && !strings.Contains(c.TokenURL, part) {
				return fmt.Sprintf("%s: %q", name, part)
			}
		}
	}
	return ""
}

// expectClean fails unless every error of the chain is short, printable, and free of the
// secret.
func expectClean(t *testing.T, err error, c machineclient.Credentials) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for link := err; link != nil; link = errors.Unwrap(link) {
		text := link.Error()
		if len(text) > 600 {
			t.Errorf("%T has %d bytes: %s", link, len(text), text[:600])
		}
		refused, ok := link.(*oauth2.RetrieveError)
		if ok { // x/oauth2 writes two lines
			text = strings.Replace(text, "\n", " ", 1)
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 || !utf8.ValidString(text) {
			t.Errorf("%T is not printable: %q", link, text)
		}
		if form := shows(text, c); form != "" {
			t.Errorf("%T shows the secret, %s: %s", link, form, text)
		}
		if ok {
			dump := fmt.Sprintf("%s %s %+v %+v", refused.Body, refused.ErrorDescription, refused.ErrorURI, *refused.Response)
			if form := shows(dump, c); form != "" || len(dump) > 1000 {
				t.Errorf("a field shows the secret, %s, or too much: %d bytes", form, len(dump))
			}
			if refused.Response.Request != nil {
				t.Error("the error holds the request and so the secret")
			}
		}
	}
}

func TestErrorsOfTheTokenEndpoint(t *testing.T) {
	// Every echo repeats the Authorization header or the secret.
	answers := map[string]func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials){
		"900 KB": func(w http.ResponseWriter, _ *http.Request, _ machineclient.Credentials) {
			w.WriteHeader(502)
			fmt.Fprint(w, strings.Repeat("<p>Bad gateway</p>", 50_000))
		},
		"escapes of a terminal": func(w http.ResponseWriter, _ *http.Request, _ machineclient.Credentials) {
			w.WriteHeader(500)
			fmt.Fprint(w, "\x1b[2J\x1b]0;title\x07\r\n\u202e\x00\xff")
		},
		"escapes as an error": func(w http.ResponseWriter, _ *http.Request, _ machineclient.Credentials) {
			w.WriteHeader(400)
			fmt.Fprint(w, `{"error":"\u001b[2J\u202e","error_description":"\u0000"}`)
		},
		"the request in text": func(w http.ResponseWriter, r *http.Request, _ machineclient.Credentials) {
			w.WriteHeader(400)
			fmt.Fprintf(w, "bad request: Authorization: %s", r.Header.Get("Authorization"))
		},
		"the header in headers": func(w http.ResponseWriter, r *http.Request, _ machineclient.Credentials) {
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
			w.Header().Set("Retry-After", r.Header.Get("Authorization"))
			w.WriteHeader(400)
		},
		"no JSON": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, c.ClientSecret)
		},
		"no token": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
		},
		"no form": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "a=%zz"+c.ClientSecret)
		},
		"a broken form": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(400)
			fmt.Fprint(w, "error=%zz"+c.ClientSecret)
		},
		"a life that is no number": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"t","token_type":"Bearer","expires_in":%q}`, percent(r.Header.Get("Authorization")))
		},
		"a token of another type": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "t", "token_type": r.Header.Get("Authorization")})
		},
		"a redirect to nowhere": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Location", "http://[/"+percent(r.Header.Get("Authorization"))+strings.Repeat("x", 100_000))
			w.WriteHeader(302)
		},
		"a redirect to the secret": func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
			w.Header().Set("Location", "https://elsewhere.test/?"+url.QueryEscape(c.ClientSecret))
			w.WriteHeader(302)
		},
		"a status line": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "HTTP/1.1 400 " + r.Header.Get("Authorization") + c.ClientSecret + "\r\nContent-Length: 0\r\n\r\n"
		}),
		"no HTTP": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "Authorization: " + r.Header.Get("Authorization") + "\r\n\r\n"
		}),
		"half of the secret, not as HTTP": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "x-echo: " + c.ClientSecret[len(c.ClientSecret)/2:] + "\r\n\r\n"
		}),
		"the header percent-encoded, not as HTTP": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "%" + percent(r.Header.Get("Authorization")) + "\r\n\r\n"
		}),
		"a header without colon": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "HTTP/1.1 200 OK\r\nAuthorization " + r.Header.Get("Authorization") + "\r\n\r\n"
		}),
		"a length": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: " + c.ClientSecret + "\r\n\r\n"
		}),
		"a long length": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: " + strings.Repeat("x", 100_000) + "\r\n\r\n"
		}),
		"percent-encodings in each other": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "%" + strings.Repeat("25", 500_000) + "\r\n\r\n"
		}),
		"half an answer": raw(func(r *http.Request, c machineclient.Credentials) string {
			return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"
		}),
		"nothing": raw(func(r *http.Request, c machineclient.Credentials) string { return "" }),
	}
	for name, encode := range map[string]func(r *http.Request, c machineclient.Credentials) string{
		"the header":               func(r *http.Request, c machineclient.Credentials) string { return r.Header.Get("Authorization") },
		"the header without Basic": func(r *http.Request, c machineclient.Credentials) string { return r.Header.Get("Authorization")[6:] },
		"the header as a form": func(r *http.Request, c machineclient.Credentials) string {
			return url.QueryEscape(r.Header.Get("Authorization"))
		},
		"the header percent-encoded": func(r *http.Request, c machineclient.Credentials) string {
			return percent(r.Header.Get("Authorization"))
		},
		"the header twice percent-encoded": func(r *http.Request, c machineclient.Credentials) string {
			return percent(percent(r.Header.Get("Authorization")))
		},
		"the secret":                 func(r *http.Request, c machineclient.Credentials) string { return c.ClientSecret },
		"the secret as a form":       func(r *http.Request, c machineclient.Credentials) string { return url.QueryEscape(c.ClientSecret) },
		"the secret percent-encoded": func(r *http.Request, c machineclient.Credentials) string { return percent(c.ClientSecret) },
		"the secret in hex": func(r *http.Request, c machineclient.Credentials) string {
			return hex.EncodeToString([]byte(c.ClientSecret))
		},
		"the secret in base64": func(r *http.Request, c machineclient.Credentials) string {
			return base64.StdEncoding.EncodeToString([]byte(c.ClientSecret))
		},
		"a part of the secret": func(r *http.Request, c machineclient.Credentials) string { return c.ClientSecret[3:15] },
	} {
		for _, field := range []string{"error", "error_description", "error_uri"} {
			answers[fmt.Sprint(name, " as ", field, " in a form")] = func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
				fields := url.Values{"error": {"invalid_client"}}
				fields.Set(field, encode(r, c))
				w.Header().Set("Content-Type", "text/plain")
				w.WriteHeader(400)
				fmt.Fprint(w, fields.Encode())
			}
			for _, status := range []int{200, 400} {
				answers[fmt.Sprint(name, " as ", field, " of ", status)] = func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
					fields := map[string]string{"error": "invalid_client"}
					fields[field] = encode(r, c)
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_ = json.NewEncoder(w).Encode(fields)
				}
			}
		}
	}
	for _, secret := range []string{secret, `pass"wörd\&s/w+rd=%41 <with> everything`} {
		for name, answer := range answers {
			t.Run(name, func(t *testing.T) {
				e := serve(t)
				c := e.credentials()
				c.ClientSecret = secret
				e.token = func(w http.ResponseWriter, r *http.Request, _ int64) { answer(w, r, c) }
				_, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}).Get(e.URL)
				if _, ok := errors.AsType[*machineclient.TokenError](err); !ok {
					t.Fatalf("got %v", err)
				}
				expectClean(t, err, c)
			})
		}
	}
}

// raw answers with bytes instead of HTTP, and closes the connection.
func raw(answer func(*http.Request, machineclient.Credentials) string) func(http.ResponseWriter, *http.Request, machineclient.Credentials) {
	return func(w http.ResponseWriter, r *http.Request, c machineclient.Credentials) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		fmt.Fprint(connection, answer(r, c))
	}
}

func TestErrorsSayWhatHappened(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(http.ResponseWriter)
		want   string
	}{
		{"an error code", answering(400, "application/json;charset=UTF-8", `{"error":"invalid_client"}`), "the token endpoint answered 400 Bad Request: invalid_client"},
		{"as a form", answering(400, "text/plain", `error=invalid_scope`), "the token endpoint answered 400 Bad Request: invalid_scope"},
		{"an error code that is not known", answering(400, "application/json", `{"error":"out_of_tokens"}`), "the token endpoint answered 400 Bad Request"},
		{"none", answering(503, "text/html", `<h1>Sorry</h1>`), "the token endpoint answered 503 Service Unavailable"},
		{"an odd status", answering(799, "text/html", ``), "the token endpoint answered 799"},
		{"an error with 200", answering(200, "application/json", `{"error":"server_error"}`), "the token endpoint answered 200 OK: server_error"},
		{"a redirect", answering(302, "", ""), "the token endpoint answered 302 Found: a redirect is not followed"},
		{"no token", answering(200, "application/json", `{}`), "the token endpoint answered without a token: oauth2: server response missing access_token"},
		{"not JSON", answering(200, "application/json", `token`), "the token endpoint answered without a token: oauth2: cannot parse json: invalid character 'o' in literal true (expecting 'r')"},
		{"another type", answering(200, "application/json", `{"access_token":"t","token_type":"mac"}`), "the token endpoint issued a token that is not a Bearer token"},
		{"a token of two lines", answering(200, "application/json", `{"access_token":"t\r\nx: y","token_type":"Bearer"}`), "the token endpoint issued a token that no header can hold"},
		{"a token with a space", answering(200, "application/json", `{"access_token":"t t","token_type":"Bearer"}`), "the token endpoint issued a token that no header can hold"},
		{"a token with an umlaut", answering(200, "application/json", `{"access_token":"tö","token_type":"Bearer"}`), "the token endpoint issued a token that no header can hold"},
		{"a token of 900 KB", answering(200, "application/json", `{"access_token":"`+strings.Repeat("t", 900_000)+`","token_type":"Bearer"}`), "the token endpoint issued a token that no header can hold"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := serve(t)
			e.token = func(w http.ResponseWriter, _ *http.Request, _ int64) { test.answer(w) }
			client := e.client(time.Now)
			_, err := client.Get(e.URL)
			failed, ok := errors.AsType[*machineclient.TokenError](err)
			if !ok || failed.Err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			expectClean(t, err, e.credentials())
			e.expect(t, client, 0, 0) // the pause
			if got := e.calls.Load(); got != 0 {
				t.Errorf("%d calls", got)
			}
		})
	}
}

func answering(status int, contentType, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// The error names an unreachable endpoint by its host, without the URL's query.
func TestErrorsWithoutAnAnswer(t *testing.T) {
	closed := serve(t)
	closed.Close()
	c := closed.credentials()
	c.TokenURL += "?client_secret=" + secret
	_, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c)}).Get(closed.URL)
	host := strings.TrimPrefix(closed.URL, "http://")
	if want := "no answer from the token endpoint at " + host + ": dial tcp " + host + ": connect: connection refused"; !strings.HasSuffix(fmt.Sprint(err), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	c.TokenURL = "https://" // the secret must not be part of the URL
	expectClean(t, err, c)

	broken := errors.New("the circuit is open")
	for _, test := range []struct {
		base error
		kept error // errors.Is finds it
		want string
	}{
		{broken, broken, "the circuit is open"},
		{fmt.Errorf("proxy: %w", context.DeadlineExceeded), context.DeadlineExceeded, "proxy: context deadline exceeded"},
		{fmt.Errorf("dump of the request: %s", secret), nil, "the error is left out because it holds part of the secret"},
		{fmt.Errorf("two\nlines \x1b[2J%s", strings.Repeat("x", 1000)), nil, "two lines  [2J" + strings.Repeat("x", 300-len("two lines  [2J")) + "…"},
	} {
		c := machineclient.Credentials{ClientID: "client", ClientSecret: secret, TokenURL: "https://auth.test/oauth2/token"}
		_, err := machineclient.New(machineclient.Config{Credentials: machineclient.Static(c), Base: roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, test.base
		})}).Get(apiURL)
		failed, ok := errors.AsType[*machineclient.TokenError](err)
		if want := "no answer from the token endpoint at auth.test: " + test.want; !ok || failed.Err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if test.kept != nil && !errors.Is(err, test.kept) {
			t.Errorf("%v is not %v", err, test.kept)
		}
		expectClean(t, err, c)
	}
}
