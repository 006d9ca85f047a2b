package cfn

import (
	"fmt"
	"strings"
	"testing"
)

const (
	exporting = `
Resources: {P: {Type: AWS::Cognito::UserPool}, A: {Type: T, Properties: {Id: !Ref P, Arn: !GetAtt P.Arn}}}
Outputs:
  Id: {Value: !Ref P, Export: {Name: pool}}
  Arn: {Value: !GetAtt P.Arn, Export: {Name: !Sub "${AWS::StackName}:arn"}}
  Plain: {Value: !Ref P}
  Gone: {Value: !Ref P, Condition: Never, Export: {Name: gone}}
Conditions: {Never: !Equals [a, b]}
`
	writing = `
Resources:
  P: {Type: AWS::Cognito::UserPool}
  A: {Type: T, Properties: {Id: !Ref P}}
  W: {Type: Custom::CrossRegionExportWriter, Properties: {WriterProps: {region: us-east-1, exports: {/cdk/exports/b/pool: !Ref P}}}}
`
	reading = `
Resources:
  A: {Type: T, Properties: {Id: !GetAtt [R, /cdk/exports/b/pool]}}
  R: {Type: Custom::CrossRegionExportReader, Properties: {ReaderProps: {region: us-east-1, imports: {/cdk/exports/b/pool: "{{resolve:ssm:/cdk/exports/b/pool}}"}}}}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Id: !GetAtt [R, /cdk/exports/b/pool]}}}
`
	nesting2 = `
Resources:
  P: {Type: AWS::Cognito::UserPool}
  A: {Type: T, Properties: {Id: !Ref P, Arn: !GetAtt P.Arn, Out: !GetAtt N.Outputs.Inner, Stack: !Ref N, Name: !Select [1, !Split [/, !Ref N]]}}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Id: !Ref P, List: !Sub "${P.Arn}, b", Number: 5, Gone: !Ref AWS::NoValue}}}
Outputs: {Out: {Value: !GetAtt N.Outputs.Inner, Export: {Name: inner}}}
`
	nested2 = `
Parameters: {Id: {Type: String}, List: {Type: CommaDelimitedList}, Number: {Type: Number}, Gone: {Type: String, Default: d}}
Resources:
  I: {Type: AWS::Cognito::UserPool}
  A: {Type: T, Properties: {Id: !Ref Id, Arn: !Select [0, !Ref List], Number: !Ref Number, Gone: !Ref Gone, Inner: !Ref I, Stack: !Ref AWS::StackId, Name: !Ref AWS::StackName}}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Id: !Ref Id}}}
Outputs: {Inner: {Value: !Ref I}}
`
)

func TestValuesAreTheSameAcrossStacks(t *testing.T) {
	exporter := func(id string) *Stack { return stackOf(t, id, exporting) }
	nested := func() []*Stack {
		outer := stackOf(t, "a", nesting2)
		inner := stackOf(t, "n", nested2).in(outer, "N")
		return []*Stack{outer, inner, stackOf(t, "nn", "{}").in(inner, "N")}
	}
	reader := stackOf(t, "b", reading).to("111122223333", "us-east-1")
	tests := []struct {
		name      string
		stacks    []*Stack
		one, same string
	}{
		{"import", []*Stack{exporter("a"), stackOf(t, "b", `{Id: !ImportValue pool}`)}, "b A.Id", "a A.Id"},
		{"import of a later stack", []*Stack{stackOf(t, "b", `{Id: !ImportValue pool}`), exporter("c")}, "b A.Id", "c A.Id"},
		{"import by a name that is made", []*Stack{exporter("a"), stackOf(t, "b", `{Id: {"Fn::ImportValue": {"Fn::Join": [":", [a, arn]]}}}`)}, "b A.Id", "a A.Arn"},
		{"import, unknown account", []*Stack{exporter("a").to("", ""), stackOf(t, "b", `{Id: !ImportValue pool}`)}, "b A.Id", "a A.Id"},
		{"import from the same stage", []*Stack{exporter("dev/a"), stackOf(t, "dev/b", `{Id: !ImportValue pool}`), exporter("prod/a")}, "dev/b A.Id", "dev/a A.Id"},
		{"import from the same account", []*Stack{exporter("a").to("", ""), exporter("c"), stackOf(t, "b", `{Id: !ImportValue pool}`)}, "b A.Id", "c A.Id"},
		{"import from another assembly, unknown account and Region", []*Stack{exporter("x/a").to("", ""), stackOf(t, "y/b", `{Id: !ImportValue pool}`)}, "y/b A.Id", "x/a A.Id"},
		{"weak reference", []*Stack{exporter("a"), stackOf(t, "b", `{Id: !GetStackOutput {StackName: a, Region: eu-west-1, OutputName: Plain}}`)}, "b A.Id", "a A.Id"},
		{"weak reference in the same Region", []*Stack{exporter("a"), stackOf(t, "b", `{Id: !GetStackOutput {StackName: a, OutputName: Plain}}`)}, "b A.Id", "a A.Id"},
		{"weak reference, unknown Region", []*Stack{exporter("a").to("", ""),
			stackOf(t, "b", `{Id: !GetStackOutput {StackName: a, Region: !Ref AWS::Region, OutputName: Plain}}`).to("", "")}, "b A.Id", "a A.Id"},
		{"weak reference to another account", []*Stack{exporter("a"),
			stackOf(t, "b", `{Id: !GetStackOutput {StackName: a, Region: eu-west-1, RoleArn: x, OutputName: Plain}}`).to("2", "us-east-1")}, "b A.Id", "a A.Id"},
		{"another Region", []*Stack{stackOf(t, "a", writing), reader}, "b A.Id", "a A.Id"},
		{"nested in another Region", []*Stack{stackOf(t, "a", writing), reader,
			stackOf(t, "n", "Parameters: {Id: {Type: String}}\nResources: {A: {Type: T, Properties: {Id: !Ref Id}}}").in(reader, "N")}, "b/N A.Id", "a A.Id"},
		{"nested parameter", nested(), "a/N A.Id", "a A.Id"},
		{"nested list", nested(), "a/N A.Arn", "a A.Arn"},
		{"nested output", nested(), "a A.Out", "a/N A.Inner"},
		{"nested output by export", append(nested(), stackOf(t, "b", `{Id: !ImportValue inner}`)), "b A.Id", "a/N A.Inner"},
		{"id of a nested stack", nested(), "a A.Stack", "a/N A.Stack"},
		{"name of a nested stack", nested(), "a A.Name", "a/N A.Name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld(test.stacks)
			one, same := valueAt(t, w, test.one), valueAt(t, w, test.same)
			if one != same || one == nil {
				t.Errorf("%s is %s, %s is %s", test.one, shown(w, one), test.same, shown(w, same))
			}
		})
	}
}

func TestValuesThatAreKnownAcrossStacks(t *testing.T) {
	outer := stackOf(t, "a", nesting2)
	w := NewWorld([]*Stack{outer, stackOf(t, "n", nested2).in(outer, "N")})
	for where, want := range map[string]string{"a/N A.Number": "5", "a/N A.Gone": "d"} {
		if got := valueAt(t, w, where); got != want {
			t.Errorf("%s is %#v, want %q", where, got, want)
		}
	}
}

// TestSymbolsEqualThemselves checks that a symbol equals itself and nothing else.
func TestSymbolsEqualThemselves(t *testing.T) {
	const parameters = "Parameters: {P: {Type: String}, Q: {Type: String}, S: {Type: 'AWS::SSM::Parameter::Value<String>', Default: x}, L: {Type: CommaDelimitedList}}\n"
	template := func(one, other string) string {
		return parameters + "Resources: {A: {Type: T, Properties: {X: " + one + ", Y: " + other + "}}, B: {Type: T}, C: {Type: T, Condition: No}, N: {Type: AWS::CloudFormation::Stack}}\nConditions: {No: !Equals [a, b]}"
	}
	tests := []struct {
		name, one, other string
		equal            bool
	}{
		{"parameter", `!Ref P`, `!Sub "${P}"`, true},
		{"two parameters", `!Ref P`, `!Ref Q`, false},
		{"SSM parameter and its name", `!Ref S`, `x`, false},
		{"resource", `!Ref B`, `!Join ["", [!Ref B]]`, true},
		{"resource and its attribute", `!Ref B`, `!GetAtt B.Id`, false},
		{"attribute", `!GetAtt B.Id`, `!Sub ["${x}", {x: !GetAtt [B, Id]}]`, true},
		{"two attributes", `!GetAtt B.Id`, `!GetAtt B.Arn`, false},
		{"attributes of two resources", `!GetAtt B.Id`, `!GetAtt A.Id`, false},
		{"attribute by a parameter", `!GetAtt [B, !Ref P]`, `{"Fn::GetAtt": [B, {Ref: P}]}`, true},
		{"attribute by two parameters", `!GetAtt [B, !Ref P]`, `!GetAtt [B, !Ref Q]`, false},
		{"import from elsewhere", `!ImportValue e`, `{"Fn::ImportValue": !Join ["", [e]]}`, true},
		{"two imports from elsewhere", `!ImportValue e`, `!ImportValue f`, false},
		{"a text made of it", `!Sub "a-${P}"`, `!Join ["-", [a, !Ref P]]`, true},
		{"another text made of it", `!Sub "a-${P}"`, `!Sub "${P}-a"`, false},
		{"the same function", `!Select [0, !Split ["-", !Ref P]]`, `!Select ["0", !Split ["-", !Sub "${P}"]]`, true},
		{"the same function of another", `!Select [0, !Split ["-", !Ref P]]`, `!Select [0, !Split ["-", !Ref Q]]`, false},
		{"the same function, other arguments", `!Select [0, !Split ["-", !Ref P]]`, `!Select [1, !Split ["-", !Ref P]]`, false},
		{"Base64", `!Base64 {Ref: P}`, `!Base64 {"Fn::Sub": "${P}"}`, true},
		{"Base64 of a symbol is no Base64 of another", `!Base64 {Ref: P}`, `!Base64 {Ref: Q}`, false},
		{"Base64 of a symbol hides the text after it", `!Base64 {"Fn::Sub": "${P}a"}`, `!Base64 {"Fn::Sub": "${Q}a"}`, false},
		{"functions that only AWS has", `!Cidr ["10.0.0.0/16", 1, 8]`, `!Cidr ["10.0.0.0/16", 1, 8]`, true},
		{"functions that only AWS has, other arguments", `!Cidr ["10.0.0.0/16", 1, 8]`, `!Cidr ["10.0.0.0/16", 2, 8]`, false},
		{"list", `!Select [0, !Ref L]`, `!Select [0, !Ref L]`, true},
		{"list, other arguments", `!Select [0, !Ref L]`, `!Select [1, !Ref L]`, false},
		{"a missing resource", `!Ref Nothing`, `!Sub "${Nothing}"`, true},
		{"a resource omitted by its condition", `!Ref C`, `!Ref B`, false},
		{"attribute of a missing resource", `!GetAtt Nothing.X`, `!Sub "${Nothing.X}"`, true},
		{"other attribute of a nested stack", `!GetAtt N.X`, `!Sub "${N.X}"`, true},
		{"nested stack that is not read", `!GetAtt N.Outputs.X`, `!Sub "${N.Outputs.X}"`, true},
		{"outputs of a nested stack that is not read", `!GetAtt N.Outputs.X`, `!GetAtt N.Outputs.Y`, false},
		{"function with other keys", `{"Fn::Transform": {Name: AWS::Include}, a: b}`, `{"Fn::Transform": {Name: AWS::Include}, a: b}`, true},
		{"function with another key", `{"Fn::Transform": {Name: AWS::Include}, a: b}`, `{"Fn::Transform": {Name: AWS::Include}, a: c}`, false},
		{"pseudo parameters", `!Ref AWS::NotificationARNs`, `!Ref AWS::StackId`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld([]*Stack{stackOf(t, "a", template(test.one, test.other))})
			one, other := valueAt(t, w, "a A.X"), valueAt(t, w, "a A.Y")
			if (one == other) != test.equal {
				t.Errorf("%q (%s) and %q (%s): equal is %t, want %t", one, shown(w, one), other, shown(w, other), one == other, test.equal)
			}
			text, _ := one.(string)
			if IsKnown(text) {
				t.Errorf("%q is reported as known", text)
			}
			if strings.Contains(shown(w, one), symbolOpen) || strings.Contains(shown(w, one), symbolClose) {
				t.Errorf("a message shows %q", shown(w, one))
			}
		})
	}
}

func TestSymbolsOfTwoStacksDiffer(t *testing.T) {
	const parameter = "Parameters: {P: {Type: String}}\nResources: {A: {Type: T, Properties: {X: !Ref P}}}"
	exporter := func(id string) *Stack { return stackOf(t, id, exporting) }
	outer := stackOf(t, "a", "Resources: {N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {P: x}}}, A: {Type: T, Properties: {X: x}}}")
	fromSSM := stackOf(t, "n", strings.ReplaceAll(parameter, "Type: String", "Type: 'AWS::SSM::Parameter::Value<String>'")).in(outer, "N")
	weak := func(output string) string { return "{X: !GetStackOutput {StackName: a, OutputName: " + output + "}}" }
	tests := []struct {
		name       string
		stacks     []*Stack
		one, other string
	}{
		{"parameters", []*Stack{stackOf(t, "a", parameter), stackOf(t, "b", parameter)}, "a A.X", "b A.X"},
		{"resources", []*Stack{stackOf(t, "a", "{X: !Ref B}"), stackOf(t, "b", "{X: !Ref B}")}, "a A.X", "b A.X"},
		{"attributes", []*Stack{stackOf(t, "a", "{X: !GetAtt B.C}"), stackOf(t, "b", "{X: !GetAtt B.C}")}, "a A.X", "b A.X"},
		{"a missing resource", []*Stack{stackOf(t, "a", "{X: !Ref C}"), stackOf(t, "b", "{X: !Ref C}")}, "a A.X", "b A.X"},
		{"stack ids", []*Stack{stackOf(t, "a", "{X: !Ref AWS::StackId}"), stackOf(t, "b", "{X: !Ref AWS::StackId}")}, "a A.X", "b A.X"},
		{"imports in two Regions", []*Stack{stackOf(t, "a", "{X: !ImportValue e}"), stackOf(t, "b", "{X: !ImportValue e}").to("1", "us-east-1")}, "a A.X", "b A.X"},
		{"export in another Region", []*Stack{exporter("a"), stackOf(t, "b", "{X: !ImportValue pool}").to("111122223333", "us-east-1")}, "a A.Id", "b A.X"},
		{"export in another account", []*Stack{exporter("a"), stackOf(t, "b", "{X: !ImportValue pool}").to("1", "eu-west-1")}, "a A.Id", "b A.X"},
		{"export that its condition left out", []*Stack{exporter("a"), stackOf(t, "b", "{X: !ImportValue gone}")}, "a A.Id", "b A.X"},
		{"export of two stacks", []*Stack{exporter("a"), exporter("c"), stackOf(t, "b", "{X: !ImportValue pool}")}, "a A.Id", "b A.X"},
		{"weak reference to another output", []*Stack{exporter("a"), stackOf(t, "b", weak("Other"))}, "a A.Id", "b A.X"},
		{"weak reference to a missing stack", []*Stack{exporter("a"), stackOf(t, "b", weak("Gone"))}, "a A.Id", "b A.X"},
		{"weak reference from another Region", []*Stack{exporter("a"), stackOf(t, "b", weak("Plain")).to("111122223333", "us-east-1")}, "a A.Id", "b A.X"},
		{"weak reference from another account", []*Stack{exporter("a"), stackOf(t, "b", weak("Plain")).to("1", "eu-west-1")}, "a A.Id", "b A.X"},
		{"weak reference to another stack", []*Stack{exporter("c"), stackOf(t, "b", weak("Plain"))}, "c A.Id", "b A.X"},
		{"nested parameter of the SSM parameter store", []*Stack{outer, fromSSM}, "a A.X", "a/N A.X"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld(test.stacks)
			one, other := valueAt(t, w, test.one), valueAt(t, w, test.other)
			if one == other || one == nil || other == nil {
				t.Errorf("%s is %q, %s is %q", test.one, one, test.other, other)
			}
		})
	}
}

// TestPoolIDsAreTakenOutOfARNs checks the forms that CDK's Stack.splitArn writes.
func TestPoolIDsAreTakenOutOfARNs(t *testing.T) {
	const (
		name   = `!Select [1, !Split ["/", !Select [5, !Split [":", %s]]]]`
		last   = `!Select [1, !Split ["/", %s]]`
		region = `!Select [3, !Split [":", %s]]`
	)
	tests := []struct{ name, value, want string }{
		{"attribute", fmt.Sprintf(name, `!GetAtt P.Arn`), `!Ref P`},
		{"attribute at once", fmt.Sprintf(last, `!GetAtt P.Arn`), `!Ref P`},
		{"import", fmt.Sprintf(name, `!ImportValue "a:arn"`), `!ImportValue pool`},
		{"made", fmt.Sprintf(name, `!Sub "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${P}"`), `!Ref P`},
		{"Region", fmt.Sprintf(region, `!GetAtt P.Arn`), `!Ref AWS::Region`},
		{"account", `!Select [4, !Split [":", !GetAtt P.Arn]]`, `!Ref AWS::AccountId`},
		{"provider name", `!Sub ["cognito-idp.${r}.${AWS::URLSuffix}/${P}", {r: ` + fmt.Sprintf(region, `!GetAtt P.Arn`) + `}]`, `!GetAtt P.ProviderName`},
		{"id", `!GetAtt P.UserPoolId`, `!Ref P`},
		{"id in the provider name", `!Select [1, !Split ["/", !GetAtt P.ProviderName]]`, `!Ref P`},
		{"id in the provider URL", `!Select [3, !Split ["/", !GetAtt P.ProviderURL]]`, `!Ref P`},
		{"provider URL", `!Sub "https://${P.ProviderName}"`, `!GetAtt P.ProviderURL`},
		{"list", `!Select [1, !Split ["||", !Join ["||", [a, !Ref P]]]]`, `!Ref P`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, region := range []string{"eu-west-1", ""} { // also an unknown Region
				here := stackOf(t, "b", "{X: "+test.value+", Y: "+test.want+"}").to("", region)
				w := NewWorld([]*Stack{stackOf(t, "a", exporting).to("", region), here})
				one, other := valueAt(t, w, "b A.X"), valueAt(t, w, "b A.Y")
				if one != other {
					t.Errorf("Region %q: %s is %s, want %s", region, test.value, shown(w, one), shown(w, other))
				}
			}
		})
	}
}

func TestWhatCannotBeSplitIsUnknown(t *testing.T) {
	for _, value := range []string{
		`!Split ["-", !Ref P]`, `!Split ["_", !Ref P]`, `!Split ["1", !Sub "a1${P}"]`, `!Split ["/a", !Sub "x/${P}"]`, `!Split [":", !GetAtt B.Arn]`,
		`!Split [":", !Ref B]`, `!Split [!Ref P, "a"]`,
	} {
		w := NewWorld([]*Stack{stackOf(t, "a", "{X: "+value+"}")})
		if text, ok := valueAt(t, w, "a A.X").(string); !ok || IsKnown(text) || w.symbols.only(text) == nil {
			t.Errorf("%s is %q, want a symbol", value, text)
		}
	}
}

// TestListsOfWhatCannotBeSplit checks that a list parameter is one symbol, and still
// secret, if its elements are unknown.
func TestListsOfWhatCannotBeSplit(t *testing.T) {
	outer := stackOf(t, "a", `Resources:
  C: {Type: AWS::Cognito::UserPoolClient}
  N: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {L: !Sub "a,${C.ClientSecret}"}}}`)
	inner := stackOf(t, "n", "Parameters: {L: {Type: CommaDelimitedList}}\nResources: {A: {Type: T, Properties: {All: !Ref L, X: !Select [1, !Ref L], Y: !Join ['', !Ref L]}}}").in(outer, "N")
	w := NewWorld([]*Stack{outer, inner})
	for _, property := range []string{"All", "X", "Y"} {
		value := valueAt(t, w, "a/N A."+property)
		if text, isText := value.(string); !isText || IsKnown(text) || !w.HoldsSecret(value) {
			t.Errorf("%s is %q", property, value)
		}
	}
}

func TestWhatIsNoSymbol(t *testing.T) {
	s := symbols{byKey: map[string]int{}}
	s.text(symbol{key: "a", secret: true})
	for _, text := range []string{"", "a", "\xff\xfe", "\xffx\xfe", "\xff-1\xfe", "\xff1\xfe", "\xff"} {
		if s.only(text) != nil || s.secret(text) {
			t.Errorf("%q is a symbol", text)
		}
	}
	if s.only("\xff0\xfe") == nil || s.only("x\xff0\xfe") != nil || s.only("\xff0\xfex") != nil {
		t.Error("a text equals the symbol in it")
	}
}

func TestOrigin(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"id out of an import", `!Select [1, !Split ["/", !ImportValue e]]`, `!ImportValue e`},
		{"id out of a part of it", `!Select [1, !Split ["/", !Select [5, !Split [":", !ImportValue e]]]]`, `!ImportValue e`},
		{"import itself", `!ImportValue e`, `!ImportValue e`},
		{"text", `a`, `a`},
		{"id out of the provider name, split within a word", `!Select [1, !Split [".com/", !GetAtt P.ProviderName]]`, `!Ref P`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld([]*Stack{stackOf(t, "a", "{X: "+test.value+", Y: "+test.want+"}").to("", "")})
			one, other := valueAt(t, w, "a A.X").(string), valueAt(t, w, "a A.Y").(string)
			if got := w.Origin(one); got != other {
				t.Errorf("the origin of %s is %s, want %s", w.Show(one), w.Show(got), w.Show(other))
			}
		})
	}
	w := NewWorld([]*Stack{stackOf(t, "a", `{X: !Select [0, [!ImportValue e, !Cidr [!ImportValue e, !ImportValue f]]], Y: !Cidr [!ImportValue e, !ImportValue f]}`)})
	if two := valueAt(t, w, "a A.Y").(string); w.Origin(two) != two {
		t.Errorf("a value made of two symbols has the origin %s", w.Show(w.Origin(two)))
	}
}

func TestShow(t *testing.T) {
	for value, want := range map[string]string{
		`!Ref B`: "${B}", `!GetAtt B.Arn`: "${B.Arn}", `!Sub "a-${B}-${B.Arn}"`: "a-${B}-${B.Arn}", `!ImportValue e`: "${Fn::ImportValue e}",
		`!GetAtt C.D`: "${C.D}", `!Ref C`: "${C}", `!Sub "${C}${C.D}"`: "${C}${C.D}", `!GetAtt [B, !Ref C]`: "${B.${C}}", `!GetAZs ""`: "${Fn::GetAZs}",
		`!Base64 {Ref: B}`: "${Fn::Base64 ${B}}", `!Ref AWS::StackId`: "arn:aws:cloudformation:eu-west-1:111122223333:stack/a/${AWS::StackId}",
		`!Select [0, [x, !Ref B]]`: "x", `[!Ref B, {a: !Ref B}]`: "[${B} map[a:${B}]]",
	} {
		w := NewWorld([]*Stack{stackOf(t, "a", "{X: "+value+"}")})
		if got := shown(w, valueAt(t, w, "a A.X")); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}
