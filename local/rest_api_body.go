package local

import (
	"cmp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// bodyImport imports an OpenAPI 3 or Swagger 2 document into an API, as API Gateway does.
// The two have different layouts. Each is read as it is, so that messages name what the
// author wrote:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
type bodyImport struct {
	system     *System
	api        *restAPI
	document   *cfn.Properties
	swagger    bool
	validators map[string]requestValidator
	schemes    map[string]*securityScheme // those that operations use, by name
}

// importOpenAPI adds the document to api. basePath says how to treat the base path:
// ignore, prepend or split.
func (s *System) importOpenAPI(api *restAPI, document *cfn.Properties, basePath string) {
	o := &bodyImport{
		system: s, api: api, document: document,
		swagger:    document.Has("swagger"),
		validators: map[string]requestValidator{},
		schemes:    map[string]*securityScheme{},
	}
	if o.swagger {
		document.OneOf("swagger", "", "2.0")
	} else if version := document.RequiredString("openapi"); version != "" && !strings.HasPrefix(version, "3.") {
		document.Problemf("openapi", "version %q is not supported: OpenAPI 3 and Swagger 2.0 documents are", version)
	}
	ignoreExtensions(document)
	document.Ignore("externalDocs", "host", "schemes", "tags", "x-amazon-apigateway-documentation",
		"x-amazon-apigateway-minimum-compression-size")
	const policy, endpoint = "x-amazon-apigateway-policy", "x-amazon-apigateway-endpoint-configuration"
	s.refusePolicy(document, policy, api)
	configuration := document.Object(endpoint)
	configuration.Ignore("ipAddressType", "types")
	if configuration.Has("vpcEndpointIds") {
		s.refuseUnlessWaived(document, endpoint, withoutPrivateEndpoint, api)
	}
	configuration.Ignore("vpcEndpointIds")
	api.defaultEndpointOff = api.defaultEndpointOff || configuration.Bool("disableExecuteApiEndpoint", false)
	info := document.Object("info")
	ignoreExtensions(info)
	info.Ignore("contact", "license", "summary", "termsOfService")
	api.name = cmp.Or(api.name, info.String("title", ""))
	api.description = cmp.Or(api.description, info.String("description", ""))
	api.version = info.String("version", "")
	api.config.BinaryMediaTypes = append(api.config.BinaryMediaTypes, document.Strings("x-amazon-apigateway-binary-media-types")...)
	if source := document.OneOf("x-amazon-apigateway-api-key-source", "", string(apigateway.HeaderKeySource), string(apigateway.AuthorizerKeySource)); source != "" {
		api.config.APIKeySource = apigateway.APIKeySource(source)
	}
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
	o.paths(o.basePath(basePath))
}

// ignoreExtensions ignores the extensions that API Gateway does not know. It does not
// ignore x-amazon extensions, so that misspelt ones are refused.
func ignoreExtensions(p *cfn.Properties) {
	for _, name := range p.Names() {
		if strings.HasPrefix(name, "x-") && !strings.HasPrefix(name, "x-amazon") {
			p.Ignore(name)
		}
	}
}

func (o *bodyImport) label(property string) string {
	return o.api.resource.label() + ".Properties.Body." + property
}

// section returns a section of the document and the path to it.
func (o *bodyImport) section(swagger, bodyImport string) (section *cfn.Properties, at string) {
	if o.swagger {
		return o.document.Object(swagger), swagger + "."
	}
	components := o.document.Object("components")
	ignoreExtensions(components)
	components.Ignore("examples")
	return components.Object(bodyImport), "components." + bodyImport + "."
}

func (o *bodyImport) components() {
	schemas, at := o.section("definitions", "schemas")
	for _, name := range schemas.Names() {
		schema, _ := schemas.Value(name)
		o.api.config.Models = append(o.api.config.Models, apigateway.Model{
			Label: o.label(at + name), Name: name, Schema: schemaText(o.modelReferences(schema)),
		})
	}
	schemes, _ := o.section("securityDefinitions", "securitySchemes")
	schemes.Ignore(schemes.Names()...) // an unused scheme has no effect
	for _, shared := range []string{"parameters", "requestBodies", "responses"} {
		section, _ := o.section(shared, shared)
		section.Ignore(section.Names()...)
	}
}

// follow returns the target of a $ref in p, or p itself without a $ref, or nil if the
// target does not exist.
func (o *bodyImport) follow(p *cfn.Properties) *cfn.Properties {
	reference := p.String("$ref", "")
	if reference == "" {
		return p
	}
	path, ours := strings.CutPrefix(reference, "#/")
	found := o.document
	for name := range strings.SplitSeq(path, "/") {
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		if !ours || !found.Has(name) {
			p.Problemf("$ref", "%q is not in the document", reference)
			return nil
		}
		found = found.Object(name)
	}
	return found
}

func (o *bodyImport) gatewayResponses() {
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

// anyMethod is the key of the operation for every HTTP method.
const anyMethod = "x-amazon-apigateway-any-method"

var openAPIMethods = []string{"get", "put", "post", "delete", "options", "head", "patch", anyMethod}

// paths reads the operations, with base in front of their paths.
func (o *bodyImport) paths(base string) {
	paths := o.document.Object("paths")
	ignoreExtensions(paths)
	for _, path := range paths.Names() {
		if !strings.HasPrefix(path, "/") {
			continue
		}
		item := paths.Object(path)
		ignoreExtensions(item)
		item.Ignore("description", "servers", "summary")
		shared := item.List("parameters")
		for _, name := range item.Names() {
			if slices.Contains(openAPIMethods, name) {
				o.operation(base, path, name, item.Object(name), shared)
			}
		}
	}
}

// basePath returns the path to put in front of all paths:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
func (o *bodyImport) basePath(handling string) string {
	o.document.Ignore("basePath", "servers")
	if handling == "" || handling == "ignore" {
		return ""
	}
	path := o.document.String("basePath", "")
	if !o.swagger {
		path = serverPath(o.document.List("servers"))
	}
	path = strings.Trim(path, "/")
	if handling == "split" {
		_, path, _ = strings.Cut(path, "/")
	}
	if path == "" {
		return ""
	}
	return "/" + path
}

// serverPath returns the first basePath variable, or else the path of the first URL with
// a path.
func serverPath(servers []*cfn.Properties) string {
	var path string
	for _, server := range servers {
		server.Ignore(server.Names()...)
		variables := server.Object("variables")
		variables.Ignore(variables.Names()...)
		if variables.Has("basePath") {
			variable := variables.Object("basePath")
			variable.Ignore(variable.Names()...)
			return variable.String("default", "")
		}
		url := server.String("url", "")
		if _, afterScheme, absolute := strings.Cut(url, "://"); absolute {
			_, url, _ = strings.Cut(afterScheme, "/")
		}
		if path == "" {
			path = strings.Trim(url, "/")
		}
	}
	return path
}

// modelName returns the name of the schema that a reference to this document names.
func (o *bodyImport) modelName(reference string) (name string, ours bool) {
	if o.swagger {
		return strings.CutPrefix(reference, "#/definitions/")
	}
	return strings.CutPrefix(reference, "#/components/schemas/")
}

// modelReferences returns a schema with references to the document's schemas rewritten
// as references to the API's models, as an import does.
func (o *bodyImport) modelReferences(schema any) any {
	switch schema := schema.(type) {
	case map[string]any:
		rewritten := make(map[string]any, len(schema))
		for key, value := range schema {
			if reference, ok := value.(string); ok && key == "$ref" {
				if name, ours := o.modelName(reference); ours {
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

// models reads the schemas of a body, by content type.
func (o *bodyImport) models(content *cfn.Properties, label string) map[string]string {
	models := map[string]string{}
	for _, contentType := range content.Names() {
		media := content.Object(contentType)
		ignoreExtensions(media)
		media.Ignore("encoding", "example", "examples")
		if schema, found := media.Value("schema"); found {
			models[contentType] = o.model(schema, label, contentType)
		}
	}
	return models
}

// model returns the name of the model for a schema of a content type. An inline schema
// becomes a model of its own.
func (o *bodyImport) model(schema any, label, contentType string) string {
	if object, ok := schema.(map[string]any); ok && len(object) == 1 {
		if reference, ok := object["$ref"].(string); ok {
			if name, ours := o.modelName(reference); ours {
				return name
			}
		}
	}
	name := "Inline" + o.api.resource.stack.ids.short("model "+label+" "+contentType, o.api.resource.LogicalID, 8)
	o.api.config.Models = append(o.api.config.Models, apigateway.Model{Label: label, Name: name, Schema: schemaText(o.modelReferences(schema))})
	return name
}

// mediaTypes returns the media types that a Swagger operation consumes or produces.
func (o *bodyImport) mediaTypes(operation *cfn.Properties, property string) []string {
	if types := operation.Strings(property); len(types) > 0 {
		return types
	}
	if types := o.document.Strings(property); len(types) > 0 {
		return types
	}
	return []string{"application/json"}
}
