package console

import (
	"net/http"

	"example.com/weather-events-api/internal/loopback"
)

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
