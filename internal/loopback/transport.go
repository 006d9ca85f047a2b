package loopback

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// ErrElsewhere is what a connection fails with that would leave this machine.
var ErrElsewhere = errors.New("it is not on this machine")

// Transport returns a transport that uses no proxy, leaves bodies as they are and
// bounds headers to 1 MB. Unless anywhere, it reaches this machine only, whatever a
// name resolves to.
func Transport(anywhere bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !anywhere {
		dialer.Control = only
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    100,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true,
	}
}

// only looks at the address that a name was resolved to.
func only(network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") || !Host(address) {
		return ErrElsewhere
	}
	return nil
}
