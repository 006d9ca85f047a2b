package apigateway

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/weather-events-api/local/internal/mapping"
)

// gatewayResponse is a compiled GatewayResponse, or the default of a type.
type gatewayResponse struct {
	status    int
	ownStatus bool // configured, not the type's default
	errorType []string
	headers   []headerMapping
	templates *byAccept[gatewayBody]
	// static reports whether only the error message depends on the request.
	static bool
}

// gatewayBody is the template of a body.
type gatewayBody struct {
	contentType []string
	template    *mapping.GatewayTemplate
}

const defaultGatewayTemplate = `{"message":$context.error.messageString}`

// deniedResponse is the default of ACCESS_DENIED, whose Message has a capital letter.
var deniedResponse = GatewayResponse{ResponseTemplates: map[string]string{jsonType: `{"Message":$context.error.messageString}`}}

var gatewaySources = []string{"method.request.", "context.", "stageVariables."}

// compileGatewayResponses returns the gateway response of every type.
func compileGatewayResponses(config []GatewayResponse, all *problems) map[string]*gatewayResponse {
	custom := map[string]*gatewayResponse{}
	for i := range config {
		g := &config[i]
		at := all.at(g.Label)
		_, known := gatewayResponseTypes[g.ResponseType]
		switch {
		case !known:
			at.in("ResponseType").addf("%q is not a type of gateway response; allowed are %s", g.ResponseType,
				strings.Join(slices.Sorted(maps.Keys(gatewayResponseTypes)), ", "))
		case custom[g.ResponseType] != nil:
			at.in("ResponseType").addf("%s is customized twice; allowed is once", g.ResponseType)
		default:
			custom[g.ResponseType] = compileGatewayResponse(g, at)
		}
	}
	standard := compileGatewayResponse(&GatewayResponse{}, all.at(""))
	responses := map[string]*gatewayResponse{}
	for name, byDefault := range gatewayResponseTypes {
		response := *standard
		if name == typeAccessDenied {
			response = *compileGatewayResponse(&deniedResponse, all.at(""))
		}
		if r := custom[name]; r != nil {
			response = *r
		} else if r := custom[fallbackType(byDefault.status)]; r != nil {
			response = *r
		}
		// The status code of DEFAULT_4XX or DEFAULT_5XX applies to all types that fall
		// back on it, as documented.
		if response.status == 0 {
			response.status = byDefault.status
		}
		response.errorType = []string{byDefault.errorType}
		responses[name] = &response
	}
	return responses
}

func fallbackType(status int) string {
	if status < http.StatusInternalServerError {
		return typeDefault4XX
	}
	return typeDefault5XX
}

// compileGatewayResponse leaves the status 0 if the configuration has none.
func compileGatewayResponse(g *GatewayResponse, at place) *gatewayResponse {
	r := &gatewayResponse{
		headers: compileHeaderMappings(g.ResponseParameters, "gatewayresponse.header.", headerName, gatewaySources, at.in("ResponseParameters")),
	}
	r.static = isStatic(r.headers) && len(g.ResponseTemplates) == 0
	if g.StatusCode != "" {
		r.ownStatus = true
		r.status = parseStatusCode(g.StatusCode, at.in("StatusCode"))
	}
	templates := g.ResponseTemplates
	if len(templates) == 0 {
		templates = map[string]string{jsonType: defaultGatewayTemplate}
	}
	bodies := map[string]gatewayBody{}
	for _, contentType := range slices.Sorted(maps.Keys(templates)) {
		template, err := mapping.CompileGateway(templates[contentType])
		if err != nil {
			at.in("ResponseTemplates").key(contentType).addf("%s", err)
		}
		bodies[contentType] = gatewayBody{[]string{contentType}, template}
	}
	r.templates = newByAccept(bodies)
	return r
}

// statusOf returns the status of the response to a refusal.
func (g *gatewayResponse) statusOf(f *refusal) int {
	if f.status != 0 && !g.ownStatus {
		return f.status
	}
	return g.status
}

// refuse sends the gateway response for a refusal.
func (x *exchange) refuse(f *refusal) RequestEvent {
	if f.front != nil {
		event := f.front.send(x.writer)
		event.ClientID = x.caller.token.ClientID
		return event
	}
	g := x.api.gatewayResponses[f.responseType]
	r := &mapping.Request{Context: mapping.Context{Error: mapping.Error{Message: f.message}}}
	if !g.static {
		r = x.templateRequest(nil, f)
	}
	// AWS does not document the choice of the template; we assume the one for integration
	// responses.
	template := g.templates.choose(x.request.Header["Accept"])
	header := x.writer.Header()
	header["Content-Type"] = template.contentType
	reason := f.reason
	body, err := template.template.Render(r)
	if err == nil {
		err = apply(g.headers, header, r, nil)
	}
	if err != nil {
		reason += "; the gateway response cannot be rendered: " + err.Error()
	}
	header[errorTypeHeader] = g.errorType
	if f.errorType != "" {
		header[errorTypeHeader] = []string{f.errorType}
	}
	status := g.statusOf(f)
	finish(header, status, body)
	x.send(status, body)
	return RequestEvent{Status: status, ClientID: x.caller.token.ClientID, Reason: reason}
}

// The types of gateway response that this package sends.
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

// gatewayResponseType is the default response of a type.
type gatewayResponseType struct {
	status int
	// errorType is x-amzn-ErrorType. It was seen live for the types above, except
	// AUTHORIZER_FAILURE, DEFAULT_4XX, INTEGRATION_FAILURE, INVALID_SIGNATURE and
	// REQUEST_TOO_LARGE, for which we assume it.
	errorType string
}

// gatewayResponseTypes are all types that can be customized. Types without an errorType
// are never sent here: they need AWS credentials, a web ACL, the quota of a usage plan or
// another kind of integration. REQUEST_TOO_LARGE is about Lambda's limit, not
// [maxBodyBytes].
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

// refusal is a request that ends with a gateway response.
type refusal struct {
	responseType string
	message      string
	// status replaces the default status of the type, unless it is 0.
	status int
	// errorType replaces the x-amzn-ErrorType of the type, unless it is "".
	errorType string
	// validation is $context.error.validationErrorString.
	validation string
	// reason is for the log.
	reason string
	// front, if not nil, is sent in place of a gateway response.
	front *frontRefusal
}

func unauthorized(reason string) *refusal {
	return &refusal{responseType: typeUnauthorized, message: "Unauthorized", reason: reason}
}

func missingParameters(names []string) *refusal {
	message := "Missing required request parameters: [" + strings.Join(names, ", ") + "]"
	return &refusal{responseType: typeBadRequestParameters, message: message, reason: message}
}

func invalidBody(err error) *refusal {
	return &refusal{
		responseType: typeBadRequestBody, message: "Invalid request body",
		validation: err.Error(), reason: "the request body does not match the model",
	}
}

// misconfigured is what API Gateway logs as "Execution failed due to
// configuration error".
func misconfigured(reason string) *refusal {
	return &refusal{responseType: typeAPIConfigurationError, message: "Internal server error", reason: reason}
}

// badParameter refuses a request whose parameters would change where the integration
// leads, or add to what it sends.
func badParameter(reason string) *refusal {
	return &refusal{responseType: typeDefault4XX, message: "Bad Request", reason: reason}
}

var (
	errNoToken    = unauthorized("no token")
	errNoResource = &refusal{
		responseType: typeMissingAuthenticationToken, message: "Missing Authentication Token",
		reason: "no resource has this path and method",
	}
	errMediaType = &refusal{
		responseType: typeUnsupportedMediaType, message: "Unsupported Media Type",
		reason: "no request template matches this content type",
	}
	errBody = &refusal{
		responseType: typeDefault4XX, message: "Bad Request",
		reason: "the request body could not be read",
	}
	// The status and the beginning of the message were seen live.
	errPayload = &refusal{
		responseType: typeDefault4XX, message: "Could not process payload",
		reason: mapping.ErrPayload.Error(),
	}
	errStatusCode = misconfigured("the request template rendered no integer statusCode")
	errNoResponse = misconfigured("no integration response matches the status code, and none is the default")
)

// Refusal is a gateway response as a client sees it.
type Refusal struct {
	// ResponseType is one of API Gateway's types, such as UNAUTHORIZED.
	ResponseType string
	Status       int
	// Headers are the headers that the API adds, except the content type.
	Headers []string
	// Bodies are examples by content type.
	Bodies map[string]string
}

// errThrottled is never sent here: throttling is not enforced.
var errThrottled = &refusal{responseType: "THROTTLED", message: "Too Many Requests"}

// Refusals returns the gateway responses that a caller of a method may get on AWS, in the
// order of their default statuses.
func (a *API) Refusals(m *Method) []Refusal {
	var refusals []Refusal
	for _, f := range m.refusals() {
		refusals = append(refusals, a.gatewayResponses[f.responseType].describe(f))
	}
	return refusals
}

func (m *Method) refusals() []*refusal {
	var all []*refusal
	if m.ValidateRequestParameters && slices.Contains(slices.Collect(maps.Values(m.RequestParameters)), true) {
		all = append(all, missingParameters([]string{"name"}))
	}
	if m.ValidateRequestBody && len(m.RequestModels) > 0 {
		all = append(all, invalidBody(errors.New("[…]")))
	}
	switch m.AuthorizationType {
	case AuthorizationCognitoUserPools:
		all = append(all, errNoToken)
	case AuthorizationCustom:
		all = append(all, errNoToken, accessDenied("User is not authorized to access this resource", ""), authorizerMisconfigured(""))
	case AuthorizationIAM:
		all = append(all, errUnknownCredentials)
	}
	if m.APIKeyRequired {
		all = append(all, invalidAPIKey(""))
	}
	all = append(all, errNoResource)
	if m.Integration.refusesMediaTypes() {
		all = append(all, errMediaType)
	}
	all = append(all, errThrottled)
	switch i := m.Integration; {
	case i.Type == typeMock:
		return append(all, errStatusCode)
	case i.Type == typeHTTPProxy:
		return append(all, misconfigured(""), networkError(""), timedOut(defaultTimeout))
	case !i.callsLambda():
		return append(all, errNoResponse, networkError(""), timedOut(defaultTimeout))
	case i.IsProxy():
		return append(all, errEventTooLarge, misconfigured(""), badGateway(""), timedOut(defaultTimeout))
	}
	return append(all, errEventTooLarge, errNoResponse, badGateway(""), timedOut(defaultTimeout))
}

// refusesMediaTypes reports whether some content types get 415.
func (i *Integration) refusesMediaTypes() bool {
	if i.IsProxy() {
		return false
	}
	if _, any := i.RequestTemplates[defaultTypes]; any {
		return false
	}
	return i.PassthroughBehavior == passthroughNever || i.PassthroughBehavior == passthroughWhenNoTemplates && len(i.RequestTemplates) > 0
}

// describe renders an example of the gateway response for a refusal.
func (g *gatewayResponse) describe(f *refusal) Refusal {
	described := Refusal{ResponseType: f.responseType, Status: g.statusOf(f), Bodies: map[string]string{}}
	request := &mapping.Request{Context: mapping.Context{
		RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
		Error:     mapping.Error{Message: f.message, ResponseType: f.responseType, ValidationErrorString: f.validation},
	}}
	for _, m := range g.headers {
		if m.name != "" && m.name != "Content-Type" {
			described.Headers = append(described.Headers, m.name)
		}
	}
	for _, contentType := range slices.Sorted(maps.Keys(g.templates.values)) {
		body := g.templates.values[contentType]
		text, err := body.template.Render(request)
		header := http.Header{"Content-Type": body.contentType}
		if err == nil && apply(g.headers, header, request, nil) == nil {
			described.Bodies[header.Get("Content-Type")] = text
		}
	}
	return described
}
