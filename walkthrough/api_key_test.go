package walkthrough_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/walkthrough"
)

const apiKey = "abcdefghijklmnopqrst"

// An API key goes with every request to the API, and to nowhere else.
func TestAnAPIKeyIsSentToTheAPI(t *testing.T) {
	d := startDeployment(t)
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		want := apiKey
		if r.URL.Path == "/oauth2/token" {
			want = ""
		}
		if got := r.Header.Get("X-API-Key"); got != want {
			t.Errorf("%s %s has the key %q, want %q", r.Method, r.URL.Path, got, want)
		}
		return false
	}
	target := d.target()
	target.APIKey = apiKey
	report := run(t, t.Context(), target)
	if !report.Passed() {
		t.Errorf("%+v", report)
	}
	if text := outputs(t, report); strings.Contains(text, apiKey) || !strings.Contains(text, "X-API-Key: $API_KEY") {
		t.Errorf("the key is in the report, or nothing stands for it: %s", text)
	}
	d.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/weather" {
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, r.Header.Get("X-API-Key"))
		}
		return r.URL.Path == "/weather"
	}
	if text := outputs(t, run(t, t.Context(), target)); strings.Contains(text, apiKey) {
		t.Errorf("the key is in the report: %s", text)
	}
	target.ShowSecrets = true
	if command := walkthrough.CallCommand(target, "GET"); !strings.Contains(command, `--header 'X-API-Key: `+apiKey+`'`) {
		t.Errorf("got %s", command)
	}
	target.APIKey = apiKey + "\n"
	if err := target.Validate(); err == nil || !strings.Contains(err.Error(), "APIKey: must be printable ASCII characters") || strings.Contains(err.Error(), apiKey) {
		t.Errorf("got %v", err)
	}
}
