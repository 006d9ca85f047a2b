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

// integration is a compiled Integration.
type integration interface {
	// answer writes the response to a request that passed all checks, and returns its
	// status. If it returns a refusal, it has written nothing.
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

// compileIntegration compiles the integration of a method with declared responses.
func (c *compiler) compileIntegration(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	if config == nil {
		at.addf("is missing; API Gateway does not deploy a method without one")
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

// callsLambda reports whether the Uri names a Lambda function.
func (i *Integration) callsLambda() bool { return strings.Contains(i.URI, ":lambda:path/") }

// IsProxy reports whether the response is the backend's own, without integration
// responses.
func (i *Integration) IsProxy() bool { return i.Type == typeAWSProxy || i.Type == typeHTTPProxy }

// Timeouts of a backend. The quota of 29 s can be raised. AWS does not document how far;
// we assume the limit of a Lambda function.
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

// writeTime is how long a client may take to read a response, in addition to the backend's
// time.
const writeTime = 30 * time.Second

// uploadTime is how long a client may take to send a body, in addition to the backend's
// time.
const uploadTime = 30 * time.Second

// extendDeadlines extends the deadlines for reading the body and writing the response.
func (x *exchange) extendDeadlines(timeout time.Duration) {
	_ = http.NewResponseController(x.writer).SetReadDeadline(time.Now().Add(timeout))
	x.extendDeadline(timeout)
}

// extendDeadline extends the deadline for writing the response by the backend's time from
// now on: the server's own limit counts from the arrival of the request.
func (x *exchange) extendDeadline(timeout time.Duration) {
	// A writer without deadlines returns an error, which does not matter.
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(timeout + writeTime))
}

// badGateway refuses a request whose backend failed or responded with garbage.
func badGateway(format string, args ...any) *refusal {
	return &refusal{
		responseType: typeDefault5XX, status: http.StatusBadGateway,
		message: "Internal server error", reason: logText(fmt.Sprintf(format, args...)),
	}
}

// logText returns text from a backend as one line of limited length.
func logText(text string) string {
	const most = 1000
	if len(text) > most {
		text = text[:most] + "…"
	}
	return printable.Text(text)
}

// timedOut refuses a request whose backend did not respond in time.
func timedOut(timeout time.Duration) *refusal {
	return &refusal{
		responseType: typeIntegrationTimeout, message: "Endpoint request timed out",
		reason: fmt.Sprintf("the backend did not answer within %s, the integration's timeout", timeout),
	}
}

var errAnswerTooLarge = misconfigured(fmt.Sprintf("the backend sent more than the %d bytes that API Gateway allows", maxBodyBytes))

// unreachable refuses a request whose backend did not respond, for a reason other than
// time. Permanent failures are configuration errors, as on API Gateway: a name that does
// not resolve, an address that must not be called, an invalid certificate.
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

// isTLSError reports whether a TLS handshake failed. Not all of its errors have a type.
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

// clockInterval is how often the API's clock is read.
const clockInterval = 5 * time.Millisecond

// backendTimer cancels the context of a backend call after its timeout, by the system
// clock or by the API's clock.
type backendTimer struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timeout time.Duration
	timer   *time.Timer
	clock   func() time.Time          // nil for the system clock
	end     atomic.Pointer[time.Time] // by the API's clock
}

// startTimer starts a timer. Call stop when done.
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

// restart restarts the timer with another timeout.
func (t *backendTimer) restart(timeout time.Duration) {
	t.timer.Reset(timeout)
	if t.clock != nil {
		end := t.clock().Add(timeout)
		t.end.Store(&end)
	}
}

// watch polls the API's clock.
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

// look expires the timer if it is due by the API's clock.
func (t *backendTimer) look() {
	if t.clock != nil && !t.clock().Before(*t.end.Load()) {
		t.expire()
	}
}

func (t *backendTimer) stop() {
	t.timer.Stop()
	t.cancel(nil)
}

// isOver reports whether the timeout has passed.
func (t *backendTimer) isOver() bool {
	t.look()
	return context.Cause(t.ctx) == errTimeout
}

// failed returns the refusal for a failed call of a host.
func (t *backendTimer) failed(host string, err error) *refusal {
	if t.isOver() {
		return timedOut(t.timeout)
	}
	return unreachable(host, err)
}
