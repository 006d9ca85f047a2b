package cfn

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func withProperties(properties string) string {
	return "Conditions: {No: !Equals [a, b]}\nResources: {A: {Type: AWS::X::Y, Properties: {" + properties + "}}, B: {Type: T}}"
}

func TestPropertiesReadsTypedValues(t *testing.T) {
	p := mustRead(t, withProperties(`S: !Ref B, N: 1.0, T: true, B1: true, B2: "false", I1: 60, I2: "60", I3: 60.0, F: "0.5",
		L: [a, 1, !Ref B], M: {"a.b": c, d: 1}, O: {X: {Y: z}}, OL: [{K: a}, {K: b}], V: {any: [1]}`), echo())
	type values struct {
		Text         []string
		Bools        []bool
		Ints         []int
		Number       float64
		List, Keys   []string
		Map          map[string]string
		Nested       string
		Missing      []any
		MissingLists int
	}
	o := p.Object("O")
	got := values{
		Text:   []string{p.String("S", ""), p.String("N", ""), p.String("T", ""), p.RequiredString("S"), p.OneOf("T", "x", "true", "x")},
		Bools:  []bool{p.Bool("B1", false), p.Bool("B2", true)},
		Ints:   []int{p.Int("I1", 0), p.Int("I2", 0), p.Int("I3", 0)},
		Number: p.Number("F", 0),
		List:   p.Strings("L"),
		Map:    p.StringMap("M"),
		Nested: o.Object("X").String("Y", ""),
		Missing: []any{p.String("m", "d"), p.Bool("m", true), p.Int("m", 7), p.Number("m", 1.5), p.OneOf("m", "d", "e"),
			p.Object("m").String("x", "d"), p.Has("m"), p.Has("S")},
		MissingLists: len(p.Strings("m")) + len(p.List("m")) + len(p.StringMap("m")) + len(p.Object("m").Names()),
	}
	for _, item := range p.List("OL") {
		got.Keys = append(got.Keys, item.String("K", ""))
	}
	p.Value("V")
	want := values{
		Text: []string{"ref-B", "1.0", "true", "ref-B", "true"}, Bools: []bool{true, false}, Ints: []int{60, 60, 60}, Number: 0.5,
		List: []string{"a", "1", "ref-B"}, Keys: []string{"a", "b"}, Map: map[string]string{"a.b": "c", "d": "1"}, Nested: "z",
		Missing: []any{"d", true, 7, 1.5, "d", "d", false, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := p.Done(); err != nil {
		t.Errorf("everything was read: %v", err)
	}
}

func TestPropertiesReportsEveryProblem(t *testing.T) {
	p := mustRead(t, withProperties(`S: [a], N: x, B: "yes", I1: 1.5, I2: true, I3: "1.", L1: a, L2: [[a]], M: {"a.b": []}, O: a, OL: [a],
		E: "", C: GETT, R: here, V: -1`), echo())
	p.String("S", "")
	p.Number("N", 0)
	p.Bool("B", false)
	p.Int("I1", 0)
	p.Int("I2", 0)
	p.Int("I3", 0)
	p.Strings("L1")
	p.Strings("L2")
	p.StringMap("M")
	p.Object("O")
	p.List("OL")
	p.RequiredString("E")
	p.RequiredString("Missing")
	p.OneOf("C", "", "GET", "POST")
	p.Refuse("R", "there is no reason")
	p.Refuse("NotHere", "there is no reason")
	if p.Int("V", 0) < 0 {
		p.Problemf("V", "must be 0 or more")
	}
	p.String("S", "") // a problem is reported once
	wantError(t, p.Done(), "test.yaml: 16 problems:",
		"A.Properties.S: must be a string, got a list",
		`A.Properties.N: must be a number, got "x"`,
		`A.Properties.B: must be true or false, got "yes"`,
		"A.Properties.I1: must be an integer, got 1.5",
		"A.Properties.I2: must be an integer, got true",
		`A.Properties.I3: must be an integer, got "1."`,
		`A.Properties.L1: must be a list, got "a"`,
		"A.Properties.L2[0]: must be a string, got a list",
		`A.Properties.M["a.b"]: must be a string, got a list`,
		`A.Properties.O: must be an object, got "a"`,
		`A.Properties.OL[0]: must be an object, got "a"`,
		"A.Properties.E: is required", "A.Properties.Missing: is required",
		`A.Properties.C: must be GET or POST, got "GETT": did you mean GET?`,
		"A.Properties.R: is not supported: there is no reason",
		"A.Properties.V: must be 0 or more")
}

func TestPropertiesReportsWhatNobodyRead(t *testing.T) {
	p := mustRead(t, withProperties(`Zoo: 1, Name: n, Tags: [], Left: !Ref AWS::NoValue, Also: !If [No, x, !Ref AWS::NoValue],
		O: {Read: a, Unread: b, Deep: {X: y}}, L: [{K: a}, {K: b, Extra: c}], Asked: z`), echo())
	p.String("Name", "")
	p.Ignore("Tags")
	p.Object("O").String("Read", "")
	p.Object("O").Object("Deep")
	for _, item := range p.List("L") {
		item.String("K", "")
	}
	p.Has("Asked") // Has does not read it
	err := p.Done()
	wantError(t, err, "5 problems", "A.Properties.Zoo: this property of AWS::X::Y is not supported", "A.Properties.Asked: this property",
		"A.Properties.O.Unread: this property", "A.Properties.O.Deep.X: this property", "A.Properties.L[1].Extra: this property")
	if again := p.Done(); again.Error() != err.Error() {
		t.Errorf("the second Done differs: %v", again)
	}
}

func TestPropertiesHidesSecrets(t *testing.T) {
	const secret, dynamic = "s3cret", "dyn4mic"
	options := echo()
	options.GetAtt = func(*Resource, string) (any, error) { return Secret(secret), nil }
	options.Secret = func(SecretReference) (string, error) { return dynamic, nil }
	p := mustRead(t, withProperties(`Attribute: !Sub "x-${B.Secret}", Dynamic: "{{resolve:secretsmanager:x}}"`), options)
	if got := p.String("Attribute", ""); got != "x-"+secret {
		t.Errorf("got %q", got)
	}
	p.Int("Attribute", 0)
	p.Bool("Dynamic", false)
	p.OneOf("Dynamic", "", "a")
	err := p.Done()
	wantError(t, err, "Attribute: must be an integer, got a value that is not shown", "Dynamic: must be a, got a value that is not shown")
	if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), dynamic) {
		t.Errorf("a secret is in %q", err)
	}
}

func TestAMisspeltPropertyIsRecognized(t *testing.T) {
	p := mustRead(t, withProperties(`AuthorisationScopes: [a], HTTPMethod: GET, Quantum: 1`), echo())
	p.Strings("AuthorizationScopes")
	p.String("HttpMethod", "")
	p.String("ApiKeyRequired", "")
	wantError(t, p.Done(), "3 problems",
		"A.Properties.AuthorisationScopes: this property of AWS::X::Y is not supported: did you mean AuthorizationScopes?",
		"A.Properties.HTTPMethod: this property of AWS::X::Y is not supported: did you mean HttpMethod?",
		"A.Properties.Quantum: this property of AWS::X::Y is not supported")
}
