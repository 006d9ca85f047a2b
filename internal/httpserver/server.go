// Package httpserver answers HTTP requests on loopback with limits for clients that
// behave badly, and closes so that no request which has begun goes unanswered.
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

// Limits of a request, so that a client that behaves badly does not hold the
// server up.
const (
	maxHeaderBytes = 64 << 10
	readTimeout    = 30 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	closeTimeout   = 5 * time.Second
)

// Server answers requests at one address from Serve to Close.
type Server struct {
	// CloseTimeout is how long Close waits for requests that have begun. Default: 5 s.
	CloseTimeout time.Duration

	address     string
	listener    *listener
	connections *connections
	http        *http.Server
	served      chan error // what http.Serve returned, nil if it was not called
	close       func() error
}

// Listen takes a host and port; port 0 picks a free one. Clients wait until Serve.
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

// URL returns the one that a client on this machine reaches the server at, without
// a slash at the end.
func (s *Server) URL() string { return "http://" + s.address }

// Serve answers requests with handler until Close. It returns at once.
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

// Close stops listening, answers the requests that have begun to come, closes all
// other connections at once, and frees the port. A request that stops coming for a
// second is left unanswered. It returns an error if one did not end within
// CloseTimeout.
func (s *Server) Close() error { return s.close() }

// CloseWith is Close, and closes what the handler works with when all requests are
// answered, or after a second: those that still wait for it fail then.
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

// Transport returns a transport that sends every request to handler, whatever its
// host, by HTTP over connections in memory: no port is opened.
func Transport(handler http.Handler) *http.Transport {
	server := limited(handler)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	dial := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go server.Serve(&single{conn: theirs}) // ends at once, the connection with its client
		return ours, nil
	}
	transport.DialContext, transport.DialTLSContext = dial, dial
	return transport
}

// single is a listener to which one connection comes.
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

// memory is the address of a connection in memory.
type memory struct{}

func (memory) Network() string { return "memory" }
func (memory) String() string  { return "memory" }
