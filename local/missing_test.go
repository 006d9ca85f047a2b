package local_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// One message asks for everything that only the user knows, each by name.
func TestWhatIsMissingIsAskedForOnce(t *testing.T) {
	const ssm = `"AWS::SSM::Parameter::Value<String>"`
	withName := func(name, parameters string) string {
		return strings.Replace(api("!ImportValue arn", "orders/read", "Parameters: {"+parameters+"}"), "StageName: v1", "StageName: "+name, 1)
	}
	for _, test := range []struct {
		name    string
		source  local.Source
		options []local.Option
		want    string
	}{
		{"parameters", sources("a", withName("!Ref Stage", "Stage: {Type: String}, Zone: {Type: Number}, Zones: {Type: List<Number>}, Kind: {Type: String, AllowedValues: [a]}")), nil,
			"a.template.yaml: Parameters: no value for Stage, Zone, Zones, Kind: give --parameter Stage=VALUE --parameter Zone=VALUE --parameter Zones=VALUE --parameter Kind=VALUE (WithParameters in Go)"},
		{"of several stacks", sources("a", withName("v1", "Env: {Type: String}, Own: {Type: String}"), "b", withName("v1", "Env: {Type: String}"), "c", withName("v1", "Own: {Type: String, Default: o}")), nil,
			"3 stacks: Parameters: no value for Env of a, Own of a, Env of b: give --parameter Env=VALUE --parameter a:Own=VALUE (WithParameters in Go)"},
		{"of the SSM Parameter Store", sources("a", withName("!Ref Stage", "Stage: {Type: "+ssm+", Default: /stage}, Unused: {Type: "+ssm+", Default: /unused}, Zone: {Type: String}")), nil,
			"a.template.yaml: Parameters: no value for Zone, Stage (the SSM parameter /stage): give --parameter Zone=VALUE --parameter Stage=VALUE (WithParameters in Go)"},
		{"imports", sources("a", withName(`!Sub ["${a}${b}", {a: !ImportValue stage, b: !ImportValue "the end"}]`, "Zone: {Type: String}")), nil,
			"a.template.yaml: 2 problems:\n   1. Parameters: no value for Zone: give --parameter Zone=VALUE (WithParameters in Go)\n" +
				"   2. Imports: no stack here exports stage, the end: also serve the one that does, or give --import stage=VALUE --import 'the end'=VALUE (WithImports in Go)"},
		{"a dynamic reference", sources("a", withName(`"{{resolve:ssm:/stage:1}}"`, "")), nil,
			"a.template.yaml: Imports: no stack here exports ssm:/stage: also serve the one that does, or give --import ssm:/stage=VALUE (WithImports in Go)"},
		{"a slip", sources("a", withName("v1", "Zone: {Type: String}")), []local.Option{local.WithParameters(map[string]string{"Zoen": "a"})},
			"a.template.yaml: 2 problems:\n   1. Parameters: Zoen has a value, but is not a parameter of the template: did you mean Zone?\n   2. Parameters: no value for Zone: "},
		{"a value that is not allowed", sources("a", withName("v1", "Zone: {Type: String}, Kind: {Type: String, AllowedValues: [a]}")), []local.Option{local.WithParameters(map[string]string{"Kind": "b"})},
			"a.template.yaml: 2 problems:\n   1. Parameters.Kind: must be one of a, got \"b\"\n   2. Parameters: no value for Zone: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := local.Load(test.source, test.options...)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Count(err.Error(), "no value for") > 1 {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// The flags in the message work.
func TestWhatWasMissingIsTaken(t *testing.T) {
	stack := strings.Replace(api("!ImportValue arn", "orders/read", `Parameters: {Stage: {Type: "AWS::SSM::Parameter::Value<String>", Default: /stage}}`),
		"StageName: v1", `StageName: !Sub ["${Stage}${a}${b}", {a: !ImportValue "the end", b: "{{resolve:ssm-secure:/b}}"}]`, 1)
	values := map[string]string{"the end": "2", "ssm:/b": "3"}
	for name, options := range map[string][]local.Option{
		"a parameter":      {local.WithParameters(map[string]string{"Stage": "v"}), local.WithImports(values)},
		"an SSM parameter": {local.WithImports(map[string]string{"ssm:/stage": "v", "the end": "2", "ssm:/b": "3"})},
	} {
		system, err := local.Load(sources("a", stack), options...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := system.APIs()[0].Stage; got != "v23" {
			t.Errorf("%s: stage %s", name, got)
		}
	}
}

// An SSM parameter of a stack leads from one stack to another. A parameter of no stack
// stands for a user pool, like an export.
func TestSSMParametersLeadToUserPools(t *testing.T) {
	const parameter = `Parameters: {Arn: {Type: "AWS::SSM::Parameter::Value<String>", Default: /auth/arn}}`
	stored := strings.Replace(pool, "Resources:", "Resources:\n  Stored: {Type: AWS::SSM::Parameter, Properties: {Name: /auth/arn, Type: String, Value: !GetAtt Pool.Arn}}", 1)
	for name, reader := range map[string]string{
		"a parameter":         api("!Ref Arn", "orders/read", parameter),
		"a dynamic reference": api(`"{{resolve:ssm:/auth/arn}}"`, "orders/read", ""),
	} {
		server := serveSource(t, sources("api", reader, "auth", stored))
		if got := server.Methods("Api")[0].UserPools; !slices.Equal(got, []string{"Pool"}) || len(server.UserPools()) != 1 {
			t.Errorf("%s: %q of %+v", name, got, server.UserPools())
		}
		server = serveSource(t, sources("api", reader))
		if pools := server.UserPools(); len(pools) != 1 || !pools[0].MadeUp {
			t.Errorf("%s alone: %+v", name, pools)
		}
		expect(t, call(t, "GET", server.API("Api").URL, "", ""), 401, unauthorized)
		server = serveSource(t, sources("api", reader, "auth", pool), local.WithUserPool("ssm:/auth/arn", "auth"))
		if pools := server.UserPools(); len(pools) != 1 || pools[0].MadeUp {
			t.Errorf("%s of another name: %+v", name, pools)
		}
	}
}

// A nested stack gets its parameters from its parent.
func TestANestedStackLacksAParameter(t *testing.T) {
	const outer = `
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateBody: "Parameters: {Zone: {Type: String}}\nResources: {A: {Type: T}}"}
`
	_, err := local.Load(sources("a", outer))
	if want := "a/Inner/Parameters: no value for Zone: set each of them in the parent stack"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// A nested stack gets the name of an SSM parameter, not its value.
func TestANestedStackReadsAnSSMParameter(t *testing.T) {
	inner := api("!Ref Arn", "orders/read", `Parameters: {Arn: {Type: "AWS::SSM::Parameter::Value<String>", Default: /none}}`)
	text, err := json.Marshal(inner)
	if err != nil {
		t.Fatal(err)
	}
	outer := strings.Replace(pool, "Resources:", "Resources:\n"+
		"  Stored: {Type: AWS::SSM::Parameter, Properties: {Name: /auth/arn, Type: String, Value: !GetAtt Pool.Arn}}\n"+
		"  Inner: {Type: AWS::CloudFormation::Stack, Properties: {Parameters: {Arn: !Ref Stored}, TemplateBody: "+string(text)+"}}", 1)
	server := serveSource(t, sources("a", outer))
	if got := server.Methods("Api")[0].UserPools; !slices.Equal(got, []string{"Pool"}) || len(server.UserPools()) != 1 {
		t.Errorf("%q of %+v", got, server.UserPools())
	}
}

// No message shows an ssm-secure value.
func TestASecureParameterIsNeverShown(t *testing.T) {
	const secret = "hunter2"
	stack := strings.Replace(api("!ImportValue arn", "orders/read", ""), "HttpMethod: GET", `HttpMethod: GET, ApiKeyRequired: "{{resolve:ssm-secure:/key:1}}"`, 1)
	stack = strings.Replace(stack, "HttpMethod: GET, ", "HttpMethod: GET\n      ", 1)
	_, err := local.Load(sources("a", stack), local.WithImports(map[string]string{"ssm:/key": secret}))
	if err == nil || !strings.Contains(err.Error(), "ApiKeyRequired: must be true or false, got a value that is not shown") || strings.Contains(err.Error(), secret) {
		t.Errorf("%v", err)
	}
}
