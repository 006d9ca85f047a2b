package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/weather-events-api/internal/loopback"
)

// Server serves one template until it is closed. It is safe for concurrent use.
type Server struct {
	url       string
	address   string // to dial
	apis      []API
	contracts []Contract
	clients   []Client
	secrets   []Secret
	unserved  []string
	backends  []Backend
	system    system

	http        *http.Server
	listener    *listener
	connections *connections
	served      chan error // what http.Serve returned
	close       func() error
}

// API is one stage of a REST API.
type API struct {
	// Key tells the API from all others: its logical id, behind the name of its
	// stack and a slash if several stacks have that logical id.
	Key string `json:"key"`
	// Stack is the name of the stack. That of a nested one is its logical id behind
	// the name of the stack that it is in and a slash.
	Stack string `json:"stack"`
	// LogicalID is that of the RestApi in the template, Name its name.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	Stage     string `json:"stage"`
	// URL is that of the stage, with a slash at the end.
	URL string `json:"url"`

	path string // of the CDK construct
}

// Client is one app client of a user pool.
type Client struct {
	// Key tells it from all others, as that of an [API], and Stack is its stack.
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is that of the UserPoolClient in the template, Name its name.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// UserPool is the key of the client's user pool.
	UserPool string `json:"userPool"`
	// MadeUp says that no stack has the client: see [UserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"clientId"`
	// Secret is empty for a client that was made without.
	Secret string `json:"clientSecret"`
	// Scopes are what the template allows the client.
	Scopes []string `json:"scopes"`
	// TokenURL is where the client gets its tokens: the token endpoint, or this
	// server's root for a TokenOperation. Empty if the user pool has no domain and
	// the client no ALLOW_CLIENT_TOKEN_AUTH.
	TokenURL string `json:"tokenUrl"`
	// TokenOperation is GetClientToken for a client that gets its tokens by that
	// operation of the user pools API, because its user pool has no domain or the
	// client no OAuth flow. Empty for one that uses the token endpoint.
	TokenOperation string `json:"tokenOperation,omitempty"`

	path  string // of the CDK construct
	label string
}

// Limits of a request beside those of API Gateway, so that a client that
// behaves badly does not hold the server up.
const (
	maxHeaderBytes = 64 << 10
	readTimeout    = 30 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	closeTimeout   = 5 * time.Second
)

// New serves the stacks of a source, together: references from one to another are
// resolved. The error names everything that keeps them from being
// served: what is wrong with the template, and each property that this package
// does not support, by logical id and property.
func New(source Source, opts ...Option) (*Server, error) {
	options := defaultOptions()
	for _, apply := range opts {
		apply(&options)
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	stacks, err := read(source, options.stacks)
	if err != nil {
		return nil, err
	}
	// The URLs that the template resolves to hold the port.
	tcp, err := net.Listen("tcp", options.address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", options.address, err)
	}
	address := loopback.Reachable(tcp.Addr().(*net.TCPAddr))
	url := cmp.Or(options.publicURL, "http://"+address)
	deployment, err := deploy(stacks, url, &options)
	if err != nil {
		tcp.Close()
		return nil, err
	}
	var handler http.Handler = deployment
	if options.accessLog != nil {
		handler = logged(handler, options.accessLog, options.clock)
	}
	connections := &connections{timeout: closeTimeout, open: map[*connection]bool{}}
	server := &Server{
		url:       url,
		address:   address,
		apis:      deployment.apis,
		contracts: deployment.contracts,
		clients:   deployment.clients,
		secrets:   deployment.secrets,
		unserved:  deployment.unserved,
		backends:  deployment.backends,
		system:    deployment.system(),

		listener:    &listener{TCPListener: tcp.(*net.TCPListener), of: connections},
		connections: connections,
		served:      make(chan error, 1),
		http: &http.Server{
			Handler:           connections.handler(handler),
			ConnState:         connections.changed,
			ConnContext:       withConnection,
			MaxHeaderBytes:    maxHeaderBytes,
			ReadTimeout:       readTimeout,
			ReadHeaderTimeout: readTimeout,
			WriteTimeout:      writeTimeout,
			IdleTimeout:       idleTimeout,
			// Otherwise net/http answers OPTIONS * with 200.
			DisableGeneralOptionsHandler: true,
		},
	}
	if err := deployment.mountExtra(server); err != nil {
		tcp.Close()
		return nil, err
	}
	server.close = sync.OnceValue(server.shutDown)
	go func() { server.served <- server.http.Serve(server.listener) }()
	return server, nil
}

// URL returns the URL that everything is served below, without a slash at the end.
func (s *Server) URL() string { return s.url }

// Unserved returns the logical ids and types of the template's resources that
// have no effect here, as "LogicalId (AWS::Service::Type)".
func (s *Server) Unserved() []string { return append([]string(nil), s.unserved...) }

// Transport returns a transport that sends every request to this server, also
// one for the URL of [WithPublicURL] that nothing may lead to from here.
func (s *Server) Transport() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.address)
	}
	return transport
}

// Close stops listening, answers the requests that have begun to come, closes
// all other connections at once, and frees the port. A request that stops coming
// for a second is left unanswered. It returns an error if one did not end within a
// few seconds.
func (s *Server) Close() error { return s.close() }

func (s *Server) shutDown() error {
	// First, so that a client that is told to connect anew is refused.
	s.listener.stop()
	served := <-s.served
	err := s.connections.end()
	s.http.Close()
	if !errors.Is(served, net.ErrClosed) {
		return served
	}
	return err
}
