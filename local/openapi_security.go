package local

import (
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// securityScheme is what a security scheme of a document asks of a caller.
type securityScheme struct {
	authorization apigateway.AuthorizationType // "" for an API key
	authorizer    *apigateway.Authorizer       // nil for AWS_IAM
}

// security reads the requirements of an operation, or those of the document. API
// Gateway heeds one authorizer per method, and an API key beside it, whether they stand
// in one requirement or in two.
func (o *openAPI) security(method *apigateway.Method, operation *cfn.Properties) {
	method.AuthorizationType = apigateway.AuthorizationNone
	from := operation
	if !operation.Has("security") {
		from = o.document
	}
	var authorizers []string
	for _, requirement := range from.List("security") {
		if len(requirement.Names()) == 0 {
			from.Problemf("security", "has a requirement that names no scheme: leave security out for a method that everybody may call")
		}
		for _, name := range requirement.Names() {
			scopes := requirement.Strings(name)
			scheme := o.scheme(name)
			switch {
			case scheme == nil && name != "NONE": // which AWS SAM writes for no authorizer
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
		from.Problemf("security", "must name one authorizer, and an API key at most, got %s: API Gateway asks one authorizer per method", strings.Join(authorizers, ", "))
	}
	auth := operation.Object("x-amazon-apigateway-auth")
	if kind := strings.ToUpper(auth.String("type", "")); kind == string(apigateway.AuthorizationIAM) && len(authorizers) == 0 {
		method.AuthorizationType = apigateway.AuthorizationIAM
	} else if kind != "" && kind != string(method.AuthorizationType) {
		auth.Problemf("type", "is %s, and the operation's security asks for %s", kind, method.AuthorizationType)
	}
}

// scheme returns the security scheme of a name, read once. Nil: there is none.
func (o *openAPI) scheme(name string) *securityScheme {
	schemes, at := o.section("securityDefinitions", "securitySchemes")
	if o.schemes[name] == nil && schemes.Has(name) {
		o.schemes[name] = o.readScheme(schemes.Object(name), name, at+name)
	}
	return o.schemes[name]
}

// readScheme reads the one kind of security scheme that API Gateway heeds, which is
// apiKey for all: its extensions say what it is.
//
// Source: "OpenAPI extensions for API Gateway", Amazon API Gateway developer guide.
func (o *openAPI) readScheme(scheme *cfn.Properties, name, at string) *securityScheme {
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
	return &securityScheme{authorization: apigateway.AuthorizationIAM} // which nobody passes
}

// identitySource is where a scheme finds what it asks for.
func identitySource(in, parameter string) string {
	if in == "query" {
		in = "querystring"
	}
	return "method.request." + in + "." + parameter
}

// authorizer reads the extension of a scheme. Of a REQUEST authorizer the scheme's own
// parameter has no meaning.
func (o *openAPI) authorizer(p *cfn.Properties, name, at, source string) *securityScheme {
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
		authorizer.Verifiers = o.deployment.verifiers(p, "providerARNs")
		return &securityScheme{apigateway.AuthorizationCognitoUserPools, authorizer}
	}
	p.Ignore("providerARNs")
	authorizer.ResultTTL = time.Duration(p.Int("authorizerResultTtlInSeconds", defaultResultTTL)) * time.Second
	if o.deployment.options.stubAll {
		p.Ignore("authorizerUri", "authorizerCredentials")
	} else {
		authorizer.URI = p.RequiredString("authorizerUri")
		authorizer.HasCredentials = p.String("authorizerCredentials", "") != ""
	}
	return &securityScheme{apigateway.AuthorizationCustom, authorizer}
}
