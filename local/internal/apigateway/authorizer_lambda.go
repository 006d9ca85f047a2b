package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/lambda"
)

// The types of Lambda authorizer.
const (
	typeToken   = "TOKEN"
	typeRequest = "REQUEST"
)

// lambdaAuthorizer is a compiled Authorizer with a Lambda function.
type lambdaAuthorizer struct {
	isToken    bool
	sources    []identitySource
	expression *pattern.Pattern           // of a token; nil: any
	functions  map[string]lambda.Function // by stage
	results    *resultCache
}

// maxResultTTL is the quota of ResultTTL.
const maxResultTTL = time.Hour

func (c *compiler) compileLambdaAuthorizer(config *Authorizer) *lambdaAuthorizer {
	at := c.all.at(config.Label)
	a := &lambdaAuthorizer{
		isToken:   config.Type == typeToken,
		functions: c.authorizerFunctions(config, at.in("AuthorizerUri")),
		results:   newResultCache(config.ResultTTL, c.config.Clock),
	}
	a.sources = compileIdentitySources(config, at.in("IdentitySource"))
	if a.isToken && config.IdentityValidationExpression != "" {
		a.expression = compilePattern(config.IdentityValidationExpression, at.in("IdentityValidationExpression"))
	}
	if config.ResultTTL < 0 || config.ResultTTL > maxResultTTL {
		at.in("AuthorizerResultTtlInSeconds").addf("must be 0 to %d seconds, got %d", int(maxResultTTL.Seconds()), int(config.ResultTTL.Seconds()))
	}
	return a
}

// authorizerFunctions returns the function of an authorizer for each stage. Where a stub
// answers for all backends, it is not called, and no stub answers for it.
func (c *compiler) authorizerFunctions(config *Authorizer, at place) map[string]lambda.Function {
	if c.config.StubAll {
		functions := map[string]lambda.Function{}
		for _, stage := range c.config.Stages {
			functions[stage.Name] = NotInvoked("no backend is called, and no stub lets anybody pass")
		}
		return functions
	}
	return c.functions(config.URI, func(string) FunctionCall {
		return FunctionCall{Source: c.config.ID + "/authorizers/" + config.ID, HasCredentials: config.HasCredentials, Authorizer: true}
	}, at)
}

func (a *lambdaAuthorizer) authorize(x *exchange) *refusal {
	identity, refused := a.identity(x)
	if refused != nil {
		return refused
	}
	arn := x.methodARN(x.request.URL.EscapedPath())
	if len(arn) > maxMethodARN {
		return errARNTooLong
	}
	result, refused := a.ask(x, identity, arn)
	if refused != nil {
		return refused
	}
	// What a pattern of a policy denies is denied however its path is written.
	switch decided, reason := result.policy.decide(arn, x.methodARN(x.request.URL.Path)); decided {
	case explicitDeny:
		return accessDenied("User is not authorized to access this resource with an explicit deny", reason)
	case implicitDeny:
		return accessDenied("User is not authorized to access this resource", reason)
	}
	x.caller = result.caller
	return nil
}

func (a *lambdaAuthorizer) inspect(string) (opens bool, reason string) {
	return false, "a Lambda authorizer decides for each call, and is not asked for a token alone"
}

// ask returns what the function answers to a request, or has answered to one with
// the same identity.
func (a *lambdaAuthorizer) ask(x *exchange, identity identity, arn string) (*authorizerResult, *refusal) {
	key := identity.key(x.stage.Name)
	if result := a.results.get(key); result != nil {
		return result, nil
	}
	start := time.Now()
	result, refused := a.call(x, identity, arn)
	if refused != nil {
		return nil, refused
	}
	a.results.put(key, result)
	called := *result
	called.caller = result.caller.after(time.Since(start))
	return &called, nil
}

// authorizerTimeout is how long a function may take. That it is the default of
// integrations is an assumption.
const authorizerTimeout = defaultTimeout

// call calls the function. Whatever it does but answer with a policy, nobody passes.
func (a *lambdaAuthorizer) call(x *exchange, identity identity, arn string) (*authorizerResult, *refusal) {
	event := x.tokenEvent(identity, arn)
	if !a.isToken {
		event = x.requestAuthorizerEvent(arn)
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		return nil, authorizerMisconfigured("its event cannot be written: " + err.Error())
	}
	x.extendDeadline(authorizerTimeout)
	answer, err := x.api.await(x.request.Context(), authorizerTimeout, func(ctx context.Context) ([]byte, error) {
		return a.functions[x.stage.Name].Invoke(ctx, encoded)
	})
	switch {
	case errors.Is(err, errTimeout):
		return nil, authorizerFailed(fmt.Sprintf("it did not answer within %s", authorizerTimeout))
	case errors.Is(err, ErrNotInvoked):
		return nil, authorizerMisconfigured(err.Error())
	case err != nil && errorMessage(err) == "Unauthorized":
		return nil, unauthorized("the Lambda authorizer answered Unauthorized")
	case err != nil:
		return nil, authorizerMisconfigured("it failed, with another message than Unauthorized: " + identity.redact(err.Error()))
	}
	result, err := parseResult(answer)
	if err != nil {
		return nil, authorizerMisconfigured(identity.redact(err.Error()))
	}
	return result, nil
}

// errorMessage is errorMessage of what Lambda answers for a function that failed.
func errorMessage(err error) string {
	if failed, ok := errors.AsType[*lambda.FunctionError](err); ok {
		return failed.Message
	}
	return err.Error()
}

// maxMethodARN is a documented limit, as is the status that is answered beyond it.
const maxMethodARN = 1600

var errARNTooLong = &refusal{
	responseType: typeDefault4XX, status: 414, message: "Request URI too long",
	reason: fmt.Sprintf("the ARN of the call is longer than the %d bytes that a Lambda authorizer takes", maxMethodARN),
}

// methodARN is what is called, as policies name it. A path is as it was routed,
// without the slash at its end that has no effect, and a star in it is no wildcard of a
// policy that repeats it.
func (x *exchange) methodARN(path string) string {
	_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	path = strings.ReplaceAll(strings.TrimSuffix(path, "/"), "*", url.QueryEscape("*"))
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s/%s", x.api.region, x.api.accountID, x.api.id, x.stage.Name, x.request.Method, path)
}

func accessDenied(message, reason string) *refusal {
	return &refusal{responseType: typeAccessDenied, message: message, reason: "the Lambda authorizer does not let it pass: " + reason}
}

// authorizerMisconfigured and authorizerFailed have no message, as was seen live.
// Which of them a timeout is was not; the second is an assumption.
func authorizerMisconfigured(reason string) *refusal {
	return &refusal{responseType: typeAuthorizerConfiguration, reason: "the Lambda authorizer: " + logText(reason)}
}

func authorizerFailed(reason string) *refusal {
	return &refusal{responseType: typeAuthorizerFailure, reason: "the Lambda authorizer: " + logText(reason)}
}

// tokenEvent is what the function of a TOKEN authorizer is sent.
//
// Source: "Input to an API Gateway Lambda authorizer", Amazon API Gateway developer
// guide.
func (x *exchange) tokenEvent(i identity, arn string) any {
	token := ""
	if len(i) > 0 {
		token = i[0][0]
	}
	return struct {
		Type               string `json:"type"`
		MethodARN          string `json:"methodArn"`
		AuthorizationToken string `json:"authorizationToken"`
	}{typeToken, arn, token}
}

// requestAuthorizerEvent is what the function of a REQUEST authorizer is sent: the
// request without its body, in the format version 1.0. Unlike what an integration is
// sent, maps without entries are empty.
func (x *exchange) requestAuthorizerEvent(arn string) any {
	e := x.requestEvent(x.backendHeaders())
	if e.QueryStringParameters == nil {
		e.QueryStringParameters, e.MultiValueQueryStringParameters = lasts{}, lists{}
	}
	if e.PathParameters == nil {
		e.PathParameters = map[string]string{}
	}
	if e.StageVariables == nil {
		e.StageVariables = map[string]string{}
	}
	// The key was not checked yet.
	e.RequestContext.Identity.APIKey = orNull(x.request.Header.Get(apiKeyHeader))
	return struct {
		Type      string `json:"type"`
		MethodARN string `json:"methodArn"`
		requestEvent
	}{typeRequest, arn, e}
}

// authorizerResult is what a Lambda authorizer answered. It is not changed.
type authorizerResult struct {
	policy *policy
	caller caller
	size   int
}

// The names in $context.authorizer that the function does not give by itself.
const (
	principalName = "principalId"
	latencyName   = "integrationLatency"
)

// parseResult reads an answer. Names are as they are spelled here, and what else there
// is has no effect.
//
// Source: "Output from an API Gateway Lambda authorizer", Amazon API Gateway developer
// guide.
func parseResult(answer []byte) (*authorizerResult, error) {
	if len(answer) > maxAnswerBytes {
		return nil, fmt.Errorf("it answered %d bytes; Lambda takes %d", len(answer), maxAnswerBytes)
	}
	members, err := object(answer)
	if err != nil {
		return nil, fmt.Errorf("its answer: %w", err)
	}
	maps.DeleteFunc(members, func(_ string, value json.RawMessage) bool { return string(value) == "null" })
	r := &authorizerResult{size: len(answer), caller: caller{context: map[string]string{}}}
	if members["policyDocument"] == nil {
		return nil, errors.New("its answer has no policyDocument")
	}
	if r.policy, err = parsePolicy(members["policyDocument"]); err != nil {
		return nil, fmt.Errorf("its policyDocument: %w", err)
	}
	if raw := members["context"]; raw != nil {
		values, err := object(raw)
		if err != nil {
			return nil, fmt.Errorf("its context: %w", err)
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if r.caller.context[name], err = scalarText(values[name]); err != nil {
				return nil, fmt.Errorf("its context: %.100q is neither a text, a number nor a boolean", name)
			}
		}
	}
	// What the context says under these names is not believed.
	r.caller.context[principalName] = ""
	if raw := members["principalId"]; raw != nil {
		if r.caller.context[principalName], err = scalarText(raw); err != nil {
			return nil, errors.New("its principalId is not a text")
		}
	}
	if raw := members["usageIdentifierKey"]; raw != nil && json.Unmarshal(raw, &r.caller.usageIdentifierKey) != nil {
		return nil, errors.New("its usageIdentifierKey is not a text")
	}
	r.caller = r.caller.after(0)
	return r, nil
}

// scalarText returns a text, number or boolean as text.
func scalarText(raw json.RawMessage) (string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", err
	}
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, float64:
		return string(raw), nil
	}
	return "", errors.New("it is no scalar")
}

// after returns the caller with how long the authorizer took.
func (c caller) after(latency time.Duration) caller {
	c.context, c.latency = maps.Clone(c.context), latency
	c.context[latencyName] = strconv.FormatInt(latency.Milliseconds(), 10)
	return c
}
