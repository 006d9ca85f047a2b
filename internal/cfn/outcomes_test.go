package cfn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// describeWorlds resolves A.X in the possible worlds, as "ASSUMED: VALUE".
func describeWorlds(t *testing.T, stacks []*Stack) []string {
	t.Helper()
	got, unseen := outcomesOf(t, stacks)
	if len(unseen) > 0 {
		t.Errorf("not every value of %q was tried", unseen)
	}
	return got
}

// outcomesOf is describeWorlds, and also returns the parameters it did not fully vary.
func outcomesOf(t *testing.T, stacks []*Stack) (got, unseen []string) {
	t.Helper()
	outcomes := NewOutcomes(stacks)
	for w := outcomes.Next(); w != nil; w = outcomes.Next() {
		text := strings.Join(w.Assumed, ", ") + ": "
		for _, stack := range w.Stacks() {
			if a, found := w.Resolver(stack).Resource("A"); found {
				text += shown(w, w.Resolver(stack).Value(a, "X"))
			} else {
				text += "-"
			}
		}
		w.Secrets(func(*Stack, []any, any) { text += " secret" })
		if w.IsPossible() {
			got = append(got, text)
		}
	}
	unseen, _ = outcomes.Unseen()
	return got, unseen
}

func TestOutcomes(t *testing.T) {
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
		{"a default", withX(", Default: prod", isProd, `!If [C, a, b]`), []string{": a", `${P} is not "prod": b`}},
		{"a default that nothing compares", withX(", Default: prod", "", `!Ref P`), []string{": prod"}},
		{"a default, compared with others", withX(", Default: prod", `C: !Equals [!Ref P, dev], D: !Equals [!Ref P, prod]`, `!If [C, a, !If [D, b, c]]`),
			[]string{": b", `${P} is not "prod": c`, `${P} = "dev": a`}},
		{"a default in a text", withX(", Default: prod", `C: !Equals [!Sub "x-${P}", x-dev]`, `!If [C, a, b]`), []string{": b", `${P} is not "prod": b`, `${P} = "dev": a`}},
		{"a default that is secret", withX(", NoEcho: true, Default: prod", isProd, `!If [C, a, b]`), []string{": a", `${P} is not its default: b`}},
		{"the only value", withX(", Default: prod, AllowedValues: [prod]", isProd, `!If [C, a, b]`), []string{": a"}},
		{"a default and another value", withX(", Default: prod, AllowedValues: [prod, dev]", `C: !Equals [!Ref P, dev]`, `!If [C, a, b]`), []string{": b", `${P} = "dev": a`}},
		{"a default and others", withX(", Default: prod, AllowedValues: [prod, dev, test]", `C: !Equals [!Ref P, dev]`, `!If [C, a, b]`), []string{": b", `${P} is not "prod": b`, `${P} = "dev": a`}},
		{"allowed values", withX(", AllowedValues: [prod, dev]", "", `!Ref P`), []string{`${P} = "prod": prod`, `${P} = "dev": dev`}},
		{"allowed values beside a default", withX(", Default: dev, AllowedValues: [prod, dev]", "", `!Sub "x-${P}"`), []string{": x-dev", `${P} = "prod": x-prod`}},
		{"a number", withX(", Default: 0, AllowedValues: [0, 1]", "", `!Select [!Ref P, [a, b]]`), []string{": a", `${P} = "1": b`}},
		{"an index", withX(", Default: 0", "", `!Select [!Ref P, [a, b, c]]`), []string{": a", `${P} = "1": b`, `${P} = "2": c`}},
		{"an unknown index", withX("", "", `!Select [!Ref P, [a, b]]`), []string{": ${Fn::Select ${P}}", `${P} = "0": a`, `${P} = "1": b`}},
		{"a mapping by a default", "Parameters: {P: {Type: String, Default: dev}}\nMappings: {M: {dev: {k: a}, prod: {k: b}, test: {k: a}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, !Ref P, k]}}}",
			[]string{": a", `${P} = "prod": b`}},
		{"a mapping by the name of the account", "Parameters: {P: {Type: String, Default: dev}}\nMappings: {M: {x-dev: {k: a}, x-prod: {k: b}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, !Join ['', [x-, !Ref P]], k]}}}",
			[]string{": a", `${P} = "prod": b`}},
		{"a mapping keyed by an unknown account", "Parameters: {P: {Type: String}}\nMappings: {M: {x-dev: {k: a}, y-dev: {k: c}, x-prod: {k: b}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, !Sub 'x-${P}', k, {DefaultValue: d}]}}}",
			[]string{": d", `${P} = "dev": a`, `${P} = "prod": b`}},
		{"a mapping with a default", "Parameters: {P: {Type: String, Default: dev}}\nMappings: {M: {prod: {k: b}, test: {k: c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, !Ref P, k, {DefaultValue: d}]}}}",
			[]string{": d", `${P} = "prod": b`, `${P} = "test": c`}},
		{"a value the parameter does not allow", "Parameters: {P: {Type: String, AllowedPattern: 'prod|te.*', MaxLength: 4}}\nConditions: {C: !Equals [!Ref P, dev], D: !Equals [!Ref P, test], E: !Equals [!Ref P, testing]}\nResources: {A: {Type: T, Properties: {X: !If [C, a, !If [D, b, !If [E, c, d]]]}}}",
			[]string{": d", `${P} = "test": b`}},
		{"a number out of range", "Parameters: {P: {Type: Number, MinValue: 1, MaxValue: 3}}\nConditions: {C: !Equals [!Ref P, 0], D: !Equals [!Ref P, 3], E: !Equals [!Ref P, x]}\nResources: {A: {Type: T, Properties: {X: !If [C, a, !If [D, b, !If [E, c, d]]]}}}",
			[]string{": d", `${P} = "3": b`}},
		{"a pattern that only Java knows", "Parameters: {P: {Type: String, AllowedPattern: '(?!prod).*'}}\nConditions: {C: !Equals [!Ref P, dev]}\nResources: {A: {Type: T, Properties: {X: !If [C, a, d]}}}",
			[]string{": d", `${P} = "dev": a`}},
		{"a condition nothing reads", withX(", Default: prod", isProd, `x}}, C: {Type: T, Properties: {Y: !If [C, a, b]`), []string{": x"}},
		{"a secret that a default hides", "Parameters: {P: {Type: String, Default: prod}}\nConditions: {C: !Equals [!Ref P, dev], D: !Equals [!Ref P, test]}\n" +
			"Resources: {A: {Type: T, Properties: {X: x}}, K: {Type: AWS::Cognito::UserPoolClient}, L: {Type: T, Properties: {Y: !If [C, !GetAtt K.ClientSecret, !If [D, b, c]]}}}",
			[]string{": x", `${P} is not "prod": x`, `${P} = "dev": x secret`}},
		{"a resource with a secret that a default leaves out", "Parameters: {P: {Type: String, Default: prod}}\nConditions: {C: !Equals [!Ref P, dev]}\n" +
			"Resources: {A: {Type: T, Properties: {X: x}}, K: {Type: AWS::Cognito::UserPoolClient}, L: {Type: T, Condition: C, Properties: {Y: !GetAtt K.ClientSecret}}}",
			[]string{": x", `${P} is not "prod": x`, `${P} = "dev": x secret`}},
		{"an output with a secret that a default leaves out", "Parameters: {P: {Type: String, Default: prod}}\nConditions: {C: !Equals [!Ref P, dev]}\n" +
			"Resources: {A: {Type: T, Properties: {X: x}}, K: {Type: AWS::Cognito::UserPoolClient}}\nOutputs: {O: {Condition: C, Value: !GetAtt K.ClientSecret}}",
			[]string{": x", `${P} is not "prod": x`, `${P} = "dev": x secret`}},
		{"an attribute that a parameter names", "Parameters: {P: {Type: String, Default: ClientId, AllowedValues: [ClientId, ClientSecret]}}\n" +
			"Resources: {A: {Type: T, Properties: {X: x}}, K: {Type: AWS::Cognito::UserPoolClient}, L: {Type: T, Properties: {Y: !GetAtt [K, !Ref P]}}}",
			[]string{": x", `${P} is not "ClientId": x secret`}},
		{"two values", withX("", isProd+`, D: !Equals [!Ref P, dev]`, `!If [C, a, !If [D, b, c]]`), []string{": c", `${P} = "prod": a`, `${P} = "dev": b`}},
		{"one of the allowed values", withX(", AllowedValues: [prod, dev]", isProd, `!If [C, a, b]`), []string{": b", `${P} = "prod": a`}},
		{"all allowed values", withX(", AllowedValues: [prod, dev]", isProd+`, D: !Equals [!Ref P, dev]`, `!If [C, a, !If [D, b, c]]`),
			[]string{`${P} = "prod": a`, `${P} = "dev": b`}},
		{"a value not in AllowedValues", withX(", AllowedValues: [dev]", isProd, `!If [C, a, b]`), []string{": b"}},
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
			[]string{": x", `${Q} = "q": ${Fn::FindInMap ${P}}`, `${Q} = "q", ${P} = "dev": a`}},
		{"a condition in a branch that the first world does not take", `Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, p], D: !Equals [!Ref Q, q]}
Resources: {A: {Type: T, Properties: {X: !If [C, !If [D, a, b], c]}}}`,
			[]string{": c", `${P} = "p": b`, `${P} = "p", ${Q} = "q": a`}},
		{"two values made of one parameter", withX("", `C: !Equals [!Sub "x-${P}-y", x-prod-y]`, `!If [C, a, b]`), []string{": b", `${P} = "prod": a`}},
		{"two values, one impossible", withX(", AllowedValues: [dev, test]", `C: !Equals [!Sub "x-${P}", x-prod]`, `!If [C, a, b]`), []string{": b"}},
		{"two values made of one parameter twice", withX("", `C: !Equals [!Sub "${P}-${P}", a-a]`, `!If [C, a, b]`), []string{": b", `condition C = "true": a`}},
		{"two values that cannot be the same", withX("", `C: !Equals [!Sub "x-${P}", y-prod]`, `!If [C, a, b]`), []string{": b"}},
		{"two ends that cannot be the same", withX("", `C: !Equals [!Sub "${P}-x", prod-y]`, `!If [C, a, b]`), []string{": b"}},
		{"two parameters", `Parameters: {P: {Type: String}, Q: {Type: String}}
Conditions: {C: !Equals [!Ref P, !Ref Q]}
Resources: {A: {Type: T, Properties: {X: !If [C, a, b]}}}`, []string{": b", `condition C = "true": a`}},
		{"a part of a parameter", withX("", `C: !Equals [!Select [0, !Split ["-", !Ref P]], prod]`, `!If [C, a, b]`), []string{": b", `${Fn::Select ${P}} = "prod": a`}},
		{"a list", `Parameters: {P: {Type: CommaDelimitedList}}
Conditions: {C: !Equals [!Split [",", !Ref P], ""]}
Resources: {A: {Type: T, Properties: {X: !If [C, a, b]}}}`, []string{": b", `${Fn::Split ${P}} = "": a`}},
		{"an invalid condition", withX("", `C: !Sub x`, `!If [C, a, b]`), []string{": b", `condition C = "true": a`}},
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
	want := []string{": xe secret secret secret", `${Env} = "prod": xb secret secret secret`}
	if diff := cmp.Diff(want, describeWorlds(t, []*Stack{outer, inner})); diff != "" {
		t.Error(diff)
	}
}

// TestOutcomesAreBounded checks that with too many worlds each parameter still varies,
// and that no impossible world is returned.
func TestOutcomesAreBounded(t *testing.T) {
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
		worlds, unseen := outcomesOf(t, []*Stack{stackOf(t, "a", template)})
		if len(unseen) != 12 || unseen[0] != "${P0}" {
			t.Errorf("%q: %q are reported as not fully varied", allowed, unseen)
		}
		for _, world := range worlds {
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

// TestManyKeysLeaveRoomForOthers checks that a parameter with many values does not use up
// all worlds.
func TestManyKeysLeaveRoomForOthers(t *testing.T) {
	template := func(value string) string {
		return "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, p]}\nMappings: {M: {" +
			repeat(100, ", ", func(i int) string { return fmt.Sprintf("region-%d: {k: "+value+", l: x%d}", i, i%3, i) }) +
			"}}\nResources: {A: {Type: T, Condition: C, Properties: {X: x}}, B: {Type: T, Properties: {X: !FindInMap [M, !Ref AWS::Region, k]}}}"
	}
	for _, test := range []struct {
		value          string
		worlds, unseen int
	}{{"v%d", 8, 0}, {"v%[1]d", maxWorlds, 2}} {
		outcomes := NewOutcomes([]*Stack{stackOf(t, "a", template(test.value)).to("", "")})
		count, met := 0, false
		for w := outcomes.Next(); w != nil; w = outcomes.Next() {
			for _, resource := range w.Resolver(w.stacks[0]).Resources() {
				w.Resolver(w.stacks[0]).Value(resource, "X")
			}
			count++
			met = met || slices.Equal(w.Assumed, []string{`${P} = "p"`})
		}
		unseen, in := outcomes.Unseen()
		if count != test.worlds || !met || len(unseen) != test.unseen || (in != nil) != (test.unseen > 0) {
			t.Errorf("%s: %d worlds, %q were left out of %v", test.value, count, unseen, in)
		}
	}
}

// TestNestedStacksThatAreLeftOut checks that a stack is empty in a world that leaves it
// out.
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
	worlds := worldsOf(t, stacks...)
	if len(worlds) != 2 {
		t.Fatalf("there are %d worlds", len(worlds))
	}
	base, there := worlds[0], worlds[1]
	for range 2 { // in either order of the worlds
		if got := shown(base, valueAt(t, base, "b Import.X")); got != "${Fn::ImportValue e}" {
			t.Errorf("the import is %s without the stack", got)
		}
		if got := valueAt(t, there, "b Import.X"); got != "exported" {
			t.Errorf("the import is %v with the stack", got)
		}
		if got := valueAt(t, there, "a O.X"); got != "o" {
			t.Errorf("the output is %v with the stack", got)
		}
		base.Resolver(inner).EachFunction(func(path []any, value any) { t.Errorf("%v of an omitted stack is visited", path) })
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
