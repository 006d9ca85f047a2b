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

// proxyEvent is what a Lambda function is sent, in version 1.0. Maps without
// entries are null.
//
// Source: "Input format of a Lambda function for proxy integration", Amazon API
// Gateway developer guide; the values, from events that were recorded.
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

// eventIdentity has null for what only other kinds of authorization know.
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

// event is the request as JSON.
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
		delete(headers, http.CanonicalHeaderKey(name)) // also where nothing replaces it: it is not the client's to say
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

// requestEvent is the request as a function sees it, with these headers. Maps
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
		// As they were sent: %2B stays %2B, as was seen live.
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

// pathBelowStage is the path of the request without the stage, and with a slash
// at its end if it has one.
func (x *exchange) pathBelowStage() string {
	_, path, _ := strings.Cut(strings.TrimPrefix(x.request.URL.EscapedPath(), "/"), "/")
	return "/" + path
}

// notForBackends are the headers of a request that no backend sees.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide.
var notForBackends = []string{
	"Connection", "Content-Length", "Content-Md5", "Expect", "Keep-Alive", "Max-Forwards", "Proxy-Authenticate", "Proxy-Connection",
	"Server", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Www-Authenticate",
}

// backendHeaders are those of the request as a backend gets them. What the
// client says about itself in X-Forwarded-Port and X-Forwarded-Proto is replaced,
// and its address is the last in X-Forwarded-For. That port and protocol are the
// ones here, and not 443 and https, lets a backend make links that can be
// followed. Names are in canonical form: net/http does not keep the client's.
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

// trace returns the trace id of the request: the client's, or one that is made up.
func (x *exchange) trace() string {
	if x.traceID == "" {
		x.traceID = x.request.Header.Get(traceHeader)
	}
	if x.traceID == "" {
		x.traceID = fmt.Sprintf("Root=1-%08x-%08x%016x", uint32(time.Now().Unix()), rand.Uint32(), rand.Uint64())
	}
	return x.traceID
}

// isBinary reports whether a Content-Type, or the first type of an Accept, is one
// of the API's BinaryMediaTypes. Only */* is a wildcard there.
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

// The maps of an event write themselves: encoding/json makes two copies of every
// entry of a map.
type (
	// texts has one value for a name.
	texts map[string]string
	// lists has all values of a name.
	lists map[string][]string
	// lasts has all values of a name, and shows the last.
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

// marshalMap returns a map as a JSON object, sorted by name.
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

// needsEscape reports a character that does not stand for itself in JSON, or may not.
func needsEscape(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == '\\' }
