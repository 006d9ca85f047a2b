package apigateway

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// httpIntegration is a compiled integration of type HTTP: templates make the
// request and the answer.
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

// answerWith answers a request, with the headers that setHeaders gives to the one
// that is sent.
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
