package apigateway

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// StandardModels returns the models that every REST API has.
func StandardModels() []Model {
	return []Model{
		{Name: "Empty", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"}`},
		{Name: "Error", Schema: `{"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object","properties":{"message":{"type":"string"}}}`},
	}
}

// ModelURL returns what a schema refers to a model of the API by.
func (c *Config) ModelURL(name string) string {
	return "https://apigateway.amazonaws.com/restapis/" + c.ID + "/models/" + name
}

var modelName = regexp.MustCompile(`^[A-Za-z0-9]+$`)

// compileModels compiles the models of an API, by name. Those with problems are
// nil.
func compileModels(config *Config, all *problems) map[string]*jsonschema.Schema {
	base := config.ModelURL("")
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(noDocuments{})
	places := map[string]place{}
	for _, model := range StandardModels() {
		places[model.Name] = all.at(config.Label).in("Models").key(model.Name)
		addModel(compiler, base+model.Name, model.Schema, places[model.Name])
	}
	models := map[string]*jsonschema.Schema{}
	for _, model := range config.Models {
		models[model.Name] = nil
		at := all.at(model.Label)
		standard := slices.ContainsFunc(StandardModels(), func(m Model) bool { return m.Name == model.Name })
		_, known := places[model.Name]
		switch {
		case !modelName.MatchString(model.Name):
			at.in("Name").addf("must be letters and digits, got %q", model.Name)
		case known && !standard:
			at.in("Name").addf("%q is the name of another model too", model.Name)
		case known:
			at.in("Name").addf("%q is the name of a model that every API has", model.Name)
		case addModel(compiler, base+model.Name, model.Schema, at.in("Schema")):
			places[model.Name] = at.in("Schema")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		schema, err := compiler.Compile(base + name)
		if err != nil {
			places[name].addf("%s", oneLine(err))
			continue
		}
		models[name] = schema
	}
	return models
}

func addModel(compiler *jsonschema.Compiler, url, text string, at place) bool {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		at.addf("is not JSON: %s", err)
		return false
	}
	if object, ok := document.(map[string]any); !ok {
		at.addf("must be a JSON object, got %T", document)
		return false
	} else if draft, given := object["$schema"]; given && draft != "http://json-schema.org/draft-04/schema#" && draft != "http://json-schema.org/draft-04/schema" {
		at.addf("has $schema %q; API Gateway's models are http://json-schema.org/draft-04/schema#", draft)
		return false
	}
	if err := compiler.AddResource(url, document); err != nil {
		at.addf("%s", err)
		return false
	}
	return true
}

// oneLine is the text of an error of the validator, which has several lines.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// noDocuments keeps schemas from reading files and calling servers.
type noDocuments struct{}

func (noDocuments) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is not a model of this API", url)
}
