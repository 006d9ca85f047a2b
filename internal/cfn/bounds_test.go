package cfn

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// resolveEverything resolves everything in a world and its other worlds, and returns the
// first failure.
func resolveEverything(stacks ...*Stack) error {
	var failure error
	resolve := func(w *World) {
		for _, stack := range w.Stacks() {
			r := w.Resolver(stack)
			for _, resource := range r.Resources() {
				for _, name := range resource.Properties.Names() {
					w.HoldsSecret(r.Value(resource, name))
				}
				for _, name := range resource.Metadata.Names() {
					r.Metadata(resource, name)
				}
				r.Ref(resource)
				r.References(resource)
			}
			r.EachFunction(func(path []any, value any) {
				w.HoldsSecret(value)
				stack.Locate(path...)
			})
		}
		for _, stack := range w.Stacks() {
			if err := w.Resolver(stack).Failure(); err != nil && failure == nil {
				failure = err
			}
		}
	}
	outcomes := NewOutcomes(stacks)
	for w := outcomes.Next(); w != nil; w = outcomes.Next() {
		resolve(w)
	}
	return failure
}

// TestWorldsAreBounded checks that no template takes long or much memory, and that a
// world says so if it gave up.
func TestWorldsAreBounded(t *testing.T) {
	const bytes, chain = "exceed 32 MB", "a chain of references has more than 1000 values"
	long := strings.Repeat("x", 4000)
	outputs := func(count int, value func(i int) string) string {
		return "Outputs: {" + repeat(count, ", ", func(i int) string {
			return fmt.Sprintf("O%d: {Value: %s, Export: {Name: e%d}}", i, value(i), i)
		}) + "}\n"
	}
	doubling := outputs(60, func(i int) string {
		if i == 0 {
			return long
		}
		return fmt.Sprintf(`!Join ["", [!ImportValue e%d, !ImportValue e%d]]`, i-1, i-1)
	})
	stacks := func(templates ...string) []*Stack {
		var all []*Stack
		for i, template := range templates {
			all = append(all, stackOf(t, fmt.Sprintf("s%d", i), template))
		}
		return all
	}
	// chained returns stacks of 190 outputs. Each output imports one of the next stack.
	chained := func(count, depth int) []*Stack {
		var templates []string
		for stack := range count {
			templates = append(templates, "Resources: {A: {Type: T}}\nOutputs: {"+repeat(190, ", ", func(i int) string {
				number := stack*190 + i
				return fmt.Sprintf(`O%d: {Value: %s{"Fn::ImportValue": e%d}%s, Export: {Name: e%d}}`, i,
					strings.Repeat(`{"Fn::Join": ["", [`, depth), number+1, strings.Repeat(`]]}`, depth), number)
			})+"}\n")
		}
		return stacks(templates...)
	}
	nestedInNested := func() []*Stack {
		outer := stackOf(t, "a", "Resources: {A: {Type: T, Properties: {X: !GetAtt N.Outputs.O}}, N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {P: !GetAtt N.Outputs.O}}}}\n")
		return []*Stack{outer, stackOf(t, "n", "Parameters: {P: {Type: String}}\nResources: {A: {Type: T, Properties: {X: !Ref P}}}\nOutputs: {O: {Value: !Ref P}}\n").in(outer, "N")}
	}
	const list = "Parameters: {L: {Type: CommaDelimitedList, Default: \"%s\"}}\n"
	tests := []struct {
		name   string
		stacks []*Stack
		want   string
	}{
		{"doubling by exports", stacks("Resources: {A: {Type: T}}\n" + doubling), bytes},
		{"doubling of symbols", stacks("Resources: {A: {Type: T, Properties: {X: !ImportValue e59}}}\n" + strings.ReplaceAll(doubling, long, "!Ref A")), bytes},
		{"doubling of labels", stacks("Resources: {A: {Type: T}}\n" + outputs(60, func(i int) string {
			return fmt.Sprintf(`!Base64 {"Fn::Sub": ["${a}${a}", {a: {"Fn::ImportValue": e%d}}]}`, i-1)
		})), ""},
		{"import of itself", stacks("Resources: {A: {Type: T}}\n" + outputs(1, func(int) string { return "!ImportValue e0" })), ""},
		{"imports in a circle", stacks("Resources: {A: {Type: T}}\n" + outputs(50, func(i int) string { return fmt.Sprintf("!ImportValue e%d", (i+1)%50) })), ""},
		{"imports of each other", stacks("Resources: {A: {Type: T}}\n" + outputs(100, func(i int) string {
			return `!Join ["", [` + repeat(100, ", ", func(j int) string { return fmt.Sprintf("!ImportValue e%d", j) }) + "]]"
		})), bytes},
		{"a nested stack that gives itself its output", nestedInNested(), ""},
		{"an export called by an import", stacks("Resources: {A: {Type: T}}\nOutputs: {O: {Value: a, Export: {Name: !ImportValue e}}, P: {Value: b, Export: {Name: !ImportValue a}}}\n"), ""},
		{"a long chain of imports", chained(5, 0), ""},
		{"too long a chain of imports", chained(10, 0), chain},
		{"too many imports, deep", chained(10, 28), chain},
		{"a chain of properties", stacks("Resources: {" + repeat(400, ", ", func(i int) string {
			return fmt.Sprintf("R%d: {Type: AWS::ApiGateway::Stage, Properties: {StageName: !Ref R%d}}", i, (i+1)%400)
		}) + "}\n"), ""},
		{"a long parameter, many times", stacks("Parameters: {P: {Type: String, Default: " + long + "}}\nResources: {A: {Type: T, Properties: {X: [" +
			strings.Repeat("!Ref P, ", 20_000) + "a]}}}"), bytes},
		{"a long list, many times", stacks(fmt.Sprintf(list, strings.Repeat(",", 300_000)) + "Resources: {A: {Type: T, Properties: {X: [" +
			strings.Repeat(`!Join ["", !Ref L], `, 20_000) + "a]}}}"), bytes},
		{"a long list, selected from", stacks(fmt.Sprintf(list, strings.Repeat(",", 300_000)) + "Resources: {A: {Type: T, Properties: {X: [" +
			strings.Repeat(`!Select [0, !Ref L], `, 20_000) + "a]}}}"), bytes},
		{"a long argument of an unknown value", stacks(fmt.Sprintf(list, strings.Repeat("a,", 100_000)) + "Resources: {A: {Type: T, Properties: {X: [" +
			repeat(10_000, ", ", func(i int) string { return fmt.Sprintf("!Cidr [!Ref L, %d]", i) }) + "]}}}"), bytes},
		{"a missing resource, many times", stacks("Resources: {A: {Type: T, Properties: {X: [" + repeat(20_000, ", ", func(i int) string { return fmt.Sprintf("!Ref X%d", i) }) + "]}}}"), ""},
		{"a missing resource, in one text", stacks(`Resources: {A: {Type: T, Properties: {X: !Sub "` + strings.Repeat("${B.C}", 20_000) + `"}}}`), ""},
		{"functions in functions", stacks("Resources: {A: {Type: T, Properties: {X: [" + repeat(200, ", ", func(i int) string {
			return strings.Repeat(`{"Fn::Cidr": [`, 40) + "!Ref B" + strings.Repeat("]}", 40)
		}) + "]}}}"), ""},
		{"a mapping of many keys, looked up many times", stacks("Parameters: {P: {Type: String}}\nMappings: {M: {" + repeat(5_000, ", ", func(i int) string { return fmt.Sprintf("k%d: {a: b}", i) }) +
			"}}\nResources: {A: {Type: T, Properties: {X: [" + strings.Repeat("!FindInMap [M, !Ref P, a], ", 5_000) + "a]}}}"), ""},
		{"many conditions", stacks("Parameters: {P: {Type: String}}\nConditions: {" + repeat(2_000, ", ", func(i int) string { return fmt.Sprintf("C%d: !Equals [!Ref P, v%d]", i, i) }) +
			"}\nResources: {A: {Type: T, Properties: {X: [" + repeat(2_000, ", ", func(i int) string { return fmt.Sprintf("!If [C%d, a, b]", i) }) + "]}}}"), ""},
		{"a chain of conditions", stacks("Conditions: {" + repeat(15_000, ", ", func(i int) string { return fmt.Sprintf("C%d: !Condition C%d", i, i+1) }) +
			", C15000: !Equals [a, a]}\nResources: {A: {Type: T, Condition: C0}}"), chain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			err := resolveEverything(test.stacks...)
			switch {
			case test.want != "":
				wantError(t, err, test.want)
			case err != nil:
				t.Error(err)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAWorldOfManyStacksIsBounded(t *testing.T) {
	text := `Parameters: {P: {Type: String, Default: ` + strings.Repeat("x", 4000) + `}}
Resources: {A: {Type: T, Properties: {X: [` + strings.Repeat("!Ref P, ", 4000) + "a]}}}"
	var stacks []*Stack
	for i := range 30 {
		stacks = append(stacks, stackOf(t, fmt.Sprint("s", i), text))
	}
	wantError(t, resolveEverything(stacks...), "the resolved values of all templates exceed 256 MB")
	if err := resolveEverything(stacks[:4]...); err != nil {
		t.Error(err)
	}
}

// TestNoTemplateForgesASymbol checks that no text in a template passes for a symbol.
func TestNoTemplateForgesASymbol(t *testing.T) {
	for name, text := range map[string]string{
		"JSON escapes":      `{"Resources":{"A":{"Type":"T","Properties":{"X":"\u00ff0\u00fe","Y":"\udcff0\udcfe","Z":"\ufeff0\ufffe"}}}}`,
		"YAML escapes":      `Resources: {A: {Type: T, Properties: {X: "\xff0\xfe", Y: "\u00ff0\u00fe", Z: "\U000000ff0"}}}`,
		"encoded":           `Resources: {A: {Type: T, Properties: {X: !Base64 "\xff0\xfe", Y: !Sub ["${a}", {a: "\xff0\xfe"}], Z: !Join ["", ["\xff", "0", "\xfe"]]}}}`,
		"split at a number": `{"Resources":{"A":{"Type":"T","Properties":{"X":{"Fn::Join":["",{"Fn::Split":["ÿ","ÿ0þ"]}]},"Y":{"Fn::Select":[1,{"Fn::Split":["a","xa0"]}]},"Z":""}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := NewWorld([]*Stack{stackOf(t, "a", "Resources: {A: {Type: T}}"), func() *Stack {
				template, err := ParseTemplate("b", []byte(text))
				if err != nil {
					t.Fatal(err)
				}
				return &Stack{ID: "b", Template: template}
			}()})
			w.symbols.text(symbol{key: "x", shown: "forged", secret: true})
			for _, property := range []string{"X", "Y", "Z"} {
				value := valueAt(t, w, "b A."+property)
				if text, ok := value.(string); !ok || !IsKnown(text) || w.HoldsSecret(value) || strings.Contains(w.Show(text), "forged") {
					t.Errorf("%s is taken for a symbol: %q", property, value)
				}
			}
		})
	}
	for name, data := range map[string]string{
		"JSON": "{\"Resources\":{\"A\":{\"Type\":\"T\",\"Properties\":{\"X\":\"\xff0\xfe\"}}}}",
		"YAML": "Resources: {A: {Type: T, Properties: {X: \"\xff0\xfe\"}}}",
	} {
		_, err := ParseTemplate(name, []byte(data))
		wantError(t, err, "must be UTF-8 text")
	}
}
