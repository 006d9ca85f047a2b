package cfn

import (
	"strings"
	"testing"
)

const storing = `
Resources:
  P: {Type: AWS::Cognito::UserPool}
  C: {Type: AWS::Cognito::UserPoolClient}
  A: {Type: T, Properties: {Id: !Ref P, Arn: !GetAtt P.Arn, Client: !Ref C}}
  Named: {Type: AWS::SSM::Parameter, Properties: {Name: /auth/pool, Type: String, Value: !Ref P}}
  Plain: {Type: AWS::SSM::Parameter, Properties: {Name: pool, Type: String, Value: !Ref P}}
  Made: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref P}}
  List: {Type: AWS::SSM::Parameter, Properties: {Name: list, Type: StringList, Value: !Sub "${P.Arn},b"}}
  Leak: {Type: AWS::SSM::Parameter, Properties: {Name: leak, Type: String, Value: !GetAtt C.ClientSecret}}
  Circle: {Type: AWS::SSM::Parameter, Properties: {Name: circle, Type: String, Value: "{{resolve:ssm:circle}}"}}
  Gone: {Type: AWS::SSM::Parameter, Condition: Never, Properties: {Name: gone, Type: String, Value: !Ref P}}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: partner, SecretString: !Sub '{"id": "${C}", "secret": "${C.ClientSecret}", "n": 5}'}}
  Whole: {Type: AWS::SecretsManager::Secret, Properties: {Name: whole, SecretString: !GetAtt C.ClientSecret}}
  Generated: {Type: AWS::SecretsManager::Secret, Properties: {Name: generated, GenerateSecretString: {GenerateStringKey: x, SecretStringTemplate: !Sub '{"secret": "${C.ClientSecret}"}'}}}
  Other: {Type: AWS::SecretsManager::Secret, Properties: {Name: other, GenerateSecretString: {}}}
  Attached: {Type: AWS::SecretsManager::SecretTargetAttachment, Properties: {SecretId: !Ref Secret}}
Conditions: {Never: !Equals [a, b]}
Outputs: {Made: {Value: !Ref Made, Export: {Name: made}}}
`

func parameterOf(kind, name string) string {
	return "Parameters: {X: {Type: '" + kind + "', Default: " + name + "}}\nResources: {A: {Type: T, Properties: {X: !Ref X, First: !Select [0, !Ref X]}}}"
}

func TestSSMParametersCarryValues(t *testing.T) {
	tests := []struct{ name, reader, one, same string }{
		{"name", `{X: "{{resolve:ssm:/auth/pool}}"}`, "b A.X", "a A.Id"},
		{"version", `{X: "{{resolve:ssm:/auth/pool:1}}"}`, "b A.X", "a A.Id"},
		{"name without a path", `{X: "{{resolve:ssm:pool}}"}`, "b A.X", "a A.Id"},
		{"ARN", `{X: "{{resolve:ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/auth/pool:3}}"}`, "b A.X", "a A.Id"},
		{"name that is made", `{X: !Join ["", ["{{resolve:ssm:", "/auth", "/pool", "}}"]]}`, "b A.X", "a A.Id"},
		{"name in Sub", `{X: !Sub ["{{resolve:ssm:/${n}/pool}}", {n: auth}]}`, "b A.X", "a A.Id"},
		{"name that AWS makes up", `{X: !Sub ["{{resolve:ssm:${n}}}", {n: !ImportValue made}]}`, "b A.X", "a A.Id"},
		{"within a text", `{X: !Select [1, !Split ["/", "x/{{resolve:ssm:pool}}"]]}`, "b A.X", "a A.Id"},
		{"parameter of the template", parameterOf("AWS::SSM::Parameter::Value<String>", "/auth/pool"), "b A.X", "a A.Id"},
		{"parameter of the template with a version", parameterOf("AWS::SSM::Parameter::Value<String>", "/auth/pool:2"), "b A.X", "a A.Id"},
		{"list", parameterOf("AWS::SSM::Parameter::Value<List<String>>", "list"), "b A.First", "a A.Arn"},
		{"field of a secret", `{X: "{{resolve:secretsmanager:partner:SecretString:id}}"}`, "b A.X", "a A.Client"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld([]*Stack{stackOf(t, "b", test.reader), stackOf(t, "a", storing)})
			if one, other := valueAt(t, w, test.one), valueAt(t, w, test.same); one != other {
				t.Errorf("%s is %q, %s is %q", test.one, one, test.same, other)
			}
		})
	}
}

// TestWhatNoStackStores checks that a reference to a value stored elsewhere is a symbol,
// the same symbol wherever it is read.
func TestWhatNoStackStores(t *testing.T) {
	both := `Parameters: {P: {Type: "AWS::SSM::Parameter::Value<String>", Default: /elsewhere}}
Resources: {A: {Type: T, Properties: {X: "{{resolve:ssm:/elsewhere:1}}", Y: !Ref P, Z: "{{resolve:ssm:/other}}", Circle: "{{resolve:ssm:circle}}", Gone: "{{resolve:ssm:gone}}",
  Open: "{{resolve:ssm:x", What: "{{resolve:what:x}}", Wrong: "{{resolve:secretsmanager:}}", Generated: "{{resolve:secretsmanager:other}}"}}}`
	w := NewWorld([]*Stack{stackOf(t, "b", both), stackOf(t, "a", storing)})
	x, y, z := valueAt(t, w, "b A.X"), valueAt(t, w, "b A.Y"), valueAt(t, w, "b A.Z")
	if x != y || x == z {
		t.Errorf("two references to one parameter are %s and %s, another parameter is %s", shown(w, x), shown(w, y), shown(w, z))
	}
	for _, name := range []string{"X", "Circle", "Gone", "What", "Wrong", "Generated"} {
		value := valueAt(t, w, "b A."+name)
		if text, isText := value.(string); !isText || IsKnown(text) || w.HoldsSecret(value) {
			t.Errorf("%s is %s", name, shown(w, value))
		}
	}
	if got := valueAt(t, w, "b A.Open"); got != "{{resolve:ssm:x" {
		t.Errorf("a reference without an end is %v", got)
	}
	if got := shown(w, x); got != "${resolve:ssm:elsewhere}" {
		t.Errorf("it is shown as %s", got)
	}
	far := NewWorld([]*Stack{stackOf(t, "b", `{X: "{{resolve:ssm:pool}}"}`).to("1", "us-east-1"), stackOf(t, "a", storing)})
	if got := valueAt(t, far, "b A.X"); got == valueAt(t, far, "a A.Id") {
		t.Error("the parameter of another account is read")
	}
}

func TestClientSecretsThatAreStoredAndReadBack(t *testing.T) {
	tests := []struct {
		name, value         string
		secret, byReference bool
	}{
		{"SSM", `"{{resolve:ssm:leak}}"`, true, false},
		{"field by name", `"{{resolve:secretsmanager:partner:SecretString:secret}}"`, true, true},
		{"field by name with a stage", `"{{resolve:secretsmanager:partner:SecretString:secret:AWSCURRENT}}"`, true, true},
		{"whole by name", `"{{resolve:secretsmanager:partner}}"`, true, true},
		{"whole by Ref", `!Sub "{{resolve:secretsmanager:${Secret}}}"`, true, true},
		{"field by Ref", `!Join ["", ["{{resolve:secretsmanager:", !Ref Secret, ":SecretString:secret::}}"]]`, true, true},
		{"field by attachment", `!Sub "{{resolve:secretsmanager:${Attached}:SecretString:secret}}"`, true, true},
		{"field by attribute", `!Sub "{{resolve:secretsmanager:${Secret.Id}:SecretString:secret}}"`, true, true},
		{"by ARN", `"{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:partner-a1B2c3:SecretString:secret}}"`, true, true},
		{"by ARN without AWS's suffix", `!Sub "{{resolve:secretsmanager:arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:partner:SecretString:secret}}"`, true, true},
		{"no JSON", `"{{resolve:secretsmanager:whole:SecretString:secret}}"`, true, true},
		{"template of a generated one", `"{{resolve:secretsmanager:generated:SecretString:secret}}"`, true, true},
		{"in a text", `!Base64 {"Fn::Sub": "x {{resolve:secretsmanager:whole}}"}`, true, false},
		{"beside the secret itself", `!Sub "${C.ClientSecret} {{resolve:secretsmanager:whole}}"`, true, false},
		{"id", `"{{resolve:secretsmanager:partner:SecretString:id}}"`, false, true},
		{"number", `"{{resolve:secretsmanager:partner:SecretString:n}}"`, false, true},
		{"a missing key", `"{{resolve:secretsmanager:partner:SecretString:x}}"`, false, true},
		{"a generated value", `"{{resolve:secretsmanager:generated:SecretString:x}}"`, false, true},
		{"secret of somebody else", `"{{resolve:secretsmanager:partner-b}}"`, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWorld([]*Stack{stackOf(t, "a", strings.Replace(storing, "Id: !Ref P,", "Id: !Ref P, X: "+test.value+",", 1))})
			value := valueAt(t, w, "a A.X")
			if w.HoldsSecret(value) != test.secret || w.OnlyReadsSecrets(value) != test.byReference {
				t.Errorf("%s is %q: secret %v, only by reference %v", test.value, value, w.HoldsSecret(value), w.OnlyReadsSecrets(value))
			}
		})
	}
}
