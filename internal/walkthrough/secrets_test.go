package walkthrough_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/walkthrough"
)

// outputs are all forms of a report.
func outputs(t *testing.T, report *walkthrough.Report) string {
	t.Helper()
	encoded, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := report.WriteTable(&text, walkthrough.TableOptions{Curl: true}); err != nil {
		t.Fatal(err)
	}
	return text.String() + string(encoded) + fmt.Sprintf("%+v", report)
}

func TestReportsHoldNoSecrets(t *testing.T) {
	for _, test := range []struct {
		name string
		echo func(d *fake, w http.ResponseWriter, r *http.Request) bool
	}{
		{name: "right system", echo: func(*fake, http.ResponseWriter, *http.Request) bool { return false }},
		{name: "API echoes its headers", echo: func(_ *fake, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/weather" {
				w.WriteHeader(http.StatusTeapot)
				fmt.Fprint(w, strings.Repeat("x", 270), r.Header.Get("Authorization"))
			}
			return r.URL.Path == "/weather"
		}},
		{name: "token endpoint echoes the secret as error", echo: func(_ *fake, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/oauth2/token" {
				writeJSON(w, http.StatusBadRequest, map[string]any{"error": "bad secret " + r.FormValue("client_secret")})
			}
			return r.URL.Path == "/oauth2/token"
		}},
		{name: "token endpoint echoes the form", echo: func(_ *fake, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/oauth2/token" {
				body, _ := io.ReadAll(r.Body)
				w.Header().Set("Location", "/login?"+string(body))
				w.WriteHeader(http.StatusFound)
			}
			return r.URL.Path == "/oauth2/token"
		}},
		{name: "token endpoint grants too much", echo: func(d *fake, _ http.ResponseWriter, _ *http.Request) bool {
			d.denial = map[string]any{"error": newToken(d.claims), "access_token": newToken(d.claims)}
			return false
		}},
		{name: "token of an unusual status", echo: func(d *fake, w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/oauth2/token" {
				writeJSON(w, http.StatusCreated, map[string]any{"access_token": newToken(d.claims)})
			}
			return r.URL.Path == "/oauth2/token"
		}},
		{name: "claims hold the secret", echo: func(d *fake, _ http.ResponseWriter, _ *http.Request) bool {
			d.claims["debug"] = []any{map[string]any{"secret": clientSecret}}
			return false
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := startFake(t)
			d.intercept = func(w http.ResponseWriter, r *http.Request) bool { return test.echo(d, w, r) }
			text := outputs(t, run(t, t.Context(), d.target()))
			// All tokens begin with eyJ, the encoding of {".
			for _, secret := range []string{clientSecret, "%24ecret", "$ecret", "eyJ"} {
				if i := strings.Index(text, secret); i >= 0 {
					t.Errorf("%q is in the report: %s", secret, text[max(0, i-100):i])
				}
			}
		})
	}
}

func TestASecretThatIsPartOfATokenDoesNotSplitIt(t *testing.T) {
	d := startFake(t)
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.FormValue("client_secret") == "eyJ" {
			r.PostForm.Set("client_secret", clientSecret)
			return false
		}
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, r.Header.Get("Authorization"))
		return true
	}
	target := d.target()
	target.ClientSecret = "eyJ"
	for _, i := range []int{1, 4} {
		if got, want := run(t, t.Context(), target).Steps[i].Got, "418 Bearer [redacted]"; got != want {
			t.Errorf("step %d: got %s, want %s", i+1, got, want)
		}
	}
}

func TestShowSecrets(t *testing.T) {
	d := startFake(t)
	target := d.target()
	target.ShowSecrets = true
	steps := run(t, t.Context(), target).Steps
	if want := `'client_secret=it'\''s a $ecret & more'`; !strings.Contains(steps[0].Curl, want) {
		t.Errorf("got %s, want %s in it", steps[0].Curl, want)
	}
	d.claims["scope"], d.claims["jti"] = "weather-api/post", "token 2"
	if want := "'Authorization: Bearer " + newToken(d.claims) + "'"; !strings.Contains(steps[3].Curl, want) {
		t.Errorf("got %s, want %s in it", steps[3].Curl, want)
	}

	target.TokenURL = d.URL
	step := run(t, t.Context(), target).Steps[1]
	if want := `"Authorization: Bearer $ACCESS_TOKEN"`; !strings.Contains(step.Curl, want) {
		t.Errorf("a missing token is not shown as a variable: %s", step.Curl)
	}
}
