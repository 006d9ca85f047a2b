package local

import (
	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/local/internal/apigateway"
)

// Method is one method of a REST API, and who may call it.
type Method struct {
	// HTTPMethod is an HTTP method or ANY.
	HTTPMethod string `json:"httpMethod"`
	// Path is the path of the resource below the stage, such as /orders/{id}.
	Path string `json:"path"`
	// Authorization is NONE: anyone may call; COGNITO_USER_POOLS: the request needs a
	// token of one of UserPools; CUSTOM: a Lambda function decides; or AWS_IAM: the
	// request needs a signature, which nobody can make here without AWS credentials.
	Authorization string `json:"authorization"`
	// Authorizer is the key of the authorizer, or the name of the security scheme in an
	// OpenAPI document. It is empty for NONE and AWS_IAM.
	Authorizer string `json:"authorizer,omitempty"`
	// IdentitySource is where the authorizer finds the token, such as
	// method.request.header.Authorization, for COGNITO_USER_POOLS.
	IdentitySource string `json:"identitySource,omitempty"`
	// IdentityValidationExpression is the pattern that the audience of a token must
	// match. An access token has no audience, so with a pattern no machine may call.
	IdentityValidationExpression string `json:"identityValidationExpression,omitempty"`
	// Scopes are the accepted scopes; a token needs one of them. A method with user
	// pools and no scopes accepts only ID tokens, which no client gets here.
	Scopes []string `json:"scopes"`
	// UserPools are the keys of the user pools whose tokens are accepted, for
	// COGNITO_USER_POOLS.
	UserPools []string `json:"userPools"`
	// APIKeyRequired reports whether a request also needs an API key of the stage: see
	// [System.APIKeys].
	APIKeyRequired bool `json:"apiKeyRequired"`
	// APIKeyFromAuthorizer reports whether the API takes the key from the
	// usageIdentifierKey of a Lambda authorizer and not from the request. Then only
	// CUSTOM methods can be called.
	APIKeyFromAuthorizer bool `json:"apiKeyFromAuthorizer,omitempty"`
	// Public is the reason that the template gives for letting anyone call, as
	// AllowUnauthenticated of package machineauth writes it. It is empty without one.
	Public string `json:"public,omitempty"`
	// Template, LogicalID and Property are where the method is declared, as findings of
	// package rules name it: the file, the Method, or the RestApi and the Property that
	// holds the operation in its Body. Property is empty for a Method.
	Template  string `json:"-"`
	LogicalID string `json:"-"`
	Property  string `json:"-"`
}

// place is where a template declares a method.
type place struct{ template, logicalID, property string }

// Verdict says whether one method of an API accepts a token.
type Verdict struct {
	// API is the key of the API.
	API        string `json:"api"`
	HTTPMethod string `json:"httpMethod"`
	Path       string `json:"path"`
	// Opens reports whether a request with the token, and with an API key if the method
	// requires one, reaches the backend.
	Opens bool `json:"opens"`
	// Reason is a sentence for people that says why, or why not.
	Reason string `json:"reason"`
}

// Methods returns the methods of the API with the key, in template order. It returns
// nil if there is no such API.
func (s *System) Methods(key string) []Method {
	for _, api := range s.restAPIs {
		if api.resource.key() == key {
			return s.methods(api)
		}
	}
	return nil
}

// Inspect returns a verdict on a token for every method of every API. The token may
// begin with "Bearer ". The methods' authorizers verify it, by the clock of
// [WithClock].
func (s *System) Inspect(token string) []Verdict {
	var verdicts []Verdict
	for _, api := range s.restAPIs {
		for _, v := range api.started.Inspect(token) {
			verdicts = append(verdicts, Verdict{api.resource.key(), v.HTTPMethod, v.Path, v.Opens, v.Reason})
		}
	}
	return verdicts
}

// methods returns the methods of an API.
func (s *System) methods(api *restAPI) []Method {
	var methods []Method
	for i, m := range api.config.Methods {
		method := Method{
			HTTPMethod: m.HTTPMethod, Path: m.Path, Authorization: string(m.AuthorizationType),
			Scopes: append([]string{}, m.AuthorizationScopes...), UserPools: []string{}, APIKeyRequired: m.APIKeyRequired, Public: m.Public,
			APIKeyFromAuthorizer: m.APIKeyRequired && api.config.APIKeySource == apigateway.AuthorizerKeySource,
			Template:             api.places[i].template, LogicalID: api.places[i].logicalID, Property: api.places[i].property,
		}
		if m.Authorizer != nil {
			method.Authorizer = m.Authorizer.Name
			method.IdentitySource, method.IdentityValidationExpression = m.Authorizer.IdentitySource, m.Authorizer.IdentityValidationExpression
			for _, verifier := range m.Authorizer.Verifiers {
				method.UserPools = append(method.UserPools, verifier.(poolVerifier).pool.key())
			}
		}
		methods = append(methods, method)
	}
	return methods
}

func (s *System) method(r resource, p *cfn.Properties) {
	api := s.apiOf(p)
	if api == nil {
		p.Ignore(p.Names()...) // they cannot be checked without the API
		return
	}
	method := apigateway.Method{
		Label:               r.label() + ".Properties",
		ResourceID:          p.RequiredString("ResourceId"),
		HTTPMethod:          p.RequiredString("HttpMethod"),
		OperationName:       p.String("OperationName", ""),
		AuthorizationType:   apigateway.AuthorizationType(p.String("AuthorizationType", "NONE")),
		AuthorizationScopes: p.Strings("AuthorizationScopes"),
		APIKeyRequired:      p.Bool("ApiKeyRequired", false),
		RequestParameters:   bools(p, "RequestParameters"),
		RequestModels:       p.StringMap("RequestModels"),
	}
	marks, _ := r.Metadata.Get(mark.Key)
	if marks, ok := marks.(*cfn.Object); ok {
		reason, _ := marks.Get(mark.Public)
		method.Public, _ = reason.(string)
	}
	path, found := api.path(method.ResourceID)
	if !found {
		p.Problemf("ResourceId", "resource %q is not one of API %s", method.ResourceID, api.resource.label())
	}
	method.Path = path
	// API Gateway ignores the authorizer of a method with NONE or AWS_IAM.
	asksOne := method.AuthorizationType != apigateway.AuthorizationNone && method.AuthorizationType != apigateway.AuthorizationIAM
	if id := p.String("AuthorizerId", ""); id != "" && asksOne {
		method.Authorizer = api.authorizers[id]
		if method.Authorizer == nil {
			p.Problemf("AuthorizerId", "authorizer %q is not one of API %s", id, api.resource.label())
		}
	}
	if id := p.String("RequestValidatorId", ""); id != "" {
		validator, found := api.validators[id]
		if !found {
			p.Problemf("RequestValidatorId", "request validator %q is not one of API %s", id, api.resource.label())
		}
		method.ValidateRequestBody, method.ValidateRequestParameters = validator.body, validator.parameters
	}
	if p.Has("Integration") {
		method.Integration = s.integration(p.Object("Integration"))
	}
	for _, response := range p.List("MethodResponses") {
		method.MethodResponses = append(method.MethodResponses, apigateway.MethodResponse{
			StatusCode:         response.RequiredString("StatusCode"),
			ResponseParameters: bools(response, "ResponseParameters"),
			ResponseModels:     response.StringMap("ResponseModels"),
		})
	}
	api.addMethod(method, place{template: r.stack.of.Name, logicalID: r.LogicalID})
}

func (a *restAPI) addMethod(method apigateway.Method, at place) {
	a.config.Methods, a.places = append(a.config.Methods, method), append(a.places, at)
}

// The types of integration. A proxy integration passes the whole request to a Lambda
// function or an HTTP endpoint. For the others, templates make the request to a function,
// another AWS service or an endpoint.
const (
	typeLambdaProxy = "AWS_PROXY"
	typeAWS         = "AWS"
	typeHTTPProxy   = "HTTP_PROXY"
	typeHTTP        = "HTTP"
)

// integration reads an integration. It ignores the properties of an unsupported type,
// and of an integration that a stub replaces.
func (s *System) integration(p *cfn.Properties) *apigateway.Integration {
	read := &apigateway.Integration{Type: p.RequiredString("Type")}
	switch {
	case s.options.stubAll && read.Type != "MOCK":
		p.Ignore(p.Names()...)
		return read
	case read.Type == "MOCK":
		p.Ignore("CacheKeyParameters", "CacheNamespace", "ConnectionId", "ConnectionType", "Credentials", "IntegrationHttpMethod",
			"IntegrationTarget", "RequestParameters", "ResponseTransferMode", "TimeoutInMillis", "TlsConfig", "Uri")
	case read.Type == typeLambdaProxy, read.Type == typeAWS:
		p.Ignore("CacheKeyParameters", "CacheNamespace", "ConnectionId", "ConnectionType", "TlsConfig")
		p.OneOf("ResponseTransferMode", "BUFFERED", "BUFFERED")
		read.URI = p.RequiredString("Uri")
		read.HTTPMethod = p.RequiredString("IntegrationHttpMethod")
		read.HasCredentials = p.String("Credentials", "") != ""
		read.RequestParameters = p.StringMap("RequestParameters")
		read.TimeoutInMillis = p.Int("TimeoutInMillis", 0)
		if read.Type == typeLambdaProxy {
			p.Ignore("ContentHandling", "IntegrationResponses", "PassthroughBehavior", "RequestTemplates")
			return read
		}
	case read.Type == typeHTTPProxy, read.Type == typeHTTP:
		p.Ignore("CacheKeyParameters", "CacheNamespace", "ConnectionId", "Credentials", "IntegrationTarget")
		read.URI = p.RequiredString("Uri")
		read.HTTPMethod = p.RequiredString("IntegrationHttpMethod")
		read.ConnectionType = p.String("ConnectionType", "")
		read.SkipsVerification = p.Object("TlsConfig").Bool("InsecureSkipVerification", false)
		read.RequestParameters = p.StringMap("RequestParameters")
		read.TimeoutInMillis = p.Int("TimeoutInMillis", 0)
		if read.Type == typeHTTPProxy {
			read.Streams = p.OneOf("ResponseTransferMode", "BUFFERED", "BUFFERED", "STREAM") == "STREAM"
			p.Ignore("ContentHandling", "IntegrationResponses", "PassthroughBehavior", "RequestTemplates")
			return read
		}
		p.OneOf("ResponseTransferMode", "BUFFERED", "BUFFERED")
	default:
		p.Ignore(p.Names()...)
		return read
	}
	read.PassthroughBehavior = p.String("PassthroughBehavior", "")
	read.ContentHandling = p.String("ContentHandling", "")
	read.RequestTemplates = p.StringMap("RequestTemplates")
	for _, response := range p.List("IntegrationResponses") {
		read.IntegrationResponses = append(read.IntegrationResponses, apigateway.IntegrationResponse{
			StatusCode:         response.RequiredString("StatusCode"),
			SelectionPattern:   response.String("SelectionPattern", ""),
			ResponseParameters: response.StringMap("ResponseParameters"),
			ResponseTemplates:  response.StringMap("ResponseTemplates"),
			ContentHandling:    response.String("ContentHandling", ""),
		})
	}
	return read
}

// bools reads an object of booleans.
func bools(p *cfn.Properties, name string) map[string]bool {
	if !p.Has(name) {
		return nil
	}
	object := p.Object(name)
	values := map[string]bool{}
	for _, key := range object.Names() {
		values[key] = object.Bool(key, false)
	}
	return values
}
