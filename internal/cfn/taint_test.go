package cfn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withClient returns a stack whose resource A has property X, beside an app client C and
// parameters, a mapping and conditions for X to use.
func withClient(t *testing.T, x string) *Stack {
	t.Helper()
	return stackOf(t, "a", `
Parameters: {Attribute: {Type: String, Default: ClientSecret}, Unknown: {Type: String}, Client: {Type: String, Default: C}}
Conditions: {Yes: !Equals [a, a], Known: !Equals [!Ref Unknown, a]}
Mappings: {M: {ClientSecret: {k: v}, a: {k: ClientSecret}}}
Resources:
  C: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: x}}
  S: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !GetAtt C.ClientSecret}}
  D: {Type: Custom::DescribeCognitoUserPoolClient, Properties: {ServiceToken: x}}
  E: {Type: AWS::CloudFormation::CustomResource, Properties: {ServiceToken: x}}
  O: {Type: AWS::BedrockAgentCore::OAuth2CredentialProvider}
  N: {Type: AWS::CloudFormation::Stack}
  A: {Type: T, Properties: {X: `+x+`}}
`)
}

func TestClientSecretsAreKnownInEverySpelling(t *testing.T) {
	tests := []struct{ name, value string }{
		{"attribute", `!GetAtt C.ClientSecret`},
		{"attribute by list", `!GetAtt [C, ClientSecret]`},
		{"attribute in long form", `{"Fn::GetAtt": [C, ClientSecret]}`},
		{"attribute as text", `{"Fn::GetAtt": C.ClientSecret}`},
		{"attribute by parameter", `!GetAtt [C, !Ref Attribute]`},
		{"attribute by parameter without value", `!GetAtt [C, !Ref Unknown]`},
		{"attribute of a resource named by a parameter", `{"Fn::GetAtt": [{Ref: Client}, ClientSecret]}`},
		{"attribute of an unknown resource", `{"Fn::GetAtt": [{Ref: Unknown}, ClientSecret]}`},
		{"attribute of a missing resource", `!GetAtt Z.ClientSecret`},
		{"attribute by an import", `!GetAtt [C, !ImportValue x]`},
		{"Sub", `!Sub "x-${C.ClientSecret}-y"`},
		{"Sub that is nothing else", `!Sub "${C.ClientSecret}"`},
		{"Sub with spaces", `!Sub "${ C.ClientSecret }"`},
		{"Sub that is refused", `!Sub "${a b}${C.ClientSecret}"`},
		{"Sub of a missing resource", `!Sub "${Z.ClientSecret}"`},
		{"Sub with variables", `!Sub ["a${v}", {v: !GetAtt C.ClientSecret}]`},
		{"Sub with variables that it does not need", `!Sub ["${C.ClientSecret}${v}", {v: a}]`},
		{"Join", `!Join ["", [a, !GetAtt C.ClientSecret, b]]`},
		{"Join by it", `!Join [!GetAtt C.ClientSecret, [a, b]]`},
		{"Join of an unknown value", `!Join ["", !Split ["-", !Sub "${C.ClientSecret}${Unknown}"]]`},
		{"Split", `!Split ["-", !GetAtt C.ClientSecret]`},
		{"Select", `!Select [1, [a, !GetAtt C.ClientSecret]]`},
		{"Select by an unknown index", `!Select [!Ref Unknown, [a, !GetAtt C.ClientSecret]]`},
		{"Select beyond", `!Select [5, [a, !GetAtt C.ClientSecret]]`},
		{"Select of Split", `!Select [0, !Split ["a", !GetAtt C.ClientSecret]]`},
		{"Select of Split around it", `!Select [1, !Split ["/", !Sub "a/${C.ClientSecret}"]]`},
		{"Base64", `!Base64 {"Fn::GetAtt": C.ClientSecret}`},
		{"Base64 of Basic authentication", `!Base64 {"Fn::Sub": "${C}:${C.ClientSecret}"}`},
		{"If", `!If [Yes, !GetAtt C.ClientSecret, a]`},
		{"If with an unknown condition", `!If [No, a, !GetAtt C.ClientSecret]`},
		{"key of FindInMap", `!FindInMap [M, !GetAtt C.ClientSecret, k]`},
		{"FindInMap as the attribute", `!GetAtt [C, !FindInMap [M, a, k]]`},
		{"custom resource of CDK", `!GetAtt D.UserPoolClient.ClientSecret`},
		{"custom resource of others", `!GetAtt E.UserPoolClientSecret`},
		{"custom resource by Sub", `!Sub "${D.UserPoolClient.ClientSecret}"`},
		{"custom resource, attribute without value", `!GetAtt [D, !Ref Unknown]`},
		{"custom resource, attribute in part", `!GetAtt [D, !Sub "${Unknown}.${Attribute}"]`},
		{"nested stack that is not read", `!GetAtt N.Outputs.ClientSecret`},
		{"function that only AWS has", `{"Fn::ToJsonString": {a: !GetAtt C.ClientSecret}}`},
		{"unknown function", `{"Fn::New": [!GetAtt C.ClientSecret]}`},
		{"macro", `{"Fn::Transform": {Name: x, Parameters: {a: !GetAtt C.ClientSecret}}}`},
		{"beside a function", `{"Fn::Transform": {Name: x}, a: !GetAtt C.ClientSecret}`},
		{"object", `{a: [{b: !GetAtt C.ClientSecret}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld([]*Stack{withClient(t, test.value)})
			if value := valueAt(t, w, "a A.X"); !w.HoldsSecret(value) {
				t.Errorf("%s is %q and holds a secret, but is not marked secret", test.value, value)
			}
		})
	}
}

func TestWhatIsNoClientSecret(t *testing.T) {
	for _, value := range []string{
		`!Ref C`, `!GetAtt C.ClientId`, `!GetAtt C.Name`, `!Ref S`, `!GetAtt S.Id`, `ClientSecret`, `!Sub "${C}:ClientSecret"`, `!Sub "${!C.ClientSecret}"`,
		`!Select [0, [a, !GetAtt C.ClientSecret]]`, `!If [Yes, a, !GetAtt C.ClientSecret]`, `!Sub ["${C}${v}", {v: a}]`, `!Ref Unknown`,
		`!Ref Attribute`, `!GetAtt [S, !Ref Unknown]`, `!GetAtt D.UserPoolClient.ClientName`, `!GetAtt O.ClientSecretArn`, `!GetAtt O.ClientSecretArn.SecretArn`,
		`!FindInMap [M, ClientSecret, k]`, `!FindInMap [M, a, k]`,
		`!ImportValue ClientSecret`, `!GetAtt N.Outputs.ClientSecretArn`, `!Ref Z`, `!GetAtt Z.ClientSecretArn`, `{ClientSecret: a}`,
	} {
		w := NewWorld([]*Stack{withClient(t, value)})
		if got := valueAt(t, w, "a A.X"); w.HoldsSecret(got) {
			t.Errorf("%s is %q and holds no secret, but is marked secret", value, got)
		}
	}
}

func TestClientSecretsAreKnownInOtherStacks(t *testing.T) {
	const client = `
Resources:
  C: {Type: AWS::Cognito::UserPoolClient}
  W: {Type: Custom::CrossRegionExportWriter, Properties: {WriterProps: {exports: {/x/secret: !GetAtt C.ClientSecret, /x/plain: !Ref C}}}}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Secret: !GetAtt C.ClientSecret, Plain: !Ref C}}}
  A: {Type: T, Properties: {Secret: !GetAtt N.Outputs.Secret, Plain: !GetAtt N.Outputs.Plain}}
Outputs:
  Secret: {Value: !GetAtt C.ClientSecret, Export: {Name: secret}}
  Plain: {Value: !Ref C, Export: {Name: plain}}
`
	const nested = `
Parameters: {Secret: {Type: String, NoEcho: true}, Plain: {Type: String}}
Resources:
  A: {Type: T, Properties: {Secret: !Sub "x${Secret}", Plain: !Ref Plain, Key: !FindInMap [M, !Ref Secret, k]}}
Mappings: {M: {a: {k: v}}}
Outputs: {Secret: {Value: !Ref Secret}, Plain: {Value: !Ref Plain}}
`
	for name, reader := range map[string]string{
		"import":  "{Secret: !ImportValue secret, Plain: !ImportValue plain}",
		"weak":    "{Secret: !GetStackOutput {StackName: a, OutputName: Secret}, Plain: !GetStackOutput {StackName: a, OutputName: Plain}}",
		"carried": `Resources: {R: {Type: Custom::CrossRegionExportReader}, A: {Type: T, Properties: {Secret: !GetAtt [R, /x/secret], Plain: !GetAtt [R, /x/plain]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := stackOf(t, "a", client)
			w := NewWorld([]*Stack{a, stackOf(t, "n", nested).in(a, "N"), stackOf(t, "b", reader)})
			for _, where := range []string{"b A.Secret", "a A.Secret", "a/N A.Secret", "a/N A.Key"} {
				if value := valueAt(t, w, where); !w.HoldsSecret(value) {
					t.Errorf("%s is %q and holds a secret, but is not marked secret", where, value)
				}
			}
			for _, where := range []string{"b A.Plain", "a A.Plain", "a/N A.Plain"} {
				if value := valueAt(t, w, where); w.HoldsSecret(value) {
					t.Errorf("%s is %q and holds no secret, but is marked secret", where, value)
				}
			}
		})
	}
}

func TestASecretIsKnownWhicheverOfTwoExportsIsMeant(t *testing.T) {
	exporter := func(id, value string) *Stack {
		return stackOf(t, id, "Resources: {C: {Type: AWS::Cognito::UserPoolClient}}\nOutputs: {O: {Value: "+value+", Export: {Name: e}}}")
	}
	for _, values := range [][]string{{"!GetAtt C.ClientSecret", "a"}, {"a", "!GetAtt C.ClientSecret"}} {
		w := NewWorld([]*Stack{exporter("a", values[0]), exporter("b", values[1]), stackOf(t, "c", "{X: !ImportValue e}")})
		if value := valueAt(t, w, "c A.X"); !w.HoldsSecret(value) {
			t.Errorf("with %q, %q holds a secret, but is not marked secret", values, value)
		}
	}
}

// TestEachFunction checks that everything a function makes is visited, wherever it is.
func TestEachFunction(t *testing.T) {
	stack := stackOf(t, "a", `
Metadata: {M: {a: [!GetAtt C.ClientSecret]}}
Parameters: {P: {Type: String, Default: p}}
Conditions: {No: !Equals [a, b], Secret: !Equals [!GetAtt C.ClientSecret, b]}
Resources:
  C: {Type: AWS::Cognito::UserPoolClient}
  Gone: {Type: T, Condition: No, Properties: {X: !GetAtt C.ClientSecret}}
  CDKMetadata: {Type: AWS::CDK::Metadata, Properties: {Analytics: !Ref P}}
  A:
    Type: T
    DeletionPolicy: !If [No, Retain, Delete]
    Metadata: {k: {Tags: [{Value: !GetAtt C.ClientSecret}]}}
    Properties: {If: !If [No, a, {a: {b: !GetAtt C.ClientSecret}, b: !Ref P, c: !Ref AWS::NoValue}], None: !Ref AWS::NoValue, X: !GetAtt C.ClientSecret, Y: {Z: [a, !Ref P]}, T: text, Description: !Sub "${C.ClientSecret}"}
Outputs:
  O: {Value: !GetAtt C.ClientSecret, Export: {Name: !Ref P}, Description: d}
  Gone: {Value: !GetAtt C.ClientSecret, Condition: No}
`)
	w := NewWorld([]*Stack{stack})
	var got []string
	w.Resolver(stack).EachFunction(func(path []any, value any) {
		text := Path(path...) + " " + shown(w, value)
		if w.HoldsSecret(value) {
			text += " secret"
		}
		got = append(got, text)
	})
	want := []string{
		"Metadata.M.a[0] ${C.ClientSecret} secret",
		"Conditions.No ${Fn::Equals} ",
		"Conditions.Secret ${Fn::Equals ${C.ClientSecret}} secret",
		"Resources.A.DeletionPolicy Delete",
		"Resources.A.Metadata.k.Tags[0].Value ${C.ClientSecret} secret",
		"Resources.A.Properties.If.a map[b:${C.ClientSecret}] secret",
		"Resources.A.Properties.If.b p",
		"Resources.A.Properties.X ${C.ClientSecret} secret",
		"Resources.A.Properties.Y.Z[1] p",
		"Resources.A.Properties.Description ${C.ClientSecret} secret",
		"Outputs.O.Value ${C.ClientSecret} secret",
		"Outputs.O.Export.Name p",
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("trim", strings.TrimSpace)); diff != "" {
		t.Error(diff)
	}
}

func TestAFunctionForAllProperties(t *testing.T) {
	stack := stackOf(t, "a", `
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, p]}
Resources:
  C: {Type: AWS::Cognito::UserPoolClient}
  A: {Type: T, Properties: !If [C, {X: !GetAtt C.ClientSecret}, {X: !Ref C, Y: !Ref AWS::NoValue}]}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: !If [C, {StageName: a}, {StageName: b}]}
  Included: {Type: T, Properties: {"Fn::Transform": {Name: AWS::Include}, X: x}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {"Fn::Transform": {Name: AWS::Include}}}}
`)
	nested := stackOf(t, "n", "Parameters: {Q: {Type: String, Default: q}}\nResources: {A: {Type: T, Properties: {X: !Ref Q}}}").in(stack, "Nested")
	worlds := worldsOf(t, stack, nested)
	if len(worlds) != 2 {
		t.Fatalf("there are %d worlds", len(worlds))
	}
	base, other := worlds[0], worlds[1]
	for _, test := range []struct {
		world     *World
		where, is string
	}{
		{base, "a A.X", "${C}"}, {other, "a A.X", "${C.ClientSecret}"}, {base, "a A.Y", "<nil>"}, {base, "a A.Z", "<nil>"},
		{base, "a Included.X", "x"}, {base, "a Included.Y", "${Fn::Transform}"}, {base, "a Included.Z", "${Fn::Transform}"},
		{base, "a Stage.StageName", "b"}, {other, "a Stage.StageName", "a"}, {base, "a/Nested A.X", "${Fn::Transform}"},
	} {
		if got := shown(test.world, valueAt(t, test.world, test.where)); got != test.is {
			t.Errorf("%v: %s is %s, want %s", test.world.Assumed, test.where, got, test.is)
		}
	}
	a, _ := stack.Resource("A")
	stage, _ := stack.Resource("Stage")
	if got := other.Resolver(stack).Ref(stage); got != "a" {
		t.Errorf("Ref of the stage is %q", got)
	}
	if diff := cmp.Diff([]string{"C"}, base.Resolver(stack).References(a)); diff != "" {
		t.Error(diff)
	}
	var secrets []string
	other.Resolver(stack).EachFunction(func(path []any, value any) {
		if other.HoldsSecret(value) {
			secrets = append(secrets, Path(path...))
		}
	})
	if diff := cmp.Diff([]string{"Resources.A.Properties.X"}, secrets); diff != "" {
		t.Error(diff)
	}
}

func TestReferences(t *testing.T) {
	stack := stackOf(t, "a", `
Parameters: {P: {Type: String}}
Conditions: {No: !Equals [a, b]}
Resources:
  A:
    Type: T
    DependsOn: [D, Missing]
    Metadata: {x: !Ref G}
    Properties:
      X: [!Ref B, !Ref P, !Ref AWS::Region, !Sub "${C.Arn}${!Z}${AWS::Region}", !Sub ["${v}${E}", {v: !GetAtt F.X}], !If [No, !Ref G, !Ref B]]
      Y: {"Fn::GetAtt": H.X}
  B: {Type: T}
  C: {Type: T}
  D: {Type: T}
  E: {Type: T}
  F: {Type: T}
  G: {Type: T}
  H: {Type: T}
`)
	r := NewWorld([]*Stack{stack}).Resolver(stack)
	a, _ := r.Resource("A")
	got := r.References(a)
	slices.Sort(got)
	if diff := cmp.Diff([]string{"B", "C", "D", "E", "F", "H"}, got); diff != "" {
		t.Error(diff)
	}
	b, _ := r.Resource("B")
	if got := r.References(b); len(got) > 0 {
		t.Errorf("B refers to %v", got)
	}
}

func TestResolverOfAWorld(t *testing.T) {
	stack := stackOf(t, "a", `
Conditions: {No: !Equals [a, b]}
Resources:
  A: {Type: AWS::ApiGateway::Stage, Metadata: {k: {v: !Ref P}, gone: !Ref AWS::NoValue}, Properties: {StageName: !Sub "s-${AWS::Region}", Gone: !If [No, x, !Ref AWS::NoValue], List: [1, !Ref AWS::NoValue]}}
  P: {Type: AWS::Cognito::UserPool}
  Gone: {Type: T, Condition: No}
`)
	r := NewWorld([]*Stack{stack}).Resolver(stack)
	a, _ := r.Resource("A")
	p, _ := r.Resource("P")
	if got := r.Ref(a); got != "s-eu-west-1" {
		t.Errorf("Ref is %q", got)
	}
	if got := fmt.Sprint(r.Metadata(a, "k")); got != fmt.Sprint(map[string]any{"v": r.Ref(p)}) {
		t.Errorf("Metadata is %q", got)
	}
	for _, value := range []any{r.Value(a, "Gone"), r.Value(a, "Other"), r.Value(p, "X"), r.Metadata(a, "other"), r.Metadata(a, "gone"), r.Metadata(p, "k")} {
		if value != nil {
			t.Errorf("a missing value is %#v", value)
		}
	}
	if _, found := r.Resource("Gone"); found || len(r.Resources()) != 2 {
		t.Errorf("there are %d resources", len(r.Resources()))
	}
	gone, _ := stack.Resource("Gone")
	if got := r.Ref(gone); got != "" {
		t.Errorf("Ref of what is left out is %q", got)
	}
}
