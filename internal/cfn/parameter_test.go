package cfn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withParameter is a template whose resource A has parameter P as a property.
func withParameter(definition string) string {
	return "Parameters: {P: " + definition + "}\nResources: {A: {Type: T, Properties: {Value: !Ref P}}}"
}

func given(value string) Options {
	options := echo()
	options.Parameters = map[string]string{"P": value}
	return options
}

func TestParameterValues(t *testing.T) {
	tests := []struct {
		name, definition string
		options          Options
		want             any
	}{
		{"default", "{Type: String, Default: d}", echo(), "d"},
		{"given over default", "{Type: String, Default: d}", given("g"), "g"},
		{"empty default", `{Type: String, Default: ""}`, echo(), ""},
		{"number keeps its text", "{Type: Number, Default: 1.0}", echo(), "1.0"},
		{"list", "{Type: CommaDelimitedList, Default: 'a, b ,c'}", echo(), []any{"a", "b", "c"}},
		{"list of numbers", "{Type: List<Number>}", given("1, 2"), []any{"1", "2"}},
		{"AWS type", "{Type: AWS::EC2::VPC::Id}", given("vpc-1"), "vpc-1"},
		{"list of an AWS type", "{Type: List<AWS::EC2::Subnet::Id>}", given("a,b"), []any{"a", "b"}},
		{"SSM given", "{Type: AWS::SSM::Parameter::Value<String>, Default: /name}", given("v"), "v"},
		{"SSM list given", "{Type: AWS::SSM::Parameter::Value<List<String>>}", given("a,b"), []any{"a", "b"}},
		{"allowed value", "{Type: Number, AllowedValues: [1, 2]}", given("2"), "2"},
		{"within bounds", "{Type: Number, MinValue: 1, MaxValue: '3'}", given("3"), "3"},
		{"pattern matches all of it", "{Type: String, AllowedPattern: a|bc}", given("bc"), "bc"},
		{"length in characters", "{Type: String, MinLength: 2, MaxLength: 2}", given("éé"), "éé"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			properties := mustRead(t, withParameter(test.definition), test.options)
			got, _ := properties.Value("Value")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParameterErrors(t *testing.T) {
	tests := []struct {
		name, definition string
		options          Options
		want             string
	}{
		{"unknown name", "{Type: String, Default: d}", Options{Parameters: map[string]string{"Q": "x"}},
			"Q has a value, but is not a parameter of the template: did you mean P?"},
		{"not allowed", "{Type: String, AllowedValues: [a, b]}", given("c"), `Parameters.P: must be one of a, b, got "c"`},
		{"default not allowed", "{Type: String, AllowedValues: [a, b], Default: c}", echo(), "must be one of a, b"},
		{"pattern", "{Type: String, AllowedPattern: a|bc}", given("abc"), `must match its AllowedPattern "a|bc", got "abc"`},
		{"pattern of each item", "{Type: CommaDelimitedList, AllowedPattern: a}", given("a,b"), `got "b"`},
		{"too short", "{Type: String, MinLength: 2}", given("x"), `must have at least 2 characters, got "x"`},
		{"too long", "{Type: String, MaxLength: 2}", given("xxx"), "must have at most 2 characters"},
		{"bounds in full", "{Type: Number, MinValue: 12.5, MaxValue: 1000}", given("1001"), `must be at most 1000, got "1001"`},
		{"too small", "{Type: Number, MinValue: 2}", given("1.5"), `must be at least 2, got "1.5"`},
		{"too large", "{Type: List<Number>, MaxValue: 2}", given("1,3"), `must be at most 2, got "3"`},
		{"no number", "{Type: Number}", given("x"), "must be a number"},
		{"unknown type", "{Type: Boolean}", given("x"), `P.Type: must be String, Number, CommaDelimitedList, List<Number> or an AWS type, got "Boolean"`},
		{"unknown attribute", "{Type: String, Defualt: x}", echo(), "Defualt: is not a CloudFormation parameter attribute: did you mean Default?"},
		{"default is a list", "{Type: String, Default: [a]}", echo(), "Default: must be a string or number, got a list"},
		{"bound is no number", "{Type: String, MinLength: x}", echo(), "MinLength: must be a number"},
		{"allowed values are no list", "{Type: String, AllowedValues: a}", echo(), "AllowedValues: must be a list"},
		{"allowed value is a list", "{Type: String, AllowedValues: [[a]]}", echo(), "AllowedValues[0]: must be a string"},
		{"look-around", "{Type: String, AllowedPattern: '(?!a)b'}", given("b"), "cannot be checked against its AllowedPattern \"(?!a)b\": error parsing regexp: invalid or unsupported Perl syntax: `(?!`"},
		{"pattern with an unbalanced group", "{Type: String, AllowedPattern: 'a)|(?:b'}", given("b, and more"), `cannot be checked against its AllowedPattern "a)|(?:b"`},
		{"pattern that is too large", "{Type: String, AllowedPattern: '(?:aaaaaaaaaaaaaaaaaaaa){1000}'}", given("b"), "it is too large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			template, err := ParseTemplate("test.yaml", []byte(withParameter(test.definition)))
			if err == nil {
				_, err = NewResolver(template, test.options)
			}
			wantError(t, err, test.want)
		})
	}
}

func TestMissingParametersAreReportedAtOnce(t *testing.T) {
	template := mustParse(t, "Parameters: {P: {Type: String}, Q: {Type: Number}, R: {Type: String, Default: r}}\nResources: {A: {Type: T}}")
	_, err := NewResolver(template, Options{})
	wantError(t, err, "no value for P, Q: set each of them")
}

func TestSSMParameterIsNeededOnlyWhereItIsReferredTo(t *testing.T) {
	const definition = "{Type: AWS::SSM::Parameter::Value<String>, Default: /cdk-bootstrap/hnb659fds/version}"
	mustResolve(t, "Parameters: {BootstrapVersion: "+definition+"}\nResources: {A: {Type: T}}", echo())

	properties := mustRead(t, withParameter(definition), echo())
	properties.String("Value", "")
	wantError(t, properties.Done(), "A.Properties.Value: parameter P takes its value from SSM parameter \"/cdk-bootstrap/hnb659fds/version\", which no stack declares: set its value")
}

func TestNoEchoValueIsNeverShown(t *testing.T) {
	const secret = "hunter2"
	template := mustParse(t, withParameter("{Type: String, NoEcho: true, AllowedValues: [a]}"))
	_, err := NewResolver(template, given(secret))
	wantError(t, err, "must be one of")
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the secret is in %q", err)
	}

	properties := mustRead(t, withParameter(`{Type: String, NoEcho: "true"}`), given(secret))
	properties.Int("Value", 0)
	err = properties.Done()
	wantError(t, err, "must be an integer")
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the secret is in %q", err)
	}
}
