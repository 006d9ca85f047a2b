package local

import (
	"net/http"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/httpserver"
	"example.com/weather-events-api/internal/validation"
)

// System is what stacks deploy, as an [http.Handler]. [Load] makes one that listens
// nowhere, [New] one that listens too. It is safe for concurrent use. Close it when
// done.
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
	given    validation.Collector // problems of what is given, or missing
	missing  missing

	pools        []*userPool
	poolByID     map[string]*userPool // and what stands for one elsewhere
	asPool       bool                 // an import is one of a user pool
	userPoolsAPI http.Handler

	restAPIs   []*restAPI
	apiByID    map[string]*restAPI
	domains    []*domainName
	mounted    map[string]mounted // by first path segment
	apiKeys    []*apiKey
	usagePlans map[string][]planStage // by id

	functions     []*lambdaFunction
	functionByARN map[string]*lambdaFunction // without a version or an alias
	permissions   []permission

	transport    *http.Transport // to backends
	lenient      *http.Transport // which verifies no certificates
	services     []string        // that integrations lead to
	httpBackends []Backend

	redacting *strings.Replacer // of secrets, for what is logged
}

// New loads the stacks of a source, together, and listens at a free port of
// 127.0.0.1: references from one stack to another are resolved. The error names
// everything that keeps them from being served: what is wrong with the templates, and
// each property that this package does not support, by logical id and property.
func New(source Source, opts ...Option) (*System, error) {
	options, stacks, err := prepare(source, opts)
	if err != nil {
		return nil, err
	}
	// The URLs that the templates resolve to hold the port.
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

// Load reads the stacks of a source as [New] does. Without [WithPublicURL], the URLs
// of the system are those of http://127.0.0.1:8080, and [System.Transport] leads
// there from here.
func Load(source Source, opts ...Option) (*System, error) {
	options, stacks, err := prepare(source, opts)
	if err != nil {
		return nil, err
	}
	return load(stacks, options, "http://127.0.0.1:8080")
}

// prepare reads the options, and the stacks of a source.
func prepare(source Source, opts []Option) (*options, []*cfn.Stack, error) {
	options := defaultOptions()
	for _, apply := range opts {
		apply(&options)
	}
	if err := options.check(); err != nil {
		return nil, nil, err
	}
	stacks, err := read(source, options.stacks)
	return &options, stacks, err
}

// Source returns the stacks that are served.
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

// WithoutBackends returns a system of the same stacks, at the same URL and with the
// same options, whose integrations stubs answer, as [WithoutBackends] says. Nothing
// of it is logged.
func (s *System) WithoutBackends() (*System, error) {
	options := *s.options
	options.stubAll, options.accessLog, options.log = true, nil, nil
	return load(s.sources(), &options, s.url)
}

// ServeHTTP answers a request to an API, a token endpoint or Cognito's API.
func (s *System) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends what was started for requests: programs, and connections to backends.
// Requests that need it fail from then on. It returns an error if something was
// left, at every call the same.
//
// If the system listens, Close stops listening first, answers the requests that have
// begun to come, closes all other connections at once, and frees the port. A request
// that stops coming for a second is left unanswered, and one that still waits for a
// backend after a second fails. Close returns an error if a request did not end within
// a few seconds.
func (s *System) Close() error {
	if s.listening == nil {
		return s.close()
	}
	return s.listening.CloseWith(closer(s.close))
}

// closer is an [io.Closer].
type closer func() error

func (c closer) Close() error { return c() }

// URL returns the URL that everything is served below, without a slash at the end.
func (s *System) URL() string { return s.url }

// Unserved returns the logical ids and types of the resources that have no effect
// here, as "LogicalId (AWS::Service::Type)".
func (s *System) Unserved() []string { return append([]string(nil), s.unserved...) }

// Transport returns a transport that sends every request to this system, whatever
// its host: by HTTP over connections in memory, so that no port is needed, and
// whether or not anything leads to the URL of [WithPublicURL] from here.
func (s *System) Transport() http.RoundTripper { return httpserver.Transport(s) }

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
	// DomainName and BasePath are those of the custom domain that leads to the stage,
	// where its default endpoint is off. BasePath may be empty.
	DomainName string `json:"domainName,omitempty"`
	BasePath   string `json:"basePath,omitempty"`

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
	// Machine says that the client gets tokens by itself: by client_credentials or by
	// GetClientToken. Any other is for people.
	Machine bool `json:"machine"`
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
