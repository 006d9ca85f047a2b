package apigateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"example.com/weather-events-api/internal/loopback"
)

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
