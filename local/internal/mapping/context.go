package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/velocity"
)

// contextVariables are the scalar $context variables, by the name after $context.
// null is for variables that API Gateway documents but does not set for a caller
// without IAM credentials or a web ACL.
var contextVariables = map[string]func(*Context) any{
	"accountId":         func(c *Context) any { return c.AccountID },
	"apiId":             func(c *Context) any { return c.APIID },
	"deploymentId":      func(c *Context) any { return c.DeploymentID },
	"domainName":        func(c *Context) any { return c.DomainName },
	"domainPrefix":      func(c *Context) any { return c.DomainPrefix },
	"extendedRequestId": func(c *Context) any { return c.ExtendedRequestID },
	"httpMethod":        func(c *Context) any { return c.HTTPMethod },
	"path":              func(c *Context) any { return c.Path },
	"protocol":          func(c *Context) any { return c.Protocol },
	"requestId":         func(c *Context) any { return c.RequestID },
	"requestTime":       func(c *Context) any { return c.RequestTime },
	"requestTimeEpoch":  func(c *Context) any { return c.RequestTimeEpoch },
	"resourceId":        func(c *Context) any { return c.ResourceID },
	"resourcePath":      func(c *Context) any { return c.ResourcePath },
	"stage":             func(c *Context) any { return c.Stage },
	"wafResponseCode":   null,
	"webaclArn":         null,

	"identity.sourceIp":                      func(c *Context) any { return c.Identity.SourceIP },
	"identity.userAgent":                     func(c *Context) any { return c.Identity.UserAgent },
	"identity.accountId":                     null,
	"identity.apiKey":                        func(c *Context) any { return orNull(c.Identity.APIKey) },
	"identity.apiKeyId":                      func(c *Context) any { return orNull(c.Identity.APIKeyID) },
	"identity.caller":                        null,
	"identity.cognitoAuthenticationProvider": null,
	"identity.cognitoAuthenticationType":     null,
	"identity.cognitoIdentityId":             null,
	"identity.cognitoIdentityPoolId":         null,
	"identity.principalOrgId":                null,
	"identity.user":                          null,
	"identity.userArn":                       null,

	"error.messageString":         func(c *Context) any { return c.Error.messageString() },
	"error.validationErrorString": func(c *Context) any { return c.Error.ValidationErrorString },
}

// gatewayVariables are the $context variables that API Gateway documents for gateway
// responses only.
var gatewayVariables = map[string]func(*Context) any{
	"error.message":      func(c *Context) any { return c.Error.Message },
	"error.responseType": func(c *Context) any { return c.Error.ResponseType },
}

func null(*Context) any { return nil }

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// contextGroups are the names between $context and a variable.
var contextGroups = map[string]bool{
	"authorizer": true, "authorizer.claims": true, "identity": true, "error": true,
	"requestOverride": true, "requestOverride.header": true,
	"requestOverride.path": true, "requestOverride.querystring": true,
	"responseOverride": true, "responseOverride.header": true,
}

// authorizerPrefix begins the variables of a Lambda authorizer, whose names are not
// known in advance. The claims of a Cognito authorizer are not among them.
const (
	authorizerPrefix = "authorizer."
	claimsPrefix     = authorizerPrefix + "claims."
)

// isAuthorizer reports whether a variable belongs to a Lambda authorizer.
func isAuthorizer(full string) bool {
	return strings.HasPrefix(full, authorizerPrefix) && full != authorizerPrefix && !strings.HasPrefix(full+".", claimsPrefix)
}

// authorizerValue returns null for a value that the authorizer did not return.
func authorizerValue(c *Context, full string) any {
	if value, ok := c.Authorizer[strings.TrimPrefix(full, authorizerPrefix)]; ok {
		return value
	}
	return nil
}

// contextObject is $context or a group of its variables.
type contextObject struct {
	prefix    string // "" or the name after $context with a trailing dot
	context   *Context
	overrides *Overrides
}

// Property returns a variable or a group.
func (c *contextObject) Property(name string) (any, error) {
	full := c.prefix + name
	if c.prefix == claimsPrefix {
		if claim, ok := c.context.Claims[name]; ok {
			return claim, nil
		}
		return nil, nil
	}
	if isAuthorizer(full) {
		return authorizerValue(c.context, full), nil
	}
	if variable, ok := contextVariables[full]; ok {
		return variable(c.context), nil
	}
	if value, ok := c.overrides.property(full); ok {
		return value, nil
	}
	if contextGroups[full] {
		return &contextObject{full + ".", c.context, c.overrides}, nil
	}
	return nil, fmt.Errorf("$context.%s is not supported", full)
}

// Call returns an error: variables are read by name.
func (c *contextObject) Call(method string, _ []any) (any, error) {
	return nil, fmt.Errorf("the method %s of $context is not supported", method)
}

// SetProperty sets $context.responseOverride.status, the only override without a
// group.
func (c *contextObject) SetProperty(name string, value any) error {
	if c.prefix+name != "responseOverride.status" {
		return fmt.Errorf("$context.%s cannot be set", c.prefix+name)
	}
	return c.overrides.setStatus(value)
}

// checkContext checks the path after $context. It returns the number of segments
// that name the variable.
func checkContext(path []velocity.Segment) (int, error) {
	full := ""
	for i, segment := range path {
		name, ok := staticName(segment)
		outer := full
		full = strings.TrimPrefix(full+"."+name, ".")
		claim := strings.HasPrefix(full, claimsPrefix) || isAuthorizer(full) || !ok && outer+"." == authorizerPrefix
		isGroup := slices.Contains(overrideGroups, outer)
		switch {
		case isGroup && segment.Kind == velocity.Call:
			if len(segment.Args) == 0 || len(segment.Args) != overrideMethods[segment.Name] {
				return 0, errOverrideMethod(outer, segment.Name)
			}
			return i + 1, nil
		case isGroup && !ok: // the index is known only when rendering
			return i + 1, nil
		case segment.Kind == velocity.Call:
			return 0, fmt.Errorf("$context.%s(): $context has no methods; read variables by name", strings.TrimPrefix(outer+"."+segment.Name, "."))
		case !ok && !claim:
			return 0, fmt.Errorf("an index of $context.%s is not a string; read its variables by their names", outer)
		case claim, contextVariables[full] != nil, isOverride(full):
			return i + 1, nil
		case gatewayVariables[full] != nil:
			return 0, fmt.Errorf("$context.%s is for gateway responses only", full)
		case !contextGroups[full]:
			return 0, fmt.Errorf("$context.%s is not supported", full)
		}
	}
	if full+"." == claimsPrefix {
		return 0, fmt.Errorf("$context.%s is null on API Gateway; read one claim, such as $context.%s.sub", full, full)
	}
	return 0, fmt.Errorf("%s as a whole is not supported; read one of its variables", strings.TrimSuffix("$context."+full, "."))
}

// staticName returns the name of a property, or of an index with a literal key.
func staticName(segment velocity.Segment) (string, bool) {
	switch segment.Kind {
	case velocity.Property:
		return segment.Name, true
	case velocity.Index:
		name, ok := segment.Args[0].Value.(string)
		return name, ok
	}
	return "", false
}

// Request is the input of a template. Rendering changes only Overrides.
type Request struct {
	// Body is the payload of the request or, for a response template, of the
	// integration's response. Empty means {}, as $input.body and $input.json('$') show
	// on API Gateway. A body that is not JSON is a string for $input.path and
	// $input.json, or [ErrPayload] if it begins with a brace or bracket, as seen on API
	// Gateway.
	Body []byte
	// Path holds the path parameters.
	Path map[string]string
	// Query and Header hold the query string parameters and header fields. Templates
	// see the last value of each, as with API Gateway's single-value parameters.
	Query, Header map[string][]string
	// StageVariables are the variables of the stage.
	StageVariables map[string]string
	// Context holds the values of $context.
	Context Context
	// Overrides are the overrides of the request and response. Nil discards them.
	Overrides *Overrides
}

// Context holds the values of $context. An empty field renders as "".
type Context struct {
	AccountID         string
	APIID             string
	DeploymentID      string
	DomainName        string // from the Host header
	DomainPrefix      string // the first label of DomainName
	ExtendedRequestID string
	HTTPMethod        string
	Path              string // with the stage
	Protocol          string // such as HTTP/1.1
	RequestID         string
	RequestTime       string // in Common Log Format: dd/MMM/yyyy:HH:mm:ss +-hhmm
	RequestTimeEpoch  int64  // in milliseconds
	ResourceID        string
	ResourcePath      string // without the stage, such as /items/{id}
	Stage             string

	Identity Identity
	// Claims are the claims of a Cognito user pool authorizer, by name.
	Claims map[string]string
	// Authorizer are the context values of a Lambda authorizer, by name. Its claims are
	// not shown: those are of Cognito authorizers only.
	Authorizer map[string]string
	// Error is the failure, for gateway responses only.
	Error Error
}

// Identity holds the values of $context.identity. Values that need IAM authorization
// or a Cognito identity pool are always empty.
type Identity struct {
	SourceIP  string
	UserAgent string
	// APIKey and APIKeyID are set for a method that requires an API key.
	APIKey   string
	APIKeyID string
}

// Error holds the values of $context.error.
type Error struct {
	Message               string // "" is null, as for a failed Lambda authorizer
	ResponseType          string // such as UNAUTHORIZED
	ValidationErrorString string
}

// messageString returns the message as JSON.
func (e Error) messageString() string {
	if e.Message == "" {
		return "null"
	}
	return velocity.Quote(e.Message)
}

// lastValues returns the last value of each parameter.
func lastValues(parameters map[string][]string) map[string]string {
	last := make(map[string]string, len(parameters))
	for name, values := range parameters {
		if len(values) > 0 {
			last[name] = values[len(values)-1]
		}
	}
	return last
}

// stringMap fills a map sorted by name. API Gateway documents no order; this one
// makes the output repeatable.
func stringMap(into *velocity.Map, from map[string]string) (*velocity.Map, error) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if err := into.Put(name, from[name]); err != nil {
			return nil, err
		}
	}
	return into, nil
}
