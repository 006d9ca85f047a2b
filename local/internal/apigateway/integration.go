package apigateway

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cells"
	"example.com/weather-events-api/local/internal/mapping"
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

// compileMock compiles a mock integration of a method that declares responses.
func compileMock(config *Integration, declared map[string]*declaredResponse, at place) *mockIntegration {
	i := &mockIntegration{}
	i.mappedRequest = compileRequest(config, at)
	i.mappedResponse = compileResponses(config, declared, at.in("IntegrationResponses"))
	for contentType, t := range i.templates {
		if t.template == nil {
			t.response, t.refused = i.selectResponse(string(t.constant))
			i.templates[contentType] = t
		}
	}
	return i
}

// compileRequest compiles what makes the request to an integration.
func compileRequest(config *Integration, at place) mappedRequest {
	r := mappedRequest{
		passthrough: config.PassthroughBehavior,
		handling:    compileContentHandling(config.ContentHandling, at.in("ContentHandling")),
		templates:   byContentType[requestTemplate]{},
	}
	switch r.passthrough {
	case "":
		r.passthrough = passthroughWhenNoMatch
	case passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever:
	default:
		at.in("PassthroughBehavior").addf("%q is not supported; allowed are %s, %s and %s",
			r.passthrough, passthroughWhenNoMatch, passthroughWhenNoTemplates, passthroughNever)
	}
	for _, contentType := range slices.Sorted(maps.Keys(config.RequestTemplates)) {
		source := config.RequestTemplates[contentType]
		template, err := mapping.Compile(source)
		if err != nil {
			at.in("RequestTemplates").key(contentType).addf("%s", err)
			continue
		}
		if IsConstant(source) {
			template = nil
		}
		r.templates[contentType] = requestTemplate{template: template, constant: []byte(source)}
	}
	return r
}

// IsConstant reports whether a mapping template renders itself.
func IsConstant(source string) bool { return !strings.ContainsAny(source, "$#") }

// declaredResponse is a compiled MethodResponse.
type declaredResponse struct {
	status  int
	headers map[string]bool // by canonical name
}

// compileMethodResponses returns the method responses by their status code.
func compileMethodResponses(config []MethodResponse, models map[string]*model, at place) map[string]*declaredResponse {
	declared := map[string]*declaredResponse{}
	for i, response := range config {
		at := at.item(i)
		if declared[response.StatusCode] != nil {
			at.in("StatusCode").addf("%s is a second time; allowed is once", response.StatusCode)
		}
		d := &declaredResponse{parseStatusCode(response.StatusCode, at.in("StatusCode")), map[string]bool{}}
		for _, parameter := range slices.Sorted(maps.Keys(response.ResponseParameters)) {
			name, ok := strings.CutPrefix(parameter, responseHeaderPrefix)
			if !ok || !isToken(name) {
				at.in("ResponseParameters").key(parameter).addf("must be %s and the name of a header", responseHeaderPrefix)
			}
			d.headers[http.CanonicalHeaderKey(name)] = true
		}
		checkModels(response.ResponseModels, models, at.in("ResponseModels"))
		declared[response.StatusCode] = d
	}
	return declared
}

// compileResponses compiles the integration responses against the method
// responses that declare them.
func compileResponses(integration *Integration, declared map[string]*declaredResponse, at place) mappedResponse {
	var r mappedResponse
	seen := map[string]bool{}
	hasDefault := false
	for n := range integration.IntegrationResponses {
		config, at := &integration.IntegrationResponses[n], at.item(n)
		if seen[config.StatusCode] {
			at.in("StatusCode").addf("%s is a second time; allowed is once", config.StatusCode)
		}
		seen[config.StatusCode] = true
		// API Gateway deploys a response that no method response declares, and
		// answers 500 when it is chosen.
		var response *integrationResponse
		if d := declared[config.StatusCode]; d != nil {
			response = compileIntegrationResponse(config, integration, d, at)
		}
		if config.SelectionPattern != "" {
			if pattern := compilePattern(config.SelectionPattern, at.in("SelectionPattern")); pattern != nil {
				r.responses = append(r.responses, selectable{pattern, response})
			}
			continue
		}
		if hasDefault {
			at.in("SelectionPattern").addf("is empty, as that of another integration response; only one can be the default")
		}
		hasDefault = true
		r.fallback = response
	}
	return r
}
