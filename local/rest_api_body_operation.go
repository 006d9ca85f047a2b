package local

import (
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/local/internal/apigateway"
)

// operation adds a method for an operation of the document. name is its key, such as get.
func (o *bodyImport) operation(base, path, name string, operation *cfn.Properties, shared []*cfn.Properties) {
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
	o.api.addMethod(method, place{
		template: o.api.resource.stack.of.Name, logicalID: o.api.resource.LogicalID,
		property: cfn.Path("Properties", "Body", "paths", path, name),
	})
}

// parameters reads the parameters and the body of an operation. API Gateway checks that
// required parameters are present, but not their schemas.
func (o *bodyImport) parameters(method *apigateway.Method, operation *cfn.Properties, parameters []*cfn.Properties) {
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

func (o *bodyImport) locations() []string {
	locations := []string{"path", "query", "header"}
	if o.swagger {
		return append(locations, "body", "formData")
	}
	return locations
}

// validator returns the request validator of an operation, or else of the document.
func (o *bodyImport) validator(operation *cfn.Properties) requestValidator {
	const property = "x-amazon-apigateway-request-validator"
	name := operation.String(property, o.document.String(property, ""))
	validator, found := o.validators[name]
	if name != "" && !found {
		operation.Problemf(property, "%q is not one of the document's request validators", name)
	}
	return validator
}

// integration reads an integration, whose responses are keyed by selection pattern.
func (o *bodyImport) integration(p *cfn.Properties) *apigateway.Integration {
	read := &apigateway.Integration{Type: strings.ToUpper(p.RequiredString("type"))}
	if o.system.options.stubAll && read.Type != "MOCK" {
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
		p.Ignore(p.Names()...) // apigateway refuses the type
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

func (o *bodyImport) methodResponses(operation *cfn.Properties, label string) []apigateway.MethodResponse {
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

// securityScheme is what a security scheme of a document requires.
type securityScheme struct {
	authorization apigateway.AuthorizationType // "" for an API key
	authorizer    *apigateway.Authorizer       // nil for AWS_IAM
}

// security reads the security requirements of an operation, or else of the document. API
// Gateway takes one authorizer per method and an API key, in one requirement or in two.
func (o *bodyImport) security(method *apigateway.Method, operation *cfn.Properties) {
	method.AuthorizationType = apigateway.AuthorizationNone
	from := operation
	if !operation.Has("security") {
		from = o.document
	}
	var authorizers []string
	for _, requirement := range from.List("security") {
		if len(requirement.Names()) == 0 {
			from.Problemf("security", "has a requirement that names no scheme: omit security for a method that anyone may call")
		}
		for _, name := range requirement.Names() {
			scopes := requirement.Strings(name)
			scheme := o.scheme(name)
			switch {
			case scheme == nil && name != "NONE": // AWS SAM writes NONE for no authorizer
				from.Problemf("security", "%q is not one of the document's security schemes", name)
			case scheme == nil:
			case scheme.authorization == "":
				method.APIKeyRequired = true
			default:
				authorizers = append(authorizers, name)
				method.AuthorizationType, method.Authorizer, method.AuthorizationScopes = scheme.authorization, scheme.authorizer, scopes
			}
		}
	}
	if len(authorizers) > 1 {
		from.Problemf("security", "must name at most one authorizer and one API key, got %s: API Gateway takes one authorizer per method", strings.Join(authorizers, ", "))
	}
	auth := operation.Object("x-amazon-apigateway-auth")
	if kind := strings.ToUpper(auth.String("type", "")); kind == string(apigateway.AuthorizationIAM) && len(authorizers) == 0 {
		method.AuthorizationType = apigateway.AuthorizationIAM
	} else if kind != "" && kind != string(method.AuthorizationType) {
		auth.Problemf("type", "is %s, but the operation's security requires %s", kind, method.AuthorizationType)
	}
}

// scheme returns a security scheme by name, or nil if it does not exist. It reads each
// scheme once.
func (o *bodyImport) scheme(name string) *securityScheme {
	schemes, at := o.section("securityDefinitions", "securitySchemes")
	if o.schemes[name] == nil && schemes.Has(name) {
		o.schemes[name] = o.readScheme(schemes.Object(name), name, at+name)
	}
	return o.schemes[name]
}

// readScheme reads a security scheme. For API Gateway, the type of every scheme is apiKey;
// extensions say what it is.
//
// Source: "OpenAPI extensions for API Gateway", Amazon API Gateway developer guide.
func (o *bodyImport) readScheme(scheme *cfn.Properties, name, at string) *securityScheme {
	ignoreExtensions(scheme)
	scheme.Ignore("description")
	scheme.OneOf("type", "", "apiKey")
	authType := strings.ToLower(scheme.String("x-amazon-apigateway-authtype", ""))
	parameter, in := scheme.RequiredString("name"), scheme.OneOf("in", "", "header", "query")
	switch {
	case authType == "awssigv4":
		return &securityScheme{authorization: apigateway.AuthorizationIAM}
	case scheme.Has("x-amazon-apigateway-authorizer"):
		return o.authorizer(scheme.Object("x-amazon-apigateway-authorizer"), name, at, identitySource(in, parameter))
	case authType == "" && in == "header" && strings.EqualFold(parameter, "x-api-key"):
		return &securityScheme{}
	}
	scheme.Problemf("x-amazon-apigateway-authorizer", "is missing: without it, a scheme is an API key in the header x-api-key, or has the x-amazon-apigateway-authtype awsSigv4")
	return &securityScheme{authorization: apigateway.AuthorizationIAM} // refuses everyone
}

// identitySource returns the identity source for the parameter of a scheme.
func identitySource(in, parameter string) string {
	if in == "query" {
		in = "querystring"
	}
	return "method.request." + in + "." + parameter
}

// authorizer reads the authorizer extension of a scheme. A REQUEST authorizer ignores the
// scheme's own parameter.
func (o *bodyImport) authorizer(p *cfn.Properties, name, at, source string) *securityScheme {
	ids := o.api.resource.stack.ids
	authorizer := &apigateway.Authorizer{
		Label:                        o.label(at),
		Name:                         name,
		ID:                           ids.short("authorizer "+name, o.api.resource.LogicalID, 6),
		Type:                         strings.ToUpper(p.RequiredString("type")),
		IdentityValidationExpression: p.String("identityValidationExpression", ""),
	}
	if authorizer.Type == "REQUEST" {
		source = ""
	}
	authorizer.IdentitySource = p.String("identitySource", source)
	if !isLambdaAuthorizer(authorizer.Type) {
		p.Ignore("authorizerCredentials", "authorizerResultTtlInSeconds", "authorizerUri")
		authorizer.Verifiers = o.system.verifiers(p, "providerARNs")
		return &securityScheme{apigateway.AuthorizationCognitoUserPools, authorizer}
	}
	p.Ignore("providerARNs")
	authorizer.ResultTTL = time.Duration(p.Int("authorizerResultTtlInSeconds", defaultResultTTL)) * time.Second
	if o.system.options.stubAll {
		p.Ignore("authorizerUri", "authorizerCredentials")
	} else {
		authorizer.URI = p.RequiredString("authorizerUri")
		authorizer.HasCredentials = p.String("authorizerCredentials", "") != ""
	}
	return &securityScheme{apigateway.AuthorizationCustom, authorizer}
}
