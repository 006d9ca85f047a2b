// Package loopback knows which hosts are this machine.
package loopback

import (
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
