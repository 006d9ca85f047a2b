package cfn

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestPath(t *testing.T) {
	tests := []struct {
		want string
		path []any
	}{
		{"", nil},
		{"A", []any{"A"}},
		{"Properties.Types[0].Name", []any{"Properties", "Types", 0, "Name"}},
		{`Metadata.aws:cdk:path`, []any{"Metadata", "aws:cdk:path"}},
		{`Body.paths["/a/{b}"].get`, []any{"Body", "paths", "/a/{b}", "get"}},
		{"[1][2]", []any{1, 2}},
		{"A.B", []any{"A", 1.5, "B"}},
	}
	for _, test := range tests {
		if got := Path(test.path...); got != test.want {
			t.Errorf("Path(%v) is %s, want %s", test.path, got, test.want)
		}
	}
}

func TestLocate(t *testing.T) {
	templates := map[string]string{
		"YAML": `# a comment
Resources:
  A:
    Type: T
    Properties:
      Text: |
        two
        lines
      List:
      - a
      - Name: b

      - Name:
          c: d
      Function: !If
        - C
        - a
        - b: c
      Long:
        Fn::Join:
        - ''
        - [a]
      Flow: {a: b,
        c: d}
  B: {Type: T}
`,
		"JSON": `{

"Resources": {
  "A": {"Type": "T",
    "Properties":

      {"Text": "two",


      "List": ["a",
      {"Name": "b"},

      {"Name": {
          "c": "d"}}],
      "Function": {
        "Fn::If": ["C",
        "a", {"b": "c"}]},

      "Long": {
        "Fn::Join": ["", ["a"]
        ]},
      "Flow":
        {"a": "b",
        "c": "d"}}},
  "B": {"Type": "T"}}}
`}
	tests := []struct {
		path       []any
		yaml, json int
	}{
		{nil, 1, 1},
		{[]any{"Resources"}, 2, 3},
		{[]any{"Resources", "A"}, 3, 4},
		{[]any{"Resources", "A", "Type"}, 4, 4},
		{[]any{"Resources", "A", "Properties"}, 5, 5},
		{[]any{"Resources", "A", "Properties", "Text"}, 6, 7},
		{[]any{"Resources", "A", "Properties", "List"}, 9, 10},
		{[]any{"Resources", "A", "Properties", "List", 1, "Name"}, 11, 11},
		{[]any{"Resources", "A", "Properties", "List", 2}, 13, 13},
		{[]any{"Resources", "A", "Properties", "List", 2, "Name", "c"}, 14, 14},
		{[]any{"Resources", "A", "Properties", "Function", 2, "b"}, 15, 15},
		{[]any{"Resources", "A", "Properties", "Long", 1}, 19, 19},
		{[]any{"Resources", "A", "Properties", "Flow", "c"}, 24, 24},
		{[]any{"Resources", "B", "Type"}, 25, 25},
		{[]any{"Resources", "A", "Gone", "X"}, 3, 4},
		{[]any{"Resources", "A", "Properties", "List", 9}, 9, 10},
		{[]any{"Resources", "A", "Properties", "List", -1}, 9, 10},
		{[]any{"Resources", "A", "Properties", "List", "x"}, 9, 10},
		{[]any{"Resources", "A", "Type", "x"}, 4, 4},
		{[]any{0}, 1, 1},
	}
	for name, text := range templates {
		template := mustParse(t, text)
		for _, test := range tests {
			want := map[string]int{"YAML": test.yaml, "JSON": test.json}[name]
			if got := template.Locate(test.path...); got != want {
				t.Errorf("%s: %s is in line %d, want %d", name, Path(test.path...), got, want)
			}
		}
	}
}

func TestPlain(t *testing.T) {
	template := mustParse(t, `Resources: {A: {Type: T, Properties: {X: [!Ref B, {a: 1}], Y: true}}}`)
	a, _ := template.Resource("A")
	want := map[string]any{"X": []any{map[string]any{"Ref": "B"}, map[string]any{"a": json.Number("1")}}, "Y": true}
	if diff := cmp.Diff(any(want), Plain(a.Properties)); diff != "" {
		t.Error(diff)
	}
}

func TestNamesParameter(t *testing.T) {
	stack := stackOf(t, "a", `
Parameters: {P: {Type: String, Default: p}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, p]}
Resources:
  B: {Type: T}
  A: {Type: T, Properties: {X: !Ref P, Y: [!Ref B, {Z: !Sub "${Q}"}], If: !If [C, a, !Ref P], Chosen: !If [C, !Ref P, a], Region: !Ref AWS::Region}}
`)
	r := NewWorld([]*Stack{stack}).Resolver(stack)
	tests := []struct {
		path []any
		want bool
	}{
		{[]any{"X"}, true},
		{[]any{"X", "below"}, true},
		{[]any{"Y"}, true},
		{[]any{"Y", 0}, false},
		{[]any{"Y", 1}, true},
		{[]any{"Y", 1, "Z"}, true},
		{[]any{"If"}, false},
		{[]any{"Chosen"}, true},
		{[]any{"Region"}, false},
	}
	for _, test := range tests {
		if got := r.NamesParameter(append([]any{"Resources", "A", "Properties"}, test.path...)...); got != test.want {
			t.Errorf("NamesParameter of %s is %t", Path(test.path...), got)
		}
	}
}

// Messages quote a template's names, and no name is a command to a terminal.
func TestErrorsShowNamesWithoutControlCharacters(t *testing.T) {
	const name = `"a\e[2J\u202eb\r\nc"`
	for _, text := range []string{
		"Conditions: {" + name + ": !Equals [a, b]}\nResources: {A: {Type: T, Condition: " + name + "}, B: {Type: T, Properties: {X: !Ref A}}}",
		"Conditions: {" + name + ": !Equals [a]}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Conditions: {" + name + ": !Condition " + name + "}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Conditions: {" + name + ": 1}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Resources: {A: {Type: T, Condition: " + name + "}}",
		"Resources: {A: {Type: T, Properties: {X: !If [" + name + ", a, b]}}}",
		"Mappings: {" + name + ": 1}\nResources: {A: {Type: T}}",
		"Mappings: {M: {" + name + ": 1}}\nResources: {A: {Type: T}}",
		`Mappings: {M: {"Fn::\e[2J": a}}` + "\nResources: {A: {Type: T}}",
		"Mappings: {M: {a: {" + name + ": {b: c}}}}\nResources: {A: {Type: T}}",
		"Mappings: {" + name + ": {a: {b: c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [" + name + ", " + name + ", b]}}}",
		"Mappings: {M: {a: {b: c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [" + name + ", a, b]}}}",
		"Mappings: {M: {a: {" + name + ": c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, a, " + name[:len(name)-1] + `d"]}}}`,
	} {
		template, err := ParseTemplate("names", []byte(text))
		if err == nil {
			err = resolveAll(template)
		}
		if err == nil {
			t.Errorf("no error: %s", text)
			continue
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.HasPrefix(line, "c") {
				t.Errorf("%q of %s", line, text)
			}
		}
	}
}
