// Package console is a page about a server of package local, for the browser of
// whoever runs it: the system drawn from the template, the clients with their
// credentials, the walk-through step by step, and a token inspector.
//
// The page is one document without any request to elsewhere. It is answered to
// loopback only, as it gives away the client secrets, which are those of the
// local server and of no use in AWS.
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

// segment is the first one of the page's path. No API, user pool or domain has a
// name that begins with an underscore.
const segment = "_console"

// Path is that of the page.
const Path = "/" + segment + "/"

// maxBody bounds the body of a request, in bytes. A token is at most 10 KB.
const maxBody = 64 << 10

// Handler serves a system, and below [Path] a page about it. Whoever is not on this
// machine is answered 403 there, and so is a page of another origin that asks for
// more than the page itself.
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

// console answers what the page asks.
type console struct {
	system    *local.System
	transport http.RoundTripper // to the server
	trying    sync.Mutex
}

// endpoint reads a JSON object and answers with one. An error is the caller's: 400.
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
	text, _ := json.Marshal(body)                   // of texts, numbers and lists: cannot fail
	io.WriteString(w, printable.Text(string(text))) // an error is one of the connection
}

// redirectToPage leads from the path without a slash at its end to the page.
func redirectToPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" {
			http.Redirect(w, r, Path, http.StatusPermanentRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// loopbackOnly answers 403 unless both the connection and the name that was
// asked for are those of this machine. Without the second check, a name of
// someone else's that leads to 127.0.0.1 (DNS rebinding) would make their page
// same-origin with this one.
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

// withHeaders keeps other pages and caches away from everything here.
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
