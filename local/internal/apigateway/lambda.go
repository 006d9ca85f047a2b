package apigateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// FunctionCall is a call of a Lambda function by a method or an authorizer.
type FunctionCall struct {
	// ARN is the ARN of the function, which may end with a version or an alias.
	ARN string
	// Source is the end of the caller's SourceArn: API/STAGE/METHOD/PATH, or
	// API/authorizers/ID.
	Source string
	// HasCredentials is that of the [Integration] or [Authorizer].
	HasCredentials bool
	// Authorizer reports whether an authorizer calls the function. No stub replaces it.
	Authorizer bool
}

// ErrNotInvoked is wrapped by the error of a function that was not invoked, because a
// permission is missing or the function is unreachable: 500 on API Gateway. All other
// errors, and panics, are failures of the function.
var ErrNotInvoked = errors.New("the function was not invoked")

// Missing is a function without a backend. Its text says which one and what to do. The
// integration responds with 500, or with a stub, see [Config.Stub].
type Missing string

// Invoke returns the text as an error that wraps [ErrNotInvoked].
func (m Missing) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return NotInvoked(m).Invoke(ctx, event)
}

// invocationURI matches the Uri of an integration with a Lambda function.
var invocationURI = regexp.MustCompile(`^arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/(arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9_$-]{1,128})?)/invocations$`)

const invocationForm = "arn:PARTITION:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations"

// variableReference matches a stage variable in a Uri.
var variableReference = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_]+)\}`)

// expand replaces the stage variables in a Uri.
func (s *Stage) expand(uri string) string {
	return variableReference.ReplaceAllStringFunc(uri, func(reference string) string {
		return s.Variables[variableReference.FindStringSubmatch(reference)[1]]
	})
}

// compileFunctions returns the function of a method's integration in each stage, by the
// name of the stage.
func (c *compiler) compileFunctions(m *Method, at place) map[string]lambda.Function {
	return c.functions(m.Integration.URI, func(stage string) FunctionCall {
		source := strings.Join([]string{c.config.ID, stage, m.HTTPMethod}, "/") + m.Path
		return FunctionCall{Source: source, HasCredentials: m.Integration.HasCredentials}
	}, at)
}

// functions returns the function in a Uri for each stage, by the name of the stage. call
// returns the call, without the ARN.
func (c *compiler) functions(uri string, call func(stage string) FunctionCall, at place) map[string]lambda.Function {
	functions := map[string]lambda.Function{}
	for _, stage := range c.config.Stages {
		expanded := stage.expand(uri)
		match := invocationURI.FindStringSubmatch(expanded)
		switch {
		case match == nil && expanded == uri:
			at.addf("must be %s, got %q; other services are not served", invocationForm, uri)
			return nil
		case match == nil:
			// As on API Gateway, the Uri may be valid in other stages.
			functions[stage.Name] = NotInvoked(fmt.Sprintf(
				"the variables of the stage %s make the Uri %q, which is not %s", stage.Name, expanded, invocationForm))
		case c.config.Function == nil:
			at.addf("leads to a Lambda function, and there is none")
			return nil
		default:
			called := call(stage.Name)
			called.ARN = match[1]
			functions[stage.Name] = c.config.Function(called)
		}
	}
	return functions
}

// NotInvoked is a function that cannot be invoked. Its text is the reason.
type NotInvoked string

// Invoke returns the reason as an error that wraps [ErrNotInvoked].
func (n NotInvoked) Invoke(context.Context, []byte) ([]byte, error) {
	return nil, fmt.Errorf("%w: %s", ErrNotInvoked, string(n))
}

// neverInvoked reports whether a function cannot be invoked, and returns why.
func neverInvoked(function lambda.Function) (string, bool) {
	switch f := function.(type) {
	case Missing:
		return string(f), true
	case NotInvoked:
		return string(f), true
	}
	return "", false
}

// lambdaProxy is a compiled integration of type AWS_PROXY.
type lambdaProxy struct {
	functions map[string]lambda.Function // by stage
	timeout   time.Duration
	headers   []requestParameter
	isPost    bool
}

// compileLambdaProxy compiles a proxy integration. Its responses, templates and content
// handling have no effect, as on API Gateway.
func (c *compiler) compileLambdaProxy(m *Method, at place) integration {
	config := m.Integration
	return &lambdaProxy{
		functions: c.compileFunctions(m, at.in("Uri")),
		timeout:   compileTimeout(config.TimeoutInMillis, at.in("TimeoutInMillis")),
		headers:   compileRequestHeaders(m, at.in("RequestParameters")),
		isPost:    config.HTTPMethod == http.MethodPost,
	}
}

func (l *lambdaProxy) answer(x *exchange) (int, *refusal) {
	function := l.functions[x.stage.Name]
	if missing, ok := function.(Missing); ok && x.api.stub {
		return x.answerStub(string(missing))
	}
	if !l.isPost {
		return 0, errNotPost
	}
	event, refused := l.event(x)
	if refused != nil {
		return 0, refused
	}
	payload, refused := x.invoke(function, event, l.timeout)
	if refused != nil {
		return 0, refused
	}
	a, err := parseProxyAnswer(payload)
	if err != nil {
		return 0, badGateway("malformed Lambda proxy response: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return a.send(x)
}

var errNotPost = misconfigured("the IntegrationHttpMethod of a Lambda function must be POST: nothing else invokes it")

// Lambda's quotas for the payload of a synchronous invocation.
const (
	maxEventBytes  = 6 << 20
	maxAnswerBytes = 6<<20 + 100
)

var errEventTooLarge = &refusal{
	responseType: typeRequestTooLarge, message: "Request Too Long",
	reason: fmt.Sprintf("the event is larger than the %d bytes that Lambda allows", maxEventBytes),
}

// invoke invokes a function, and maps every failure to a refusal.
func (x *exchange) invoke(function lambda.Function, event []byte, timeout time.Duration) ([]byte, *refusal) {
	if len(event) > maxEventBytes {
		return nil, errEventTooLarge
	}
	x.extendDeadline(timeout)
	payload, err := x.api.await(x.request.Context(), timeout, func(ctx context.Context) ([]byte, error) {
		return function.Invoke(ctx, event)
	})
	switch {
	case errors.Is(err, errTimeout):
		return nil, timedOut(timeout)
	case errors.Is(err, lambda.ErrPayloadTooLarge):
		return nil, errEventTooLarge
	case errors.Is(err, ErrNotInvoked):
		return nil, misconfigured(logText(err.Error()))
	case isFailure(err):
		return nil, badGateway("%s", err)
	case err != nil:
		return nil, badGateway("the function failed: %s", err)
	case len(payload) > maxAnswerBytes:
		return nil, badGateway("the function returned %d bytes; Lambda allows %d", len(payload), maxAnswerBytes)
	}
	return payload, nil
}

// isFailure reports whether an error already says that the function failed.
func isFailure(err error) bool {
	_, failed := errors.AsType[*lambda.FunctionError](err)
	return failed
}

// await calls a backend and waits until the timeout, by the API's clock. A client that
// disconnects does not cancel the call, as on API Gateway. A call that ignores its context
// runs on, but await returns.
func (a *API) await(ctx context.Context, timeout time.Duration, call func(context.Context) ([]byte, error)) ([]byte, error) {
	timer := a.startTimer(context.WithoutCancel(ctx), timeout)
	defer timer.stop()
	ctx, cancel := context.WithTimeout(timer.ctx, timeout)
	defer cancel()
	type result struct {
		payload []byte
		err     error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if problem := recover(); problem != nil {
				r = result{err: fmt.Errorf("panic: %v", problem)}
			}
			done <- r
		}()
		r.payload, r.err = call(ctx)
	}()
	select {
	case r := <-done:
		if timer.isOver() || ctx.Err() != nil {
			return nil, errTimeout
		}
		return r.payload, r.err
	case <-ctx.Done():
		return nil, errTimeout
	}
}

// compileRequestHeaders compiles the request parameters of an integration with a Lambda
// function. Only headers have an effect, as seen live.
func compileRequestHeaders(m *Method, at place) []requestParameter {
	return slices.DeleteFunc(compileRequestParameters(m, at), func(p requestParameter) bool { return p.location != "header" })
}

// proxyAnswer is the response of a function with proxy integration.
type proxyAnswer struct {
	status  int
	header  http.Header
	body    string
	encoded bool
}

// parseProxyAnswer reads the function's output. Every member may be absent or null, and no
// other member is allowed, as seen live. Names are case-sensitive.
func parseProxyAnswer(payload []byte) (*proxyAnswer, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, fmt.Errorf("it is not a JSON object but %.100q", payload)
	}
	if members == nil {
		return nil, errors.New("it is null")
	}
	a := &proxyAnswer{status: http.StatusOK, header: http.Header{}}
	var single map[string]any
	var multi map[string][]any
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := members[name]
		var err error
		switch name {
		case "statusCode":
			a.status, err = answerStatus(value)
		case "headers":
			err = readMember(value, &single, "an object of strings")
		case "multiValueHeaders":
			err = readMember(value, &multi, "an object of lists of strings")
		case "body":
			err = readMember(value, &a.body, "a string: encode JSON as a string too")
		case "isBase64Encoded":
			err = readMember(value, &a.encoded, "true or false")
		default:
			err = errors.New("allowed are statusCode, headers, multiValueHeaders, body and isBase64Encoded")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%.60s: %w", name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		for _, value := range multi[name] {
			errs = append(errs, a.add(name, value))
		}
	}
	// A value in both maps counts once, as documented.
	several := a.header.Clone()
	for _, name := range slices.Sorted(maps.Keys(single)) {
		value := single[name]
		if text, ok := headerText(value); ok && slices.Contains(several[answerHeader(name)], text) {
			continue
		}
		errs = append(errs, a.add(name, value))
	}
	return a, errors.Join(errs...)
}

func readMember(value json.RawMessage, into any, what string) error {
	if json.Unmarshal(value, into) != nil {
		return errors.New("must be " + what) // without the value, which may be secret
	}
	return nil
}

// answerStatus reads a status, a number or a string.
func answerStatus(value json.RawMessage) (int, error) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	if text == "null" || text == "" {
		return http.StatusOK, nil
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("must be 200 to 599, got %.60s", value)
	}
	return status, nil
}

// headerText returns the value of a header: a string or a boolean.
func headerText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// add adds a header. It returns an error for an invalid one, which could inject another
// header or a body.
func (a *proxyAnswer) add(name string, value any) error {
	text, ok := headerText(value)
	switch {
	case !isToken(name):
		return fmt.Errorf("headers: %.60q is not the name of a header", name)
	case !ok:
		return fmt.Errorf("headers: the value of %s is not a string", name)
	case slices.ContainsFunc([]rune(text), isControl):
		return fmt.Errorf("headers: the value of %s has control characters", name)
	}
	if name = answerHeader(name); name != "" {
		a.header[name] = append(a.header[name], text)
	}
	return nil
}

// answerHeader returns the name that a header of a backend's response has for the client,
// "" if it is dropped.
//
// Source: "Important notes for REST APIs", Amazon API Gateway developer guide.
func answerHeader(name string) string {
	if canonical := http.CanonicalHeaderKey(name); canonical == "Te" || canonical == "Keep-Alive" {
		return ""
	}
	return integrationHeaderName(name)
}

func (a *proxyAnswer) send(x *exchange) (int, *refusal) {
	if a.encoded && x.api.isBinary(x.request.Header.Get("Accept")) {
		decoded, err := base64.StdEncoding.DecodeString(a.body)
		if err != nil {
			return 0, misconfigured("the function's body is not base64, though isBase64Encoded says so: " + err.Error())
		}
		a.body = string(decoded)
	}
	if a.header[traceHeader] == nil {
		a.header[traceHeader] = []string{x.trace()}
	}
	finish(a.header, a.status, a.body)
	maps.Copy(x.writer.Header(), a.header)
	x.send(a.status, a.body)
	return a.status, nil
}
