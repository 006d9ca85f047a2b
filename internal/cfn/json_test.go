package cfn

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A JSON document keeps symbols for unknown values, and no template forges one.
func TestJSONWithSymbols(t *testing.T) {
	const forged = `\U000F00000\U000F0001`
	tests := []struct {
		name, value string
		want        any // nil if the value is not JSON
	}{
		{"an object", `!Sub '{"${P}": ["x${P}", 1.50, true, {}]}'`, map[string]any{"${P}": []any{"x${P}", json.Number("1.50"), true, map[string]any{}}}},
		{"of an object", `!ToJsonString {a: !Ref P, b: [!Sub "${B}-<&>", 1.50]}`, map[string]any{"a": "${P}", "b": []any{"${B}-<&>", json.Number("1.50")}}},
		{"of a known value", `!ToJsonString {a: "` + forged + `"}`, map[string]any{"a": "\U000F00000\U000F0001"}},
		{"with trailing text", `!Sub '{"a": "${P}"} {}'`, nil},
		{"an unknown number", `!Sub '{"a": ${P}}'`, nil},
		{"no JSON", `!Sub 'a: ${P}'`, nil},
		{"forged", `!Sub "[\"` + forged + `\", \"${P}\"]"`, nil},
		{"forged, of an object", `!ToJsonString ["` + forged + `", !Ref P]`, nil},
		{"half forged", `!ToJsonString ["\U000F0001", !Ref P]`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template, err := ParseTemplate("test.yaml", []byte("Parameters: {P: {Type: String}}\nResources: {A: {Type: T, Properties: {X: "+test.value+"}}, B: {Type: T}}"))
			if err != nil {
				t.Fatal(err)
			}
			stacks, _ := TemplateStacks(template)
			w := NewWorld(stacks)
			a, _ := w.Resolver(stacks[0]).Resource("A")
			text, _ := w.Resolver(stacks[0]).Value(a, "X").(string)
			for range 2 {
				value, isJSON := w.DecodeJSON(text)
				if got := eachText(value, w.Show); isJSON != (test.want != nil) || !cmp.Equal(got, test.want) {
					t.Errorf("%q is %v (JSON: %t), want %v", w.Show(text), got, isJSON, test.want)
				}
			}
		})
	}
}
