package local

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/local/internal/apigateway"
)

// logf logs a printable line.
func (s *System) logf(format string, args ...any) {
	if s.options.log != nil {
		s.options.log(printable.Text(s.redacting.Replace(fmt.Sprintf(format, args...))))
	}
}

// noteRequest adds the outcome of a request to its log entry. The reason may quote a
// backend, so secrets are redacted.
func (s *System) noteRequest(ctx context.Context, event apigateway.RequestEvent) {
	noteAccess(ctx, event.ClientID, s.redacting.Replace(event.Reason))
}

// redact replaces the secrets of the templates in a text.
func (s *System) redact(text string) string { return s.redactor().Replace(text) }

// redactor returns a replacer for the secrets of the templates.
func (s *System) redactor() *strings.Replacer {
	var pairs []string
	for _, r := range s.resources() {
		secret, name := "", ""
		switch r.Type {
		case typeUserPoolClient:
			secret, name = r.clientSecret(), "the client secret of "
		case typeAPIKey:
			secret, name = r.apiKeyValue(), "the value of "
		}
		if secret != "" {
			pairs = append(pairs, secret, name+r.label())
		}
	}
	return strings.NewReplacer(pairs...)
}

// Access is the log entry of one request. It holds no token and no secret.
type Access struct {
	// Time is when the request arrived, by the clock of [WithClock].
	Time time.Time
	// Method and Path come from the request line, without the query.
	Method, Path string
	// Status is the status of the response.
	Status int
	// ClientID is the client that requested a token or sent one, "" if unknown.
	ClientID string
	// Refused says why the request was refused, "" if it was not.
	Refused string
	// Duration is how long the response took, by the system clock.
	Duration time.Duration
}

type accessKey struct{}

// noteAccess adds to the log entry of the request in ctx, if requests are logged.
func noteAccess(ctx context.Context, clientID, refused string) {
	if access, ok := ctx.Value(accessKey{}).(*Access); ok {
		access.ClientID, access.Refused = clientID, refused
	}
}

// logged calls log with an entry for every request to next, even if the response breaks
// off.
func logged(next http.Handler, log func(Access), now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		access := &Access{Time: now(), Method: r.Method, Path: r.URL.Path}
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		defer func() { // a response breaks off by a panic
			access.Status, access.Duration = recorder.status, time.Since(start)
			log(*access)
		}()
		next.ServeHTTP(recorder, r.WithContext(context.WithValue(r.Context(), accessKey{}, access)))
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
