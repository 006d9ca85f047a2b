package mapping

import (
	"maps"
	"slices"

	"example.com/weather-events-api/local/internal/velocity"
)

// Request is what a template renders from. Only Overrides is changed.
type Request struct {
	// Body is the payload: of the request, or in the template of a response, of
	// the integration's response. Empty is taken for {}, as $input.body and
	// $input.json('$') show on API Gateway. A body that is not JSON is a single
	// string to $input.path and $input.json, or [ErrPayload] if it begins with a
	// brace or bracket, as was seen on API Gateway.
	Body []byte
	// Path holds the path parameters.
	Path map[string]string
	// Query and Header hold the query string parameters and header fields.
	// Templates see the last value of each, as API Gateway's single-value
	// parameters do.
	Query, Header map[string][]string
	// StageVariables are those of the stage.
	StageVariables map[string]string
	// Context is what $context shows.
	Context Context
	// Overrides are those of the exchange. Nil forgets them after the rendering.
	Overrides *Overrides
}

// Context holds the values of $context. An empty field renders as nothing.
type Context struct {
	AccountID         string
	APIID             string
	DeploymentID      string
	DomainName        string // of the request's Host header
	DomainPrefix      string // the first label of DomainName
	ExtendedRequestID string
	HTTPMethod        string
	Path              string // with the stage
	Protocol          string // such as HTTP/1.1
	RequestID         string
	RequestTime       string // as the Common Log Format has it: dd/MMM/yyyy:HH:mm:ss +-hhmm
	RequestTimeEpoch  int64  // in milliseconds
	ResourceID        string
	ResourcePath      string // without the stage, such as /items/{id}
	Stage             string

	Identity Identity
	// Claims are those of a Cognito user pool authorizer, by name.
	Claims map[string]string
	// Authorizer is what a Lambda authorizer answered, by name. It does not show
	// its claims, which are those of the other kind alone.
	Authorizer map[string]string
	// Error is what failed; for gateway responses only.
	Error Error
}

// Identity holds the values of $context.identity. Those that need IAM
// authorization or a Cognito identity pool are always empty.
type Identity struct {
	SourceIP  string
	UserAgent string
	// APIKey and APIKeyID are those of a method that asks for a key.
	APIKey   string
	APIKeyID string
}

// Error holds the values of $context.error.
type Error struct {
	Message               string // "" is null, as of a Lambda authorizer that failed
	ResponseType          string // such as UNAUTHORIZED
	ValidationErrorString string
}

// messageString is the message as JSON.
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

// stringMap fills a map in the order of names: API Gateway documents none, and
// this one makes the output of a template repeatable.
func stringMap(into *velocity.Map, from map[string]string) (*velocity.Map, error) {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if err := into.Put(name, from[name]); err != nil {
			return nil, err
		}
	}
	return into, nil
}
