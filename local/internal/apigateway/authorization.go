package apigateway

import (
	"slices"
	"strings"
	"time"
)

// authorization decides who may call a method.
type authorization interface {
	// authorize notes in x who calls, or refuses the request.
	authorize(x *exchange) *refusal
	// inspect says what it makes of a token, given with or without "Bearer ".
	inspect(token string) (opens bool, reason string)
}

// caller is what an authorization found out about who calls. The zero value is
// anybody.
type caller struct {
	// token is that of a user pool.
	token Token
	// context is $context.authorizer of a Lambda authorizer, nil without one.
	context map[string]string
	// latency is how long it took.
	latency time.Duration
	// usageIdentifierKey is what it answered, for [AuthorizerKeySource].
	usageIdentifierKey string
}

// event is the caller as a function sees it: nil for anybody.
func (c *caller) event() map[string]any {
	switch {
	case c.context != nil:
		event := map[string]any{}
		for name, value := range c.context {
			event[name] = value
		}
		event[latencyName] = c.latency.Milliseconds()
		return event
	case c.token.Use != "":
		return map[string]any{"claims": texts(claimTexts(c.token.Claims))}
	}
	return nil
}

// authorization returns nil for a method that everybody may call.
func (c *compiler) authorization(config *Method, at place) authorization {
	switch config.AuthorizationType {
	case AuthorizationNone, AuthorizationIAM:
		if config.Authorizer != nil {
			at.in("AuthorizerId").addf("is set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if len(config.AuthorizationScopes) > 0 {
			at.in("AuthorizationScopes").addf("are set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if config.AuthorizationType == AuthorizationIAM {
			return iamAuthorization{}
		}
		return nil
	case AuthorizationCognitoUserPools, AuthorizationCustom:
		if config.Authorizer == nil {
			at.in("AuthorizerId").addf("is missing; AuthorizationType %s needs an authorizer", config.AuthorizationType)
			return closed{}
		}
		return c.authorizer(config, at)
	}
	at.in("AuthorizationType").addf("%q is not supported; allowed are %s", config.AuthorizationType, strings.Join([]string{
		string(AuthorizationNone), string(AuthorizationCognitoUserPools), string(AuthorizationIAM), string(AuthorizationCustom),
	}, ", "))
	return closed{}
}

// authorizer returns the authorizer of a method, which is one of its type.
func (c *compiler) authorizer(config *Method, at place) authorization {
	a := config.Authorizer
	isLambda := a.Type == typeToken || a.Type == typeRequest
	switch {
	case !isLambda && a.Type != string(AuthorizationCognitoUserPools): // of which compileAuthorizer says so
	case isLambda != (config.AuthorizationType == AuthorizationCustom):
		at.in("AuthorizerId").addf("is an authorizer of type %s, and AuthorizationType is %s: API Gateway refuses the method", a.Type, config.AuthorizationType)
		return closed{}
	}
	if isLambda {
		if len(config.AuthorizationScopes) > 0 {
			at.in("AuthorizationScopes").addf("are set on a method whose AuthorizationType is %s", config.AuthorizationType)
		}
		if c.lambdaAuthorizers[a] == nil {
			c.lambdaAuthorizers[a] = c.compileLambdaAuthorizer(a)
		}
		return c.lambdaAuthorizers[a]
	}
	if c.authorizers[a] == nil {
		c.authorizers[a] = compileAuthorizer(a, c.all)
	}
	return &cognitoAuthorization{c.authorizers[a], slices.Clone(config.AuthorizationScopes)}
}

// closed lets nobody pass: a method with a problem, which is never served.
type closed struct{}

func (closed) authorize(*exchange) *refusal          { return unauthorized("the method has a problem") }
func (closed) inspect(string) (opens bool, _ string) { return false, "the method has a problem" }
