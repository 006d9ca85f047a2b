package cfn

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainValue turns a parsed value into plain Go values.
func plainValue(value any) any {
	switch v := value.(type) {
	case *Object:
		object := map[string]any{}
		for _, name := range v.Names() {
			item, _ := v.Get(name)
			object[name] = plainValue(item)
		}
		return object
	case []any:
		list := []any{}
		for _, item := range v {
			list = append(list, plainValue(item))
		}
		return list
	}
	return value
}

func TestYAMLMeansTheSameAsJSON(t *testing.T) {
	tests := []struct{ name, yaml, json string }{
		{"Ref", `a: !Ref X`, `{"a":{"Ref":"X"}}`},
		{"Condition", `a: !Condition X`, `{"a":{"Condition":"X"}}`},
		{"GetAtt", `a: !GetAtt X.Y.Z`, `{"a":{"Fn::GetAtt":["X","Y.Z"]}}`},
		{"GetAtt list", `a: !GetAtt [X, Y]`, `{"a":{"Fn::GetAtt":["X","Y"]}}`},
		{"GetAtt without attribute", `a: !GetAtt X`, `{"a":{"Fn::GetAtt":["X"]}}`},
		{"Sub", `a: !Sub "${X}"`, `{"a":{"Fn::Sub":"${X}"}}`},
		{"Sub with variables", "a: !Sub\n  - ${x}\n  - x: !Ref Y", `{"a":{"Fn::Sub":["${x}",{"x":{"Ref":"Y"}}]}}`},
		{"Sub of a block", "a: !Sub |\n  x\n  y\n", `{"a":{"Fn::Sub":"x\ny\n"}}`},
		{"Join", `a: !Join [":", [a, !Ref B]]`, `{"a":{"Fn::Join":[":",["a",{"Ref":"B"}]]}}`},
		{"Select and Split", `a: !Select [0, !Split [",", "a,b"]]`, `{"a":{"Fn::Select":[0,{"Fn::Split":[",","a,b"]}]}}`},
		{"If and others", `a: !If [C, !And [!Not [x], !Or [y]], !Equals [1, 2]]`,
			`{"a":{"Fn::If":["C",{"Fn::And":[{"Fn::Not":["x"]},{"Fn::Or":["y"]}]},{"Fn::Equals":[1,2]}]}}`},
		{"the rest", `a: [!FindInMap [a], !Base64 b, !ImportValue c, !GetAZs "", !Cidr [d], !Transform {e: f}]`,
			`{"a":[{"Fn::FindInMap":["a"]},{"Fn::Base64":"b"},{"Fn::ImportValue":"c"},{"Fn::GetAZs":""},{"Fn::Cidr":["d"]},{"Fn::Transform":{"e":"f"}}]}`},
		{"short in long", "a:\n  Fn::Base64: !Sub x", `{"a":{"Fn::Base64":{"Fn::Sub":"x"}}}`},
		{"numbers keep their text", `a: [1, 1.0, -2, 12345678901234567890]`, `{"a":[1,1.0,-2,12345678901234567890]}`},
		{"numbers that JSON does not have", `a: [012345678901, 0x1F, 1_000, +1, .5, .inf]`, `{"a":["012345678901","0x1F","1_000","+1",".5",".inf"]}`},
		{"booleans", `a: [true, false, "true", yes]`, `{"a":[true,false,"true","yes"]}`},
		{"text", `a: [2012-10-17, 'it''s', "x\ny", !!str 1.0, !!str x]`, `{"a":["2012-10-17","it's","x\ny","1.0","x"]}`},
		{"block as text", "a: !!str |\n  1\n", `{"a":"1\n"}`},
		{"entries on later lines", "a:\n- # x\n  b: c\n-\n  d: e\n", `{"a":[{"b":"c"},{"d":"e"}]}`},
		{"keys keep their spelling", "{200: a, 012345678901: b, true: c}", `{"200":"a","012345678901":"b","true":"c"}`},
		{"blocks", "a: |\n  x\n\n   y\nb: |-\n  z\nc: >-\n  a\n  b\n", `{"a":"x\n\n y\n","b":"z","c":"a b"}`},
		{"list in the column of its key", "a:\n- b\n- c: d\n  e: f\ng: h\n", `{"a":["b",{"c":"d","e":"f"}],"g":"h"}`},
		{"empty object and list", `a: [{}, []]`, `{"a":[{},[]]}`},
		{"colons in braces", `{a: !Ref AWS::Region, b: [x:read, y:z:1, 1:2, http://x:80/y], c: AWS::X, "d":e}`,
			`{"a":{"Ref":"AWS::Region"},"b":["x:read","y:z:1","1:2","http://x:80/y"],"c":"AWS::X","d":"e"}`},
		{"colons in brackets", `a: [!Ref AWS::NoValue, b:c, d: e]`, `{"a":[{"Ref":"AWS::NoValue"},"b:c",{"d":"e"}]}`},
		{"function in braces", `a: {"Fn::Sub": x}`, `{"a":{"Fn::Sub":"x"}}`},
		{"functions in braces", `{UserPoolId: {Fn::GetAtt: [P, UserPoolId]}, Name: {Fn::Sub: "${X}"}, Id: {Ref: AWS::Region}}`,
			`{"UserPoolId":{"Fn::GetAtt":["P","UserPoolId"]},"Name":{"Fn::Sub":"${X}"},"Id":{"Ref":"AWS::Region"}}`},
		{"directive", "%YAML 1.1\n---\na: b", `{"a":"b"}`},
		{"explicit key", "? a\n: b", `{"a":"b"}`},
		{"tag over lines", "a: !If\n  - C\n  - !Ref B\n  - !Ref AWS::NoValue", `{"a":{"Fn::If":["C",{"Ref":"B"},{"Ref":"AWS::NoValue"}]}}`},
		{"comments", "# x\na: b # y\n# z\n", `{"a":"b"}`},
		{"tag over lines in brackets", "a: !If [C,\n  !Ref B,\n  !Sub \"${X}\",]", `{"a":{"Fn::If":["C",{"Ref":"B"},{"Fn::Sub":"${X}"}]}}`},
		{"tag on a separate line", "a:\n  !Sub\n  x\nb:\n  !Join\n  - ','\n  - - a\n    - !GetAtt\n      - B\n      - C", `{"a":{"Fn::Sub":"x"},"b":{"Fn::Join":[",",["a",{"Fn::GetAtt":["B","C"]}]]}}`},
		{"tags of folded text", "a: !Sub >-\n  x\n  y\nb: !Base64 |\n  #!/bin/sh\n\n  echo\n", `{"a":{"Fn::Sub":"x y"},"b":{"Fn::Base64":"#!/bin/sh\n\necho\n"}}`},
		{"tags of blocks with variables", "a: !Sub\n- |\n  x ${v}\n- v: !GetAtt [A, B]\n", `{"a":{"Fn::Sub":["x ${v}\n",{"v":{"Fn::GetAtt":["A","B"]}}]}}`},
		{"tags of quoted text", `a: [!Ref 'X', !GetAtt "X.Y", !Sub 'it''s', !GetAZs '']`, `{"a":[{"Ref":"X"},{"Fn::GetAtt":["X","Y"]},{"Fn::Sub":"it's"},{"Fn::GetAZs":""}]}`},
		{"tags without value", "a: !GetAZs\nb:\n- !GetAZs\n", `{"a":{"Fn::GetAZs":""},"b":[{"Fn::GetAZs":""}]}`},
		{"tags of flow in blocks", "a: !Equals [!Ref A, '']\nb: !And\n- !Condition C\n- !Not [!Equals [!Ref A, b]]",
			`{"a":{"Fn::Equals":[{"Ref":"A"},""]},"b":{"Fn::And":[{"Condition":"C"},{"Fn::Not":[{"Fn::Equals":[{"Ref":"A"},"b"]}]}]}}`},
		{"tags of objects", "a: !Transform\n  Name: AWS::Include\n  Parameters: {Location: !Sub 's3://${B}'}\nb: !GetStackOutput {StackName: a}",
			`{"a":{"Fn::Transform":{"Name":"AWS::Include","Parameters":{"Location":{"Fn::Sub":"s3://${B}"}}}},"b":{"Fn::GetStackOutput":{"StackName":"a"}}}`},
		{"functions of rules", `a: !Contains [!RefAll T, !ValueOf [A, B]]`, `{"a":{"Fn::Contains":[{"Fn::RefAll":"T"},{"Fn::ValueOf":["A","B"]}]}}`},
		{"long in short", "a: !Base64\n  Fn::Join:\n  - ''\n  - [a]\nb: !Select [0, Fn::Split: [',', x]]", `{"a":{"Fn::Base64":{"Fn::Join":["",["a"]]}},"b":{"Fn::Select":[0,{"Fn::Split":[",","x"]}]}}`},
		{"comments in between", "a: # x\n  # y\n  - b # z\n\n  # w\n  - !Ref C # v\nd: 'e#f' # u\ng: h#i\n", `{"a":["b",{"Ref":"C"}],"d":"e#f","g":"h#i"}`},
		{"tabs after colons and before comments", "a:\tb\t# c\nd: [e,\tf]\n", `{"a":"b","d":["e","f"]}`},
		{"quoted keys", `{"a": b, 'c': d, "Fn::If": [e]}`, `{"a":"b","c":"d","Fn::If":["e"]}`},
		{"quoted keys without spaces", `{"a":b, "c":[d], "e":{"f":g}}`, `{"a":"b","c":["d"],"e":{"f":"g"}}`},
		{"lines in quotes", "a: \"b\n  c\\\n  d\"\ne: 'f\n\n  g'", `{"a":"b cd","e":"f\ng"}`},
		{"lines of plain text", "a: b\n  c\n\n  d\n", `{"a":"b c\nd"}`},
		{"commas at the end", `{a: [b,], c: {d: e,},}`, `{"a":["b"],"c":{"d":"e"}}`},
		{"colons in text", "a: b:c\nd: arn:aws:x::y\ne: 'f: g'\nh: 12:30:45\n", `{"a":"b:c","d":"arn:aws:x::y","e":"f: g","h":"12:30:45"}`},
		{"end of the document", "---\na: b\n...\n", `{"a":"b"}`},
		{"other alphabets", "a: é 日本 😀\nb: \"\\u00e9\\x41\\U0001F600\"", `{"a":"é 日本 😀","b":"éA😀"}`},
		{"tags of YAML", "a: !!map {b: !!seq [!!int 1, !!bool true, !!float 1.5]}", `{"a":{"b":[1,true,1.5]}}`},
		{"old Macintosh line ends", "a: b\rc: d\r", `{"a":"b","c":"d"}`},
		{"Windows line ends", "a:\r\n  b: |\r\n    x\r\n    y\r\n", `{"a":{"b":"x\ny\n"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fromYAML, err := parseYAML("test.yaml", []byte(test.yaml))
			if err != nil {
				t.Fatalf("YAML: %v", err)
			}
			fromJSON, err := parseJSON("test.json", []byte(test.json))
			if err != nil {
				t.Fatalf("JSON: %v", err)
			}
			if diff := cmp.Diff(plainValue(fromJSON), plainValue(fromYAML)); diff != "" {
				t.Errorf("-JSON +YAML:\n%s", diff)
			}
		})
	}
}

func TestJSONNumbersKeepTheirText(t *testing.T) {
	value, err := parseJSON("test.json", []byte(`[1.0, 123456789012345678901234567890, 1e3]`))
	if err != nil {
		t.Fatal(err)
	}
	want := []any{json.Number("1.0"), json.Number("123456789012345678901234567890"), json.Number("1e3")}
	if diff := cmp.Diff(want, value); diff != "" {
		t.Error(diff)
	}
}

func TestYAMLErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"syntax", "a: [b", "test.yaml:1: did not find expected ',' or ']'"},
		{"alias", "a: &x [1]\nb: *x", "test.yaml:1:4: CloudFormation does not support YAML anchors, aliases and merges"},
		{"merge", "a: {<<: {b: c}}", "test.yaml:1:5: CloudFormation does not support YAML anchors, aliases and merges"},
		{"two documents", "a: b\n---\nc: d", "test.yaml:2: must be one YAML document"},
		{"broken second document", "a: b\n---\n[c", "test.yaml:3: did not find expected ',' or ']'"},
		{"duplicate key", "a: 1\nb: 2\na: 3", `test.yaml:3:1: duplicate key "a"`},
		{"duplicate key in an object", "x: {a: 1, a: 2}", `duplicate key "a"`},
		{"null", "a:\nb: c", "null values are not allowed"},
		{"unknown tag", "a: !Reff b", "the tag !Reff is not supported: did you mean !Ref?"},
		{"tag of YAML", "a: !!binary b", "CloudFormation does not support the tag !!binary"},
		{"two tags", "a: !Base64 !Sub b", "a value can have one tag only: write the outer function in its long form"},
		{"tag of a key", "!Ref a: b", "a tag in front of a key is not supported"},
		{"empty list entry", "a:\n-\nb: 1", "test.yaml:2:2: null values are not allowed"},
		{"empty list entry before a comment", "a:\n- # nothing\nb: 1", "test.yaml:2:2: null values are not allowed"},
		{"list as a key", "{[a]: b}", "test.yaml:1:"},
		{"no space after a key's colon", `{a:"b"}`, "null values are not allowed"},
		{"wrong indentation", "a:\n  b: c\n d: e\nf: g\n", "test.yaml:3: did not find expected key"},
		{"missing comma", "a: [b: c\nd: e]", "test.yaml:2: did not find expected ',' or ']'"},
		{"nested dashes", strings.Repeat("- ", 5000) + "a", "deeper than 100 levels"},
		{"too deep for the parser", strings.Repeat("[", 20_000), "deeper than 100 levels"},
		{"tab as indentation", "a:\n\tb: c", "test.yaml:2: YAML takes no tab for indentation: use spaces"},
		{"control character", "a: \x01", "control characters are not allowed"},
		{"half a surrogate", `a: "\ud800"`, "test.yaml:1: found invalid Unicode character escape code"},
		{"text before a tag", "a: b !Ref c\nd: e: f", "test.yaml:2: mapping values are not allowed"},
		{"two tags in brackets", "a: [!Ref !Sub b]", "test.yaml:1:13: a value can have one tag only"},
		{"binary", "a: !!binary aGk=", "CloudFormation does not support the tag !!binary"},
		{"set", "a: !!set {b}", "null values are not allowed"},
		{"alias of a key", "&x a: b", "a key must be text"},
		{"nested brackets", "a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "deeper than 100 levels"},
		{"nested tags", "a: " + strings.Repeat("!Not [", 60) + "b" + strings.Repeat("]", 60), "deeper than 100 levels"},
		{"nested blocks", nestedBlocks(150), "deeper than 100 levels"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseYAML("test.yaml", []byte(test.text))
			wantError(t, err, test.want)
		})
	}
}

func nestedBlocks(depth int) string {
	var text strings.Builder
	for i := range depth {
		text.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return text.String() + strings.Repeat(" ", depth) + "a: b\n"
}
