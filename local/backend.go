package local

import (
	"crypto/tls"
	"net/http"
)

// Backend is what integrations and Lambda authorizers call: a Lambda function, an HTTP
// endpoint or an AWS service.
type Backend struct {
	// Name is the name that options take. A Lambda function has the key of its
	// resource, as an [API] has, or its function name if no template declares it.
	Name string `json:"name"`
	// Kind is lambda, http or aws.
	Kind string `json:"kind"`
	// State is one of:
	//
	//   - connected: an option names the target.
	//   - started from the assembly: the first call starts a program of the assembly.
	//   - missing: there is no target. Calls get 500, or a stub: see [WithStub].
	//   - not started: the assembly has a program, and [WithoutLambda] keeps it from
	//     starting.
	State string `json:"state"`
	// Target is the URL or the program that is called. It is empty for a Go handler,
	// and if there is no target.
	Target string `json:"target,omitempty"`
	// Reason says why there is no target.
	Reason string `json:"reason,omitempty"`
	// Note names a difference from AWS, the names of the templates' resources in an AWS
	// service, or that no stub replaces a Lambda authorizer.
	Note string `json:"note,omitempty"`
}

// The states of a [Backend].
const (
	stateConnected  = "connected"
	stateStarted    = "started from the assembly"
	stateMissing    = "missing"
	stateNotStarted = "not started"
)

// Answers reports whether the backend has a target to call.
func (b Backend) Answers() bool { return b.State == stateConnected || b.State == stateStarted }

// WithStub makes every integration without a backend respond with 200, the header
// X-Stub, and what the backend would have received: method, path, client and scopes.
// It does not replace a Lambda authorizer. Default: 500.
func WithStub() Option { return func(o *options) { o.stub = true } }

// WithRemote allows backends on other machines. Default: only loopback addresses are
// called, whatever a name resolves to, so that a test cannot reach production by
// mistake. Link-local addresses, where a cloud puts instance metadata such as
// 169.254.169.254, are never called, and proxies in the environment are not used.
func WithRemote() Option { return func(o *options) { o.remote = true } }

// WithoutBackends makes the stub of [WithStub] respond for every integration but mocks,
// whatever other options say. Nothing is called or started, and integrations of every
// type are supported. Use it to test authorization alone. A method with a Lambda
// authorizer responds with 500.
func WithoutBackends() Option { return func(o *options) { o.stubAll = true } }

// Backends returns every backend that methods and Lambda authorizers call.
func (s *System) Backends() []Backend { return append([]Backend{}, s.backends...) }

// endpointTransport returns the transport to HTTP endpoints.
func (s *System) endpointTransport(skipsVerification bool) *http.Transport {
	if !skipsVerification {
		return s.transport
	}
	if s.lenient == nil {
		s.lenient = s.transport.Clone()
		s.lenient.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the template's insecureSkipVerification
		s.onClose(func() error { s.lenient.CloseIdleConnections(); return nil })
	}
	return s.lenient
}
