package apigateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/lambda"
)

// Config describes one REST API with its stages. [New] does not change it.
type Config struct {
	// Label names the API in problems: its logical id.
	Label string
	// ID is $context.apiId.
	ID string
	// AccountID is $context.accountId, and Region the API's Region.
	AccountID, Region string
	// BinaryMediaTypes are the content types of binary payloads. */* matches all.
	BinaryMediaTypes []string
	// Stages are the deployed stages, at least one. Every stage serves all methods.
	Stages []Stage
	// Methods are the methods of all resources.
	Methods []Method
	// Models are the JSON schemas for request bodies. Every API also has the models Empty
	// and Error, unless Models replaces them.
	Models []Model
	// APIKeys are the API keys of the account. Default: none.
	APIKeys []APIKey
	// APIKeySource is where a request has its API key. Default: HEADER.
	APIKeySource APIKeySource
	// GatewayResponses customize the responses that API Gateway sends by itself.
	GatewayResponses []GatewayResponse
	// Function returns the Lambda function for a call, or [Missing] if there is none. It
	// is required for Lambda integrations and authorizers. Only [New] calls it, once for
	// each method or authorizer and stage.
	Function func(FunctionCall) lambda.Function
	// OnAsyncFailure is called, concurrently, with the error of an asynchronous
	// invocation. Default: such errors are dropped.
	OnAsyncFailure func(error)
	// Service returns the backend for an AWS service, by its name in a Uri. It is
	// required for such integrations. Only [New] calls it, once for each method and stage.
	Service func(name string) HTTPBackend
	// HTTP returns the backend for the endpoint of an HTTP integration. It is required
	// for such integrations. Only [New] calls it, once for each method and stage.
	HTTP func(HTTPCall) HTTPBackend
	// Stub makes integrations with a missing backend respond with 200, the header X-Stub
	// and what the backend would have received. It does not replace a Lambda authorizer.
	// Default: 500, as on API Gateway.
	Stub bool
	// StubAll makes the stub respond for every integration but mocks. Their type and
	// properties are not checked. Default: false.
	StubAll bool
	// Clock measures backend timeouts, in addition to the system clock, and the validity
	// of cached authorizer results. It is called concurrently. Default: the system clock.
	Clock func() time.Time
	// OnRequest is called, concurrently, once for each request, after the response was
	// written. Default: none.
	OnRequest func(context.Context, RequestEvent)
}

// Stage is one stage of the API.
type Stage struct {
	Label string
	// Name is the first segment of the path: 1 to 128 characters of [A-Za-z0-9_-].
	Name string
	// DeploymentID is $context.deploymentId.
	DeploymentID string
	// Variables are $stageVariables.
	Variables map[string]string
}

// Model is a named JSON schema, draft 4.
type Model struct {
	Label string
	// Name is the name that RequestModels and references between models use.
	Name string
	// Schema is the JSON text. A $ref may refer to another model of the API by its
	// [Config.ModelURL], and to nothing outside the API.
	Schema string
}

// GatewayResponse customizes one type of gateway response.
type GatewayResponse struct {
	Label string
	// ResponseType is one of API Gateway's types, such as UNAUTHORIZED. DEFAULT_4XX and
	// DEFAULT_5XX cover all types of their class that are not customized.
	ResponseType string
	// StatusCode is 200 to 599. Default: the status of the type.
	StatusCode string
	// ResponseParameters map gatewayresponse.header.{name} to 'text', or to
	// method.request.{header, querystring or path}.{name}, context.{variable} or
	// stageVariables.{name}.
	ResponseParameters map[string]string
	// ResponseTemplates hold body templates by content type; only variables are replaced.
	// Default: {"message":$context.error.messageString}.
	ResponseTemplates map[string]string
}

// AuthorizationType says who may call a method.
type AuthorizationType string

const (
	// AuthorizationNone lets anyone call.
	AuthorizationNone AuthorizationType = "NONE"
	// AuthorizationCognitoUserPools requires a token that the method's authorizer accepts.
	AuthorizationCognitoUserPools AuthorizationType = "COGNITO_USER_POOLS"
	// AuthorizationCustom lets the Lambda function of the method's authorizer decide.
	AuthorizationCustom AuthorizationType = "CUSTOM"
	// AuthorizationIAM requires a signature with AWS credentials. It refuses every
	// request, since there are no AWS credentials here.
	AuthorizationIAM AuthorizationType = "AWS_IAM"
)

// Method is one method of one resource.
type Method struct {
	Label string
	// Path is the path of the resource, without the stage: "/", "/orders/{id}",
	// "/{proxy+}".
	Path string
	// ResourceID is $context.resourceId.
	ResourceID string
	// HTTPMethod is DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, or ANY for all
	// of them.
	HTTPMethod string
	// OperationName is for documentation; it has no effect on responses.
	OperationName string
	// Public is the reason why anyone may call, "" without one. It is for people; it has
	// no effect on responses.
	Public string
	// AuthorizationType is required.
	AuthorizationType AuthorizationType
	// Authorizer is required for COGNITO_USER_POOLS and CUSTOM, with a matching type, and
	// must be nil for NONE and AWS_IAM.
	Authorizer *Authorizer
	// AuthorizationScopes are the accepted scopes; an access token needs one of them, with
	// exactly the same spelling. Without scopes, the method requires an ID token.
	AuthorizationScopes []string
	// APIKeyRequired also requires one of [Config.APIKeys].
	APIKeyRequired bool
	// RequestParameters declare method.request.{header, querystring or path}.{name}, and
	// whether it is required.
	RequestParameters map[string]bool
	// RequestModels hold names of models by content type; $default matches any.
	RequestModels map[string]string
	// ValidateRequestParameters and ValidateRequestBody come from the method's request
	// validator. Without one, nothing is validated.
	ValidateRequestParameters, ValidateRequestBody bool
	// Integration is required.
	Integration *Integration
	// MethodResponses declare what integration responses may use.
	MethodResponses []MethodResponse
}

// MethodResponse declares a status code and headers.
type MethodResponse struct {
	// StatusCode is 200 to 599.
	StatusCode string
	// ResponseParameters are the headers, as method.response.header.{name}.
	// Whether one is required has no effect.
	ResponseParameters map[string]bool
	// ResponseModels hold names of models by content type. Responses are not validated
	// against them.
	ResponseModels map[string]string
}

// Integration produces the response of a method.
type Integration struct {
	// Type is MOCK; AWS_PROXY or HTTP_PROXY, which pass the whole request to a Lambda
	// function or an HTTP endpoint and its response to the client; or AWS or HTTP, which
	// do that with templates. PassthroughBehavior and the fields below it have no effect
	// on AWS_PROXY and HTTP_PROXY.
	Type string
	// URI names the Lambda function of AWS_PROXY or AWS:
	// arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations;
	// an AWS service: see serviceURI; or, for HTTP_PROXY and HTTP, an http or https URL.
	// {name} in its path or query is replaced by the value that RequestParameters map to
	// integration.request.path.{name}, and ${stageVariables.name} by the variable.
	URI string
	// HTTPMethod is the method of the request to the backend. Lambda takes only POST:
	// with another method, every request gets 500. ANY, for HTTP endpoints, is the
	// client's method.
	HTTPMethod string
	// ConnectionType is INTERNET or VPC_LINK, for HTTP and HTTP_PROXY. Default: INTERNET.
	ConnectionType string
	// SkipsVerification turns off verification of an HTTP endpoint's certificate.
	SkipsVerification bool
	// Streams allows a response of HTTP_PROXY larger than a payload: its response
	// transfer mode is STREAM.
	Streams bool
	// RequestParameters map integration.request.{header, querystring or path}.{name} from
	// the sources of [GatewayResponse.ResponseParameters], from
	// method.request.{multivalueheader or multivaluequerystring}.{name}, or from
	// method.request.body or a path in it. They have no effect on MOCK. For Lambda
	// functions, only headers have an effect.
	RequestParameters map[string]string
	// HasCredentials reports whether the integration has a role. A function with a role
	// needs no permission for API Gateway.
	HasCredentials bool
	// TimeoutInMillis is how long the backend may take: 50 to 900000. Default: 29000.
	TimeoutInMillis int
	// PassthroughBehavior is WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER. Default:
	// WHEN_NO_MATCH.
	PassthroughBehavior string
	// ContentHandling is CONVERT_TO_TEXT or CONVERT_TO_BINARY, the conversion of the
	// request payload. Default: none; its Content-Type and [Config.BinaryMediaTypes] say
	// whether it is text or binary. Templates take only text.
	ContentHandling string
	// RequestTemplates hold mapping templates by content type; $default matches any. They
	// render the request to the backend, or, for MOCK, an object with a statusCode.
	RequestTemplates map[string]string
	// IntegrationResponses are searched in this order.
	IntegrationResponses []IntegrationResponse
}

// IntegrationResponse is the response for the backend results that its pattern matches.
type IntegrationResponse struct {
	// StatusCode is the status for the client. A method response must declare it.
	StatusCode string
	// SelectionPattern is a regular expression that must match the whole status code of
	// the backend, or the whole errorMessage of a function. An empty pattern is the
	// default response. The syntax is that of package regexp; Java constructs beyond it
	// are refused.
	SelectionPattern string
	// ResponseParameters map method.response.header.{name} from 'text',
	// context.{variable}, stageVariables.{name}, integration.response.header.{name},
	// integration.response.body or a path in it. A mock has none of the latter, and a
	// function only the body. The method response must declare the header.
	ResponseParameters map[string]string
	// ResponseTemplates hold mapping templates by content type. Default: the body of the
	// backend, which is empty for a mock.
	ResponseTemplates map[string]string
	// ContentHandling is CONVERT_TO_TEXT or CONVERT_TO_BINARY, the conversion of the
	// backend's payload. Default: the request's Accept and [Config.BinaryMediaTypes]
	// decide. Templates take only text.
	ContentHandling string
}

// Problem is one reason why an API cannot be served.
type Problem struct {
	// Label is the label in the configuration, such as a logical id.
	Label string
	// Property is a CloudFormation property, such as
	// Integration.IntegrationResponses[0].SelectionPattern.
	Property string
	// Message says what the value is and what is allowed.
	Message string
}

// String returns "Label.Property: message".
func (p Problem) String() string {
	return fmt.Sprintf("%s.%s: %s", p.Label, p.Property, p.Message)
}

// ConfigError holds every problem of a configuration.
type ConfigError struct {
	// Problems has at least one entry.
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// problems collects the problems of a compilation.
type problems struct{ found []Problem }

func (p *problems) at(label string) place { return place{all: p, label: label} }

func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	return &ConfigError{Problems: p.found}
}

// place is a property in the configuration, for problems.
type place struct {
	all             *problems
	label, property string
}

// in returns the place of a property of the object at p.
func (p place) in(property string) place {
	if p.property != "" && !strings.HasPrefix(property, "[") {
		property = "." + property
	}
	p.property += property
	return p
}

// item returns the place of an element of the list at p.
func (p place) item(i int) place { return p.in(fmt.Sprintf("[%d]", i)) }

// key returns the place of an entry of the map at p.
func (p place) key(name string) place { return p.in(fmt.Sprintf("[%q]", name)) }

func (p place) addf(format string, args ...any) {
	p.all.found = append(p.all.found, Problem{p.label, p.property, fmt.Sprintf(format, args...)})
}

// compilePattern compiles an expression that must match a whole text, as on API Gateway: a
// pattern for part of an error message needs .* around it.
func compilePattern(expression string, at place) *pattern.Pattern {
	whole, err := pattern.CompileWhole(expression)
	if err != nil {
		at.addf("%q is not supported: %s; allowed is the syntax of Go's package regexp (RE2)", expression, err)
		return nil
	}
	return whole
}

// isToken reports whether a text is a token (RFC 9110), such as the name of a header.
func isToken(text string) bool {
	for _, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}
