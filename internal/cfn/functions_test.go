package cfn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// context is a template whose resource A has property Value.
func context(value string) string {
	return `Parameters:
  Name: {Type: String, Default: n}
  List: {Type: CommaDelimitedList, Default: "x,y"}
Conditions:
  Yes: !Equals [!Ref Name, n]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Not [!Condition No], !Equals [a, !FindInMap [Map, top, second]]]
  Either: !Or [!Condition No, !Equals [1, "1"]]
  Ten: !And [` + strings.Repeat("!Condition Yes, ", 9) + `!Condition Yes]
Mappings:
  Map: {top: {second: a, list: [1, 2]}, n: {second: b}}
Resources:
  A: {Type: T, Properties: {Value: ` + value + `}}
  B: {Type: T}
  Gone: {Type: T, Condition: No}
`
}

func TestFunctions(t *testing.T) {
	tests := []struct {
		name, value string
		want        any
	}{
		{"literals", `[a, 1.0, true, {b: c}]`, []any{"a", json.Number("1.0"), true, map[string]any{"b": "c"}}},
		{"Ref of a parameter", `!Ref Name`, "n"},
		{"Ref of a list", `!Ref List`, []any{"x", "y"}},
		{"Ref of a resource", `!Ref B`, "ref-B"},
		{"pseudo parameters", `!Sub "${AWS::AccountId} ${AWS::Region} ${AWS::Partition} ${AWS::URLSuffix} ${AWS::StackName}"`,
			"123456789012 us-east-1 aws amazonaws.com local"},
		{"stack id", `!Ref AWS::StackId`, "arn:aws:cloudformation:us-east-1:123456789012:stack/local/00000000-0000-0000-0000-000000000000"},
		{"notifications", `!Ref AWS::NotificationARNs`, []any{}},
		{"GetAtt", `!GetAtt B.Outputs.X`, "B/Outputs.X"},
		{"GetAtt with text", `{"Fn::GetAtt": B.X}`, "B/X"},
		{"GetAtt with Ref", `!GetAtt [B, !Ref Name]`, "B/n"},
		{"Join", `!Join ["-", [a, 1, true, !Ref B]]`, "a-1-true-ref-B"},
		{"Join of a list", `!Join [",", !Ref List]`, "x,y"},
		{"Join of nothing", `!Join [",", []]`, ""},
		{"Join without a left out item", `!Join [",", [a, !Ref AWS::NoValue, b]]`, "a,b"},
		{"Sub", `!Sub "a${Name}b${B}c${B.Arn}$d}"`, "anbref-BcB/Arn$d}"},
		{"Sub literal", `!Sub "${!Name}${Name}"`, "${Name}n"},
		{"Sub with spaces", `!Sub "${ Name}${\tB.X }${ ! Name }"`, "nB/X${ Name}"},
		{"Sub with variables", `!Sub ["${v}${Name}${B.X}", {v: !Ref B, Name: own, B.X: dotted}]`, "ref-Bowndotted"},
		{"Select", `!Select [1, [a, b]]`, "b"},
		{"Select with text", `!Select ["0", !Ref List]`, "x"},
		{"Select of a list in a list", `!Select [0, [[a], b]]`, []any{"a"}},
		{"Split", `!Split [",", "a,,b"]`, []any{"a", "", "b"}},
		{"Select of a Split", `!Select [2, !Split ["/", !Sub "https://x/${B}"]]`, "x"},
		{"If true", `!If [Yes, a, !Ref Unknown]`, "a"},
		{"If false", `!If [No, !GetAtt Gone.X, b]`, "b"},
		{"If combined", `!If [Both, !If [Either, a, b], c]`, "a"},
		{"FindInMap", `!FindInMap [Map, top, second]`, "a"},
		{"FindInMap with Ref", `!FindInMap [Map, !Ref Name, second]`, "b"},
		{"FindInMap of a list", `!FindInMap [Map, top, list]`, []any{json.Number("1"), json.Number("2")}},
		{"FindInMap of an existing key, with a default", `!FindInMap [Map, top, second, {DefaultValue: d}]`, "a"},
		{"FindInMap without the first key, with a default", `!FindInMap [Map, x, second, {DefaultValue: !Ref B}]`, "ref-B"},
		{"FindInMap without the second key, with a default", `!FindInMap [Map, top, x, {DefaultValue: [c, !Ref Name]}]`, []any{"c", "n"}},
		{"ToJsonString", `{"Fn::ToJsonString": {b: [!Ref B, 1, 1.50, true, "<&>"], a: {x: !Ref AWS::NoValue, y: !Ref List}}}`, `{"a":{"y":["x","y"]},"b":["ref-B",1,1.50,true,"<&>"]}`},
		{"ToJsonString of a list", `!ToJsonString [a]`, `["a"]`},
		{"Base64", `{"Fn::Base64": !Sub "${Name}!"}`, "biE="},
		{"NoValue leaves out a key and an item", `{a: !Ref AWS::NoValue, b: [!If [No, x, !Ref AWS::NoValue], y]}`,
			map[string]any{"b": []any{"y"}}},
		{"ImportValue", `{"Fn::ImportValue": !Sub "${Name}-export"}`, "imported"},
		{"Condition is an ordinary key", `{Condition: {StringEquals: {a: b}}}`,
			map[string]any{"Condition": map[string]any{"StringEquals": map[string]any{"a": "b"}}}},
		{"secret", `"a{{resolve:secretsmanager:id:SecretString:key}}b{{resolve:secretsmanager:id}}"`, "a[id key  ]b[id   ]"},
		{"secret by ARN", `!Join ["", ["{{resolve:secretsmanager:", "arn:aws:secretsmanager:r:1:secret:s-x", ":SecretString:::v}}"]]`,
			"[arn:aws:secretsmanager:r:1:secret:s-x   v]"},
		{"secret by ARN alone", `"{{resolve:secretsmanager:arn:aws:secretsmanager:r:1:secret:s-x}}"`,
			"[arn:aws:secretsmanager:r:1:secret:s-x   ]"},
		{"secrets inside", `{a: ["{{resolve:secretsmanager:id::k:AWSCURRENT}}"]}`, map[string]any{"a": []any{"[id k AWSCURRENT ]"}}},
	}
	options := echo()
	options.Imports = map[string]string{"n-export": "imported"}
	options.Secret = func(s SecretReference) (string, error) {
		return "[" + strings.Join([]string{s.SecretID, s.JSONKey, s.VersionStage, s.VersionID}, " ") + "]", nil
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			properties := mustRead(t, context(test.value), options)
			got, _ := properties.Value("Value")
			if err := properties.Done(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFunctionErrors(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"zones", `{Types: [!GetAZs ""]}`, "A.Properties.Value.Types[0]: Fn::GetAZs is not supported: only AWS knows the Availability Zones"},
		{"Cidr", `!Cidr [a]`, "Fn::Cidr is not supported"},
		{"Transform", `!Transform {Name: x}`, "Fn::Transform is not supported: only AWS can run macros"},
		{"condition function", `!Equals [a, b]`, "Fn::Equals is not supported: it belongs in the Conditions section"},
		{"unknown function", `{"Fn::Length": [a]}`, "Fn::Length is not supported: supported are Ref, "},
		{"other keys", `{Ref: B, x: y}`, "Ref must be the only key of its object"},
		{"Ref of no name", `!Ref [B]`, "Value.Ref: must be a name, got a list"},
		{"Join of two", `!Join [","]`, "Value.Fn::Join: must be a list of 2 values, [delimiter, list], got 1 values"},
		{"Join of text", `!Join [",", x]`, `Fn::Join[1]: must be a list of strings, got "x"`},
		{"Join of lists", `!Join [",", [!Ref List]]`, "Fn::Join[1][0]: must be a string, got a list"},
		{"Sub of a list", `!Sub "${List}"`, "${List} must be a string, got a list"},
		{"Sub of no value", `!Sub "${AWS::NoValue}"`, "must be a string, got AWS::NoValue"},
		{"Sub name", `!Sub "${a b}"`, "variable names must be letters, digits, underscores, dots and colons, got ${a b}"},
		{"Sub without end", `!Sub "${a"`, "variable names must be"},
		{"Sub of a number", `!Sub [a]`, "must be a list of 2 values, [string, variables], got 1 values"},
		{"Sub variables", `!Sub [a, b]`, `Fn::Sub[1]: must be an object of variables, got "b"`},
		{"Select beyond", `!Select [2, [a, b]]`, `must be an index of a list of 2 values, starting at 0, got "2"`},
		{"Select negative", `!Select [-1, [a]]`, "must be an index"},
		{"Select of text", `!Select [0, a]`, `Fn::Select[1]: must be a list, got "a"`},
		{"Split without delimiter", `!Split ["", a]`, "the delimiter must not be empty"},
		{"Split of a list", `!Split [",", [a]]`, "Fn::Split[1]: must be a string, got a list"},
		{"unknown condition", `!If [Yess, a, b]`, "there is no condition Yess: did you mean Yes?"},
		{"condition in place", `!If [!Equals [a, b], a, b]`, "must be the name of a condition, got Fn::Equals"},
		{"unknown map", `!FindInMap [Mapp, top, second]`, `Fn::FindInMap[0]: the Mappings section has no "Mapp" here: did you mean Map?`},
		{"unknown key", `!FindInMap [Map, top, x]`, `Fn::FindInMap[2]: the Mappings section has no "x" here`},
		{"JSON of a text", `!ToJsonString a`, `Fn::ToJsonString: must be an object or a list, got "a"`},
		{"no default value", `!FindInMap [Map, top, x, {Default: d}]`, "Fn::FindInMap[3]: must be an object with a DefaultValue, got an object"},
		{"mapping instead of a value", `!FindInMap [Map, !FindInMap [Map, top], x]`, "must be a list of 3 values, [map, top-level key, second-level key], got 2 values"},
		{"list as a key", `!FindInMap [Map, !FindInMap [Map, top, list], x]`, "must be a string, got a list"},
		{"key of a function", `!FindInMap [Map, !Sub top, x]`, "must be a string, Ref or Fn::FindInMap, got Fn::Sub"},
		{"key of a resource", `!FindInMap [Map, !Ref B, x]`, "only parameters are allowed here, and B is a resource"},
		{"import", `!ImportValue e`, `the export "e" belongs to another stack: add that stack, or set the export's value as an import`},
		{"Base64 of a list", `!Base64 [a]`, "must be a string, got a list"},
		{"GetAtt without attribute", `!GetAtt B`, "must be a list of 2 values, [logical id, attribute], got 1 values"},
		{"SSM", `"{{resolve:ssm:/a:1}}"`, `dynamic reference "{{resolve:ssm:/a:1}}": none of the stacks has it`},
		{"secure SSM", `"{{resolve:ssm-secure:/a}}"`, "none of the stacks has it"},
		{"another service", `"{{resolve:s3:/a}}"`, "only ssm, ssm-secure and secretsmanager are supported"},
		{"no secrets", `"{{resolve:secretsmanager:a}}"`, "no secrets are available here"},
		{"secret without end", `"{{resolve:secretsmanager:a"`, "the dynamic reference is not closed"},
		{"secret without id", `"{{resolve:secretsmanager:}}"`, "the id of the secret is missing"},
		{"binary secret", `"{{resolve:secretsmanager:a:SecretBinary}}"`, `must be SecretString, got "SecretBinary"`},
		{"two versions", `"{{resolve:secretsmanager:a::k:s:v}}"`, "cannot be combined"},
		{"too many parts", `"{{resolve:secretsmanager:a::k:s::x}}"`, "must have at most 5 parts, got 6"},
		{"half an ARN", `"{{resolve:secretsmanager:arn:aws:x}}"`, "the ARN of the secret is incomplete"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			properties := mustRead(t, context(test.value), echo())
			properties.Value("Value")
			wantError(t, properties.Done(), "A.Properties.Value", test.want)
		})
	}
}

func TestEveryProblemOfAPropertyIsReported(t *testing.T) {
	properties := mustRead(t, context(`{a: !GetAZs "", b: [!Cidr [x], ok, !Select [9, [a]]]}`), echo())
	properties.Value("Value")
	wantError(t, properties.Done(), "3 problems", "Value.a: ", "Value.b[0]: ", "Value.b[2].Fn::Select[0]: ")
}

func TestConditionErrors(t *testing.T) {
	tests := []struct{ name, condition, want string }{
		{"circle", `!Condition D, D: !Condition C`, "circular reference: Conditions.C -> Conditions.D -> Conditions.C"},
		{"resource", `!Equals [!Ref A, a]`, "Conditions.C.Fn::Equals[0]: only parameters are allowed here, and A is a resource"},
		{"unknown", `!Condition X`, "there is no condition X"},
		{"no function", `a`, `Conditions.C: must be a condition function, got "a"`},
		{"other function", `!Sub a`, "Conditions.C.Fn::Sub: must be Condition, Fn::And"},
		{"eleven of And", "!And [" + strings.TrimSuffix(strings.Repeat("!Condition X, ", 11), ", ") + "]", "must be a list of 2 to 10 conditions, got 11 values"},
		{"one of And", `!And [!Equals [a, a]]`, "must be a list of 2 to 10 conditions, got 1 values"},
		{"Not of two", `!Not [a, b]`, "must be a list of 1 values"},
		{"second of Or", `!Or [!Equals [a, a], !Sub a]`, "Conditions.C.Fn::Or[1].Fn::Sub: must be"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template := mustParse(t, "Conditions: {C: "+test.condition+"}\nResources: {A: {Type: T}}")
			_, err := NewResolver(template, Options{})
			wantError(t, err, test.want)
		})
	}
}
