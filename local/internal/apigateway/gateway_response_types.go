package apigateway

import "net/http"

// The types of gateway response that this package answers with.
const (
	typeAccessDenied               = "ACCESS_DENIED"
	typeAuthorizerConfiguration    = "AUTHORIZER_CONFIGURATION_ERROR"
	typeAuthorizerFailure          = "AUTHORIZER_FAILURE"
	typeAPIConfigurationError      = "API_CONFIGURATION_ERROR"
	typeBadRequestBody             = "BAD_REQUEST_BODY"
	typeBadRequestParameters       = "BAD_REQUEST_PARAMETERS"
	typeDefault4XX                 = "DEFAULT_4XX"
	typeDefault5XX                 = "DEFAULT_5XX"
	typeInvalidAPIKey              = "INVALID_API_KEY"
	typeIntegrationFailure         = "INTEGRATION_FAILURE"
	typeInvalidSignature           = "INVALID_SIGNATURE"
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
	// AUTHORIZER_FAILURE, DEFAULT_4XX, INTEGRATION_FAILURE, INVALID_SIGNATURE and
	// REQUEST_TOO_LARGE, where it is a working choice.
	errorType string
}

// gatewayResponseTypes are all that can be customized. Those without an error
// type are never answered here: they need credentials of AWS, a web ACL, the quota
// of a usage plan or another kind of integration.
// REQUEST_TOO_LARGE is for what Lambda takes, not for [maxBodyBytes].
var gatewayResponseTypes = map[string]gatewayResponseType{
	typeAccessDenied:               {http.StatusForbidden, "AccessDeniedException"},
	typeAPIConfigurationError:      {http.StatusInternalServerError, "InternalServerErrorException"},
	typeAuthorizerConfiguration:    {http.StatusInternalServerError, "AuthorizerConfigurationException"},
	typeAuthorizerFailure:          {http.StatusInternalServerError, "AuthorizerFailureException"},
	typeBadRequestBody:             {http.StatusBadRequest, "BadRequestException"},
	typeBadRequestParameters:       {http.StatusBadRequest, "BadRequestException"},
	typeDefault4XX:                 {http.StatusBadRequest, "BadRequestException"},
	typeDefault5XX:                 {http.StatusInternalServerError, "InternalServerErrorException"},
	"EXPIRED_TOKEN":                {status: http.StatusForbidden},
	typeIntegrationFailure:         {http.StatusGatewayTimeout, "InternalServerErrorException"},
	typeIntegrationTimeout:         {http.StatusGatewayTimeout, "InternalServerErrorException"},
	typeInvalidAPIKey:              {http.StatusForbidden, "ForbiddenException"},
	typeInvalidSignature:           {http.StatusForbidden, "InvalidSignatureException"},
	typeMissingAuthenticationToken: {http.StatusForbidden, "MissingAuthenticationTokenException"},
	"QUOTA_EXCEEDED":               {status: http.StatusTooManyRequests},
	typeRequestTooLarge:            {http.StatusRequestEntityTooLarge, "RequestTooLargeException"},
	"RESOURCE_NOT_FOUND":           {status: http.StatusNotFound},
	"THROTTLED":                    {status: http.StatusTooManyRequests},
	typeUnauthorized:               {http.StatusUnauthorized, "UnauthorizedException"},
	typeUnsupportedMediaType:       {http.StatusUnsupportedMediaType, "BadRequestException"},
	"WAF_FILTERED":                 {status: http.StatusForbidden},
}
