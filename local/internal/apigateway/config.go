package apigateway

import (
	"context"
	"time"

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
