package local

import (
	"net/http"
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

// API is one stage of a REST API.
type API struct {
	// Key is unique among APIs: the logical id, or STACK/LOGICALID if several stacks
	// have the logical id.
	Key string `json:"key"`
	// Stack is the name of the stack. A nested stack is PARENT/LOGICALID.
	Stack string `json:"stack"`
	// LogicalID is the logical id of the RestApi.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	Stage     string `json:"stage"`
	// URL is the URL of the stage, with a trailing slash.
	URL string `json:"url"`
	// DomainName and BasePath are the custom domain of the stage, if the API disables
	// its default endpoint. BasePath may be empty.
	DomainName string `json:"domainName,omitempty"`
	BasePath   string `json:"basePath,omitempty"`

	path string // of the CDK construct
}

// Client is one app client of a user pool.
type Client struct {
	// Key and Stack are as for an [API].
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is the logical id of the UserPoolClient.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// UserPool is the key of the client's user pool.
	UserPool string `json:"userPool"`
	// MadeUp reports whether the client belongs to a stand-in and is in no stack: see
	// [UserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"clientId"`
	// Secret is empty if the client has no secret.
	Secret string `json:"clientSecret"`
	// Machine reports whether the client gets tokens without a user, by
	// client_credentials or by GetClientToken.
	Machine bool `json:"machine"`
	// Scopes are the scopes that the template allows the client.
	Scopes []string `json:"scopes"`
	// TokenURL is where the client gets its tokens: the token endpoint, or the root of
	// the system for a TokenOperation. It is empty if the user pool has no domain and
	// the client has no ALLOW_CLIENT_TOKEN_AUTH.
	TokenURL string `json:"tokenUrl"`
	// TokenOperation is GetClientToken if the client gets its tokens by that operation
	// of the user pools API, because its user pool has no domain or the client has no
	// OAuth flow. It is empty if the client uses the token endpoint.
	TokenOperation string `json:"tokenOperation,omitempty"`

	path  string // of the CDK construct
	label string
}
