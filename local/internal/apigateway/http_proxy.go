package apigateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// httpProxy is a compiled integration of type HTTP_PROXY: the request and the
// answer pass through, without being held.
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

// pass lets an answer through to the client. One that breaks off, or turns out to be
// too large, breaks off for the client too.
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

// lengthOf returns what the answer to HEAD says, -1 if it says nothing.
func lengthOf(header http.Header) int64 {
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return length
}

const bufferBytes = 32 << 10

var buffers = sync.Pool{New: func() any { return new([bufferBytes]byte) }}

// copyBody copies the body of an answer. What is of unknown length is not waited
// for: it may be a stream of events.
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
