package local

import (
	"cmp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// openAPI imports one OpenAPI 3 document into an API, as API Gateway does:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
type openAPI struct {
	deployment *deployment
	api        *restAPI
	document   *cfn.Properties
	schemes    map[string]*apigateway.Authorizer
	validators map[string]requestValidator
}

// importOpenAPI adds what the document says to api.
func (d *deployment) importOpenAPI(api *restAPI, document *cfn.Properties) {
	o := &openAPI{
		deployment: d, api: api, document: document,
		schemes:    map[string]*apigateway.Authorizer{},
		validators: map[string]requestValidator{},
	}
	if version := document.RequiredString("openapi"); version != "" && !strings.HasPrefix(version, "3.") {
		document.Problemf("openapi", "version %q is not supported: only OpenAPI 3 documents are served", version)
	}
	document.Ignore("externalDocs", "servers", "tags", "x-amazon-apigateway-api-key-source", "x-amazon-apigateway-documentation",
		"x-amazon-apigateway-endpoint-configuration", "x-amazon-apigateway-minimum-compression-size")
	document.Refuse("x-amazon-apigateway-policy", "resource policies are not evaluated")
	info := document.Object("info")
	info.Ignore("contact", "license", "summary", "termsOfService")
	api.name = cmp.Or(api.name, info.String("title", ""))
	api.description = cmp.Or(api.description, info.String("description", ""))
	api.version = info.String("version", "")
	api.config.BinaryMediaTypes = append(api.config.BinaryMediaTypes, document.Strings("x-amazon-apigateway-binary-media-types")...)
	o.components()
	o.gatewayResponses()
	validators := document.Object("x-amazon-apigateway-request-validators")
	for _, name := range validators.Names() {
		validator := validators.Object(name)
		o.validators[name] = requestValidator{
			body:       validator.Bool("validateRequestBody", false),
			parameters: validator.Bool("validateRequestParameters", false),
		}
	}
	o.paths()
}

func (o *openAPI) label(property string) string {
	return o.api.resource.label() + ".Properties.Body." + property
}

func (o *openAPI) components() {
	components := o.document.Object("components")
	components.Ignore("examples")
	schemas := components.Object("schemas")
	for _, name := range schemas.Names() {
		schema, _ := schemas.Value(name)
		o.api.config.Models = append(o.api.config.Models, apigateway.Model{
			Label: o.label("components.schemas." + name), Name: name, Schema: schemaText(o.modelReferences(schema)),
		})
	}
	schemes := components.Object("securitySchemes")
	for _, name := range schemes.Names() {
		o.schemes[name] = o.securityScheme(name, schemes.Object(name))
	}
}

const schemaReference = "#/components/schemas/"

// modelReferences returns schema with references between the document's schemas
// turned into those between an API's models, as importing does.
func (o *openAPI) modelReferences(schema any) any {
	switch schema := schema.(type) {
	case map[string]any:
		rewritten := make(map[string]any, len(schema))
		for key, value := range schema {
			if reference, ok := value.(string); ok && key == "$ref" {
				if name, ours := strings.CutPrefix(reference, schemaReference); ours {
					value = o.api.config.ModelURL(name)
				}
			}
			rewritten[key] = o.modelReferences(value)
		}
		return rewritten
	case []any:
		rewritten := make([]any, len(schema))
		for i, value := range schema {
			rewritten[i] = o.modelReferences(value)
		}
		return rewritten
	}
	return schema
}

// securityScheme reads the one kind of scheme that stands for a Cognito
// authorizer.
func (o *openAPI) securityScheme(name string, scheme *cfn.Properties) *apigateway.Authorizer {
	scheme.OneOf("type", "", "apiKey")
	scheme.OneOf("in", "", "header")
	scheme.OneOf("x-amazon-apigateway-authtype", "", "cognito_user_pools")
	scheme.Ignore("description")
	authorizer := scheme.Object("x-amazon-apigateway-authorizer")
	authorizer.Ignore("authorizerResultTtlInSeconds")
	return &apigateway.Authorizer{
		Label:                        o.label("components.securitySchemes." + name),
		Type:                         strings.ToUpper(authorizer.RequiredString("type")),
		IdentitySource:               "method.request.header." + scheme.RequiredString("name"),
		IdentityValidationExpression: authorizer.String("identityValidationExpression", ""),
		Verifiers:                    o.deployment.verifiers(authorizer, "providerARNs"),
	}
}

func (o *openAPI) gatewayResponses() {
	responses := o.document.Object("x-amazon-apigateway-gateway-responses")
	for _, name := range responses.Names() {
		response := responses.Object(name)
		o.api.config.GatewayResponses = append(o.api.config.GatewayResponses, apigateway.GatewayResponse{
			Label:              o.label("x-amazon-apigateway-gateway-responses." + name),
			ResponseType:       name,
			StatusCode:         response.String("statusCode", ""),
			ResponseParameters: response.StringMap("responseParameters"),
			ResponseTemplates:  response.StringMap("responseTemplates"),
		})
	}
}

var openAPIMethods = []string{"get", "put", "post", "delete", "options", "head", "patch"}

func (o *openAPI) paths() {
	paths := o.document.Object("paths")
	for _, path := range paths.Names() {
		item := paths.Object(path)
		item.Ignore("description", "servers", "summary")
		shared := item.List("parameters")
		for _, name := range item.Names() {
			switch {
			case slices.Contains(openAPIMethods, name):
				o.operation(path, strings.ToUpper(name), item.Object(name), shared)
			case name == "x-amazon-apigateway-any-method":
				o.operation(path, "ANY", item.Object(name), shared)
			}
		}
	}
}
