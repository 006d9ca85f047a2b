package cfn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// describeWorlds resolves A.X in the worlds that can be, as "ASSUMED: VALUE".
func describeWorlds(t *testing.T, stacks []*Stack) []string {
	t.Helper()
	base := NewWorld(stacks)
	describe := func(w *World) string {
		text := strings.Join(w.Assumed, ", ") + ": "
		for _, stack := range w.Stacks() {
			w.Resolver(stack).Resources()
			w.Resolver(stack).EachFunction(func([]any, any) {})
			if a, found := w.Resolver(stack).Resource("A"); found {
				text += shown(w, w.Resolver(stack).Value(a, "X"))
			} else {
				text += "-"
			}
		}
		return text
	}
	var got []string
	inBase := describe(base)
	others, possible := base.Others()
	if possible {
		got = append(got, inBase)
	}
	for _, other := range others {
		got = append(got, describe(other))
	}
	return got
}

func TestOthers(t *testing.T) {
	withX := func(parameters, conditions, x string) string {
		return "Parameters: {P: {Type: String" + parameters + "}}\nConditions: {" + conditions + "}\nResources: {A: {Type: T, Properties: {X: " + x + "}}, B: {Type: T}}"
	}
	const isProd = `C: !Equals [!Ref P, prod]`
	tests := []struct {
		name, template string
		want           []string
	}{
		{"nothing asks", withX("", "", `!Ref P`), []string{": ${P}"}},
		{"a condition", withX("", isProd, `!If [C, !Ref P, other]`), []string{": other", `${P} = "prod": prod`}},
		{"turned round", withX("", `C: !Not [!Equals [prod, !Ref P]]`, `!If [C, other, !Ref P]`), []string{": other", `${P} = "prod": prod`}},
		{"a condition that nothing names", withX("", isProd, `x`), []string{": x"}},
		{"a parameter with a value", withX(", Default: prod", isProd, `!If [C, a, b]`), []string{": a"}},
		{"two values", withX("", isProd+`, D: !Equals [!Ref P, dev]`, `!If [C, a, !If [D, b, c]]`), []string{": c", `${P} = "prod": a`, `${P} = "dev": b`}},
		{"one of the allowed values", withX(", AllowedValues: [prod, dev]", isProd, `!If [C, a, b]`), []string{": b", `${P} = "prod": a`}},
		{"all allowed values", withX(", AllowedValues: [prod, dev]", isProd+`, D: !Equals [!Ref P, dev]`, `!If [C, a, !If [D, b, c]]`),
			[]string{`${P} = "prod": a`, `${P} = "dev": b`}},
		{"what is not allowed", withX(", AllowedValues: [dev]", isProd, `!If [C, a, b]`), []string{": b"}},
		{"no value is allowed", withX(", AllowedValues: []", isProd, `!If [C, a, b]`), []string{": b", `${P} = "prod": a`}},
		{"a resource", "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\nResources: {A: {Type: T, Condition: C, Properties: {X: v}}, B: {Type: T}}",
			[]string{": -", `${P} = "x": v`}},
		{"a mapping", `Parameters: {P: {Type: String}}
Mappings: {M: {dev: {k: a}, prod: {k: b}}}
Resources: {A: {Type: T, Properties: {X: !FindInMap [M, !Ref P, k]}}}`, []string{": ${Fn::FindInMap ${P}}", `${P} = "dev": a`, `${P} = "prod": b`}},
		{"keys of both levels", `Parameters: {P: {Type: String}, Q: {Type: String}}
Mappings: {M: {dev: {k: a, l: b}}}
Resources: {A: {Type: T, Properties: {X: !FindInMap [M, !Ref P, !Ref Q]}}}`,
			[]string{": ${Fn::FindInMap}", `${P} = "dev": ${Fn::FindInMap ${Q}}`, `${P} = "dev", ${Q} = "k": a`, `${P} = "dev", ${Q} = "l": b`}},
		{"a mapping in a branch that the first world does not take", `Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref Q, q]}
Mappings: {M: {dev: {k: a}}}
Resources: {A: {Type: T, Properties: {X: !If [C, !FindInMap [M, !Ref P, k], x]}}}`,
			[]string{": x", `${Q} = "q": ${Fn::FindInMap ${P}}`, `${P} = "dev": x`, `${Q} = "q", ${P} = "dev": a`}},
		{"a condition in a branch that the first world does not take", `Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, p], D: !Equals [!Ref Q, q]}
Resources: {A: {Type: T, Properties: {X: !If [C, !If [D, a, b], c]}}}`,
			[]string{": c", `${P} = "p": b`, `${Q} = "q": c`, `${P} = "p", ${Q} = "q": a`}},
		{"two values made of one parameter", withX("", `C: !Equals [!Sub "x-${P}", x-prod]`, `!If [C, a, b]`), []string{": b", `condition C = "true": a`}},
		{"two values that cannot be the same", withX("", `C: !Equals [!Sub "x-${P}", y-prod]`, `!If [C, a, b]`), []string{": b"}},
		{"two ends that cannot be the same", withX("", `C: !Equals [!Sub "${P}-x", prod-y]`, `!If [C, a, b]`), []string{": b"}},
		{"two parameters", `Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, !Ref Q]}
Resources: {A: {Type: T, Properties: {X: !If [C, a, b]}}}`, []string{": b", `condition C = "true": a`}},
		{"a part of a parameter", withX("", `C: !Equals [!Select [0, !Split ["-", !Ref P]], prod]`, `!If [C, a, b]`), []string{": b", `${Fn::Select ${P}} = "prod": a`}},
		{"a list", `Parameters: {P: {Type: CommaDelimitedList, Default: "a,b"}}
Conditions: {C: !Equals [!Ref P, ""]}
Resources: {A: {Type: T, Properties: {X: !If [C, a, b]}}}`, []string{": b", `condition C = "true": a`}},
		{"what is no condition", withX("", `C: !Sub x`, `!If [C, a, b]`), []string{": b", `condition C = "true": a`}},
		{"no arguments", withX("", isProd, `{"Fn::If": []}`), []string{": ${Fn::If}"}},
		{"a condition of itself", withX("", `C: !Condition D, D: !Condition C`, `!If [C, a, b]`), []string{": b", `condition D = "true": a`}},
		{"the Region of CDK's own metadata", "Conditions: {R: !Equals [!Ref AWS::Region, us-east-1]}\nResources: {A: {Type: T, Properties: {X: x}}, CDKMetadata: {Type: AWS::CDK::Metadata, Condition: R}}",
			[]string{": x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := describeWorlds(t, []*Stack{stackOf(t, "a", test.template).to("", "")})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPseudoParametersOfOthers(t *testing.T) {
	for name, want := range map[string]string{"AccountId": "1", "Region": "us-east-1", "Partition": "aws-cn", "URLSuffix": "amazonaws.com.cn", "StackName": "s"} {
		template := "Conditions: {C: !Equals [!Ref AWS::" + name + ", " + want + "]}\nResources: {A: {Type: T, Properties: {X: !If [C, !Ref AWS::" + name + ", other]}}}"
		stack := stackOf(t, "a", template).to("", "")
		stack.Environment.StackName = ""
		got := describeWorlds(t, []*Stack{stack})
		if diff := cmp.Diff([]string{": other", fmt.Sprintf("${AWS::%s} = %q: %s", name, want, want)}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	known := stackOf(t, "a", "Conditions: {C: !Equals [!Ref AWS::Region, us-east-1]}\nResources: {A: {Type: T, Properties: {X: !If [C, a, b]}}}")
	if diff := cmp.Diff([]string{": b"}, describeWorlds(t, []*Stack{known})); diff != "" {
		t.Error(diff)
	}
}

func TestParametersOfNestedStacksInOthers(t *testing.T) {
	outer := stackOf(t, "a", `
Parameters: {Env: {Type: String}}
Resources:
  P: {Type: AWS::Cognito::UserPool}
  C: {Type: AWS::Cognito::UserPoolClient}
  A: {Type: T, Properties: {X: x}}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Env: !Ref Env, Pool: !Ref P, Secret: !GetAtt C.ClientSecret}}}
`)
	inner := stackOf(t, "n", `
Parameters: {Env: {Type: String}, Pool: {Type: String}, Secret: {Type: String}}
Conditions: {IsProd: !Equals [!Ref Env, prod], HasPool: !Not [!Equals [!Ref Pool, ""]], HasSecret: !Not [!Equals [!Sub "${Secret}", ""]], Same: !Equals [!Ref Pool, !Ref Secret]}
Resources: {A: {Type: T, Properties: {X: !If [IsProd, !If [HasPool, !If [HasSecret, !If [Same, a, b], c], d], e]}}}
`).in(outer, "N")
	want := []string{": xe", `${Env} = "prod": xb`}
	if diff := cmp.Diff(want, describeWorlds(t, []*Stack{outer, inner})); diff != "" {
		t.Error(diff)
	}
}

// TestOthersAreBounded holds that of too many worlds each parameter is varied,
// and that none is returned that cannot be.
func TestOthersAreBounded(t *testing.T) {
	for _, allowed := range []string{"", ", AllowedValues: [yes, no]"} {
		var parameters, conditions, x []string
		for i := range 12 {
			parameters = append(parameters, fmt.Sprintf("P%d: {Type: String%s}", i, allowed))
			conditions = append(conditions, fmt.Sprintf("Y%d: !Equals [!Ref P%d, yes], N%d: !Equals [!Ref P%d, no]", i, i, i, i))
			x = append(x, fmt.Sprintf("!If [Y%d, y, !If [N%d, n, s]]", i, i))
		}
		template := "Parameters: {" + strings.Join(parameters, ", ") + "}\nConditions: {" + strings.Join(conditions, ", ") +
			"}\nResources: {A: {Type: T, Properties: {X: !Join ['', [" + strings.Join(x, ", ") + "]]}}}"
		var values []string
		for _, world := range describeWorlds(t, []*Stack{stackOf(t, "a", template)}) {
			values = append(values, world[strings.LastIndex(world, " ")+1:])
		}
		if len(values) != maxWorlds {
			t.Errorf("%q: there are %d worlds", allowed, len(values))
		}
		slices.Sort(values)
		if len(slices.Compact(slices.Clone(values))) != len(values) {
			t.Errorf("%q: worlds are there twice: %q", allowed, values)
		}
		for i := range 12 {
			letters := map[byte]bool{}
			for _, value := range values {
				letters[value[i]] = true
			}
			if want := map[string]int{"": 3, ", AllowedValues: [yes, no]": 2}[allowed]; len(letters) != want {
				t.Errorf("%q: parameter %d has the values %v", allowed, i, letters)
			}
		}
	}
}

// TestManyKeysLeaveRoomForOthers holds that a parameter of many values does not
// take all the worlds.
func TestManyKeysLeaveRoomForOthers(t *testing.T) {
	template := "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, p]}\nMappings: {M: {" +
		repeat(100, ", ", func(i int) string { return fmt.Sprintf("region-%d: {k: v}", i) }) +
		"}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, !Ref AWS::Region, k]}}, B: {Type: T, Condition: C}}"
	worlds := describeWorlds(t, []*Stack{stackOf(t, "a", template).to("", "")})
	if len(worlds) != maxWorlds || !slices.ContainsFunc(worlds, func(world string) bool { return strings.HasPrefix(world, `${P} = "p": `) }) {
		t.Errorf("worlds: %q", worlds)
	}
}

// TestNestedStacksThatAreLeftOut holds that a stack has nothing in a world that
// leaves it out.
func TestNestedStacksThatAreLeftOut(t *testing.T) {
	outer := stackOf(t, "a", `
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, p]}
Resources:
  N: {Type: AWS::CloudFormation::Stack, Condition: C}
  O: {Type: T, Properties: {X: !GetAtt N.Outputs.O}}
`)
	middle := stackOf(t, "m", "Resources: {N: {Type: AWS::CloudFormation::Stack}}\nOutputs: {O: {Value: o}}").in(outer, "N")
	inner := stackOf(t, "n", "{X: x}").in(middle, "N")
	other := stackOf(t, "b", "Resources: {Import: {Type: T, Properties: {X: !ImportValue e}}}")
	inner.Outputs = mustParse(t, "Resources: {A: {Type: T}}\nOutputs: {E: {Value: exported, Export: {Name: e}}}").Outputs
	stacks := []*Stack{outer, middle, inner, other}
	if diff := cmp.Diff([]string{": ----", `${P} = "p": --x-`}, describeWorlds(t, stacks)); diff != "" {
		t.Error(diff)
	}
	base := NewWorld(stacks)
	others, _ := base.Others()
	if len(others) != 1 {
		t.Fatalf("there are %d others", len(others))
	}
	for range 2 { // whichever world was asked before
		if got := shown(base, valueAt(t, base, "b Import.X")); got != "${Fn::ImportValue e}" {
			t.Errorf("the import is %s where the stack is left out", got)
		}
		if got := valueAt(t, others[0], "b Import.X"); got != "exported" {
			t.Errorf("the import is %v where the stack is there", got)
		}
		if got := valueAt(t, others[0], "a O.X"); got != "o" {
			t.Errorf("the output is %v where the stack is there", got)
		}
		base.Resolver(inner).EachFunction(func(path []any, value any) { t.Errorf("%v of a stack that is left out is visited", path) })
	}
}

func TestAWorldIsTheSameTwice(t *testing.T) {
	template := `
Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, p], D: !Equals [!Ref Q, q]}
Mappings: {M: {a: {k: v}, b: {k: w}}}
Resources: {A: {Type: T, Properties: {X: [!If [D, a, b], !If [C, a, b], !FindInMap [M, !Ref Q, k]]}}}`
	first := describeWorlds(t, []*Stack{stackOf(t, "a", template)})
	for range 10 {
		if diff := cmp.Diff(first, describeWorlds(t, []*Stack{stackOf(t, "a", template)})); diff != "" {
			t.Fatal(diff)
		}
	}
}
