package local

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/httpserver"
	"example.com/weather-events-api/internal/validation"
)

// System is a loaded set of stacks, as an [http.Handler]. [Load] returns one that does
// not listen, [New] one that does. It is safe for concurrent use. Close it when done.
type System struct {
	options   *options
	listening *httpserver.Server // nil after Load
	handler   http.Handler
	url       string
	close     func() error
	closers   []func() error

	apis     []API
	openAPIs []OpenAPI
	clients  []Client
	secrets  []Secret
	unserved []string
	waived   []waived
	backends []Backend

	types    map[string]*resourceType
	stacks   []*stack
	count    map[string]int // of resources, by type and logical id
	problems validation.Collector
	given    validation.Collector // problems with the values that options give, or lack
	missing  missing

	pools        []*userPool
	poolByID     map[string]*userPool // also by the ids that WithUserPool maps
	asPool       bool                 // the property being read names a user pool
	userPoolsAPI http.Handler

	restAPIs   []*restAPI
	apiByID    map[string]*restAPI
	domains    []*domainName
	mounted    map[string]mounted // by first path segment
	apiKeys    []*apiKey
	usagePlans map[string][]planStage // by id

	functions     []*lambdaFunction
	functionByARN map[string]*lambdaFunction // unqualified: without version and alias
	permissions   []permission

	transport    *http.Transport // to backends
	lenient      *http.Transport // to backends, without verifying certificates
	services     []string        // that integrations call
	httpBackends []Backend

	redacting *strings.Replacer // of secrets in log lines
}

// New loads all stacks of a source together, resolves the references between them, and
// listens on a free port of 127.0.0.1. To listen elsewhere, serve the [System] that
// [Load] returns.
//
// The error names everything that prevents serving: what is wrong with the templates,
// and each property that this package does not support, by logical id and property.
func New(source Source, opts ...Option) (*System, error) {
	options, stacks, err := prepare(source, opts)
	if err != nil {
		return nil, err
	}
	// Templates resolve to URLs with this port.
	listening, err := httpserver.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	system, err := load(stacks, options, listening.URL())
	if err != nil {
		listening.Close()
		return nil, err
	}
	system.listening = listening
	listening.Serve(system)
	return system, nil
}

// Load loads the stacks of a source as [New] does, and does not listen. Without
// [WithPublicURL], URLs begin with http://127.0.0.1:8080; [System.Transport] sends
// requests to them.
func Load(source Source, opts ...Option) (*System, error) {
	options, stacks, err := prepare(source, opts)
	if err != nil {
		return nil, err
	}
	return load(stacks, options, "http://127.0.0.1:8080")
}

// prepare applies the options and reads the stacks of a source.
func prepare(source Source, opts []Option) (*options, []*cfn.Stack, error) {
	options := defaultOptions()
	for _, apply := range opts {
		if apply != nil {
			apply(&options)
		}
	}
	if err := options.check(); err != nil {
		return nil, nil, err
	}
	stacks, err := read(source, options.stacks)
	return &options, stacks, err
}

// Source returns the stacks of the system.
func (s *System) Source() Source {
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return s.sources(), nil, nil }
}

func (s *System) sources() []*cfn.Stack {
	var stacks []*cfn.Stack
	for _, in := range s.stacks {
		stacks = append(stacks, in.of)
	}
	return stacks
}

// WithoutBackends returns a system with the same stacks, URL and options, and the
// option [WithoutBackends]. It does not listen and logs nothing.
func (s *System) WithoutBackends() (*System, error) {
	options := *s.options
	options.stubAll, options.accessLog, options.log = true, nil, nil
	return load(s.sources(), &options, s.url)
}

// ServeHTTP serves requests to the APIs, the token endpoints and the user pools API.
func (s *System) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops the programs that requests started and closes the connections to
// backends. Later requests that need them fail. Close returns an error if something
// kept running; each call returns the same error.
//
// If the system listens, Close first stops listening, finishes the requests that have
// begun to arrive, closes all other connections at once, and frees the port. It drops a
// request that stops arriving for a second, and fails one that still waits for a
// backend after a second. It returns an error if a request takes longer than a few
// seconds.
func (s *System) Close() error {
	if s.listening == nil {
		return s.close()
	}
	return s.listening.CloseWith(closer(s.close))
}

// closer makes an [io.Closer] of a function.
type closer func() error

func (c closer) Close() error { return c() }

// URL returns the base URL of the system, without a trailing slash.
func (s *System) URL() string { return s.url }

// Unserved returns the resources that have no effect here, as "LogicalId
// (AWS::Service::Type)".
func (s *System) Unserved() []string { return append([]string(nil), s.unserved...) }

// Transport returns a transport that sends every request to this system, whatever its
// host. It speaks HTTP over in-memory connections, so it needs no port, and the URL of
// [WithPublicURL] need not resolve on this machine.
func (s *System) Transport() http.RoundTripper { return httpserver.Transport(s) }

// onClose makes [System.Close] call end.
func (s *System) onClose(end func() error) { s.closers = append(s.closers, end) }

// closeAll ends everything that the system started, in reverse order.
func (s *System) closeAll() error {
	var errs []error
	for _, end := range slices.Backward(s.closers) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

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
