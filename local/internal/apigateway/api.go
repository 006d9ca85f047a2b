package apigateway

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/local/internal/uuid"
)

// API serves a REST API. It is safe for concurrent use.
//
// Do not put it behind an [http.ServeMux], which cleans paths and redirects, and set
// DisableGeneralOptionsHandler on the server, which otherwise responds to OPTIONS * with
// 200. API Gateway does neither.
type API struct {
	id, accountID    string
	region           string
	stages           map[string]*Stage
	root             *node
	methods          []*method // in the order of the configuration
	gatewayResponses map[string]*gatewayResponse
	onRequest        func(context.Context, RequestEvent)
	apiKeys          map[string]APIKey // by value
	apiKeySource     APIKeySource
	clock            func() time.Time // nil for the system clock
	stub             bool
	background       *background
	binaryMediaTypes map[string]bool // in lower case
}

var stageName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// New compiles an API. Its error is a [*ConfigError] with all problems.
func New(config Config) (*API, error) {
	all := &problems{}
	at := all.at(config.Label)
	if len(config.Stages) == 0 {
		at.in("Stages").addf("is empty; an API without a stage cannot be called")
	}
	if len(config.Methods) == 0 {
		at.in("Methods").addf("is empty; API Gateway does not deploy an API without methods")
	}
	a := &API{
		id:               config.ID,
		accountID:        config.AccountID,
		region:           config.Region,
		stages:           map[string]*Stage{},
		gatewayResponses: compileGatewayResponses(config.GatewayResponses, all),
		apiKeys:          map[string]APIKey{},
		apiKeySource:     config.APIKeySource,
		onRequest:        config.OnRequest,
		clock:            config.Clock,
		stub:             config.Stub,
		background:       newBackground(config.OnAsyncFailure),
		binaryMediaTypes: map[string]bool{},
	}
	for _, key := range config.APIKeys {
		a.apiKeys[key.Value] = key
	}
	for _, name := range config.BinaryMediaTypes {
		a.binaryMediaTypes[strings.ToLower(name)] = true
	}
	for _, stage := range config.Stages {
		switch {
		case !stageName.MatchString(stage.Name):
			all.at(stage.Label).in("StageName").addf("must be 1 to 128 of [A-Za-z0-9_-], got %q", stage.Name)
		case a.stages[stage.Name] != nil:
			all.at(stage.Label).in("StageName").addf("%q is the name of another stage too", stage.Name)
		}
		checkVariables(stage.Variables, all.at(stage.Label).in("Variables"))
		stage.Variables = maps.Clone(stage.Variables)
		a.stages[stage.Name] = &stage
	}
	c := &compiler{
		config: &config, all: all, tree: newTree(), models: compileModels(&config, all),
		authorizers: map[*Authorizer]*authorizer{}, lambdaAuthorizers: map[*Authorizer]*lambdaAuthorizer{},
	}
	for i := range config.Methods {
		c.method(&config.Methods[i])
	}
	a.root, a.methods = c.tree.root, c.methods
	if err := all.err(); err != nil {
		return nil, err
	}
	return a, nil
}

// The names and values of stage variables that API Gateway accepts.
var (
	variableName  = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]{0,512}$`)
)

func checkVariables(variables map[string]string, at place) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !variableName.MatchString(name) {
			at.key(name).addf("the name must be 1 to 64 of [A-Za-z0-9_]")
		}
		if value := variables[name]; !variableValue.MatchString(value) {
			at.key(name).addf("must be at most 512 of [A-Za-z0-9._~:/?#&=,-], got %q", value)
		}
	}
}

// ServeHTTP serves a request whose path is /{stage}/{resource}.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event := a.serve(w, r)
	if a.onRequest != nil {
		a.onRequest(r.Context(), event)
	}
	if event.breaksOff {
		panic(http.ErrAbortHandler) // closes the connection, so that the client notices
	}
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) RequestEvent {
	switch {
	case headerBytes(r) > maxHeaderBytes:
		return errHeadersTooLarge.send(w)
	case r.ContentLength > maxBodyBytes:
		return errBodyTooLarge.send(w)
	}
	x := &exchange{
		api: a, writer: w, request: r,
		requestID: uuid.New(), extendedRequestID: newExtendedRequestID(),
	}
	name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if x.stage = a.stages[name]; x.stage == nil {
		return x.refuseStage()
	}
	// The stage alone is the root resource. One trailing slash is ignored: /orders/ was
	// seen live to reach /orders. AWS does not document other empty segments; we assume
	// that they match nothing.
	if path != "" {
		path = "/" + strings.TrimSuffix(path, "/")
	}
	if x.method, x.pathValues = a.root.find(path, r.Method, nil); x.method == nil {
		return x.refuse(errNoResource)
	}
	return x.execute()
}

// RequestEvent is the outcome of one request. It holds no token.
type RequestEvent struct {
	// Status is the status of the response.
	Status int
	// ClientID is the app client of the verified token, even if the request was refused.
	// It is empty without a verified token.
	ClientID string
	// Reason says, for people, why API Gateway refused the request or why the response
	// broke off. It is empty if the integration responded.
	Reason string

	breaksOff bool // the response
}

// newExtendedRequestID returns a value for x-amz-apigw-id: 15 characters and an equals
// sign, such as OPwe_ErKvHcF5ZA=.
func newExtendedRequestID() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	var text [16]byte
	base64.URLEncoding.Encode(text[:], id[:11])
	return string(text[:])
}

// method is a compiled Method.
type method struct {
	httpMethod       string
	path, resourceID string
	pathNames        []string
	authorization    authorization // nil if anyone may call
	needsKey         bool
	validator        requestValidator
	integration      integration
}

// compiler holds the state that the methods of an API share.
type compiler struct {
	config            *Config
	all               *problems
	tree              *tree
	models            map[string]*model
	authorizers       map[*Authorizer]*authorizer
	lambdaAuthorizers map[*Authorizer]*lambdaAuthorizer
	methods           []*method
}

// method compiles a method and adds it to its resource.
func (c *compiler) method(config *Method) {
	at := c.all.at(config.Label)
	declared := compileMethodResponses(config.MethodResponses, c.models, at.in("MethodResponses"))
	m := &method{
		httpMethod:    config.HTTPMethod,
		path:          config.Path,
		resourceID:    config.ResourceID,
		authorization: c.authorization(config, at),
		needsKey:      config.APIKeyRequired,
		validator:     compileRequestValidator(config, c.models, at),
		integration:   c.compileIntegration(config, declared, at.in("Integration")),
	}
	c.methods = append(c.methods, m)
	var n *node
	if n, m.pathNames = c.tree.resource(config.Path, at.in("Path")); n != nil {
		n.add(m, config.HTTPMethod, at.in("HttpMethod"))
	}
}
