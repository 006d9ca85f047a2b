package apigateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
)

// endpointRequest is a request to an endpoint.
type endpointRequest struct {
	method string
	url    *url.URL
	header http.Header
	body   io.ReadCloser
	length int64 // -1 if it is not known
}

// takesBody reports whether a request of a method has a body: API Gateway sends
// none with the others, as another project expects.
func takesBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// call sends a request to the stage's backend. The time for an answer, and for the
// whole of it, begins when the body was sent. The answer is to be closed.
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

// sentBody is a body on its way to a backend, which may still read it when it has
// answered.
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

// endpointAnswer is what a backend answers.
type endpointAnswer struct {
	host   string
	status int
	header http.Header
	body   io.ReadCloser
	length int64 // -1 if it is not known
	limit  int64
	timer  *backendTimer
}

// close ends the call. What is left of the body is not waited for.
func (a *endpointAnswer) close() {
	a.timer.stop()
	_ = a.body.Close()
}

// read returns the body, which templates have to see as a whole.
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
