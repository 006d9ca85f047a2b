package apigateway

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/local/internal/mapping"
)

// exchange is one request and its response. Values that only templates need are computed
// on first use.
type exchange struct {
	api     *API
	writer  http.ResponseWriter
	request *http.Request
	stage   *Stage

	requestID, extendedRequestID string
	traceID                      string // "" until it is used

	method     *method // nil until it is found
	pathValues []string
	caller     caller
	apiKey     APIKey // if the method requires one

	broken string // why the response breaks off

	isRead bool // the body was read: see payload
	body   []byte
	unread *refusal

	pathParameters map[string]string
	queryValues    url.Values
	overrides      *mapping.Overrides // set by the request template
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

// templateRequest returns the request as templates see it. f is the refusal that a
// gateway response is for, or nil.
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

// execute serves a request whose method is known.
func (x *exchange) execute() RequestEvent {
	m := x.method
	if m.authorization != nil {
		if refused := m.authorization.authorize(x); refused != nil {
			return x.refuse(refused)
		}
	}
	if m.needsKey {
		if refused := x.checkAPIKey(); refused != nil {
			return x.refuse(refused)
		}
	}
	if refused := m.validator.validate(x); refused != nil {
		return x.refuse(refused)
	}
	status, refused := m.integration.answer(x)
	if refused != nil {
		return x.refuse(refused)
	}
	return RequestEvent{Status: status, ClientID: x.caller.token.ClientID, Reason: x.broken, breaksOff: x.broken != ""}
}

// refuseStage responds to a request for a stage that does not exist. Gateway responses
// belong to a stage, so none applies. AWS does not document the response; we assume this
// one.
func (x *exchange) refuseStage() RequestEvent {
	const body = `{"message":"Forbidden"}`
	header := x.writer.Header()
	header[errorTypeHeader] = []string{"ForbiddenException"}
	finish(header, http.StatusForbidden, body)
	x.send(http.StatusForbidden, body)
	return RequestEvent{Status: http.StatusForbidden, Reason: "no stage has this name"}
}

// The headers that API Gateway adds, with its spelling.
const (
	requestIDHeader         = "x-amzn-RequestId"
	extendedRequestIDHeader = "x-amz-apigw-id"
	errorTypeHeader         = "x-amzn-ErrorType"
)

var jsonContentType = []string{jsonType}

// headerName returns the name that a header of a gateway response has for the client, ""
// if it is dropped. API Gateway reserves some names: this was seen live for integrations,
// and we assume the same for gateway responses.
func headerName(name string) string {
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Connection", "Content-Length", "Date", "Server":
		return remapped(canonical)
	case "Transfer-Encoding", "X-Amzn-Requestid", "X-Amz-Apigw-Id":
		return ""
	case "X-Amzn-Errortype":
		return errorTypeHeader
	default:
		return canonical
	}
}

// integrationHeaderName is headerName for integration responses, where API Gateway renames
// more headers, as seen live.
func integrationHeaderName(name string) string {
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Authorization", "Content-Md5", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "Www-Authenticate":
		return remapped(canonical)
	}
	return headerName(name)
}

func remapped(name string) string { return http.CanonicalHeaderKey("x-amzn-Remapped-" + name) }

// finish sets the headers that depend on the status and the body. AWS does not document
// the content type of a response without a body; we assume none.
func finish(header http.Header, status int, body string) {
	if !hasBody(status) {
		header.Del("Content-Type")
		return
	}
	if header["Content-Type"] == nil {
		header["Content-Type"] = jsonContentType
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
}

// hasBody reports whether HTTP allows a body with a status.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// send writes a response whose headers are set.
func (x *exchange) send(status int, body string) {
	x.sendHeader(status)
	if hasBody(status) {
		_, _ = io.WriteString(x.writer, body) // the client may have gone
	}
}

func (x *exchange) sendHeader(status int) {
	ids := &[2]string{x.requestID, x.extendedRequestID}
	header := x.writer.Header()
	header[requestIDHeader] = ids[0:1:1]
	header[extendedRequestIDHeader] = ids[1:2:2]
	x.writer.WriteHeader(status)
}

// parseStatusCode reads the status of a response. Codes below 200 are interim responses.
func parseStatusCode(text string, at place) int {
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 || strings.HasPrefix(text, "+") {
		at.addf("must be 200 to 599, got %q", text)
		return http.StatusInternalServerError
	}
	return status
}

// API Gateway's quotas for a request to a REST API.
const (
	// maxHeaderBytes limits the request line and the header values together.
	maxHeaderBytes = 10240
	// maxBodyBytes limits the payload.
	maxBodyBytes = 10 << 20
)

// errBodyTooLarge refuses a request before its API is known. It was seen live as text,
// without request ids, and no gateway response changes it, not even REQUEST_TOO_LARGE.
var errBodyTooLarge = frontRefusal{
	status: http.StatusRequestEntityTooLarge,
	body:   "HTTP content length exceeded " + strconv.Itoa(maxBodyBytes) + " bytes.",
}

// errHeadersTooLarge has a text and a status that were seen live, but separately; we
// assume that they belong together.
var errHeadersTooLarge = frontRefusal{
	status: http.StatusRequestHeaderFieldsTooLarge,
	body:   "HTTP header is larger than " + strconv.Itoa(maxHeaderBytes) + " bytes.",
}

// frontRefusal is a response that comes from no API.
type frontRefusal struct {
	status int
	body   string
}

var frontContentType = []string{"text; charset=utf-8"}

func (f frontRefusal) send(w http.ResponseWriter) RequestEvent {
	w.Header()["Content-Type"] = frontContentType
	w.WriteHeader(f.status)
	_, _ = io.WriteString(w, f.body) // the client may have gone
	return RequestEvent{Status: f.status, Reason: f.body}
}

func headerBytes(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  ") + len(r.Host)
	for _, values := range r.Header {
		for _, value := range values {
			size += len(value)
		}
	}
	return size
}

// errTooLarge refuses a body that turns out to be too large while it is read.
var errTooLarge = &refusal{front: &errBodyTooLarge, reason: errBodyTooLarge.body}

// payload returns the body of the request. It reads the body on first use, so that an
// unauthorized caller cannot fill memory. A body that passes through is never held.
func (x *exchange) payload() ([]byte, *refusal) {
	if !x.isRead {
		x.isRead = true
		var err error
		x.body, err = readAll(x.bodyReader(), x.request.ContentLength)
		x.unread = unreadable(err)
	}
	return x.body, x.unread
}

// skipPayload reads and discards the body, for a backend that does not take it.
func (x *exchange) skipPayload() *refusal {
	if !x.isRead {
		x.isRead = true
		_, err := io.Copy(io.Discard, x.bodyReader())
		x.unread = unreadable(err)
	}
	return x.unread
}

// stream returns the body of the request for a backend to read, and its length, -1 if
// unknown.
func (x *exchange) stream() (io.ReadCloser, int64) {
	switch {
	case x.isRead:
		if len(x.body) == 0 {
			return http.NoBody, 0
		}
		return io.NopCloser(bytes.NewReader(x.body)), int64(len(x.body))
	case x.request.ContentLength == 0 || x.request.Body == nil:
		return http.NoBody, 0
	}
	x.isRead = true
	return x.request.Body, x.request.ContentLength
}

// bodyReader fails if the body is too large.
func (x *exchange) bodyReader() io.ReadCloser {
	if x.request.ContentLength == 0 || x.request.Body == nil || x.request.Body == http.NoBody {
		return http.NoBody
	}
	return http.MaxBytesReader(x.writer, x.request.Body, maxBodyBytes)
}

func unreadable(err error) *refusal {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge
	case err != nil:
		return errBody
	}
	return nil
}

// readAll reads length bytes, or all if length is -1. It allocates the whole length only
// after some bytes have arrived.
func readAll(from io.Reader, length int64) ([]byte, error) {
	if length < 0 {
		return io.ReadAll(from)
	}
	const some = 64 << 10
	data := make([]byte, min(length, some))
	n, err := io.ReadFull(from, data)
	if err == nil && int64(n) < length {
		data = append(make([]byte, 0, length), data...)[:length]
		_, err = io.ReadFull(from, data[n:])
	}
	return data, err
}
