package cfn

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const extensions = "Transform: [AWS::LanguageExtensions]\n"

func TestLoops(t *testing.T) {
	const parameters = "Parameters: {Verbs: {Type: CommaDelimitedList, Default: 'GET, PUT'}, One: {Type: String, Default: x}}\n"
	tests := []struct{ name, resources, want string }{
		{"values", `"Fn::ForEach::L": [Verb, [GET, PUT], {"M${Verb}": {Type: T, Properties: {A: !Ref Verb, B: !Sub "x-${Verb}", C: [!Ref One]}}}]`,
			`{"MGET":{"Type":"T","Properties":{"A":"GET","B":{"Fn::Sub":"x-GET"},"C":[{"Ref":"One"}]}},"MPUT":{"Type":"T","Properties":{"A":"PUT","B":{"Fn::Sub":"x-PUT"},"C":[{"Ref":"One"}]}}}`},
		{"a list parameter", `"Fn::ForEach::L": [Verb, !Ref Verbs, {"M${Verb}": {Type: T}}]`, `{"MGET":{"Type":"T"},"MPUT":{"Type":"T"}}`},
		{"values and parameters", `"Fn::ForEach::L": [Verb, [a, 1, !Ref One, !Ref Verbs], {"M${Verb}": {Type: T}}]`, `{"Ma":{"Type":"T"},"M1":{"Type":"T"},"Mx":{"Type":"T"},"MGET":{"Type":"T"},"MPUT":{"Type":"T"}}`},
		{"characters not allowed in a name", `"Fn::ForEach::L": [Path, [/a-b], {"M&{Path}": {Type: T, Properties: {A: "${Path}"}}}]`, `{"Mab":{"Type":"T","Properties":{"A":"/a-b"}}}`},
		{"loops in loops", `"Fn::ForEach::L": [A, [a, b], {"Fn::ForEach::K": [B, [!Ref A, c], {"M${A}${B}": {Type: T}}]}]`,
			`{"Maa":{"Type":"T"},"Mac":{"Type":"T"},"Mbb":{"Type":"T"},"Mbc":{"Type":"T"}}`},
		{"in properties, beside others", `M: {Type: T, Properties: {A: 1, "Fn::ForEach::L": [K, [B, C], {"${K}": {x: !Ref K}}], D: !Ref K}}`,
			`{"M":{"Type":"T","Properties":{"A":1,"B":{"x":"B"},"C":{"x":"C"},"D":{"Ref":"K"}}}}`},
		{"no value", `M: {Type: T}, "Fn::ForEach::L": [K, [], {"${K}": {Type: T}}]`, `{"M":{"Type":"T"}}`},
		{"a literal of Fn::Sub", `"Fn::ForEach::L": [K, [a], {M: {Type: T, Properties: {A: !Sub "${!K}${K}"}}}]`, `{"M":{"Type":"T","Properties":{"A":{"Fn::Sub":"${!K}a"}}}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template, err := ParseTemplate("test.yaml", []byte(extensions+parameters+"Resources: {"+test.resources+"}"))
			if err != nil {
				t.Fatal(err)
			}
			resources, _ := template.document.Get("Resources")
			var want any
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(Plain(resources))
			if err != nil {
				t.Fatal(err)
			}
			var plain any
			if err := json.Unmarshal(got, &plain); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, plain); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLoopsThatCannotBeExpanded(t *testing.T) {
	const loop = `Resources.Fn::ForEach::L`
	tests := []struct{ name, template, want string }{
		{"an unknown list", `Parameters: {P: {Type: CommaDelimitedList}}, Resources: {"Fn::ForEach::L": [K, !Ref P, {"${K}": {Type: T}}]}`,
			loop + "[1]: must be a list of values, or Ref of a list parameter with a Default: use the expanded template, which `aws cloudformation get-template"},
		{"a list of SSM", `Parameters: {P: {Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /p}}, Resources: {"Fn::ForEach::L": [K, !Ref P, {"${K}": {Type: T}}]}`, loop + "[1]: must be a list of values"},
		{"a resource", `Resources: {"Fn::ForEach::L": [K, [!Ref X], {"${K}": {Type: T}}]}`, loop + "[1]: must be a list of values"},
		{"a function", `Resources: {"Fn::ForEach::L": [K, !Split [",", "a,b"], {"${K}": {Type: T}}]}`, loop + "[1]: must be a list of values"},
		{"two arguments", `Resources: {"Fn::ForEach::L": [K, [a]]}`, loop + ": must be a list of 3 values, [identifier, collection, what to repeat], got 2 values"},
		{"an invalid identifier", `Resources: {"Fn::ForEach::L": [[K], [a], {"${K}": {Type: T}}]}`, loop + "[0]: must be a name, got a list"},
		{"nothing to repeat", `Resources: {"Fn::ForEach::L": [K, [a], x]}`, loop + `[2]: must be an object, got "x"`},
		{"one name twice", `Resources: {"Fn::ForEach::L": [K, [a, b], {M: {Type: T}}]}`, loop + `[2].M: duplicate key "M"`},
		{"without the macro", `Transform: AWS::SecretsManager-2020-07-23, Resources: {"Fn::ForEach::L": [K, [a], {M: {Type: T}}]}`, loop + ": a loop needs the macro AWS::LanguageExtensions"},
	}
	for _, test := range tests {
		text := test.template
		if !strings.Contains(text, "Transform") {
			text = "Transform: AWS::LanguageExtensions, " + text
		}
		text = strings.NewReplacer(", Parameters:", "\nParameters:", ", Resources:", "\nResources:").Replace(text)
		if _, err := ParseTemplate("test.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}

// Nested loops turn a small template into a large one.
func TestLoopsAreBounded(t *testing.T) {
	var values []string
	for i := range 100 {
		values = append(values, fmt.Sprint(i))
	}
	for _, template := range []string{`"M${K0}x${K1}x${K2}x${K3}x${K4}": {Type: T}`, `"Fn::ForEach::None": [N, [], {M: {Type: T}}]`} {
		for i := range 5 {
			template = fmt.Sprintf(`"Fn::ForEach::L%d": [K%d, [%s], {%s}]`, i, i, strings.Join(values, ", "), template)
		}
		_, err := ParseTemplate("test.yaml", []byte(extensions+"Resources: {"+template+"}"))
		if err == nil || !strings.HasSuffix(err.Error(), "the loops of the template make more than 100000 values") {
			t.Errorf("got %v", err)
		}
	}
}
