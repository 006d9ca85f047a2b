package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/local/internal/mapping"
)

// proxyEvent is the event of a proxy integration, in format version 1.0. Maps without
// entries are null.
//
// Source: "Input format of a Lambda function for proxy integration", Amazon API Gateway
// developer guide; values from recorded events.
type proxyEvent struct {
	requestEvent
	Body            *string `json:"body"`
	IsBase64Encoded bool    `json:"isBase64Encoded"`
}

// requestEvent is a request without its body.
type requestEvent struct {
	Resource                        string       `json:"resource"`
	Path                            string       `json:"path"`
	HTTPMethod                      string       `json:"httpMethod"`
	Headers                         lasts        `json:"headers"`
	MultiValueHeaders               lists        `json:"multiValueHeaders"`
	QueryStringParameters           lasts        `json:"queryStringParameters"`
	MultiValueQueryStringParameters lists        `json:"multiValueQueryStringParameters"`
	PathParameters                  texts        `json:"pathParameters"`
	StageVariables                  texts        `json:"stageVariables"`
	RequestContext                  eventContext `json:"requestContext"`
}

type eventContext struct {
	ResourceID        string         `json:"resourceId"`
	ResourcePath      string         `json:"resourcePath"`
	HTTPMethod        string         `json:"httpMethod"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	RequestTime       string         `json:"requestTime"`
	Path              string         `json:"path"`
	AccountID         string         `json:"accountId"`
	Protocol          string         `json:"protocol"`
	Stage             string         `json:"stage"`
	DomainPrefix      string         `json:"domainPrefix"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	RequestID         string         `json:"requestId"`
	Identity          eventIdentity  `json:"identity"`
	DomainName        string         `json:"domainName"`
	DeploymentID      string         `json:"deploymentId"`
	APIID             string         `json:"apiId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
}

// eventIdentity is null for values of other kinds of authorization.
type eventIdentity struct {
	CognitoIdentityPoolID         *string `json:"cognitoIdentityPoolId"`
	AccountID                     *string `json:"accountId"`
	CognitoIdentityID             *string `json:"cognitoIdentityId"`
	Caller                        *string `json:"caller"`
	SourceIP                      string  `json:"sourceIp"`
	PrincipalOrgID                *string `json:"principalOrgId"`
	AccessKey                     *string `json:"accessKey"`
	APIKey                        *string `json:"apiKey,omitempty"`
	APIKeyID                      *string `json:"apiKeyId,omitempty"`
	CognitoAuthenticationType     *string `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string `json:"cognitoAuthenticationProvider"`
	UserARN                       *string `json:"userArn"`
	UserAgent                     *string `json:"userAgent"`
	User                          *string `json:"user"`
}

// event returns the event for a request as JSON.
func (l *lambdaProxy) event(x *exchange) ([]byte, *refusal) {
	payload, refused := x.payload()
	if refused != nil {
		return nil, refused
	}
	mapped, refused := x.mapParameters(l.headers)
	if refused != nil {
		return nil, refused
	}
	headers := x.backendHeaders()
	for name, values := range mapped.header {
		delete(headers, http.CanonicalHeaderKey(name)) // even without a value: the client must not set it
		if len(values) > 0 {
			headers[name] = values
		}
	}
	e := proxyEvent{
		requestEvent:    x.requestEvent(headers),
		IsBase64Encoded: len(payload) > 0 && x.api.isBinary(x.request.Header.Get("Content-Type")),
	}
	e.RequestContext.Authorizer = x.caller.event()
	if body := string(payload); e.IsBase64Encoded {
		body = base64.StdEncoding.EncodeToString(payload)
		e.Body = &body
	} else if body != "" {
		e.Body = &body
	}
	encoded, err := json.Marshal(e)
	if err != nil {
		return nil, misconfigured("the event cannot be written: " + err.Error())
	}
	return encoded, nil
}

// requestEvent returns the request as a function sees it, with the given headers. Maps
// without entries are nil.
func (x *exchange) requestEvent(headers map[string][]string) requestEvent {
	c := x.context()
	e := requestEvent{
		Resource: c.ResourcePath, Path: x.pathBelowStage(), HTTPMethod: c.HTTPMethod,
		MultiValueHeaders: headers, Headers: headers,
		RequestContext: eventContext{
			ResourceID: c.ResourceID, ResourcePath: c.ResourcePath, HTTPMethod: c.HTTPMethod,
			ExtendedRequestID: c.ExtendedRequestID, RequestTime: c.RequestTime, Path: c.Path, AccountID: c.AccountID,
			Protocol: c.Protocol, Stage: c.Stage, DomainPrefix: c.DomainPrefix, RequestTimeEpoch: c.RequestTimeEpoch,
			RequestID: c.RequestID, Identity: identityOf(c.Identity),
			DomainName: c.DomainName, DeploymentID: c.DeploymentID, APIID: c.APIID,
		},
	}
	if query := x.query(); len(query) > 0 {
		e.MultiValueQueryStringParameters, e.QueryStringParameters = lists(query), lasts(query)
	}
	if len(x.pathValues) > 0 {
		// Still encoded: %2B stays %2B, as seen live.
		e.PathParameters = make(map[string]string, len(x.pathValues))
		for i, name := range x.method.pathNames {
			e.PathParameters[name] = x.pathValues[i]
		}
	}
	if len(x.stage.Variables) > 0 {
		e.StageVariables = x.stage.Variables
	}
	return e
}

func identityOf(i mapping.Identity) eventIdentity {
	return eventIdentity{
		SourceIP: i.SourceIP, UserAgent: orNull(i.UserAgent), APIKey: orNull(i.APIKey), APIKeyID: orNull(i.APIKeyID),
	}
}

// pathBelowStage returns the path of the request without the stage. It keeps a trailing
// slash.
func (x *exchange) pathBelowStage() string {
	_, path, _ := strings.Cut(strings.TrimPrefix(x.request.URL.EscapedPath(), "/"), "/")
	return "/" + path
}

// notForBackends are the request headers that do not reach a backend.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide.
var notForBackends = []string{
	"Connection", "Content-Length", "Content-Md5", "Expect", "Keep-Alive", "Max-Forwards", "Proxy-Authenticate", "Proxy-Connection",
	"Server", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Www-Authenticate",
}

// backendHeaders returns the headers of the request for a backend. It appends the client's
// address to X-Forwarded-For, and replaces X-Forwarded-Port and X-Forwarded-Proto with the
// values here, not 443 and https, so that links that a backend builds work. Names are in
// canonical form: net/http does not keep the client's spelling.
func (x *exchange) backendHeaders() map[string][]string {
	headers := map[string][]string(x.request.Header.Clone())
	for _, name := range headerList(headers["Connection"]) {
		delete(headers, http.CanonicalHeaderKey(name))
	}
	for _, name := range notForBackends {
		delete(headers, name)
	}
	protocol, port := "http", "80"
	if x.request.TLS != nil {
		protocol, port = "https", "443"
	}
	if _, given, err := net.SplitHostPort(x.request.Host); err == nil {
		port = given
	}
	headers["Host"] = []string{x.request.Host}
	headers["X-Forwarded-For"] = []string{strings.Join(append(slices.Clone(headers["X-Forwarded-For"]), withoutPort(x.request.RemoteAddr)), ", ")}
	headers["X-Forwarded-Port"] = []string{port}
	headers["X-Forwarded-Proto"] = []string{protocol}
	headers[traceHeader] = []string{x.trace()}
	return headers
}

func headerList(values []string) []string {
	var items []string
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			items = append(items, strings.TrimSpace(item))
		}
	}
	return items
}

const traceHeader = "X-Amzn-Trace-Id"

// trace returns the trace id of the request: the client's, or a new one.
func (x *exchange) trace() string {
	if x.traceID == "" {
		x.traceID = x.request.Header.Get(traceHeader)
	}
	if x.traceID == "" {
		x.traceID = fmt.Sprintf("Root=1-%08x-%08x%016x", uint32(time.Now().Unix()), rand.Uint32(), rand.Uint64())
	}
	return x.traceID
}

// isBinary reports whether a Content-Type, or the first type of an Accept, is one of the
// API's BinaryMediaTypes, where */* is the only wildcard.
func (a *API) isBinary(header string) bool {
	if len(a.binaryMediaTypes) == 0 {
		return false
	}
	first, _, _ := strings.Cut(header, ",")
	return a.binaryMediaTypes["*/*"] || a.binaryMediaTypes[mediaType(first)]
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// The maps of an event have their own MarshalJSON: encoding/json copies every map entry
// twice.
type (
	// texts has one value per name.
	texts map[string]string
	// lists has all values per name.
	lists map[string][]string
	// lasts has all values per name, and marshals the last.
	lasts map[string][]string
)

func (t texts) MarshalJSON() ([]byte, error) { return marshalMap(t, appendText) }

func (l lists) MarshalJSON() ([]byte, error) {
	return marshalMap(l, func(to []byte, values []string) []byte {
		to = append(to, '[')
		for i, value := range values {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendText(to, value)
		}
		return append(to, ']')
	})
}

func (l lasts) MarshalJSON() ([]byte, error) {
	return marshalMap(l, func(to []byte, values []string) []byte {
		if len(values) == 0 {
			return append(to, "null"...)
		}
		return appendText(to, values[len(values)-1])
	})
}

// marshalMap marshals a map to a JSON object, sorted by name.
func marshalMap[V any](from map[string]V, appendValue func([]byte, V) []byte) ([]byte, error) {
	if from == nil {
		return []byte("null"), nil
	}
	names := slices.AppendSeq(make([]string, 0, len(from)), maps.Keys(from))
	slices.Sort(names)
	to := append(make([]byte, 0, 64*len(from)), '{')
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendText(to, name), ':')
		to = appendValue(to, from[name])
	}
	return append(to, '}'), nil
}

// appendText appends a text as a JSON string.
func appendText(to []byte, text string) []byte {
	if strings.ContainsFunc(text, needsEscape) {
		encoded, _ := json.Marshal(text) // a string: cannot fail
		return append(to, encoded...)
	}
	return append(append(append(to, '"'), text...), '"')
}

// needsEscape reports whether a character is, or may be, escaped in JSON.
func needsEscape(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == '\\' }
