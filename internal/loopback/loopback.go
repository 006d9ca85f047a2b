// Package loopback knows which hosts are this machine.
package loopback

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Host reports whether a host, with or without port as in the Host of a url.URL
// or of an http.Request, is this machine: a loopback address, localhost, or a
// name below localhost, which resolves to nothing but loopback (RFC 6761,
// section 6.3). No name is looked up.
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

// Reachable returns an address that a server listens on as a client on this
// machine can dial it: a wildcard address is loopback to it.
func Reachable(address *net.TCPAddr) string {
	if len(address.IP) == 0 || address.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", address.Port)
	}
	return address.String()
}
