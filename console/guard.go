package console

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// loopbackOnly answers 403 unless both the connection and the name that was
// asked for are those of this machine. Without the second check, a name of
// someone else's that leads to 127.0.0.1 (DNS rebinding) would make their page
// same-origin with this one.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isLoopbackAddress(withoutPort(r.RemoteAddr)):
			http.Error(w, "the console is for this machine only", http.StatusForbidden)
		case !isLoopbackName(withoutPort(r.Host)):
			http.Error(w, "the console is for this machine only: open it at 127.0.0.1 or localhost", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func isLoopbackName(host string) bool {
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || isLoopbackAddress(host)
}

func isLoopbackAddress(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// withoutPort returns the host of a host with or without port.
func withoutPort(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	if inner, ok := strings.CutPrefix(hostPort, "["); ok {
		return strings.TrimSuffix(inner, "]")
	}
	return hostPort
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
