package apigateway

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// FuzzModel checks that a body gets the same verdict as from the validator without a
// budget, and that no model makes validation hang.
func FuzzModel(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}`, `{"a":0,"b":1}`},
		{`{"definitions":{"a":{"enum":[1,"a",[{}]]}},"items":{"$ref":"#/definitions/a"},"uniqueItems":true}`, `[1,"a",[{}],1]`},
		{`{"items":[{"type":"string","format":"date-time"},{"pattern":"^(a|b)+$"}],"additionalItems":{"format":"regex"}}`, `["x","ab","(",1]`},
		{`{"patternProperties":{"^a":{"$ref":"#"}},"dependencies":{"a":["b"],"b":{"maxProperties":2}},"not":{"required":["c"]}}`, `{"a":{"ab":{}},"b":1,"c":2}`},
		{`{"allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}],"oneOf":[{"type":"object"},{"minimum":2}]}`, `{"a":{"a":{"a":3}}}`},
		{`{"id":"http://example.org/a","definitions":{"b":{"id":"b","type":"null"}},"anyOf":[{"$ref":"b"},{"multipleOf":0.5}]}`, `1.5`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, schema, body string) {
		var all problems
		config := &Config{ID: "abc", Models: []Model{{Label: "M", Name: "M", Schema: schema}}}
		model := compileModels(config, &all)["M"]
		if len(all.found) > 0 || len(schema) > 10_000 || len(body) > 10_000 {
			return
		}
		start := time.Now()
		got := validateBody(model, []byte(body))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil || errors.Is(got, errSteps) {
			return
		}
		if _, err := checkDocument(document, 0); err != nil {
			return
		}
		compiler := jsonschema.NewCompiler()
		compiler.DefaultDraft(jsonschema.Draft4)
		compiler.UseLoader(noDocuments{})
		for _, model := range append(config.StandardModels(), config.Models...) {
			addModel(compiler, config.ModelURL(model.Name), model.Schema, all.at("M"))
		}
		plain, err := compiler.Compile(config.ModelURL("M"))
		if err != nil {
			t.Fatal(err)
		}
		if want := plain.Validate(document); (want == nil) != (got == nil) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
