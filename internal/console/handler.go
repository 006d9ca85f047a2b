// Package console is a web page about a [local.System] for the person who runs it:
// the grid of who can call what, the scopes, the clients with their credentials, the
// walk-through, and a token inspector.
//
// The page is one document that loads nothing else. It is served to loopback only,
// because it shows the client secrets. They belong to the local server and are
// useless in AWS.
package console

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/local"
)

// segment is the first segment of the page's path. No API, user pool or domain has a
// name that begins with an underscore.
const segment = "_console"

// Path is the path of the page.
const Path = "/" + segment + "/"

// maxBody bounds the body of a request, in bytes. A token is at most 10 KB.
const maxBody = 64 << 10

// Handler serves a system, and the page below [Path]. There it answers 403 to other
// machines, and to pages of other origins that request anything but the page itself.
func Handler(system *local.System) http.Handler {
	page := http.StripPrefix("/"+segment, pageOf(system))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first == segment {
			page.ServeHTTP(w, r)
			return
		}
		system.ServeHTTP(w, r)
	})
}

func pageOf(system *local.System) http.Handler {
	c := &console{system: system, transport: system.Transport()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", servePage)
	mux.HandleFunc("GET /system", func(w http.ResponseWriter, r *http.Request) { writeJSON(w, http.StatusOK, c.describe()) })
	mux.HandleFunc("GET /matrix", func(w http.ResponseWriter, r *http.Request) {
		if expected, err := expect(system); err != nil {
			writeError(w, err)
		} else {
			writeJSON(w, http.StatusOK, expected)
		}
	})
	mux.HandleFunc("POST /matrix", endpoint(c.try))
	mux.HandleFunc("POST /secret", endpoint(c.secret))
	mux.HandleFunc("POST /step", endpoint(c.step))
	mux.HandleFunc("POST /token", endpoint(c.token))
	mux.HandleFunc("POST /inspect", endpoint(c.inspect))
	return loopbackOnly(withHeaders(http.NewCrossOriginProtection().Handler(redirectToPage(mux))))
}

// console serves the requests of the page.
type console struct {
	system    *local.System
	transport http.RoundTripper // to the server
	trying    sync.Mutex
}

// endpoint decodes a JSON request and encodes the response. An error is answered
// with 400.
func endpoint[Request, Response any](answer func(*http.Request, Request) (Response, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		var request Request
		if err := decoder.Decode(&request); err != nil {
			writeError(w, err)
		} else if response, err := answer(r, request); err != nil {
			writeError(w, err)
		} else {
			writeJSON(w, http.StatusOK, response)
		}
	}
}

func writeError(w http.ResponseWriter, err error) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text, _ := json.Marshal(body)                   // cannot fail for strings, numbers and lists
	io.WriteString(w, printable.Text(string(text))) // only the connection can fail
}

// redirectToPage redirects from the path without a final slash.
func redirectToPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" {
			http.Redirect(w, r, Path, http.StatusPermanentRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopbackOnly answers 403 unless both the connection and the Host header are of
// this machine. Without the second check, a foreign name that resolves to 127.0.0.1
// (DNS rebinding) would make its page same-origin with this one.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !loopback.Host(r.RemoteAddr):
			http.Error(w, "the console is for this machine only", http.StatusForbidden)
		case !loopback.Host(r.Host):
			http.Error(w, "the console is for this machine only: open it at 127.0.0.1 or localhost", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// withHeaders keeps responses out of caches and away from other pages.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}
