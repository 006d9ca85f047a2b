package apigateway

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// HTTPCall is where an integration with an HTTP endpoint leads.
type HTTPCall struct {
	// URI has the variables of the stage in it, and {name} for path parameters.
	URI string
	// VPCLink says that a VPC link leads there.
	VPCLink bool
	// SkipsVerification says that the certificate of the endpoint is not verified.
	SkipsVerification bool
}

// HTTPBackend is what answers for an endpoint, or for an AWS service.
type HTTPBackend struct {
	// URI is called in place of that of the [HTTPCall]. That of a service is where its
	// paths are below.
	URI string
	// Transport sends the requests. It does not decompress.
	Transport http.RoundTripper
	// Missing says, where there is no transport, why and what to do.
	Missing string
}

// httpBackend is what answers in a stage.
type httpBackend struct {
	uri       *uriTemplate
	transport http.RoundTripper
	missing   string
	isInvalid bool // the stage's variables make no URI
}

var userInfo = regexp.MustCompile(`^([^/]*//)?[^/?#]*@`)

// withoutSecrets is a Uri for a message: without its user name and its query.
func withoutSecrets(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	return userInfo.ReplaceAllString(uri, "${1}…@")
}

// httpEndpoint is what integrations with an HTTP endpoint have in common.
type httpEndpoint struct {
	backends   map[string]httpBackend // by stage
	method     string                 // "" for the client's
	parameters []requestParameter
	timeout    time.Duration
	maxAnswer  int64
}

func (c *compiler) compileHTTPEndpoint(m *Method, at place) httpEndpoint {
	return c.compileEndpoint(m, at, func(stage Stage) httpBackend { return c.compileBackend(m.Integration, stage, at.in("Uri")) })
}

// compileEndpoint compiles an endpoint that leads to a backend in each stage.
func (c *compiler) compileEndpoint(m *Method, at place, leadsTo func(Stage) httpBackend) httpEndpoint {
	config := m.Integration
	e := httpEndpoint{
		backends:   map[string]httpBackend{},
		method:     config.HTTPMethod,
		parameters: compileRequestParameters(m, at.in("RequestParameters")),
		timeout:    compileTimeout(config.TimeoutInMillis, at.in("TimeoutInMillis")),
	}
	if e.maxAnswer = maxBodyBytes; config.Streams {
		e.maxAnswer = math.MaxInt64
	}
	if e.method == "ANY" {
		e.method = ""
	} else if !anyMethods[e.method] {
		at.in("IntegrationHttpMethod").addf("must be DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY, got %q", e.method)
	}
	switch config.ConnectionType {
	case "", connectionInternet, connectionVPCLink:
	default:
		at.in("ConnectionType").addf("must be %s or %s, got %q", connectionInternet, connectionVPCLink, config.ConnectionType)
	}
	for _, stage := range c.config.Stages {
		e.backends[stage.Name] = leadsTo(stage)
	}
	return e
}

const (
	connectionInternet = "INTERNET"
	connectionVPCLink  = "VPC_LINK"
)

func (c *compiler) compileBackend(config *Integration, stage Stage, at place) httpBackend {
	uri := stage.expand(config.URI)
	_, err := compileURI(uri)
	switch {
	case err != nil && uri == config.URI:
		at.addf("%s, got %q", err, withoutSecrets(uri))
		return httpBackend{}
	case err != nil:
		// It may be right in the other stages, as on API Gateway.
		return httpBackend{isInvalid: true, missing: fmt.Sprintf("the variables of the stage %s make the Uri %q: it %s", stage.Name, withoutSecrets(uri), err)}
	case c.config.HTTP == nil:
		at.addf("leads to an HTTP endpoint, and there is none")
		return httpBackend{}
	}
	found := c.config.HTTP(HTTPCall{uri, config.ConnectionType == connectionVPCLink, config.SkipsVerification})
	if found.Transport == nil {
		return httpBackend{missing: found.Missing}
	}
	backend := httpBackend{transport: found.Transport}
	if backend.uri, err = compileURI(found.URI); err != nil {
		at.addf("leads to %q: it %s", withoutSecrets(found.URI), err)
	}
	return backend
}

// backend returns what answers in the stage. Without a transport, the request is
// answered, or refused.
func (e *httpEndpoint) backend(x *exchange) (backend httpBackend, status int, refused *refusal) {
	backend = e.backends[x.stage.Name]
	switch {
	case backend.transport != nil:
	case x.api.stub && !backend.isInvalid:
		status, refused = x.answerStub(backend.missing)
	default:
		refused = misconfigured(backend.missing)
	}
	return backend, status, refused
}

func (e *httpEndpoint) methodFor(x *exchange) string {
	if e.method == "" {
		return x.request.Method
	}
	return e.method
}
