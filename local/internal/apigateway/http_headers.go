package apigateway

import (
	"fmt"
	"net/http"
	"strings"
)

// keptRequestHeaders are those that no mapping may set, which API Gateway finds out
// when it is called: recorded.
var keptRequestHeaders = map[string]bool{
	"Content-Length": true, "Transfer-Encoding": true, traceHeader: true, apiIDHeader: true,
}

// droppedFromEndpoints are the headers that do not reach an HTTP endpoint, whoever
// sets them: recorded, but for those that are about a connection.
var droppedFromEndpoints = []string{"Connection", "Expect", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Via"}

// apiIDHeader tells a backend which API calls it.
const apiIDHeader = "X-Amzn-Apigateway-Api-Id"

// setHeaders sets the headers that are mapped, in place of what the client sent,
// also where they have no value: it is not the client's to say. A value with
// control characters could be another header.
func (m *mappedParameters) setHeaders(header http.Header) *refusal {
	for name, values := range m.header {
		name = http.CanonicalHeaderKey(name)
		if !isToken(name) {
			return misconfigured(fmt.Sprintf("a template sets %q, which is not the name of a header", name))
		}
		delete(header, name)
		for _, value := range values {
			if strings.ContainsFunc(value, isControl) {
				return badParameter(fmt.Sprintf("the value that the header %s of the request to the backend is mapped to has control characters", name))
			}
		}
		switch {
		case len(values) == 0:
		case keptRequestHeaders[name]:
			return misconfigured(fmt.Sprintf("the header %s of the request to the backend is mapped, which API Gateway sets itself", name))
		default:
			header[name] = values
		}
	}
	return nil
}

// setOwnHeaders sets the headers that API Gateway sets, and its defaults, and takes
// away what it keeps for itself.
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

// proxiedHeaders are those of a request that an HTTP endpoint is sent as they are.
func (x *exchange) proxiedHeaders() http.Header {
	header := http.Header(x.backendHeaders())
	delete(header, "Host")
	delete(header, "Content-Encoding")
	return header
}

// copyAnswerHeaders copies the headers of an HTTP endpoint's answer that reach the
// client, under the names that API Gateway gives them.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide; of
// the request id, what was recorded.
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
