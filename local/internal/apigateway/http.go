package apigateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// httpIntegration is a compiled integration of type HTTP: templates render the request and
// the response.
type httpIntegration struct {
	mappedRequest
	mappedResponse
	httpEndpoint
}

func (c *compiler) compileHTTP(m *Method, declared map[string]*declaredResponse, at place) integration {
	return &httpIntegration{
		mappedRequest:  compileRequest(m.Integration, at),
		mappedResponse: compileResponses(m.Integration, declared, at.in("IntegrationResponses")),
		httpEndpoint:   c.compileHTTPEndpoint(m, at),
	}
}

func (h *httpIntegration) answer(x *exchange) (int, *refusal) {
	return h.answerWith(x, func(r *endpointRequest, mapped *mappedParameters, _ []byte) *refusal {
		if contentType := x.request.Header["Content-Type"]; contentType != nil && takesBody(x.request.Method) {
			r.header["Content-Type"] = contentType
		}
		refused := mapped.setHeaders(r.header)
		x.setOwnHeaders(r.header)
		return refused
	})
}

// answerWith serves a request. setHeaders sets the headers of the request to the backend.
func (h *httpIntegration) answerWith(x *exchange, setHeaders func(r *endpointRequest, mapped *mappedParameters, sent []byte) *refusal) (int, *refusal) {
	backend, status, refused := h.backend(x)
	if backend.transport == nil {
		return status, refused
	}
	sent, refused := h.render(x)
	if refused != nil {
		return 0, refused
	}
	mapped, refused := x.mapParameters(h.parameters)
	if refused != nil {
		return 0, refused
	}
	mapped.override(x.overrides)
	r := endpointRequest{method: h.methodFor(x), header: http.Header{}, body: http.NoBody}
	if takesBody(r.method) && len(sent) > 0 {
		r.body, r.length = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	}
	if r.url, refused = backend.uri.expand(mapped.path); refused != nil {
		return 0, refused
	}
	if refused := setHeaders(&r, mapped, sent); refused != nil {
		return 0, refused
	}
	r.url.RawQuery = joinQuery(r.url.RawQuery, "", mapped.query)
	answer, refused := h.call(x, backend, r)
	if refused != nil {
		return 0, refused
	}
	defer answer.close()
	body, refused := answer.read()
	if refused != nil {
		return 0, refused
	}
	chosen, refused := h.choose(strconv.Itoa(answer.status))
	if refused != nil {
		return 0, refused
	}
	return chosen.respond(x, &backendAnswer{answer.status, answer.header, body})
}

// httpProxy is a compiled integration of type HTTP_PROXY: request and response pass
// through without being buffered.
type httpProxy struct{ httpEndpoint }

func (c *compiler) compileHTTPProxy(m *Method, at place) integration {
	return &httpProxy{c.compileHTTPEndpoint(m, at)}
}

func (h *httpProxy) answer(x *exchange) (int, *refusal) {
	backend, status, refused := h.backend(x)
	if backend.transport == nil {
		return status, refused
	}
	mapped, refused := x.mapParameters(h.parameters)
	if refused != nil {
		return 0, refused
	}
	r := endpointRequest{method: h.methodFor(x), header: x.proxiedHeaders(), body: http.NoBody}
	if refused := mapped.setHeaders(r.header); refused != nil {
		return 0, refused
	}
	x.setOwnHeaders(r.header)
	if r.url, refused = backend.uri.expand(mapped.path); refused != nil {
		return 0, refused
	}
	r.url.RawQuery = joinQuery(r.url.RawQuery, x.request.URL.RawQuery, mapped.query)
	if takesBody(r.method) {
		r.body, r.length = x.stream()
	} else if refused := x.skipPayload(); refused != nil {
		return 0, refused
	}
	answer, refused := h.call(x, backend, r)
	if refused != nil {
		return 0, refused
	}
	defer answer.close()
	return x.pass(answer), nil
}

// pass passes a response to the client. If it breaks off or turns out to be too large, it
// breaks off for the client too.
func (x *exchange) pass(answer *endpointAnswer) (status int) {
	header := x.writer.Header()
	copyAnswerHeaders(header, answer.header)
	if header["Content-Type"] == nil && hasBody(answer.status) {
		header["Content-Type"] = jsonContentType
	}
	length := answer.length
	if x.request.Method == http.MethodHead {
		length = lengthOf(answer.header)
	}
	if length >= 0 && hasBody(answer.status) {
		header["Content-Length"] = []string{strconv.FormatInt(length, 10)}
	}
	x.sendHeader(answer.status)
	if x.request.Method == http.MethodHead || !hasBody(answer.status) {
		return answer.status
	}
	if err := x.copyBody(answer); err != nil {
		x.broken = logText(err.Error())
	}
	return answer.status
}

// lengthOf returns the Content-Length of a response to HEAD, -1 without one.
func lengthOf(header http.Header) int64 {
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return length
}

const bufferBytes = 32 << 10

var buffers = sync.Pool{New: func() any { return new([bufferBytes]byte) }}

// copyBody copies the body of a response. It flushes a body of unknown length at once,
// which may be a stream of events.
func (x *exchange) copyBody(answer *endpointAnswer) error {
	buffer := buffers.Get().(*[bufferBytes]byte)
	defer buffers.Put(buffer)
	flusher := http.NewResponseController(x.writer)
	for copied := int64(0); ; {
		n, err := answer.body.Read(buffer[:])
		if copied += int64(n); copied > answer.limit {
			return errors.New(errAnswerTooLarge.reason)
		}
		if n > 0 {
			if _, err := x.writer.Write(buffer[:n]); err != nil {
				return fmt.Errorf("the client has gone: %w", err)
			}
			if answer.length < 0 {
				_ = flusher.Flush() // a writer that cannot has nothing to flush
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errors.New(answer.timer.failed(answer.host, err).reason)
		}
	}
}

// endpointRequest is a request to an endpoint.
type endpointRequest struct {
	method string
	url    *url.URL
	header http.Header
	body   io.ReadCloser
	length int64 // -1 if unknown
}

// takesBody reports whether API Gateway sends a body with a method. AWS does not document
// it; we assume what another project recorded.
func takesBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// call sends a request to the stage's backend. The timeout for the whole response starts
// when the body has been sent. Close the answer when done.
func (e *httpEndpoint) call(x *exchange, backend httpBackend, r endpointRequest) (*endpointAnswer, *refusal) {
	timer := x.api.startTimer(x.request.Context(), e.timeout)
	body := &sentBody{ReadCloser: r.body, left: maxBodyBytes, onEnd: func() { timer.restart(e.timeout) }}
	request := (&http.Request{
		Method: r.method, URL: r.url, Host: r.url.Host, Header: r.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(timer.ctx)
	if r.body != http.NoBody {
		timer.restart(e.timeout + uploadTime)
		request.Body, request.ContentLength = body, r.length
	}
	x.extendDeadlines(e.timeout + uploadTime)
	if host := r.header["Host"]; len(host) > 0 {
		request.Host = host[0]
		delete(r.header, "Host")
	}
	response, err := backend.transport.RoundTrip(request)
	if err == nil && response.StatusCode < http.StatusOK {
		_ = response.Body.Close()
		err = fmt.Errorf("it answered %s", response.Status)
	}
	switch {
	case err != nil && body.isTooLarge.Load():
		timer.stop()
		return nil, errTooLarge
	case err != nil:
		defer timer.stop()
		return nil, timer.failed(r.url.Host, err)
	}
	answer := &endpointAnswer{r.url.Host, response.StatusCode, response.Header, response.Body, response.ContentLength, e.maxAnswer, timer}
	if r.method == http.MethodHead {
		answer.length = 0
	}
	if answer.length > e.maxAnswer {
		answer.close()
		return nil, errAnswerTooLarge
	}
	return answer, nil
}

// sentBody is a body on its way to a backend, which may still read it after it has
// responded.
type sentBody struct {
	io.ReadCloser
	left       int64
	isTooLarge atomic.Bool
	onEnd      func()
}

func (b *sentBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if b.left -= int64(n); b.left < 0 {
		b.isTooLarge.Store(true)
		return 0, errors.New(errBodyTooLarge.body)
	}
	if err != nil {
		b.onEnd()
	}
	return n, err
}

// endpointAnswer is the response of a backend.
type endpointAnswer struct {
	host   string
	status int
	header http.Header
	body   io.ReadCloser
	length int64 // -1 if unknown
	limit  int64
	timer  *backendTimer
}

// close ends the call, and drops the rest of the body.
func (a *endpointAnswer) close() {
	a.timer.stop()
	_ = a.body.Close()
}

// read returns the whole body, for templates.
func (a *endpointAnswer) read() ([]byte, *refusal) {
	body, err := readAll(io.LimitReader(a.body, a.limit+1), a.length)
	switch {
	case err != nil:
		return nil, a.timer.failed(a.host, err)
	case int64(len(body)) > a.limit:
		return nil, errAnswerTooLarge
	}
	return body, nil
}

// keptRequestHeaders are the headers that no mapping may set. API Gateway fails at request
// time, as recorded.
var keptRequestHeaders = map[string]bool{
	"Content-Length": true, "Transfer-Encoding": true, traceHeader: true, apiIDHeader: true,
}

// droppedFromEndpoints are the headers that do not reach an HTTP endpoint, whoever sets
// them. They were recorded, except the connection headers.
var droppedFromEndpoints = []string{"Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Via"}

// apiIDHeader tells the backend which API calls it.
const apiIDHeader = "X-Amzn-Apigateway-Api-Id"

// setHeaders replaces the client's headers with mapped ones, also with none: the client
// must not set a mapped header. It refuses values with control characters, which could
// inject a header.
func (m *mappedParameters) setHeaders(header http.Header) *refusal {
	for name, values := range m.header {
		name = http.CanonicalHeaderKey(name)
		if !isToken(name) {
			return misconfigured(fmt.Sprintf("a template sets %q, which is not the name of a header", name))
		}
		delete(header, name)
		for _, value := range values {
			if strings.ContainsFunc(value, isControl) {
				return badParameter(fmt.Sprintf("the mapped value of the header %s of the request to the backend has control characters", name))
			}
		}
		switch {
		case len(values) == 0:
		case keptRequestHeaders[name]:
			return misconfigured(fmt.Sprintf("a mapping sets the header %s of the request to the backend, which API Gateway sets itself", name))
		default:
			header[name] = values
		}
	}
	return nil
}

// setOwnHeaders sets API Gateway's own headers and defaults, and removes the headers that
// it does not pass on.
func (x *exchange) setOwnHeaders(header http.Header) {
	for _, name := range droppedFromEndpoints {
		delete(header, name)
	}
	if header["Accept"] == nil {
		header["Accept"] = jsonContentType
	}
	if header["User-Agent"] == nil {
		header["User-Agent"] = []string{"AmazonAPIGateway_" + x.api.id}
	}
	header[apiIDHeader] = []string{x.api.id}
	header[traceHeader] = []string{x.trace()}
}

// proxiedHeaders returns the headers of a request that pass through to an HTTP endpoint.
func (x *exchange) proxiedHeaders() http.Header {
	header := http.Header(x.backendHeaders())
	delete(header, "Host")
	delete(header, "Content-Encoding")
	return header
}

// copyAnswerHeaders copies the headers of an HTTP endpoint's response for the client, with
// API Gateway's renames.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide; the request
// id was recorded.
func copyAnswerHeaders(into, from http.Header) {
	for name, values := range from {
		if name = endpointHeader(name); name != "" {
			into[name] = append(into[name], values...)
		}
	}
	for _, name := range headerList(from["Connection"]) {
		delete(into, http.CanonicalHeaderKey(name))
	}
}

func endpointHeader(name string) string {
	switch name {
	case "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Upgrade", "Via":
		return ""
	case "X-Amzn-Requestid":
		return remapped(name)
	}
	return answerHeader(name)
}
