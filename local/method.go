package local

import (
	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/local/internal/apigateway"
)

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
