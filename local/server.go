package local

import "example.com/weather-events-api/internal/httpserver"

// Server serves a [System] until it is closed. It is safe for concurrent use.
type Server struct {
	*System
	listening *httpserver.Server
}

// New serves the stacks of a source, together: references from one to another are
// resolved. The error names everything that keeps them from being served: what is
// wrong with the templates, and each property that this package does not support, by
// logical id and property.
//
// It is [Load], and listening at the address of [WithAddress].
func New(source Source, opts ...Option) (*Server, error) {
	options, stacks, err := prepare(source, opts)
	if err != nil {
		return nil, err
	}
	// The URLs that the templates resolve to hold the port.
	listening, err := httpserver.Listen(options.address)
	if err != nil {
		return nil, err
	}
	system, err := load(stacks, options, listening.URL())
	if err != nil {
		listening.Close()
		return nil, err
	}
	listening.Serve(system)
	return &Server{system, listening}, nil
}

// Close stops listening, answers the requests that have begun to come, closes
// all other connections at once, and frees the port. A request that stops coming
// for a second is left unanswered. It closes the [System] too, a second later if
// requests wait for what that ends. It returns an error if a request did not end
// within a few seconds.
func (s *Server) Close() error { return s.listening.CloseWith(s.System) }
