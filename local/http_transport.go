package local

import (
	"crypto/tls"
	"net/http"
)

// endpointTransport returns what sends requests to HTTP endpoints.
func (d *deployment) endpointTransport(skipsVerification bool) *http.Transport {
	if !skipsVerification {
		return d.transport
	}
	if d.lenient == nil {
		d.lenient = d.transport.Clone()
		d.lenient.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // as the template says
		d.onClose(func() error { d.lenient.CloseIdleConnections(); return nil })
	}
	return d.lenient
}
