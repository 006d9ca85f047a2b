package apigateway

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// API Gateway's quotas for a request to a REST API.
const (
	// maxHeaderBytes is for the request line and the header values together.
	maxHeaderBytes = 10240
	// maxBodyBytes is for the payload.
	maxBodyBytes = 10 << 20
)

// What is too large is refused before the request is known to belong to an API:
// the answer was seen live as text, without request ids, and no gateway response
// changes it, not even REQUEST_TOO_LARGE.
var errBodyTooLarge = frontRefusal{
	status: http.StatusRequestEntityTooLarge,
	body:   "HTTP content length exceeded " + strconv.Itoa(maxBodyBytes) + " bytes.",
}

// The text and the status were seen live, each by somebody else. That they
// belong together is an assumption.
var errHeadersTooLarge = frontRefusal{
	status: http.StatusRequestHeaderFieldsTooLarge,
	body:   "HTTP header is larger than " + strconv.Itoa(maxHeaderBytes) + " bytes.",
}

// frontRefusal is an answer that no API gives.
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

// errTooLarge is a body that turns out to be too large only when it is read.
var errTooLarge = &refusal{front: &errBodyTooLarge, reason: errBodyTooLarge.body}

// payload returns the body of the request. It is read when it is first asked for:
// a caller who may not call cannot make the server hold it, and what is passed
// through is not held at all.
func (x *exchange) payload() ([]byte, *refusal) {
	if !x.isRead {
		x.isRead = true
		var err error
		x.body, err = readAll(x.bodyReader(), x.request.ContentLength)
		x.unread = unreadable(err)
	}
	return x.body, x.unread
}

// skipPayload reads the body for a backend that does not want it.
func (x *exchange) skipPayload() *refusal {
	if !x.isRead {
		x.isRead = true
		_, err := io.Copy(io.Discard, x.bodyReader())
		x.unread = unreadable(err)
	}
	return x.unread
}

// stream returns the body of the request to be read by a backend, and its length, -1
// if it is not known.
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

// readAll reads what says that it has so many bytes, -1 if it does not say.
// Memory is taken for all of them only when some have come.
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
