package apigateway

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cells"
)

// integration answers the requests of a method that may pass.
type integration interface {
	// answer writes the answer and returns its status. Nothing has been written if
	// it returns a refusal.
	answer(x *exchange) (int, *refusal)
}

// The types of integration.
const (
	typeMock      = "MOCK"
	typeAWSProxy  = "AWS_PROXY"
	typeAWS       = "AWS"
	typeHTTPProxy = "HTTP_PROXY"
	typeHTTP      = "HTTP"
)

// compileIntegration compiles the integration of a method that declares
// responses.
func (c *compiler) compileIntegration(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	if config == nil {
		at.addf("is missing; API Gateway deploys no method without integration")
		return nil
	}
	if c.config.StubAll && config.Type != typeMock {
		return stub{}
	}
	switch config.Type {
	case typeMock:
		return compileMock(config, declared, at)
	case typeAWSProxy:
		return c.compileLambdaProxy(m, at)
	case typeHTTPProxy:
		return c.compileHTTPProxy(m, at)
	case typeHTTP:
		return c.compileHTTP(m, declared, at)
	case typeAWS:
		if !config.callsLambda() {
			return c.compileService(m, declared, at)
		}
		return c.compileLambda(m, declared, at)
	}
	at.in("Type").addf("%q is not supported; allowed are %s, %s, %s, %s, and %s with a Lambda function",
		config.Type, typeMock, typeHTTP, typeHTTPProxy, typeAWS, typeAWSProxy)
	return nil
}

// callsLambda reports whether it is with a function, by how the Uri is spelled.
func (i *Integration) callsLambda() bool { return strings.Contains(i.URI, ":lambda:path/") }

// IsProxy reports whether the answer is the backend's own, and not one that the
// integration responses make.
func (i *Integration) IsProxy() bool { return i.Type == typeAWSProxy || i.Type == typeHTTPProxy }

// How long a backend may take. The quota of 29 s can be raised, to what is not
// documented; the limit of a Lambda function is the upper one here.
const (
	defaultTimeout = 29 * time.Second
	minTimeout     = 50 * time.Millisecond
	maxTimeout     = 15 * time.Minute
)

func compileTimeout(millis int, at place) time.Duration {
	timeout := time.Duration(millis) * time.Millisecond
	switch {
	case millis == 0:
		return defaultTimeout
	case timeout < minTimeout || timeout > maxTimeout:
		at.addf("must be %d to %d milliseconds, got %d", minTimeout.Milliseconds(), maxTimeout.Milliseconds(), millis)
	}
	return timeout
}

// writeTime is what a client gets for reading an answer, beside the time that its
// backend takes.
const writeTime = 30 * time.Second

// uploadTime is what a client gets for sending a body, beside the time that its
// backend takes.
const uploadTime = 30 * time.Second

// extendDeadlines gives a request the time that its body and its answer may take.
func (x *exchange) extendDeadlines(timeout time.Duration) {
	_ = http.NewResponseController(x.writer).SetReadDeadline(time.Now().Add(timeout))
	x.extendDeadline(timeout)
}

// extendDeadline gives a request the time that its backend may take, from now on:
// a server's own limit counts from when the request came.
func (x *exchange) extendDeadline(timeout time.Duration) {
	// A writer that has no deadlines needs none.
	_ = http.NewResponseController(x.writer).SetWriteDeadline(time.Now().Add(timeout + writeTime))
}

// badGateway is a backend that failed, or whose answer is none.
func badGateway(format string, args ...any) *refusal {
	return &refusal{
		responseType: typeDefault5XX, status: http.StatusBadGateway,
		message: "Internal server error", reason: logText(fmt.Sprintf(format, args...)),
	}
}

// logText is what a backend wrote, as one line that is not endless.
func logText(text string) string {
	const most = 1000
	if len(text) > most {
		text = text[:most] + "…"
	}
	return cells.Printable(text)
}

// timedOut is a backend that did not answer in time.
func timedOut(timeout time.Duration) *refusal {
	return &refusal{
		responseType: typeIntegrationTimeout, message: "Endpoint request timed out",
		reason: fmt.Sprintf("the backend did not answer within %s, the integration's timeout", timeout),
	}
}
