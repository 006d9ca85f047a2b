// Package loopback recognizes addresses of this machine, and keeps connections on
// it.
package loopback

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// Host reports whether a host is this machine: a loopback address, localhost, or a
// name below localhost, which always resolves to loopback (RFC 6761, section 6.3).
// The host may have a port, as in the Host of a url.URL or an http.Request. No name
// is looked up.
func Host(host string) bool {
	if withoutPort, _, err := net.SplitHostPort(host); err == nil {
		host = withoutPort
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().IsLoopback()
	}
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(host, ".")), ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return labels[len(labels)-1] == "localhost"
}

// Reachable returns an address that clients on this machine can dial for a server's
// address: a wildcard address becomes loopback.
func Reachable(address *net.TCPAddr) string {
	if len(address.IP) == 0 || address.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", address.Port)
	}
	return address.String()
}

// ErrElsewhere is the error of a connection that would leave this machine.
var ErrElsewhere = errors.New("it is not on this machine")

// ErrLinkLocal is the error of a connection to a cloud's metadata service, such as
// 169.254.169.254.
var ErrLinkLocal = errors.New("it is an address of this machine's own services")

// Transport returns a transport without a proxy or decompression, with at most 1 MB
// of headers. Unless anywhere is set, it connects to this machine only, whatever a
// name resolves to. It never connects to a cloud's metadata service, which hands out
// credentials.
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

// only checks the address that a name has resolved to.
func only(network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") || !Host(address) {
		return ErrElsewhere
	}
	return nil
}

// instanceMetadata is the IPv6 address of EC2's metadata service.
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
