package local

import (
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local/internal/apigateway"
)

// modelName returns the name of the document's schema that a reference leads to.
func (o *openAPI) modelName(reference string) (name string, ours bool) {
	if o.swagger {
		return strings.CutPrefix(reference, "#/definitions/")
	}
	return strings.CutPrefix(reference, "#/components/schemas/")
}

// modelReferences returns schema with references between the document's schemas
// turned into those between an API's models, as importing does.
func (o *openAPI) modelReferences(schema any) any {
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

// models reads the schemas of a body by content type.
func (o *openAPI) models(content *cfn.Properties, label string) map[string]string {
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

// model returns the name of the model for the schema of a content type, or of
// all. One that is given in place becomes a model of its own.
func (o *openAPI) model(schema any, label, contentType string) string {
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

// mediaTypes returns those that a Swagger operation consumes or produces.
func (o *openAPI) mediaTypes(operation *cfn.Properties, property string) []string {
	if types := operation.Strings(property); len(types) > 0 {
		return types
	}
	if types := o.document.Strings(property); len(types) > 0 {
		return types
	}
	return []string{"application/json"}
}
