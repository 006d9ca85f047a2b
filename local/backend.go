package local

import (
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
)

// Backend is what methods lead to, beside mocks.
type Backend struct {
	// Name is what options call it. That of a Lambda function is the key of the
	// resource, as that of an [API], or its function name if it is in none of the
	// templates.
	Name string `json:"name"`
	// Kind is one of lambda, http and aws.
	Kind string `json:"kind"`
	// State is "connected" if an option names what answers; "started from the assembly"
	// if a program of the assembly does, which the first call starts; "missing" if
	// nothing answers, so that calls get 500, or a stub, see [WithStub]; and
	// "not started" if a program could be started and [WithoutLambda] forbids it.
	State string `json:"state"`
	// Target is what answers: a URL, or a program. Empty if that is a Go function, or
	// nothing does.
	Target string `json:"target,omitempty"`
	// Reason says why nothing answers.
	Reason string `json:"reason,omitempty"`
	// Note says what is answered here and would not be on AWS, of an AWS service what
	// the resources of the templates are called there, and of a Lambda authorizer that
	// no stub answers for it.
	Note string `json:"note,omitempty"`
}

// The states of a [Backend].
const (
	stateConnected  = "connected"
	stateStarted    = "started from the assembly"
	stateMissing    = "missing"
	stateNotStarted = "not started"
)

// Answers reports whether something answers for the backend.
func (b Backend) Answers() bool { return b.State == stateConnected || b.State == stateStarted }

// WithStub lets every integration without a backend answer 200, with a header
// X-Stub and with what the backend would have been called with: method, path,
// client and scopes. It lets nobody pass a Lambda authorizer. Default: 500.
func WithStub() Option { return func(o *options) { o.stub = true } }

// WithRemote lets backends be elsewhere than on this machine. Default: an address
// that is not a loopback address is refused, whatever a name resolves to: requests
// to a test bench must not reach what is in production by mistake. Addresses that a
// cloud gives a machine's own services, such as 169.254.169.254, are never reached,
// and a proxy that the environment names is not used.
func WithRemote() Option { return func(o *options) { o.remote = true } }

// WithoutBackends lets the stub of [WithStub] answer for every integration but mocks,
// whatever other options say: nothing is called or started, and integrations of any
// type are served. It is for testing authorization alone: what a Lambda authorizer
// would decide about answers 500.
func WithoutBackends() Option { return func(o *options) { o.stubAll = true } }

// Backends returns what methods lead to, beside mocks.
func (s *System) Backends() []Backend { return append([]Backend{}, s.backends...) }

// onClose lets [System.Close] end what the system has started.
func (s *System) onClose(end func() error) { s.closers = append(s.closers, end) }

// closeAll ends what the system has started, the last first.
func (s *System) closeAll() error {
	var errs []error
	for _, end := range slices.Backward(s.closers) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// endpointTransport returns what sends requests to HTTP endpoints.
func (s *System) endpointTransport(skipsVerification bool) *http.Transport {
	if !skipsVerification {
		return s.transport
	}
	if s.lenient == nil {
		s.lenient = s.transport.Clone()
		s.lenient.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // as the template says
		s.onClose(func() error { s.lenient.CloseIdleConnections(); return nil })
	}
	return s.lenient
}
