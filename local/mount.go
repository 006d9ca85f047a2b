package local

import (
	"net/http"
	"strings"
)

// mounted is the handler of a path segment.
type mounted struct {
	http.Handler
	region string
}

// mount serves everything below /segment/ with handler, and returns the URL. If a stack
// in another Region uses the segment, mount prefixes the name of the stack.
func (s *System) mount(in *stack, segment string, handler http.Handler) (url string) {
	if other := s.mounted[segment]; other.Handler != nil && in != nil && other.region != in.ids.pseudo.Region {
		segment = strings.ReplaceAll(in.name, "/", ".") + "." + segment
	}
	url = s.url + "/" + segment
	if s.mounted[segment].Handler != nil {
		s.problems.Addf("Resources", "two resources are served at %s: give each domain its own prefix", url)
		return url
	}
	added := mounted{Handler: http.StripPrefix("/"+segment, handler)}
	if in != nil {
		added.region = in.ids.pseudo.Region
	}
	s.mounted[segment] = added
	return url
}

// route dispatches by the first segment of the path. An SDK posts to the path of its
// endpoint, which is the root.
func (s *System) route(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/" {
		s.userPoolsAPI.ServeHTTP(w, r)
		return
	}
	segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	handler := s.mounted[segment]
	if handler.Handler == nil {
		noteAccess(r.Context(), "", "nothing is served at this path")
		http.Error(w, "nothing is served at this path", http.StatusNotFound)
		return
	}
	handler.ServeHTTP(w, r)
}
