package local

import (
	"fmt"
	"net/http"
	"strings"
)

// WithHandler serves everything below /segment/ with the handler that create
// returns for the server, such as a page about it. The path that the handler
// sees begins behind the segment. The segment begins with an underscore and has
// no slash: no API, user pool or domain is served below such a one. Default:
// nothing but the template is served.
func WithHandler(segment string, create func(*Server) http.Handler) Option {
	return func(o *options) { o.handlers = append(o.handlers, extraHandler{segment, create}) }
}

type extraHandler struct {
	segment string
	create  func(*Server) http.Handler
}

// mountExtra mounts the handlers of [WithHandler], when the server is complete.
func (d *deployment) mountExtra(server *Server) error {
	for _, extra := range d.options.handlers {
		if !strings.HasPrefix(extra.segment, "_") || strings.Contains(extra.segment, "/") {
			return fmt.Errorf("WithHandler: the segment must begin with an underscore and have no slash, got %q", extra.segment)
		}
		d.mount(nil, extra.segment, extra.create(server))
	}
	return d.problems.Err("handlers")
}
