package loopback

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// ErrElsewhere is what a connection fails with that would leave this machine.
var ErrElsewhere = errors.New("it is not on this machine")

// ErrLinkLocal is what a connection fails with to what a cloud tells a machine about
// itself, such as 169.254.169.254.
var ErrLinkLocal = errors.New("it is an address of this machine's own services")

// Transport returns a transport that uses no proxy, leaves bodies as they are and
// bounds headers to 1 MB. Unless anywhere, it reaches this machine only, whatever a
// name resolves to. It never reaches where a cloud tells a machine its credentials.
func Transport(anywhere bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: notLinkLocal}
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

// instanceMetadata is where EC2 tells a machine its credentials, over IPv6.
var instanceMetadata = netip.MustParseAddr("fd00:ec2::254")

func notLinkLocal(_, address string, _ syscall.RawConn) error {
	dialed, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := dialed.Addr().Unmap().WithZone(""); ip.IsLinkLocalUnicast() || ip == instanceMetadata {
		return ErrLinkLocal
	}
	return nil
}
