package apigateway

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/weather-events-api/local/internal/mapping"
)

// exchange is one request and its answer. What only templates ask for is
// computed when it is first asked for.
type exchange struct {
	api     *API
	writer  http.ResponseWriter
	request *http.Request
	stage   *Stage

	requestID, extendedRequestID string
	traceID                      string // "" until it is asked for

	method     *method // nil until it is found
	pathValues []string
	caller     caller
	apiKey     APIKey // of a method that asks for one

	broken string // why the answer breaks off

	isRead bool // whether the body was read: see payload
	body   []byte
	unread *refusal

	pathParameters map[string]string
	queryValues    url.Values
	overrides      *mapping.Overrides // what the request's template has set
}

func (x *exchange) path() map[string]string {
	if x.pathParameters == nil && x.method != nil {
		x.pathParameters = pathParameters(x.method.pathNames, x.pathValues)
	}
	return x.pathParameters
}

func (x *exchange) query() url.Values {
	if x.queryValues == nil {
		x.queryValues = x.request.URL.Query()
	}
	return x.queryValues
}

// templateRequest is what templates see. For a gateway response, f is what
// failed.
func (x *exchange) templateRequest(body []byte, f *refusal) *mapping.Request {
	header := x.request.Header.Clone()
	header.Set("Host", x.request.Host)
	r := &mapping.Request{
		Body:           body,
		Path:           x.path(),
		Query:          x.query(),
		Header:         header,
		StageVariables: x.stage.Variables,
		Context:        x.context(),
		Overrides:      x.overrides,
	}
	if f != nil {
		r.Context.Error = mapping.Error{Message: f.message, ResponseType: f.responseType, ValidationErrorString: f.validation}
	}
	return r
}

func (x *exchange) context() mapping.Context {
	now := time.Now()
	domain := withoutPort(x.request.Host)
	prefix, _, _ := strings.Cut(domain, ".")
	c := mapping.Context{
		AccountID:         x.api.accountID,
		APIID:             x.api.id,
		DeploymentID:      x.stage.DeploymentID,
		DomainName:        domain,
		DomainPrefix:      prefix,
		ExtendedRequestID: x.extendedRequestID,
		HTTPMethod:        x.request.Method,
		Path:              x.request.URL.EscapedPath(),
		Protocol:          x.request.Proto,
		RequestID:         x.requestID,
		RequestTime:       now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
		RequestTimeEpoch:  now.UnixMilli(),
		Stage:             x.stage.Name,
		Identity: mapping.Identity{
			SourceIP: withoutPort(x.request.RemoteAddr), UserAgent: x.request.UserAgent(),
			APIKey: x.apiKey.Value, APIKeyID: x.apiKey.ID,
		},
		Claims:     claimTexts(x.caller.token.Claims),
		Authorizer: x.caller.context,
	}
	if x.method != nil {
		c.ResourceID, c.ResourcePath = x.method.resourceID, x.method.path
	}
	return c
}

func withoutPort(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}
