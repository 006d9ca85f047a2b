package apigateway

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// The names of the headers that API Gateway adds, as it spells them.
const (
	requestIDHeader         = "x-amzn-RequestId"
	extendedRequestIDHeader = "x-amz-apigw-id"
	errorTypeHeader         = "x-amzn-ErrorType"
)

var jsonContentType = []string{jsonType}

// headerName returns the name under which a header of a gateway response reaches
// the client, "" if it does not. API Gateway keeps some for itself: for
// integrations that was seen live; the same here is a working choice.
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

// integrationHeaderName is headerName for a header of an integration response, of
// which API Gateway renames more: those of hop and message that were seen live.
func integrationHeaderName(name string) string {
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Authorization", "Content-Md5", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "Www-Authenticate":
		return remapped(canonical)
	}
	return headerName(name)
}

func remapped(name string) string { return http.CanonicalHeaderKey("x-amzn-Remapped-" + name) }

// finish sets the headers that depend on the status and the body. An answer that
// has no body has no content type either, which is a working choice.
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

// hasBody reports whether HTTP allows an answer of a status to have a body.
func hasBody(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// send writes an answer whose headers are set.
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

// parseStatusCode reads the status of an answer. Codes below 200 are not
// answers: a server sends them before one.
func parseStatusCode(text string, at place) int {
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 || strings.HasPrefix(text, "+") {
		at.addf("must be 200 to 599, got %q", text)
		return http.StatusInternalServerError
	}
	return status
}
