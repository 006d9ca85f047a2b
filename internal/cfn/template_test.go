package cfn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const wholeTemplate = `AWSTemplateFormatVersion: "2010-09-09"
Description: all of it
Metadata: {x: y}
Rules: {R: {Assertions: []}}
Parameters: {P: {Type: String, Default: p}}
Conditions: {C: !Equals [!Ref P, p]}
Resources:
  Zebra:
    Type: A::B::C
    Condition: C
    DependsOn: Ape
    DeletionPolicy: Retain
    Metadata: {"aws:cdk:path": stack/Zebra/Resource}
    Properties: {Name: z}
  Ape: {Type: A::B::C, DependsOn: [Cat]}
  Cat: {Type: A::B::C}
Outputs: {O: {Description: d, Condition: C, Value: v, Export: {Name: e}}}
`

func TestParseTemplateReadsEverySection(t *testing.T) {
	template := mustParse(t, wholeTemplate)
	var ids []string
	for _, resource := range template.Resources {
		ids = append(ids, resource.LogicalID)
	}
	if diff := cmp.Diff([]string{"Zebra", "Ape", "Cat"}, ids); diff != "" {
		t.Errorf("resources are not in template order:\n%s", diff)
	}
	zebra, found := template.Resource("Zebra")
	if !found {
		t.Fatal("Zebra is not found")
	}
	got := []string{zebra.Type, zebra.Condition, strings.Join(zebra.DependsOn, ","), zebra.ConstructPath()}
	if diff := cmp.Diff([]string{"A::B::C", "C", "Ape", "stack/Zebra/Resource"}, got); diff != "" {
		t.Errorf("attributes of Zebra:\n%s", diff)
	}
	cat, _ := template.Resource("Cat")
	if cat.ConstructPath() != "" || cat.Properties.Len() != 0 {
		t.Errorf("a resource without metadata and properties has %q and %d", cat.ConstructPath(), cat.Properties.Len())
	}
	if _, found := template.Resource("Dog"); found {
		t.Error("a resource that is not there is found")
	}
	output := template.Outputs[0]
	if output.Name != "O" || output.Condition != "C" {
		t.Errorf("output %+v", output)
	}
}

func TestParseTemplateAcceptsWhatCloudFormationDoes(t *testing.T) {
	resource := func(text string) string { return "Resources: {A: {Type: T, " + text + "}}" }
	for name, text := range map[string]string{
		"JSON with tabs":                    "\n\t{\t\"Resources\":\r\n\t\t{\"A\" : {\"Type\"\t:\"T\"}}}\n\t",
		"JSON with a mark and Windows":      "\ufeff{\r\n  \"Resources\": {\"A\": {\"Type\": \"T\"}}\r\n}\r\n",
		"YAML with a mark and Windows":      "\ufeffResources:\r\n  A:\r\n    Type: T\r\n",
		"comments before and behind":        "# a\n---\n# b\nResources: # c\n  A: {Type: T} # d\n# e",
		"version as a date":                 "AWSTemplateFormatVersion: 2010-09-09\n" + resource("Properties: {}"),
		"version as text":                   "AWSTemplateFormatVersion: '2010-09-09'\n" + resource("Properties: {}"),
		"policies by condition":             "Conditions: {C: !Equals [a, b]}\nTransform: AWS::LanguageExtensions\n" + resource("DeletionPolicy: !If [C, Retain, Delete], UpdateReplacePolicy: {Ref: P}"),
		"other attributes":                  resource("CreationPolicy: {ResourceSignal: {Count: 1}}, UpdatePolicy: {AutoScalingReplacingUpdate: {WillReplace: true}}, Version: '1.0'"),
		"properties by condition":           "Conditions: {C: !Equals [a, b]}\n" + resource("Properties: !If [C, {P: a}, {P: b}]"),
		"functions in metadata":             resource("Metadata: {'aws:cdk:path': !Sub 'a/${B}', Comment: [!Ref B]}"),
		"one dependency":                    resource("DependsOn: B"),
		"no dependencies":                   resource("DependsOn: []"),
		"a snippet for a mapping":           `{"Resources":{"A":{"Type":"T"}},"Mappings":{"L":{"Fn::Transform":{"Name":"M"}},"M":{"a":{"Fn::Transform":{"Name":"M"}},"b":{"c":{"Fn::Transform":{"Name":"M"}}}}}}`,
		"a snippet for a document":          resource("Properties: {Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}}"),
		"hooks and rules":                   "Hooks: {H: {Type: T}}\nRules: {R: {Assertions: [{Assert: !Contains [[a], !Ref P]}]}}\n" + resource("Properties: {}"),
		"transforms that add resources":     "Transform: [AWS::SecretsManager-2020-07-23, AWS::CodeDeployBlueGreen]\n" + resource("Properties: {}"),
		"parameters of every type":          "Parameters: {A1: {Type: Number, Default: 1}, A2: {Type: String, Default: true, NoEcho: 'true'}, A3: {Type: 'List<AWS::EC2::Subnet::Id>'}}\n" + resource("Properties: {}"),
		"outputs that are no text":          "Outputs: {O: {Value: 1}, P: {Value: true, Export: {Name: !Sub '${AWS::StackName}-p'}}}\n" + resource("Properties: {}"),
		"long forms in braces":              resource("Properties: {UserPoolId: {Fn::GetAtt: [P, UserPoolId]}, Name: {Fn::Sub: '${A}'}}"),
		"keys with dots, slashes and stars": resource("Properties: {method.request.header.X: true, '/a/{b+}': {'*': x}, 200: y}"),
	} {
		t.Run(name, func(t *testing.T) { mustParse(t, text) })
	}
}

func TestParseTemplateErrors(t *testing.T) {
	resource := func(text string) string { return `{"Resources":{"A":{"Type":"T",` + text + `}}}` }
	tests := []struct {
		name, text string
		want       []string
	}{
		{"too large", strings.Repeat(" ", 1_000_001), []string{"may not exceed 1000000 bytes"}},
		{"not UTF-8", "a: \xff", []string{"must be UTF-8"}},
		{"empty", "", []string{"the template is empty"}},
		{"a list", "- a", []string{"must be an object, got a list"}},
		{"JSON syntax", "{\n \"a\": x}", []string{"test.yaml:2:7: invalid character 'x'"}},
		{"JSON with trailing text", `{} {}`, []string{"test.yaml:1:4: invalid character"}},
		{"JSON duplicate key", `{"Resources":{"A":{},"A":{}}}`, []string{`duplicate key "A"`}},
		{"JSON null", resource(`"Properties":{"P":null}`), []string{"test.yaml:1:", "null values are not allowed"}},
		{"JSON too deep", strings.Repeat(`{"a":`, 102) + "1" + strings.Repeat("}", 102), []string{"deeper than 100 levels"}},
		{"JSON lists too deep", strings.Repeat("[", 102) + strings.Repeat("]", 102), []string{"deeper than 100 levels"}},
		{"no resources", `{"Resources":{}}`, []string{"Resources: must have at least one resource"}},
		{"unknown section", `{"Resource":{}}`, []string{"Resource: is not a CloudFormation section: did you mean Resources?"}},
		{"format version", `{"AWSTemplateFormatVersion":"2020-01-01"}`, []string{`must be 2010-09-09, got "2020-01-01"`}},
		{"macro", `{"Transform":"AWS::Serverless-2016-10-31"}`, []string{"test.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31: use the expanded template"}},
		{"language extensions", `{"Transform":["AWS::LanguageExtensions","B"]}`, []string{"test.yaml: Transform: only AWS expands the macro B"}},
		{"types of SAM alone", `{"Resources":{"A":{"Type":"AWS::Serverless::Api"},"B":{"Type":"AWS::Serverless::Function"}}}`, []string{"test.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31 (which the template does not name): use the expanded template"}},
		{"Globals of SAM alone", `{"Globals":{"Function":{}},"Resources":{"A":{"Type":"T"}}}`, []string{"test.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31 (which"}},
		{"several macros", `{"Transform":["AWS::Serverless-2016-10-31","Mine","AWS::LanguageExtensions"],"Globals":{}}`, []string{"test.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31, Mine: use"}},
		{"include macro", `{"Transform":{"Name":"AWS::Include"}}`, []string{"only AWS expands the macro AWS::Include"}},
		{"loop", `{"Resources":{"Fn::ForEach::X":[]}}`, []string{`Resources.Fn::ForEach::X: a loop needs the macro AWS::LanguageExtensions: name it in Transform`}},
		{"included resources", `{"Resources":{"Fn::Transform":{"Name":"AWS::Include"}}}`, []string{"Resources.Fn::Transform: Fn::Transform is not supported here, as only AWS can run a macro: use the expanded template, which `aws cloudformation get-template"}},
		{"logical id", `{"Resources":{"a-b":{"Type":"T"}}}`, []string{"Resources.a-b: the name must be 1 to 255 letters and digits, got a-b"}},
		{"resource is no object", `{"Resources":{"A":1}}`, []string{"Resources.A: must be an object, got 1"}},
		{"no type", `{"Resources":{"A":{}}}`, []string{"A: must have a Type"}},
		{"unknown attribute", resource(`"Property":{}`), []string{"A.Property: is not a CloudFormation resource attribute: did you mean Properties?"}},
		{"unknown condition", resource(`"Condition":"C"`), []string{"A.Condition: there is no condition C"}},
		{"dependency is no id", resource(`"DependsOn":[1]`), []string{"A.DependsOn: must be a logical id or a list of them, got 1"}},
		{"name of a parameter", `{"Parameters":{"A":{"Type":"String"}},"Resources":{"A":{"Type":"T"}}}`, []string{"A: a parameter has the same name"}},
		{"output without value", `{"Resources":{"A":{"Type":"T"}},"Outputs":{"O":{"Condition":"C"}}}`,
			[]string{"Outputs.O: must have a Value", "Outputs.O.Condition: there is no condition C"}},
		{"descriptions that are no text", `{"Description":1,"Resources":{"A":{"Type":"T"}},"Outputs":{"O":{"Value":"v","Description":{"Ref":"A"}}}}`,
			[]string{"Description: must be a string, got 1", "Outputs.O.Description: must be a string, got Ref"}},
		{"several problems", `{"Resources":{"A":{},"B":{"Type":1}},"Mappings":[]}`,
			[]string{"4 problems", ". A: must have a Type", ". B.Type: must be a string, got 1", "Mappings: must be an object, got a list"}},
		{"mappings that are not two levels of names", `{"Resources":{"A":{"Type":"T"}},"Mappings":{"L":"a","M":{"a":"b","c":{"d":{"e":"f"},"g":{"Ref":"A"},"h":["i",{"Ref":"A"}]},"Ref":"A"},"N":{"a":{"Ref":"A"},"b":["c"]}}}`,
			[]string{"4 problems", `Mappings.L: must be an object with literal names, got "a"`, "Mappings.M: must be an object with literal names, got Ref",
				"Mappings.N.a: must be an object with literal names, got Ref", "Mappings.N.b: must be an object with literal names, got a list"}},
		{"mapped values that are not literal", `{"Resources":{"A":{"Type":"T"}},"Mappings":{"M":{"c":{"d":{"e":"f"},"g":{"Ref":"A"},"h":["i",{"Ref":"A"}],"j":[["k"]],"l":1,"m":true}}}}`,
			[]string{"4 problems", "Mappings.M.c.d: a mapping value must be a string or a list of strings, got an object",
				"Mappings.M.c.g: a mapping value must be a string or a list of strings, got Ref", "Mappings.M.c.h[1]: ", "Mappings.M.c.j[0]: "}},
		{"too many resources", `{"Resources":{` + manyResources(501) + `}}`, []string{"test.yaml: Resources: may have at most 500 entries, got 501"}},
		{"resources that are a list", `{"Resources":[{"Type":"T"}]}`, []string{"test.yaml: Resources: must be an object, got a list"}},
		{"too many outputs", `{"Resources":{"A":{"Type":"T"}},"Outputs":{` + strings.Repeat(" ", 3) + manyOutputs(201) + `}}`,
			[]string{"Outputs: may have at most 200 entries, got 201"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseTemplate("test.yaml", []byte(test.text))
			wantError(t, err, test.want...)
		})
	}
}

func TestParseTemplateLimitsAreInclusive(t *testing.T) {
	const head = `{"Resources":{"A":{"Type":"T","Properties":{"P":`
	deepest := func(levels int) string {
		return head + strings.Repeat("[", levels) + `"a"` + strings.Repeat("]", levels) + `}}}}`
	}
	for name, text := range map[string]string{
		"outputs": `{"Resources":{"A":{"Type":"T"}},"Outputs":{` + manyOutputs(200) + `}}`,
		"levels":  deepest(100 - strings.Count(head, "{")),
		"bytes":   fmt.Sprintf("%-1000000s", head+`"a"}}}}`),
	} {
		if _, err := ParseTemplate("test.json", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ParseTemplate("test.json", []byte(deepest(101-strings.Count(head, "{"))))
	wantError(t, err, "deeper than 100 levels")
}

func manyOutputs(count int) string {
	var outputs []string
	for i := range count {
		outputs = append(outputs, `"O`+strings.Repeat("x", i)+`":{"Value":"v"}`)
	}
	return strings.Join(outputs, ",")
}

func manyResources(count int) string {
	var resources []string
	for i := range count {
		resources = append(resources, fmt.Sprintf(`"R%d":{"Type":"T"}`, i))
	}
	return strings.Join(resources, ",")
}

func TestParseTemplateReportsAtMost100Problems(t *testing.T) {
	var attributes []string
	for i := range 300 {
		attributes = append(attributes, `"x`+strings.Repeat("y", i)+`":1`)
	}
	_, err := ParseTemplate("test.json", []byte(`{"Resources":{"A":{"Type":"T",`+strings.Join(attributes, ",")+`}}}`))
	wantError(t, err, "100 problems")
}

func TestParseTemplateSkipsAByteOrderMark(t *testing.T) {
	for name, text := range map[string]string{
		"JSON": "\ufeff" + `{"Resources":{"A":{"Type":"T"}}}`,
		"YAML": "\ufeffResources: {A: {Type: T}}",
	} {
		t.Run(name, func(t *testing.T) { mustParse(t, text) })
	}
}

func TestReadTemplateFile(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.json": oneResource, "large.json": strings.Repeat(" ", 2_000_000)})
	data, err := ReadTemplateFile(dir + "/a.json")
	if err != nil || string(data) != oneResource {
		t.Errorf("%q, %v", data, err)
	}
	data, err = ReadTemplateFile(dir + "/large.json")
	if err != nil || len(data) != 1_000_001 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	_, err = ParseTemplate("large.json", data)
	wantError(t, err, "a template may not exceed 1000000 bytes")
	for _, name := range []string{"/gone.json", ""} {
		_, err = ReadTemplateFile(dir + name)
		wantError(t, err, "read the template: ")
	}
}
