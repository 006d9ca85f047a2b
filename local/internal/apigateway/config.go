package apigateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/weather-events-api/internal/pattern"
	"example.com/weather-events-api/local/internal/lambda"
)

// Config describes one REST API with its stages. It is not changed.
type Config struct {
	// Label names the API in problems, as its logical id.
	Label string
	// ID is $context.apiId.
	ID string
	// AccountID is $context.accountId, and Region is where the API is.
	AccountID, Region string
	// BinaryMediaTypes are the content types of payloads that are no text. */* is all.
	BinaryMediaTypes []string
	// Stages are the deployed stages. Every one serves all methods. At least one
	// is needed.
	Stages []Stage
	// Methods are those of all resources.
	Methods []Method
	// Models are the JSON schemas that methods validate bodies with. Empty and
	// Error, which every API has, need not be given; given, they replace those.
	Models []Model
	// APIKeys are those of the account. Default: none.
	APIKeys []APIKey
	// APIKeySource is where the key of a request is taken from. Default: HEADER.
	APIKeySource APIKeySource
	// GatewayResponses replace the answers that API Gateway gives by itself.
	GatewayResponses []GatewayResponse
	// Function returns the Lambda function that an integration leads to: [Missing] if
	// there is none. It is needed for such integrations, and called by [New] only,
	// once for each method, or Lambda authorizer, and stage.
	Function func(FunctionCall) lambda.Function
	// OnAsyncFailure is called with what made a function fail that was invoked
	// asynchronously, concurrently. Default: nobody hears of it.
	OnAsyncFailure func(error)
	// Service returns where an AWS service is that an integration leads to, by its
	// name in the Uri. It is needed for such integrations, and called by [New] only,
	// once for each method and stage.
	Service func(name string) HTTPBackend
	// HTTP returns what answers for the endpoint of an HTTP integration. It is needed
	// for such integrations, and called by [New] only, once for each method and stage.
	HTTP func(HTTPCall) HTTPBackend
	// Stub lets what is [Missing] answer 200 with what it would have been called
	// with, and the header X-Stub. It never lets anybody pass a Lambda authorizer.
	// Default: 500, as on API Gateway.
	Stub bool
	// StubAll lets the stub answer for every integration but mocks, of whatever type:
	// what the integration is like is not looked at. Default: false.
	StubAll bool
	// Clock is what timeouts are measured by, beside the machine's own clock, and how
	// long answers of a Lambda authorizer are valid. It is called concurrently.
	// Default: only the machine's.
	Clock func() time.Time
	// OnRequest is called once for each request, after the answer was written,
	// concurrently. Default: none.
	OnRequest func(context.Context, RequestEvent)
}

// Stage is a deployment that can be called.
type Stage struct {
	Label string
	// Name is the first segment of the path: 1 to 128 of [A-Za-z0-9_-].
	Name string
	// DeploymentID is $context.deploymentId.
	DeploymentID string
	// Variables are $stageVariables.
	Variables map[string]string
}

// Model is a named JSON schema, draft 4, as API Gateway has them.
type Model struct {
	Label string
	// Name is what RequestModels and references between models use.
	Name string
	// Schema is the JSON text. A $ref to another model of the API is its
	// ModelURL. Other documents cannot be referred to.
	Schema string
}

// GatewayResponse customizes the answers of one type.
type GatewayResponse struct {
	Label string
	// ResponseType is one of API Gateway's, such as UNAUTHORIZED. DEFAULT_4XX and
	// DEFAULT_5XX stand for all types of their class that are not customized.
	ResponseType string
	// StatusCode is 200 to 599. Default: that of the type.
	StatusCode string
	// ResponseParameters map gatewayresponse.header.{name} to 'text', or to
	// method.request.{header, querystring or path}.{name}, context.{variable} or
	// stageVariables.{name}.
	ResponseParameters map[string]string
	// ResponseTemplates hold bodies by content type, in which variables are
	// replaced. Default: {"message":$context.error.messageString}.
	ResponseTemplates map[string]string
}

// AuthorizationType says who may call a method.
type AuthorizationType string

const (
	// AuthorizationNone lets everybody call.
	AuthorizationNone AuthorizationType = "NONE"
	// AuthorizationCognitoUserPools asks the method's authorizer about a token.
	AuthorizationCognitoUserPools AuthorizationType = "COGNITO_USER_POOLS"
	// AuthorizationCustom asks the method's authorizer, which is a Lambda function.
	AuthorizationCustom AuthorizationType = "CUSTOM"
	// AuthorizationIAM asks for a signature with credentials of AWS. It lets nobody
	// pass: there are none here.
	AuthorizationIAM AuthorizationType = "AWS_IAM"
)

// Method is one method of one resource.
type Method struct {
	Label string
	// Path is that of the resource, without the stage: "/", "/orders/{id}",
	// "/{proxy+}".
	Path string
	// ResourceID is $context.resourceId.
	ResourceID string
	// HTTPMethod is DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, or ANY for all
	// of them.
	HTTPMethod string
	// OperationName is for documents; it has no effect on answers.
	OperationName string
	// Public is the reason for which everybody may call, "" if there is none. It
	// is for people; it has no effect on answers.
	Public string
	// AuthorizationType is required.
	AuthorizationType AuthorizationType
	// Authorizer is required for COGNITO_USER_POOLS and CUSTOM, of which it has the
	// type, and must be nil for NONE and AWS_IAM.
	Authorizer *Authorizer
	// AuthorizationScopes are those of which an access token must have one, each
	// compared as it is. Without scopes, an ID token is needed.
	AuthorizationScopes []string
	// APIKeyRequired asks for one of [Config.APIKeys] besides.
	APIKeyRequired bool
	// RequestParameters say of method.request.{header, querystring or
	// path}.{name} whether it is required.
	RequestParameters map[string]bool
	// RequestModels hold names of models by content type; $default is any.
	RequestModels map[string]string
	// ValidateRequestParameters and ValidateRequestBody are those of the method's
	// request validator. Without one, nothing is validated.
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
	// ResponseModels hold names of models by content type. No answer is checked
	// against them.
	ResponseModels map[string]string
}

// Integration is what answers a method.
type Integration struct {
	// Type is MOCK; AWS_PROXY for a Lambda function and HTTP_PROXY for an HTTP endpoint
	// that get the whole request and give the whole answer; or AWS and HTTP for those
	// that templates do that for. PassthroughBehavior and everything below it have no
	// effect on AWS_PROXY and HTTP_PROXY.
	Type string
	// URI of an AWS_PROXY or AWS names the function:
	// arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations.
	// That of an HTTP_PROXY or HTTP is an http or https URL, in whose path and query
	// {name} stands for what integration.request.path.{name} is mapped from.
	// ${stageVariables.name} is replaced.
	URI string
	// HTTPMethod is that of the request to the backend. A Lambda function takes POST
	// alone: with any other, every request is answered with 500. ANY is the client's
	// method, for an HTTP endpoint.
	HTTPMethod string
	// ConnectionType is INTERNET or VPC_LINK. Default: INTERNET. It has no effect but
	// on HTTP and HTTP_PROXY.
	ConnectionType string
	// SkipsVerification says that the certificate of an HTTP endpoint is not verified.
	SkipsVerification bool
	// Streams says that the answer of an HTTP_PROXY may be larger than a payload: its
	// response transfer mode is STREAM.
	Streams bool
	// RequestParameters map integration.request.{header, querystring or path}.{name} to
	// what ResponseParameters of a [GatewayResponse] may be, or to
	// method.request.{multivalueheader or multivaluequerystring}.{name}, or to
	// method.request.body or a path in it. They have no effect on MOCK and AWS, and of
	// AWS_PROXY those of headers alone have.
	RequestParameters map[string]string
	// HasCredentials says that the function is invoked with a role, and so without a
	// permission of its own.
	HasCredentials bool
	// TimeoutInMillis is how long the backend may take: 50 to 900000. Default: 29000.
	TimeoutInMillis int
	// PassthroughBehavior is WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER. Default:
	// WHEN_NO_MATCH.
	PassthroughBehavior string
	// ContentHandling is CONVERT_TO_TEXT or CONVERT_TO_BINARY: what the payload of the
	// request is converted to. Default: it stays what its Content-Type says that it
	// is, by [Config.BinaryMediaTypes]. Templates take text alone.
	ContentHandling string
	// RequestTemplates hold mapping templates by content type; $default is any.
	// What they render is an object whose statusCode is the integration's, or the
	// event of a function.
	RequestTemplates map[string]string
	// IntegrationResponses are searched in this order.
	IntegrationResponses []IntegrationResponse
}

// IntegrationResponse is an answer for the integration's status codes that its
// pattern matches.
type IntegrationResponse struct {
	// StatusCode is the client's. A method response must declare it.
	StatusCode string
	// SelectionPattern is a regular expression that has to match the whole status
	// code of the integration, or the errorMessage of a function. Empty: for all that
	// nothing else matches. The syntax is that of package regexp; Java's constructs beyond it are refused.
	SelectionPattern string
	// ResponseParameters map method.response.header.{name} to 'text',
	// context.{variable}, stageVariables.{name}, or
	// integration.response.{header.name or body}, which a mock integration never
	// has, and of a function body and body.{path} alone. The method response must
	// declare the header.
	ResponseParameters map[string]string
	// ResponseTemplates hold mapping templates by content type. Default: an empty
	// body, or what a function answered.
	ResponseTemplates map[string]string
	// ContentHandling is CONVERT_TO_TEXT or CONVERT_TO_BINARY: what the payload of the
	// integration is converted to. Default: what the request's Accept says, by
	// [Config.BinaryMediaTypes]. Templates take text alone.
	ContentHandling string
}

// Problem is one thing that keeps an API from being served.
type Problem struct {
	// Label is the one that the configuration gave: the logical id.
	Label string
	// Property is spelled as in CloudFormation, such as
	// Integration.IntegrationResponses[0].SelectionPattern.
	Property string
	// Message says what was got and what is allowed.
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

// problems gathers what a compilation finds.
type problems struct{ found []Problem }

func (p *problems) at(label string) place { return place{all: p, label: label} }

func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	return &ConfigError{Problems: p.found}
}

// place is where in the configuration a problem is.
type place struct {
	all             *problems
	label, property string
}

// in returns the place of a property of what is at p.
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

// compilePattern compiles an expression that has to match a whole text, as
// API Gateway's have: a pattern for part of a Lambda function's error message
// needs .* around it.
func compilePattern(expression string, at place) *pattern.Pattern {
	whole, err := pattern.CompileWhole(expression)
	if err != nil {
		at.addf("%q is not supported: %s; allowed is the syntax of Go's package regexp (RE2)", expression, err)
		return nil
	}
	return whole
}

// isToken reports whether a text is a token of RFC 9110, as names of headers are.
func isToken(text string) bool {
	for _, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}
