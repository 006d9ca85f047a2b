package lambda

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// A page in a browser on this machine, or a name that resolves to it, gets no call and
// answers none.
func TestTheRuntimeAPIAnswersToItsProgramOnly(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"another host":   func(r *http.Request) { r.Host = "example.com:1" },
		"another port":   func(r *http.Request) { r.Host = "127.0.0.1:2" },
		"another origin": func(r *http.Request) { r.Header.Set("Origin", "null") },
		"HEAD":           func(r *http.Request) { r.Method = http.MethodHead },
	} {
		for _, path := range []string{"GET invocation/next", "POST invocation/{id}/response", "POST init/error"} {
			method, path, _ := strings.Cut(path, " ")
			api := newRuntimeAPI("127.0.0.1:1", "arn", func() { t.Errorf("%s: reported", name) })
			c := newCall(nil)
			api.hand(c)
			r := httptest.NewRequest(method, "http://127.0.0.1:1/2018-06-01/runtime/"+strings.ReplaceAll(path, "{id}", c.id), strings.NewReader("{}"))
			change(r)
			w := httptest.NewRecorder()
			api.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || len(api.calls) != 1 || len(api.results) != 0 {
				t.Errorf("%s, %s: got %d", name, path, w.Code)
			}
		}
	}
}

// FuzzRuntimeAPI checks that the Runtime API gives only documented answers, and that a
// program can answer only its current call.
func FuzzRuntimeAPI(f *testing.F) {
	const path = "/2018-06-01/runtime/"
	for _, seed := range []struct{ method, path, header, body string }{
		{"GET", path + "invocation/next", "", ""},
		{"HEAD", path + "invocation/next", "", ""},
		{"POST", path + "invocation/{id}/response", "", `"answer"`},
		{"POST", path + "invocation/{id}/error", "Lambda-Runtime-Function-Error-Type: Unhandled", `{"errorMessage":"m","errorType":1}`},
		{"POST", path + "invocation/x/response", "", "forged"},
		{"POST", path + "invocation/%2e%2e/error", "Host: example.com", ""},
		{"POST", path + "init/error", "Origin: http://example.com", `{}`},
		{"POST", path + "init/error", "Content-Length: 9999999", `[]`},
		{"PUT", "//2018-06-01/../x", "Transfer-Encoding: chunked", "5\r\n"},
		{"POST", "/2020-01-01/extension/register", "", ""},
	} {
		f.Add(seed.method, seed.path, seed.header, seed.body, true)
		f.Add(seed.method, seed.path, seed.header, seed.body, false)
	}
	allowed := []int{200, 202, 301, 307, 400, 403, 404, 405, 413}
	f.Fuzz(func(t *testing.T, method, path, header, body string, started bool) {
		failures := 0
		api := newRuntimeAPI("127.0.0.1:1", "arn", func() { failures++ })
		c := newCall([]byte("payload"))
		if started {
			api.ready = true
			api.hand(c)
			<-api.calls
		}
		path = strings.ReplaceAll(path, "{id}", c.id)
		request, err := http.NewRequest(method, "http://127.0.0.1:1", strings.NewReader(body))
		if err != nil {
			return // not a valid method
		}
		if request.URL, err = request.URL.Parse(path); err != nil {
			return
		}
		request.Host = "127.0.0.1:1"
		if name, value, ok := strings.Cut(header, ": "); ok {
			request.Header.Set(name, value)
			if name == "Host" {
				request.Host = value
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request.WithContext(ctx))
		if !slices.Contains(allowed, recorder.Code) {
			t.Errorf("got %d", recorder.Code)
		}
		if recorder.Body.String() == "payload" {
			t.Error("the program got a call that was not for it")
		}
		answered := recorder.Code == http.StatusAccepted && started
		if got := len(api.results) == 1; got != answered || answered && !strings.Contains(request.URL.Path, c.id) {
			t.Errorf("answered with %d: %v", recorder.Code, got)
		}
		if answered {
			if got := <-api.results; got.err == nil && string(got.answer) != body {
				t.Errorf("got %q", got.answer)
			}
		}
		if reported := failures > 0; reported != (api.initError != nil) || reported && (started || recorder.Code != http.StatusAccepted) {
			t.Errorf("reported with %d: %v", recorder.Code, reported)
		}
	})
}
