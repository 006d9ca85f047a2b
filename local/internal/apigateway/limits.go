package apigateway

import (
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
// belong together is a working choice.
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

// readBody reads the payload of a request. The error wraps *http.MaxBytesError
// if it is too large.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength == 0 || r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
}

func isTooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}
