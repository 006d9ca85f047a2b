package cfn

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCallbacksAreAskedLazilyAndOnce(t *testing.T) {
	var asked []string
	resolver := mustResolve(t, `Resources:
  A: {Type: T, Properties: {X: !Sub "${B}${B}${B.Arn}", Y: [!Ref B, !GetAtt B.Arn], Z: !Ref C}}
  B: {Type: T}
  C: {Type: T}
`, Options{
		Ref:    func(r *Resource) (any, error) { asked = append(asked, r.LogicalID); return "b", nil },
		GetAtt: func(r *Resource, a string) (any, error) { asked = append(asked, r.LogicalID+"."+a); return "arn", nil },
	})
	if len(asked) != 0 {
		t.Fatalf("%v was resolved before anything needed it", asked)
	}
	a, _ := resolver.Resource("A")
	for range 2 {
		properties := resolver.Properties(a)
		properties.String("X", "")
		properties.Strings("Y")
	}
	if diff := cmp.Diff([]string{"B", "B.Arn"}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestCallbackErrors(t *testing.T) {
	tests := []struct {
		name    string
		options Options
		want    []string
	}{
		{"none", Options{}, []string{"A.Properties.R: Ref of a resource is not supported here: B",
			"A.Properties.G.Fn::GetAtt: Fn::GetAtt is not supported here: B.Arn"}},
		{"failing", Options{
			Ref:    func(*Resource) (any, error) { return nil, errors.New("no id") },
			GetAtt: func(*Resource, string) (any, error) { return nil, errors.New("no such attribute") },
		}, []string{"A.Properties.R: Ref B: no id", "Fn::GetAtt B.Arn: no such attribute"}},
		{"without value", Options{
			Ref:    func(*Resource) (any, error) { return nil, nil },
			GetAtt: func(*Resource, string) (any, error) { return []any{nil}, nil },
		}, []string{"Ref B has no value", "Fn::GetAtt B.Arn has no value"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			properties := mustRead(t, "Resources: {A: {Type: T, Properties: {R: !Ref B, G: !GetAtt B.Arn}}, B: {Type: T}}", test.options)
			properties.Value("R")
			properties.Value("G")
			wantError(t, properties.Done(), test.want...)
		})
	}
}

func TestCallbackThatNeedsItselfIsACircle(t *testing.T) {
	var resolver *Resolver
	resolver = mustResolve(t, "Resources: {A: {Type: T, Properties: {Name: !Ref B}}, B: {Type: T}}", Options{
		Ref: func(*Resource) (any, error) {
			a, _ := resolver.Resource("A")
			properties := resolver.Properties(a)
			return properties.String("Name", ""), properties.Done()
		},
	})
	a, _ := resolver.Resource("A")
	properties := resolver.Properties(a)
	properties.String("Name", "")
	wantError(t, properties.Done(), "circular reference: A.Properties.Name -> B -> A.Properties.Name")
}

func TestReferenceProblemsAreFoundBeforeAnythingIsRead(t *testing.T) {
	tests := []struct {
		name, resources string
		want            []string
	}{
		{"unknown names", `A: {Type: T, DependsOn: X, Properties: {P: [!Ref Bb, !GetAtt C.D, !Sub "${E.F}", !Sub ["${g}", {g: !Ref H}], !Join ["", [!Ref I]]]}}, B: {Type: T}`,
			[]string{"6 problems", "A.Properties.P[0]: there is no resource or parameter Bb: did you mean B?",
				"A.Properties.P[1].Fn::GetAtt: there is no resource or parameter C", "P[2].Fn::Sub: there is no resource or parameter E",
				"P[3].Fn::Sub[1].g: there is no resource or parameter H", "P[4].Fn::Join[1][0]: there is no resource or parameter I",
				"A.DependsOn: there is no resource or parameter X"}},
		{"left out by its condition", `A: {Type: T, Properties: {P: !Ref B}}, B: {Type: T, Condition: No}`,
			[]string{"A.Properties.P: refers to B, which does not exist because its condition No is false"}},
		{"circle", `A: {Type: T, Properties: {P: !Ref B}}, B: {Type: T, DependsOn: C}, C: {Type: T, Properties: {P: !Sub "${A.Arn}"}}`,
			[]string{"Resources: circular dependency: A -> B -> C -> A"}},
		{"function for all properties", `A: {Type: T, Properties: !If [No, {P: a}, {P: b}]}`, []string{"A.Properties: Fn::If instead of all properties is not supported: use it in each property"}},
		{"itself", `A: {Type: T, Properties: {P: !GetAtt A.Arn}}`, []string{"circular dependency: A -> A"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template := mustParse(t, "Conditions: {No: !Equals [a, b]}\nResources: {"+test.resources+"}")
			_, err := NewResolver(template, echo())
			wantError(t, err, test.want...)
		})
	}
}

func TestReferencesThatDoNotCountAreNoProblem(t *testing.T) {
	tests := []struct{ name, resources string }{
		{"in a resource that is left out", `A: {Type: T}, B: {Type: T, Condition: No, Properties: {P: !Ref X}}`},
		{"in a branch that is not chosen", `A: {Type: T, Properties: {P: !If [No, !Ref X, b]}}`},
		{"dependency on an omitted resource", `A: {Type: T, DependsOn: B}, B: {Type: T, Condition: No}`},
		{"variable of the text itself", `A: {Type: T, Properties: {P: !Sub ["${x}${!Y}", {x: y}]}}`},
		{"two ways to one resource", `A: {Type: T, Properties: {P: [!Ref B, !Ref C]}}, B: {Type: T, Properties: {P: !Ref C}}, C: {Type: T}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mustResolve(t, "Conditions: {No: !Equals [a, b]}\nResources: {"+test.resources+"}", echo())
		})
	}
}

func TestConditionsChooseResources(t *testing.T) {
	resolver := mustResolve(t, `Conditions: {Yes: !Equals [a, a], No: !Not [!Condition Yes]}
Resources: {Z: {Type: T, Condition: Yes}, B: {Type: T, Condition: No}, A: {Type: T}}
Outputs: {Gone: {Condition: No, Value: !Ref B}}
`, echo())
	var ids []string
	for _, resource := range resolver.Resources() {
		ids = append(ids, resource.LogicalID)
	}
	if diff := cmp.Diff([]string{"Z", "A"}, ids); diff != "" {
		t.Error(diff)
	}
	if _, found := resolver.Resource("B"); found {
		t.Error("a resource whose condition is false is found")
	}
}

func TestReferencesOfOutputsThatTheStackHas(t *testing.T) {
	template := mustParse(t, `Conditions: {No: !Equals [a, b]}
Resources: {A: {Type: T}}
Outputs: {O: {Value: !Ref X, Export: {Name: !Sub "${Y}"}}, P: {Value: !Ref Z, Condition: No}}`)
	_, err := NewResolver(template, echo())
	wantError(t, err, "2 problems", "Outputs.O.Value: there is no resource or parameter X", "Outputs.O.Export.Name.Fn::Sub: there is no resource or parameter Y")
}

func TestPseudoParameterDefaults(t *testing.T) {
	assembly := Environment{StackName: "weather", AccountID: "111122223333", Region: "cn-north-1"}
	tests := []struct {
		name        string
		environment Environment
		pseudo      Pseudo
		want        string
	}{
		{"none", Environment{}, Pseudo{}, "123456789012 us-east-1 local aws amazonaws.com"},
		{"cloud assembly", assembly, Pseudo{}, "111122223333 cn-north-1 weather aws-cn amazonaws.com.cn"},
		{"given", assembly, Pseudo{AccountID: "1", Region: "us-gov-west-1", StackName: "s"}, "1 us-gov-west-1 s aws-us-gov amazonaws.com"},
		{"all given", assembly, Pseudo{AccountID: "1", Region: "r", StackName: "s", Partition: "p", URLSuffix: "u"}, "1 r s p u"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template := mustParse(t, context(`!Sub "${AWS::AccountId} ${AWS::Region} ${AWS::StackName} ${AWS::Partition} ${AWS::URLSuffix}"`))
			template.Environment = test.environment
			resolver, err := NewResolver(template, Options{Pseudo: test.pseudo})
			if err != nil {
				t.Fatal(err)
			}
			a, _ := resolver.Resource("A")
			if got := resolver.Properties(a).String("Value", ""); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestResolvedValuesAreBounded(t *testing.T) {
	long := strings.Repeat("x", 4000)
	tests := []struct{ name, value string }{
		{"Ref", "[" + strings.Repeat("!Ref Long, ", 10_000) + "a]"},
		{"Sub", `!Sub "` + strings.Repeat("${Long}", 10_000) + `"`},
		{"delimiter of Join", "!Join [!Ref Long, [" + strings.Repeat("a, ", 10_000) + "a]]"},
		{"Split", "[" + strings.Repeat(`!Split [x, !Ref Long], `, 1000) + "a]"},
		{"secret", `"` + strings.Repeat("{{resolve:secretsmanager:x}}", 10_000) + `"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			options := echo()
			options.Secret = func(SecretReference) (string, error) { return long, nil }
			properties := mustRead(t, "Parameters: {Long: {Type: String, Default: "+long+"}}\nResources: {A: {Type: T, Properties: {P: "+test.value+"}}}", options)
			properties.Value("P")
			wantError(t, properties.Done(), "the resolved values of the template exceed 32 MB")
		})
	}
}
