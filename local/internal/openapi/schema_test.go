package openapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/apigateway"
)

// verdicts compiles a schema and lists the documents that it allows.
func verdicts(t *testing.T, draft *jsonschema.Draft, resources map[string]string, root string, documents []string) string {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(draft)
	for url, text := range resources {
		parsed, err := parseJSON(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if err := compiler.AddResource(url, parsed); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile(root)
	if err != nil {
		t.Fatalf("%v: %v", resources, err)
	}
	var allowed strings.Builder
	for _, document := range documents {
		parsed, err := parseJSON(document)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&allowed, "%s %t\n", document, schema.Validate(parsed) == nil)
	}
	return allowed.String()
}

// A converted model allows the same documents.
func TestAConvertedModelAllowsTheSame(t *testing.T) {
	const models = "https://apigateway.amazonaws.com/restapis/abc/models/"
	documents := []string{
		`0`, `1`, `2`, `2.5`, `3`, `"a"`, `"abc"`, `true`, `[]`, `[1]`, `[1,2]`, `[1,"a"]`, `["a",1]`, `[1,"a",true]`, `[1,"a",3]`,
		`{}`, `{"a":1}`, `{"a":"x"}`, `{"b":1}`, `{"a":1,"b":1}`, `{"a":{"a":"x"}}`, `{"a":{"a":{"a":1}}}`, `{"a":"x","c":[{"a":2}]}`, `{"a/b~c%":1}`, `{"a/b~c%":"x"}`,
	}
	for name, schema := range map[string]string{
		"exclusive bounds":       `{"minimum":1,"exclusiveMinimum":true,"maximum":3,"exclusiveMaximum":true}`,
		"inclusive bounds":       `{"minimum":1,"exclusiveMinimum":false,"maximum":3}`,
		"tuple":                  `{"items":[{"type":"integer"},{"type":"string"}]}`,
		"closed tuple":           `{"items":[{"type":"integer"},{"type":"string"}],"additionalItems":false}`,
		"tuple and more":         `{"items":[{"type":"integer"},{"type":"string"}],"additionalItems":{"type":"boolean"}}`,
		"additional of no tuple": `{"items":{"type":"integer"},"additionalItems":false}`,
		"dependencies":           `{"dependencies":{"a":["b"],"b":{"required":["c"]}}}`,
		"definitions":            `{"definitions":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/x"}}}`,
		"keywords beside a ref":  `{"definitions":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/x","minLength":9,"description":"no more than that"}}}`,
		"itself":                 `{"properties":{"a":{"anyOf":[{"type":"string"},{"$ref":"#"}]}},"type":"object"}`,
		"another model":          `{"properties":{"a":{"$ref":"` + models + `Other"}}}`,
		"by name":                `{"properties":{"a":{"$ref":"Other"}}}`,
		"a part of another":      `{"properties":{"a":{"$ref":"` + models + `Other#/definitions/text"}}}`,
		"an element of a tuple":  `{"items":[{"type":"integer"}],"properties":{"a":{"$ref":"#/items/0"}}}`,
		"what follows a tuple":   `{"items":[{"type":"integer"}],"additionalItems":{"type":"string"},"properties":{"a":{"$ref":"#/additionalItems"}}}`,
		"a dependency":           `{"dependencies":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/dependencies/x"}}}`,
		"an id":                  `{"id":"http://example.org/root.json","definitions":{"x":{"id":"x.json","type":"string"}},"properties":{"a":{"$ref":"x.json"},"b":{"$ref":"http://example.org/x.json"}}}`,
		"an anchor":              `{"definitions":{"x":{"id":"#x","type":"string"}},"properties":{"a":{"$ref":"#x"}}}`,
		"a name to be escaped":   `{"definitions":{"a/b~c%":{"type":"string"}},"properties":{"a/b~c%":{"$ref":"#/definitions/a~1b~0c%25"}}}`,
		"not":                    `{"not":{"required":["a"]}}`,
		"patterns":               `{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":{"type":"integer"}}`,
		"properties like words":  `{"properties":{"id":{"type":"string"},"definitions":{"type":"string"},"$ref":{"type":"string"}},"enum":[{"a":1},1,"a"]}`,
		"no other properties":    `{"properties":{"a":{}},"additionalProperties":false}`,
		"a choice":               `{"oneOf":[{"type":"integer"},{"minimum":2}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			const other = `{"definitions":{"text":{"type":"string"}},"type":"integer"}`
			config := &apigateway.Config{ID: "abc", Models: []apigateway.Model{{Name: "Model", Schema: schema}, {Name: "Other", Schema: other}}}
			before := verdicts(t, jsonschema.Draft4, map[string]string{models + "Model": schema, models + "Other": other}, models+"Model", documents)

			var problems validation.Collector
			converted := newConverter(config, &problems).schemas()
			if err := problems.Err("models"); err != nil {
				t.Fatal(err)
			}
			document, err := json.Marshal(map[string]any{"components": map[string]any{"schemas": converted}})
			if err != nil {
				t.Fatal(err)
			}
			after := verdicts(t, jsonschema.Draft2020, map[string]string{"test:document": string(document)}, "test:document#/components/schemas/Model", documents)
			if before != after {
				t.Errorf("before\n%safter\n%s%s", before, after, document)
			}
		})
	}
}

// The converter follows a reference step by step. It does not search all schemas.
func TestManyReferences(t *testing.T) {
	const n = 4000
	var definitions, properties strings.Builder
	for i := range n {
		fmt.Fprintf(&definitions, `,"d%d":{"type":"string"}`, i)
		fmt.Fprintf(&properties, `,"p%d":{"$ref":"#/definitions/d%[1]d"}`, i)
	}
	schema := `{"definitions":{` + definitions.String()[1:] + `},"properties":{` + properties.String()[1:] + `}}`
	config := &apigateway.Config{ID: "abc", Models: []apigateway.Model{{Name: "Model", Schema: schema}}}
	var problems validation.Collector
	start := time.Now()
	converted := newConverter(config, &problems).schemas()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := problems.Err("models"); err != nil || len(converted["Model"]["properties"].(map[string]any)) != n {
		t.Errorf("got %v", err)
	}
}
