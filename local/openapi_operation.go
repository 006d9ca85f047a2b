package local

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/local/internal/apigateway"
)

// operation adds the method that an operation of the document, with a name such as
// get, stands for.
func (o *openAPI) operation(base, path, name string, operation *cfn.Properties, shared []*cfn.Properties) {
	ignoreExtensions(operation)
	operation.Ignore("deprecated", "description", "externalDocs", "schemes", "servers", "summary", "tags")
	httpMethod := strings.ToUpper(name)
	if name == anyMethod {
		httpMethod = "ANY"
	}
	method := apigateway.Method{
		Label:         o.label("paths." + path + "." + strings.ToLower(httpMethod)),
		Path:          "/" + strings.Trim(base+path, "/"),
		ResourceID:    o.api.resource.stack.ids.short("resource "+path, o.api.resource.LogicalID, 6),
		HTTPMethod:    httpMethod,
		OperationName: operation.String("operationId", ""),
	}
	marks := operation.Object("x-" + mark.Key)
	method.Public = marks.String(mark.Public, "")
	marks.Ignore(mark.OtherAuthorization)
	o.security(&method, operation)
	o.parameters(&method, operation, append(slices.Clone(shared), operation.List("parameters")...))
	validator := o.validator(operation)
	method.ValidateRequestBody, method.ValidateRequestParameters = validator.body, validator.parameters
	if operation.Has("x-amazon-apigateway-integration") {
		method.Integration = o.integration(operation.Object("x-amazon-apigateway-integration"))
	}
	method.MethodResponses = o.methodResponses(operation, method.Label+".responses.")
	o.api.addMethod(method, Place{
		Template: o.api.resource.stack.of.Name, LogicalID: o.api.resource.LogicalID,
		Property: cfn.Path("Properties", "Body", "paths", path, name),
	})
}

// parameters reads the parameters and the body of an operation. What parameters
// are like is not checked by API Gateway, only that the required ones are there.
func (o *openAPI) parameters(method *apigateway.Method, operation *cfn.Properties, parameters []*cfn.Properties) {
	method.RequestParameters = map[string]bool{}
	method.RequestModels = map[string]string{}
	if body := o.follow(operation.Object("requestBody")); body != nil {
		ignoreExtensions(body)
		body.Ignore("description", "required")
		method.RequestModels = o.models(body.Object("content"), method.Label+".requestBody")
	}
	consumes := o.mediaTypes(operation, "consumes")
	for _, p := range parameters {
		if p = o.follow(p); p == nil {
			continue
		}
		ignoreExtensions(p)
		p.Ignore("allowEmptyValue", "allowReserved", "collectionFormat", "default", "deprecated", "description", "enum", "example", "examples",
			"exclusiveMaximum", "exclusiveMinimum", "explode", "format", "items", "maximum", "maxItems", "maxLength", "minimum", "minItems",
			"minLength", "multipleOf", "pattern", "schema", "style", "type", "uniqueItems")
		name, required := p.RequiredString("name"), p.Bool("required", false)
		switch in := p.OneOf("in", "", o.locations()...); in {
		case "body":
			schema, _ := p.Value("schema")
			model := o.model(schema, method.Label+".parameters."+name, "")
			for _, mediaType := range consumes {
				method.RequestModels[mediaType] = model
			}
		case "formData":
		case "query":
			method.RequestParameters["method.request.querystring."+name] = required
		default:
			method.RequestParameters["method.request."+in+"."+name] = required
		}
	}
}

func (o *openAPI) locations() []string {
	locations := []string{"path", "query", "header"}
	if o.swagger {
		return append(locations, "body", "formData")
	}
	return locations
}

// validator returns the request validator of an operation, or that of the document.
func (o *openAPI) validator(operation *cfn.Properties) requestValidator {
	const property = "x-amazon-apigateway-request-validator"
	name := operation.String(property, o.document.String(property, ""))
	validator, found := o.validators[name]
	if name != "" && !found {
		operation.Problemf(property, "%q is not one of the document's request validators", name)
	}
	return validator
}

// integration reads an integration, whose responses stand by their selection
// pattern.
func (o *openAPI) integration(p *cfn.Properties) *apigateway.Integration {
	read := &apigateway.Integration{Type: strings.ToUpper(p.RequiredString("type"))}
	if o.deployment.options.stubAll && read.Type != "MOCK" {
		p.Ignore(p.Names()...)
		return read
	}
	switch read.Type {
	case typeLambdaProxy, typeAWS:
		p.Ignore("cacheKeyParameters", "cacheNamespace", "connectionId", "connectionType", "tlsConfig")
		p.OneOf("responseTransferMode", "BUFFERED", "BUFFERED")
		read.URI = p.RequiredString("uri")
		read.HTTPMethod = p.RequiredString("httpMethod")
		read.HasCredentials = p.String("credentials", "") != ""
		read.RequestParameters = p.StringMap("requestParameters")
		read.TimeoutInMillis = p.Int("timeoutInMillis", 0)
		if read.Type == typeLambdaProxy {
			p.Ignore("contentHandling", "passthroughBehavior", "requestTemplates", "responses")
			return read
		}
	case typeHTTPProxy, typeHTTP:
		p.Ignore("cacheKeyParameters", "cacheNamespace", "connectionId", "credentials", "integrationTarget")
		read.URI = p.RequiredString("uri")
		read.HTTPMethod = strings.ToUpper(p.RequiredString("httpMethod"))
		read.ConnectionType = strings.ToUpper(p.String("connectionType", ""))
		tls := p.Object("tlsConfig")
		read.SkipsVerification = tls.Bool("insecureSkipVerification", false)
		read.RequestParameters = p.StringMap("requestParameters")
		read.TimeoutInMillis = p.Int("timeoutInMillis", 0)
		if read.Type == typeHTTPProxy {
			read.Streams = p.OneOf("responseTransferMode", "BUFFERED", "BUFFERED", "STREAM") == "STREAM"
			p.Ignore("contentHandling", "passthroughBehavior", "requestTemplates", "responses")
			return read
		}
		p.OneOf("responseTransferMode", "BUFFERED", "BUFFERED")
	case "MOCK":
		p.Ignore("cacheKeyParameters", "cacheNamespace", "connectionId", "connectionType", "credentials", "httpMethod", "requestParameters",
			"responseTransferMode", "timeoutInMillis", "tlsConfig", "uri")
	default:
		p.Ignore(p.Names()...) // how to reach it is of no interest
		return read
	}
	read.PassthroughBehavior = strings.ToUpper(p.String("passthroughBehavior", ""))
	read.ContentHandling = p.String("contentHandling", "")
	read.RequestTemplates = p.StringMap("requestTemplates")
	responses := p.Object("responses")
	for _, pattern := range responses.Names() {
		response := responses.Object(pattern)
		if pattern == "default" {
			pattern = ""
		}
		read.IntegrationResponses = append(read.IntegrationResponses, apigateway.IntegrationResponse{
			SelectionPattern:   pattern,
			StatusCode:         response.RequiredString("statusCode"),
			ResponseParameters: response.StringMap("responseParameters"),
			ResponseTemplates:  response.StringMap("responseTemplates"),
			ContentHandling:    response.String("contentHandling", ""),
		})
	}
	return read
}

func (o *openAPI) methodResponses(operation *cfn.Properties, label string) []apigateway.MethodResponse {
	responses := operation.Object("responses")
	produces := o.mediaTypes(operation, "produces")
	var read []apigateway.MethodResponse
	for _, status := range responses.Names() {
		response := o.follow(responses.Object(status))
		if response == nil {
			continue
		}
		ignoreExtensions(response)
		response.Ignore("description", "examples", "links")
		parameters := map[string]bool{}
		headers := response.Object("headers")
		headers.Ignore(headers.Names()...)
		for _, name := range headers.Names() {
			parameters["method.response.header."+name] = false
		}
		models := o.models(response.Object("content"), label+status)
		if schema, found := response.Value("schema"); found {
			model := o.model(schema, label+status, "")
			for _, mediaType := range produces {
				models[mediaType] = model
			}
		}
		read = append(read, apigateway.MethodResponse{StatusCode: status, ResponseParameters: parameters, ResponseModels: models})
	}
	return read
}
