package apigateway

import "net/http"

// The types of gateway response that this package answers with.
const (
	typeAPIConfigurationError      = "API_CONFIGURATION_ERROR"
	typeBadRequestBody             = "BAD_REQUEST_BODY"
	typeBadRequestParameters       = "BAD_REQUEST_PARAMETERS"
	typeDefault4XX                 = "DEFAULT_4XX"
	typeDefault5XX                 = "DEFAULT_5XX"
	typeInvalidAPIKey              = "INVALID_API_KEY"
	typeIntegrationFailure         = "INTEGRATION_FAILURE"
	typeIntegrationTimeout         = "INTEGRATION_TIMEOUT"
	typeMissingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN"
	typeRequestTooLarge            = "REQUEST_TOO_LARGE"
	typeUnauthorized               = "UNAUTHORIZED"
	typeUnsupportedMediaType       = "UNSUPPORTED_MEDIA_TYPE"
)

// gatewayResponseType is what API Gateway answers for a type by default.
type gatewayResponseType struct {
	status int
	// errorType is x-amzn-ErrorType. It was seen live for the types above but
	// DEFAULT_4XX, INTEGRATION_FAILURE and REQUEST_TOO_LARGE, where it is a working
	// choice.
	errorType string
}

// gatewayResponseTypes are all that can be customized. Those without an error
// type are never answered here: they need IAM authorization, an API key, a web
// ACL, a usage plan, another kind of authorizer or another kind of integration.
// REQUEST_TOO_LARGE is for what Lambda takes, not for [maxBodyBytes].
var gatewayResponseTypes = map[string]gatewayResponseType{
	"ACCESS_DENIED":                  {status: http.StatusForbidden},
	typeAPIConfigurationError:        {http.StatusInternalServerError, "InternalServerErrorException"},
	"AUTHORIZER_CONFIGURATION_ERROR": {status: http.StatusInternalServerError},
	"AUTHORIZER_FAILURE":             {status: http.StatusInternalServerError},
	typeBadRequestBody:               {http.StatusBadRequest, "BadRequestException"},
	typeBadRequestParameters:         {http.StatusBadRequest, "BadRequestException"},
	typeDefault4XX:                   {http.StatusBadRequest, "BadRequestException"},
	typeDefault5XX:                   {http.StatusInternalServerError, "InternalServerErrorException"},
	"EXPIRED_TOKEN":                  {status: http.StatusForbidden},
	typeIntegrationFailure:           {http.StatusGatewayTimeout, "InternalServerErrorException"},
	typeIntegrationTimeout:           {http.StatusGatewayTimeout, "InternalServerErrorException"},
	typeInvalidAPIKey:                {http.StatusForbidden, "ForbiddenException"},
	"INVALID_SIGNATURE":              {status: http.StatusForbidden},
	typeMissingAuthenticationToken:   {http.StatusForbidden, "MissingAuthenticationTokenException"},
	"QUOTA_EXCEEDED":                 {status: http.StatusTooManyRequests},
	typeRequestTooLarge:              {http.StatusRequestEntityTooLarge, "RequestTooLargeException"},
	"RESOURCE_NOT_FOUND":             {status: http.StatusNotFound},
	"THROTTLED":                      {status: http.StatusTooManyRequests},
	typeUnauthorized:                 {http.StatusUnauthorized, "UnauthorizedException"},
	typeUnsupportedMediaType:         {http.StatusUnsupportedMediaType, "BadRequestException"},
	"WAF_FILTERED":                   {status: http.StatusForbidden},
}
