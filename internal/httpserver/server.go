// Package httpserver serves HTTP with limits for misbehaving clients, and closes
// without leaving a request unanswered that has begun.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/weather-events-api/internal/loopback"
)

// Limits of a request, so that a misbehaving client does not block the server.
const (
	maxHeaderBytes = 64 << 10
	readTimeout    = 30 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	closeTimeout   = 5 * time.Second
)

// Server serves one address from Serve to Close.
type Server struct {
	// CloseTimeout is how long Close waits for requests that have begun. Default: 5 s.
	CloseTimeout time.Duration

	address     string
	listener    *listener
	connections *connections
	http        *http.Server
	served      chan error // result of http.Serve, nil if it was not called
	close       func() error
}

// Listen listens on a host and port; port 0 chooses a free one. Clients wait until
// Serve.
func Listen(hostPort string) (*Server, error) {
	tcp, err := net.Listen("tcp", hostPort)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", hostPort, err)
	}
	connections := &connections{open: map[*connection]bool{}}
	s := &Server{
		CloseTimeout: closeTimeout,
		address:      loopback.Reachable(tcp.Addr().(*net.TCPAddr)),
		listener:     &listener{TCPListener: tcp.(*net.TCPListener), of: connections},
		connections:  connections,
	}
	s.close = sync.OnceValue(s.shutDown)
	return s, nil
}

// URL returns the URL for clients on this machine, without a trailing slash.
func (s *Server) URL() string { return "http://" + s.address }

// Serve serves handler until Close. It returns at once.
func (s *Server) Serve(handler http.Handler) {
	s.http = limited(s.connections.handler(handler))
	s.http.ConnState = s.connections.changed
	s.http.ConnContext = withConnection
	s.served = make(chan error, 1)
	go func() { s.served <- s.http.Serve(s.listener) }()
}

func limited(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		MaxHeaderBytes:    maxHeaderBytes,
		ReadTimeout:       readTimeout,
		ReadHeaderTimeout: readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		// Otherwise net/http answers OPTIONS * with 200.
		DisableGeneralOptionsHandler: true,
	}
}

// Close stops listening, answers the requests that have begun, closes all other
// connections at once, and frees the port. A request that stops arriving for a
// second gets no answer. Close returns an error if a request did not end within
// CloseTimeout.
func (s *Server) Close() error { return s.close() }

// CloseWith is Close, and closes the backends of the handler when all requests are
// answered, or after a second. Requests that still wait for a backend then fail.
func (s *Server) CloseWith(backends io.Closer) error {
	late := time.AfterFunc(time.Second, func() { backends.Close() })
	defer late.Stop()
	return errors.Join(s.Close(), backends.Close())
}

func (s *Server) shutDown() error {
	if s.served == nil {
		return s.listener.Close()
	}
	s.connections.timeout = s.CloseTimeout
	// First, so that a client that is told to reconnect is refused.
	s.listener.stop()
	served := <-s.served
	err := s.connections.end()
	s.http.Close()
	if !errors.Is(served, net.ErrClosed) {
		return served
	}
	return err
}

// Transport returns a transport that sends every request to handler, whatever its
// host, over connections in memory. No port is opened.
func Transport(handler http.Handler) *http.Transport {
	server := limited(handler)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	dial := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go server.Serve(&single{conn: theirs}) // returns at once; the connection ends with its client
		return ours, nil
	}
	transport.DialContext, transport.DialTLSContext = dial, dial
	return transport
}

// single is a listener with exactly one connection.
type single struct{ conn net.Conn }

func (s *single) Accept() (net.Conn, error) {
	if conn := s.conn; conn != nil {
		s.conn = nil
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (s *single) Close() error   { return nil }
func (s *single) Addr() net.Addr { return memory{} }

// memory is the address of an in-memory connection.
type memory struct{}

func (memory) Network() string { return "memory" }
func (memory) String() string  { return "memory" }
