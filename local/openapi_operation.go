package local

import (
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/local/internal/apigateway"
)

// operation adds the method that an operation of the document stands for.
func (o *openAPI) operation(path, httpMethod string, operation *cfn.Properties, shared []*cfn.Properties) {
	operation.Ignore("deprecated", "description", "externalDocs", "servers", "summary", "tags")
	method := apigateway.Method{
		Label:         o.label("paths." + path + "." + strings.ToLower(httpMethod)),
		Path:          path,
		ResourceID:    o.api.resource.stack.ids.short("resource "+path, o.api.resource.LogicalID, 6),
		HTTPMethod:    httpMethod,
		OperationName: operation.String("operationId", ""),
	}
	marks := operation.Object("x-" + mark.Key)
	method.Public = marks.String(mark.Public, "")
	marks.Ignore(mark.OtherAuthorization)
	o.security(&method, operation)
	method.RequestParameters = requestParameters(append(shared, operation.List("parameters")...))
	body := operation.Object("requestBody")
	body.Ignore("description", "required")
	method.RequestModels = o.models(body.Object("content"), method.Label+".requestBody")
	validator := o.validator(operation)
	method.ValidateRequestBody, method.ValidateRequestParameters = validator.body, validator.parameters
	if operation.Has("x-amazon-apigateway-integration") {
		method.Integration = openAPIIntegration(operation.Object("x-amazon-apigateway-integration"))
	}
	method.MethodResponses = o.methodResponses(operation.Object("responses"), method.Label+".responses.")
	o.api.config.Methods = append(o.api.config.Methods, method)
}

// security reads the requirement of an operation, or that of the document. API
// Gateway heeds one authorizer per method.
func (o *openAPI) security(method *apigateway.Method, operation *cfn.Properties) {
	method.AuthorizationType = apigateway.AuthorizationNone
	from := operation
	if !operation.Has("security") {
		from = o.document
	}
	requirements := from.List("security")
	if len(requirements) == 0 {
		return
	}
	names := requirements[0].Names()
	if len(requirements) > 1 || len(names) != 1 {
		from.Problemf("security", "must name one security scheme: API Gateway asks one authorizer per method")
		return
	}
	authorizer := o.schemes[names[0]]
	if authorizer == nil {
		from.Problemf("security", "%q is not one of the document's security schemes", names[0])
	}
	method.AuthorizationType = apigateway.AuthorizationCognitoUserPools
	method.Authorizer = authorizer
	method.AuthorizationScopes = requirements[0].Strings(names[0])
}

// requestParameters reads the parameters of an operation. What they are like is
// not checked by API Gateway, only that the required ones are there.
func requestParameters(parameters []*cfn.Properties) map[string]bool {
	required := map[string]bool{}
	for _, p := range parameters {
		p.Ignore("allowEmptyValue", "deprecated", "description", "example", "examples", "explode", "schema", "style")
		in := p.OneOf("in", "", "path", "query", "header")
		if in == "query" {
			in = "querystring"
		}
		required["method.request."+in+"."+p.RequiredString("name")] = p.Bool("required", false)
	}
	return required
}

// models reads the schemas of a body by content type. One that is given in place
// becomes a model of its own.
func (o *openAPI) models(content *cfn.Properties, label string) map[string]string {
	models := map[string]string{}
	for _, contentType := range content.Names() {
		media := content.Object(contentType)
		media.Ignore("example", "examples")
		schema, found := media.Value("schema")
		if !found {
			continue
		}
		if object, ok := schema.(map[string]any); ok && len(object) == 1 {
			if reference, ok := object["$ref"].(string); ok && strings.HasPrefix(reference, schemaReference) {
				models[contentType] = strings.TrimPrefix(reference, schemaReference)
				continue
			}
		}
		name := "Inline" + o.api.resource.stack.ids.short("model "+label+" "+contentType, o.api.resource.LogicalID, 8)
		o.api.config.Models = append(o.api.config.Models, apigateway.Model{Label: label, Name: name, Schema: schemaText(o.modelReferences(schema))})
		models[contentType] = name
	}
	return models
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

// openAPIIntegration reads an integration, whose responses stand by their
// selection pattern.
func openAPIIntegration(p *cfn.Properties) *apigateway.Integration {
	p.Ignore("cacheKeyParameters", "cacheNamespace", "connectionId", "connectionType", "credentials", "httpMethod", "requestParameters",
		"responseTransferMode", "timeoutInMillis", "tlsConfig", "uri")
	read := &apigateway.Integration{
		Type:                strings.ToUpper(p.RequiredString("type")),
		PassthroughBehavior: strings.ToUpper(p.String("passthroughBehavior", "")),
		ContentHandling:     p.String("contentHandling", ""),
		RequestTemplates:    p.StringMap("requestTemplates"),
	}
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

func (o *openAPI) methodResponses(responses *cfn.Properties, label string) []apigateway.MethodResponse {
	var read []apigateway.MethodResponse
	for _, status := range responses.Names() {
		response := responses.Object(status)
		response.Ignore("description", "links")
		parameters := map[string]bool{}
		for _, name := range response.Object("headers").Names() {
			response.Object("headers").Ignore(name)
			parameters["method.response.header."+name] = false
		}
		read = append(read, apigateway.MethodResponse{
			StatusCode:         status,
			ResponseParameters: parameters,
			ResponseModels:     o.models(response.Object("content"), label+status),
		})
	}
	return read
}
