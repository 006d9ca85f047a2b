package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// lambdaIntegration is a compiled integration of type AWS with a Lambda function, a
// "Lambda custom integration": templates render the event and the response.
type lambdaIntegration struct {
	mappedRequest
	mappedResponse
	functions map[string]lambda.Function // by stage
	headers   []requestParameter
	timeout   time.Duration
	isPost    bool
}

func (c *compiler) compileLambda(m *Method, declared map[string]*declaredResponse, at place) integration {
	config := m.Integration
	return &lambdaIntegration{
		mappedRequest:  compileRequest(config, at),
		mappedResponse: compileResponses(config, declared, at.in("IntegrationResponses")),
		functions:      c.compileFunctions(m, at.in("Uri")),
		// Functions do not see headers, but one header makes the invocation asynchronous.
		headers: compileRequestHeaders(m, at.in("RequestParameters")),
		timeout: compileTimeout(config.TimeoutInMillis, at.in("TimeoutInMillis")),
		isPost:  config.HTTPMethod == http.MethodPost,
	}
}

func (l *lambdaIntegration) answer(x *exchange) (int, *refusal) {
	function := l.functions[x.stage.Name]
	if missing, ok := function.(Missing); ok && x.api.stub {
		return x.answerStub(string(missing))
	}
	if !l.isPost {
		return 0, errNotPost
	}
	event, refused := l.render(x)
	if refused != nil {
		return 0, refused
	}
	if len(event) == 0 {
		event = []byte("{}") // the $input.body of an empty payload
	}
	kind, refused := l.invocationType(x)
	if refused != nil {
		return 0, refused
	}
	if kind != invokeSync {
		return l.answerAsync(x, function, kind, event)
	}
	answer, refused := x.invoke(failing{function}, event, l.timeout)
	if refused != nil {
		return 0, refused
	}
	response, refused := l.chooseFor(answer)
	if refused != nil {
		return 0, refused
	}
	return response.respond(x, &backendAnswer{body: answer})
}

// chooseFor returns the integration response for the output of a function. Patterns match
// only the errorMessage of a failure, so even .* does not match a success.
func (l *lambdaIntegration) chooseFor(payload []byte) (*integrationResponse, *refusal) {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &failure) == nil && failure.Message != "" {
		return l.choose(failure.Message)
	}
	return orNoResponse(l.fallback)
}

// failing is a function whose errors are output, as from Lambda.
type failing struct{ lambda.Function }

// Invoke responds to an event that is not JSON as Lambda does, without calling the
// function.
func (f failing) Invoke(ctx context.Context, event []byte) (payload []byte, err error) {
	if !json.Valid(event) {
		return errInvalidEvent, nil
	}
	defer func() {
		if problem := recover(); problem != nil {
			payload, err = errorPayload(reflect.TypeOf(problem).Name(), fmt.Sprint(problem)), nil
		}
	}()
	payload, err = f.Function.Invoke(ctx, event)
	if err == nil || errors.Is(err, ErrNotInvoked) || ctx.Err() != nil {
		return payload, err
	}
	if failed, ok := errors.AsType[*lambda.FunctionError](err); ok {
		return failed.Payload, nil
	}
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return errorPayload(kind.Name(), err.Error()), nil
}

var errInvalidEvent = errorPayload("InvalidRequestContentException", "Could not parse request body into json")

// errorPayload returns an error in Lambda's form.
func errorPayload(kind, message string) []byte {
	encoded, _ := json.Marshal(map[string]string{"errorMessage": message, "errorType": kind}) // cannot fail
	return encoded
}

// invocationTypeHeader is the header that sets the invocation type, if
// integration.request.header maps it.
//
// Source: "Set up asynchronous invocation of the backend Lambda function", Amazon
// API Gateway developer guide.
const invocationTypeHeader = "X-Amz-Invocation-Type"

const (
	invokeSync  = "RequestResponse"
	invokeAsync = "Event"
	invokeNever = "DryRun"
)

// invocationType returns the invocation type for a request. A mapping may take it from the
// client.
func (l *lambdaIntegration) invocationType(x *exchange) (string, *refusal) {
	mapped, refused := x.mapParameters(l.headers)
	if refused != nil {
		return "", refused
	}
	mapped.override(x.overrides)
	for name, values := range mapped.header {
		if !strings.EqualFold(name, invocationTypeHeader) || len(values) == 0 {
			continue
		}
		switch kind := values[len(values)-1]; kind {
		case invokeSync, invokeAsync, invokeNever:
			return kind, nil
		default:
			return "", misconfigured(logText(fmt.Sprintf("%s is %q; Lambda takes %s, %s and %s", invocationTypeHeader, kind, invokeSync, invokeAsync, invokeNever)))
		}
	}
	return invokeSync, nil
}

// maxAsyncEventBytes is Lambda's quota for an asynchronous event.
const maxAsyncEventBytes = 1 << 20

// answerAsync responds as Lambda does before the function runs: 202 without a body, or an
// error for an invalid event.
func (l *lambdaIntegration) answerAsync(x *exchange, function lambda.Function, kind string, event []byte) (int, *refusal) {
	answer := &backendAnswer{status: http.StatusAccepted}
	reason, isNever := neverInvoked(function)
	switch {
	case isNever:
		return 0, misconfigured(reason)
	case len(event) > maxAsyncEventBytes:
		return 0, errEventTooLarge
	case !json.Valid(event):
		answer.body = errInvalidEvent
	case kind == invokeNever:
		answer.status = http.StatusNoContent
	case !x.api.background.start(function, event):
		return 0, misconfigured("too many asynchronous invocations have not ended")
	}
	response, refused := l.chooseFor(answer.body)
	if refused != nil {
		return 0, refused
	}
	return response.respond(x, answer)
}

// background holds the asynchronous invocations of an API.
type background struct {
	running sync.WaitGroup
	waiting atomic.Int64 // bytes
	ctx     context.Context
	cancel  context.CancelFunc
	failed  func(error)
}

// Limits of pending asynchronous invocations. Each counts for more than its event.
const (
	maxWaitingBytes  = 64 << 20
	bytesOfAnAttempt = 16 << 10
)

func newBackground(failed func(error)) *background {
	if failed == nil {
		failed = func(error) {}
	}
	b := &background{failed: failed}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	return b
}

// start invokes a function in the background, and reports whether there was room. It does
// not retry a failed function. AWS retries twice, but a developer wants to see the
// failure.
func (b *background) start(function lambda.Function, event []byte) bool {
	size := int64(len(event) + bytesOfAnAttempt)
	if b.ctx.Err() != nil || b.waiting.Add(size) > maxWaitingBytes {
		b.waiting.Add(-size)
		return false
	}
	b.running.Go(func() {
		defer b.waiting.Add(-size)
		ctx, cancel := context.WithTimeout(b.ctx, maxTimeout)
		defer cancel()
		answer, err := failing{function}.Invoke(ctx, event)
		if err == nil {
			err = failureIn(answer)
		}
		if err != nil {
			b.failed(err)
		}
	})
	return true
}

// failureIn returns the error in the output of a function, or nil.
func failureIn(answer []byte) error {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(answer, &failure) != nil || failure.Message == "" {
		return nil
	}
	return fmt.Errorf("the function failed: %s", logText(failure.Message))
}

// closeTime is how long background invocations may run on after Close.
const closeTime = 5 * time.Second

// Close waits a few seconds for asynchronous invocations, and cancels the context of the
// rest. Do not send requests after Close.
func (a *API) Close() error {
	ended := make(chan struct{})
	go func() { a.background.running.Wait(); close(ended) }()
	defer a.background.cancel()
	select {
	case <-ended:
		return nil
	case <-time.After(closeTime):
		return fmt.Errorf("functions that are invoked asynchronously did not end within %s", closeTime)
	}
}
