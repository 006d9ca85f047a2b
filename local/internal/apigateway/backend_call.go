package apigateway

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

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
