package local

import (
	"context"
	"net/http"
	"time"
)

// Access is one request that was answered. It holds no token and no secret.
type Access struct {
	// Time is when the request came, by the clock of [WithClock].
	Time time.Time
	// Method and Path are those of the request line, without the query.
	Method, Path string
	// Status is that of the answer.
	Status int
	// ClientID is the client that asked for a token or called with one, "" if
	// it is not known.
	ClientID string
	// Refused says why the request was refused, "" if it was not.
	Refused string
	// Duration is how long the answer took, by the machine's own clock.
	Duration time.Duration
}

type accessKey struct{}

// noteAccess lets what handles a request add to its log entry.
func noteAccess(ctx context.Context, clientID, refused string) {
	if access, ok := ctx.Value(accessKey{}).(*Access); ok {
		access.ClientID, access.Refused = clientID, refused
	}
}

// logged calls log with an entry for every request to next, also for an answer that
// breaks off.
func logged(next http.Handler, log func(Access), now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		access := &Access{Time: now(), Method: r.Method, Path: r.URL.Path}
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		defer func() { // an answer breaks off by a panic
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
