package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// lambdaIntegration is a compiled integration of type AWS with a Lambda function:
// templates make the event and the answer.
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
		// A function sees no headers, but one of them makes the call asynchronous.
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
		event = []byte("{}") // as $input.body shows an empty payload
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

// chooseFor returns the response for what a function answered: patterns are
// matched against the message of an error alone. A pattern for every message does
// not match an answer that is none.
func (l *lambdaIntegration) chooseFor(payload []byte) (*integrationResponse, *refusal) {
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal(payload, &failure) == nil && failure.Message != "" {
		return l.choose(failure.Message)
	}
	return orNoResponse(l.fallback)
}

// failing is a function whose errors are answers, as Lambda gives them.
type failing struct{ lambda.Function }

// Invoke answers what is no JSON as Lambda does, without calling the function.
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

// errorPayload is how Lambda describes an error.
func errorPayload(kind, message string) []byte {
	encoded, _ := json.Marshal(map[string]string{"errorMessage": message, "errorType": kind}) // cannot fail
	return encoded
}
