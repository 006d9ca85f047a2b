package apigateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/printable"
)

// integration answers the requests of a method that may pass.
type integration interface {
	// answer writes the answer and returns its status. Nothing has been written if
	// it returns a refusal.
	answer(x *exchange) (int, *refusal)
}

// The types of integration.
const (
	typeMock      = "MOCK"
	typeAWSProxy  = "AWS_PROXY"
	typeAWS       = "AWS"
	typeHTTPProxy = "HTTP_PROXY"
	typeHTTP      = "HTTP"
)

// compileIntegration compiles the integration of a method that declares
// responses.
func (c *compiler) compileIntegration(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	if config == nil {
		at.addf("is missing; API Gateway deploys no method without integration")
		return nil
	}
	if c.config.StubAll && config.Type != typeMock {
		return stub{}
	}
	switch config.Type {
	case typeMock:
		return compileMock(config, declared, at)
	case typeAWSProxy:
		return c.compileLambdaProxy(m, at)
	case typeHTTPProxy:
		return c.compileHTTPProxy(m, at)
	case typeHTTP:
		return c.compileHTTP(m, declared, at)
	case typeAWS:
		if !config.callsLambda() {
			return c.compileService(m, declared, at)
		}
		return c.compileLambda(m, declared, at)
	}
	at.in("Type").addf("%q is not supported; allowed are %s, %s, %s, %s, and %s with a Lambda function",
		config.Type, typeMock, typeHTTP, typeHTTPProxy, typeAWS, typeAWSProxy)
	return nil
}

// callsLambda reports whether it is with a function, by how the Uri is spelled.
func (i *Integration) callsLambda() bool { return strings.Contains(i.URI, ":lambda:path/") }

// IsProxy reports whether the answer is the backend's own, and not one that the
// integration responses make.
func (i *Integration) IsProxy() bool { return i.Type == typeAWSProxy || i.Type == typeHTTPProxy }

// How long a backend may take. The quota of 29 s can be raised, to what is not
// documented; the limit of a Lambda function is the upper one here.
const (
	defaultTimeout = 29 * time.Second
	minTimeout     = 50 * time.Millisecond
	maxTimeout     = 15 * time.Minute
)

func compileTimeout(millis int, at place) time.Duration {
	timeout := time.Duration(millis) * time.Millisecond
	switch {
	case millis == 0:
		return defaultTimeout
	case timeout < minTimeout || timeout > maxTimeout:
		at.addf("must be %d to %d milliseconds, got %d", minTimeout.Milliseconds(), maxTimeout.Milliseconds(), millis)
	}
	return timeout
}

// writeTime is what a client gets for reading an answer, beside the time that its
// backend takes.
const writeTime = 30 * time.Second

// uploadTime is what a client gets for sending a body, beside the time that its
// backend takes.
const uploadTime = 30 * time.Second

// extendDeadlines gives a request the time that its body and its answer may take.
func (x *exchange) extendDeadlines(timeout time.Duration) {
	_ = http.NewResponseController(x.writer).SetReadDeadline(time.Now().Add(timeout))
	x.extendDeadline(timeout)
}

// extendDeadline gives a request the time that its backend may take, from now on:
// a server's own limit counts from when the request came.
func (x *exchange) extendDeadline(timeout time.Duration) {
	// A writer that has no deadlines needs none.
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(timeout + writeTime))
}

// badGateway is a backend that failed, or whose answer is none.
func badGateway(format string, args ...any) *refusal {
	return &refusal{
		responseType: typeDefault5XX, status: http.StatusBadGateway,
		message: "Internal server error", reason: logText(fmt.Sprintf(format, args...)),
	}
}

// logText is what a backend wrote, as one line that is not endless.
func logText(text string) string {
	const most = 1000
	if len(text) > most {
		text = text[:most] + "…"
	}
	return printable.Text(text)
}

// timedOut is a backend that did not answer in time.
func timedOut(timeout time.Duration) *refusal {
	return &refusal{
		responseType: typeIntegrationTimeout, message: "Endpoint request timed out",
		reason: fmt.Sprintf("the backend did not answer within %s, the integration's timeout", timeout),
	}
}

var errAnswerTooLarge = misconfigured(fmt.Sprintf("the backend answered more than the %d bytes that API Gateway takes", maxBodyBytes))

// unreachable is a backend that gave no answer, for a reason other than time. What
// API Gateway calls a configuration error would be one the next time too: a name
// that cannot be resolved, an address that must not be reached, a certificate that
// is not valid.
func unreachable(host string, err error) *refusal {
	reason := fmt.Sprintf("%s cannot be reached: %s", host, err)
	var unknown *net.DNSError
	switch {
	case errors.Is(err, loopback.ErrElsewhere):
		return misconfigured(logText(reason + ": --allow-remote (WithRemote) lets requests leave it"))
	case errors.Is(err, loopback.ErrLinkLocal), errors.As(err, &unknown), isTLSError(err):
		return misconfigured(logText(reason))
	}
	return networkError(reason)
}

// isTLSError reports whether a handshake failed: only some of its errors have types.
func isTLSError(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &certificate) || errors.As(err, &record) || strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

func networkError(reason string) *refusal {
	return &refusal{
		responseType: typeIntegrationFailure, message: "Network error communicating with endpoint", reason: logText(reason),
	}
}

var errTimeout = errors.New("timeout")

// clockInterval is how often a clock that is not the machine's is looked at.
const clockInterval = 5 * time.Millisecond

// backendTimer ends the context of a call when the backend has taken its time, by
// the machine's clock or by the API's.
type backendTimer struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timeout time.Duration
	timer   *time.Timer
	clock   func() time.Time          // nil: the machine's
	end     atomic.Pointer[time.Time] // by the API's clock
}

// startTimer begins to count. The timer is to be stopped.
func (a *API) startTimer(ctx context.Context, timeout time.Duration) *backendTimer {
	t := &backendTimer{timeout: timeout, clock: a.clock}
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	t.timer = time.AfterFunc(timeout, t.expire)
	if t.clock != nil {
		t.restart(timeout)
		go t.watch()
	}
	return t
}

func (t *backendTimer) expire() { t.cancel(errTimeout) }

// restart begins to count anew, to another time.
func (t *backendTimer) restart(timeout time.Duration) {
	t.timer.Reset(timeout)
	if t.clock != nil {
		end := t.clock().Add(timeout)
		t.end.Store(&end)
	}
}

// watch looks at the API's clock.
func (t *backendTimer) watch() {
	ticker := time.NewTicker(clockInterval)
	defer ticker.Stop()
	for {
		select {
		case <-t.ctx.Done():
			return
		case <-ticker.C:
			t.look()
		}
	}
}

// look expires the timer if its time is over by the API's clock.
func (t *backendTimer) look() {
	if t.clock != nil && !t.clock().Before(*t.end.Load()) {
		t.expire()
	}
}

func (t *backendTimer) stop() {
	t.timer.Stop()
	t.cancel(nil)
}

// isOver reports whether the backend has taken its time.
func (t *backendTimer) isOver() bool {
	t.look()
	return context.Cause(t.ctx) == errTimeout
}

// failed says why a call of a host failed.
func (t *backendTimer) failed(host string, err error) *refusal {
	if t.isOver() {
		return timedOut(t.timeout)
	}
	return unreachable(host, err)
}
