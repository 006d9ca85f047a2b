package apigateway

// AuthorizationType says who may call a method.
type AuthorizationType string

const (
	// AuthorizationNone lets everybody call.
	AuthorizationNone AuthorizationType = "NONE"
	// AuthorizationCognitoUserPools asks the method's authorizer.
	AuthorizationCognitoUserPools AuthorizationType = "COGNITO_USER_POOLS"
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
	// AuthorizationType is required. AWS_IAM and CUSTOM are not supported.
	AuthorizationType AuthorizationType
	// Authorizer is required for COGNITO_USER_POOLS and must be nil for NONE.
	Authorizer *Authorizer
	// AuthorizationScopes are those of which an access token must have one, each
	// compared as it is. Without scopes, an ID token is needed.
	AuthorizationScopes []string
	// APIKeyRequired is not supported.
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

// Integration is what answers a method. Its request parameters are not part of
// it: nobody can see what a mock integration is sent.
type Integration struct {
	// Type must be MOCK.
	Type string
	// PassthroughBehavior is WHEN_NO_MATCH, WHEN_NO_TEMPLATES or NEVER. Default:
	// WHEN_NO_MATCH.
	PassthroughBehavior string
	// ContentHandling is not supported.
	ContentHandling string
	// RequestTemplates hold mapping templates by content type; $default is any.
	// What they render is an object whose statusCode is the integration's.
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
	// code of the integration. Empty: for all that nothing else matches. The
	// syntax is that of package regexp; Java's constructs beyond it are refused.
	SelectionPattern string
	// ResponseParameters map method.response.header.{name} to 'text',
	// context.{variable}, stageVariables.{name}, or
	// integration.response.{header.name or body}, which a mock integration never
	// has. The method response must declare the header.
	ResponseParameters map[string]string
	// ResponseTemplates hold mapping templates by content type. Default: an empty
	// body.
	ResponseTemplates map[string]string
	// ContentHandling is not supported.
	ContentHandling string
}
