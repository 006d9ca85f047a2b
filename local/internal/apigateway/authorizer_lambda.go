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
	expression *pattern.Pattern           // for a token, nil for any
	functions  map[string]lambda.Function // by stage
	results    *resultCache
}

// maxResultTTL is the quota for ResultTTL.
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

// authorizerFunctions returns the function of an authorizer for each stage. With StubAll,
// the function is not called and no stub replaces it, so every request is refused.
func (c *compiler) authorizerFunctions(config *Authorizer, at place) map[string]lambda.Function {
	if c.config.StubAll {
		functions := map[string]lambda.Function{}
		for _, stage := range c.config.Stages {
			functions[stage.Name] = NotInvoked("no backend is called, and no stub replaces an authorizer")
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
	// A Deny applies to the path as sent and as decoded.
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
	return false, "a Lambda authorizer decides for each request, not for a token alone"
}

// ask returns the function's result for a request, or a cached result for the same
// identity.
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

// authorizerTimeout is how long the function may take. AWS does not document it; we assume
// the default of integrations.
const authorizerTimeout = defaultTimeout

// call calls the function. Unless it returns a policy, the request is refused.
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
		return nil, authorizerMisconfigured("it failed with a message other than Unauthorized: " + identity.redact(err.Error()))
	}
	result, err := parseResult(answer)
	if err != nil {
		return nil, authorizerMisconfigured(identity.redact(err.Error()))
	}
	return result, nil
}

// errorMessage returns the errorMessage that Lambda reports for a failed function.
func errorMessage(err error) string {
	if failed, ok := errors.AsType[*lambda.FunctionError](err); ok {
		return failed.Message
	}
	return err.Error()
}

// maxMethodARN is the documented limit of a method ARN; beyond it, API Gateway responds
// with 414.
const maxMethodARN = 1600

var errARNTooLong = &refusal{
	responseType: typeDefault4XX, status: 414, message: "Request URI too long",
	reason: fmt.Sprintf("the method ARN is longer than the %d bytes that a Lambda authorizer allows", maxMethodARN),
}

// methodARN returns the ARN that policies are matched against. The path has no trailing
// slash, as in routing. A star in it is escaped, so that a policy that repeats the ARN
// has no wildcard.
func (x *exchange) methodARN(path string) string {
	_, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	path = strings.ReplaceAll(strings.TrimSuffix(path, "/"), "*", url.QueryEscape("*"))
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s/%s", x.api.region, x.api.accountID, x.api.id, x.stage.Name, x.request.Method, path)
}

func accessDenied(message, reason string) *refusal {
	return &refusal{responseType: typeAccessDenied, message: message, reason: "the Lambda authorizer denies it: " + reason}
}

// authorizerMisconfigured and authorizerFailed have no message, as seen live. AWS does not
// document which one a timeout is; we assume authorizerFailed.
func authorizerMisconfigured(reason string) *refusal {
	return &refusal{responseType: typeAuthorizerConfiguration, reason: "the Lambda authorizer: " + logText(reason)}
}

func authorizerFailed(reason string) *refusal {
	return &refusal{responseType: typeAuthorizerFailure, reason: "the Lambda authorizer: " + logText(reason)}
}

// tokenEvent returns the event for the function of a TOKEN authorizer.
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

// requestAuthorizerEvent returns the event for the function of a REQUEST authorizer: the
// request without its body, in format version 1.0. Maps without entries are empty, not
// null as in the event of an integration.
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
	// The API key is checked after the authorizer.
	e.RequestContext.Identity.APIKey = orNull(x.request.Header.Get(apiKeyHeader))
	return struct {
		Type      string `json:"type"`
		MethodARN string `json:"methodArn"`
		requestEvent
	}{typeRequest, arn, e}
}

// authorizerResult is the result of a Lambda authorizer. It is immutable.
type authorizerResult struct {
	policy *policy
	caller caller
	size   int
}

// The names in $context.authorizer that do not come from the function's context.
const (
	principalName = "principalId"
	latencyName   = "integrationLatency"
)

// parseResult reads the function's output. Names are case-sensitive; unknown members have
// no effect.
//
// Source: "Output from an API Gateway Lambda authorizer", Amazon API Gateway developer
// guide.
func parseResult(answer []byte) (*authorizerResult, error) {
	if len(answer) > maxAnswerBytes {
		return nil, fmt.Errorf("it returned %d bytes; Lambda allows %d", len(answer), maxAnswerBytes)
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
				return nil, fmt.Errorf("its context: %.100q is not a string, a number or a boolean", name)
			}
		}
	}
	// These replace values of the same name in the context.
	r.caller.context[principalName] = ""
	if raw := members["principalId"]; raw != nil {
		if r.caller.context[principalName], err = scalarText(raw); err != nil {
			return nil, errors.New("its principalId is not a string")
		}
	}
	if raw := members["usageIdentifierKey"]; raw != nil && json.Unmarshal(raw, &r.caller.usageIdentifierKey) != nil {
		return nil, errors.New("its usageIdentifierKey is not a string")
	}
	r.caller = r.caller.after(0)
	return r, nil
}

// scalarText returns a string, number or boolean as text.
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

// after returns the caller with the latency of the authorizer.
func (c caller) after(latency time.Duration) caller {
	c.context, c.latency = maps.Clone(c.context), latency
	c.context[latencyName] = strconv.FormatInt(latency.Milliseconds(), 10)
	return c
}
