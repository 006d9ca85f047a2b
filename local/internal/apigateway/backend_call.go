package apigateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"example.com/weather-events-api/internal/loopback"
)

var errAnswerTooLarge = misconfigured(fmt.Sprintf("the backend answered more than the %d bytes that API Gateway takes", maxBodyBytes))

// callBackend sends a request and holds the answer. Redirects are answers.
func (x *exchange) callBackend(request *http.Request, timeout time.Duration) (*backendAnswer, *refusal) {
	x.extendDeadline(timeout)
	answer := &backendAnswer{}
	body, err := x.api.await(x.request.Context(), timeout, func(ctx context.Context) ([]byte, error) {
		response, err := x.api.transport.RoundTrip(request.WithContext(ctx))
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		answer.status, answer.header = response.StatusCode, response.Header
		return io.ReadAll(io.LimitReader(response.Body, maxBodyBytes+1))
	})
	switch {
	case errors.Is(err, errTimeout):
		return nil, timedOut(timeout)
	case err != nil:
		return nil, unreachable(request.URL.Host, err)
	case len(body) > maxBodyBytes:
		return nil, errAnswerTooLarge
	}
	answer.body = body
	return answer, nil
}

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
