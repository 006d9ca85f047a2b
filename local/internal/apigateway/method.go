package apigateway

import (
	"slices"
	"strings"
	"time"
)

// method is a compiled Method.
type method struct {
	httpMethod       string
	path, resourceID string
	pathNames        []string
	authorization    authorization // nil: everybody may call
	needsKey         bool
	validator        requestValidator
	integration      integration
}

// compiler holds what the methods of an API share.
type compiler struct {
	config            *Config
	all               *problems
	tree              *tree
	models            map[string]*model
	authorizers       map[*Authorizer]*authorizer
	lambdaAuthorizers map[*Authorizer]*lambdaAuthorizer
	methods           []*method
}

// method compiles a method and puts it at its resource.
func (c *compiler) method(config *Method) {
	at := c.all.at(config.Label)
	declared := compileMethodResponses(config.MethodResponses, c.models, at.in("MethodResponses"))
	m := &method{
		httpMethod:    config.HTTPMethod,
		path:          config.Path,
		resourceID:    config.ResourceID,
		authorization: c.authorization(config, at),
		needsKey:      config.APIKeyRequired,
		validator:     compileRequestValidator(config, c.models, at),
		integration:   c.compileIntegration(config, declared, at.in("Integration")),
	}
	c.methods = append(c.methods, m)
	var n *node
	if n, m.pathNames = c.tree.resource(config.Path, at.in("Path")); n != nil {
		n.add(m, config.HTTPMethod, at.in("HttpMethod"))
	}
}

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

// Verdict is what one method makes of a token.
type Verdict struct {
	HTTPMethod, Path string
	// Opens reports whether a request with the token reaches the integration.
	Opens bool
	// Reason says why, or why not.
	Reason string
}

// Inspect returns what every method, in the order of [Config.Methods], makes of
// a token, given with or without "Bearer ". It is decided as for a request that
// carries the token.
func (a *API) Inspect(token string) []Verdict {
	verdicts := make([]Verdict, len(a.methods))
	for i, m := range a.methods {
		verdicts[i] = Verdict{HTTPMethod: m.httpMethod, Path: m.path}
		verdicts[i].Opens, verdicts[i].Reason = m.inspect(token)
	}
	return verdicts
}

// inspect takes an API key for granted: a caller who may call has one too.
func (m *method) inspect(text string) (opens bool, reason string) {
	if opens, reason = m.inspectToken(text); opens && m.needsKey {
		reason += "; an API key is needed too"
	}
	return opens, reason
}

func (m *method) inspectToken(text string) (opens bool, reason string) {
	if m.authorization == nil {
		return true, "the method has no authorizer: everybody may call it"
	}
	return m.authorization.inspect(text)
}
