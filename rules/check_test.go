package rules_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/rules"
)

func TestGoodTemplatesHaveNoFinding(t *testing.T) {
	marked(t).mustFind("")
	byHand(t).mustFind("")
	for name, accepted := range map[string]string{"testdata/by-hand.yaml": "", "../testdata/weather-events-api.template.json": "weather-api/delete"} {
		findings, err := rules.Check(rules.FromTemplateFile(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Subject != accepted { // the app acknowledges it
				t.Errorf("%s: %s", name, f)
			}
		}
	}
}

func TestWhereAFindingIs(t *testing.T) {
	text := strings.Replace(file(t, "testdata/by-hand.yaml"), "AuthorizationType: COGNITO_USER_POOLS", "AuthorizationType: NONE", 1)
	findings, err := rules.Check(rules.FromTemplate("by-hand.yaml", []byte(text)))
	if err != nil || len(findings) != 1 {
		t.Fatalf("findings %v, error %v", findings, err)
	}
	line := strings.Count(text[:strings.Index(text, "AuthorizationType: NONE")], "\n") + 1
	want := rules.Finding{
		Rule: "method-open", Severity: rules.Error,
		Place:   rules.Place{File: "by-hand.yaml", Line: line, LogicalID: "Get", Property: "Properties.AuthorizationType"},
		Message: findings[0].Message, Remedy: findings[0].Remedy,
	}
	if findings[0] != want {
		t.Errorf("got  %+v\nwant %+v", findings[0], want)
	}
	if got, want := findings[0].String(), "by-hand.yaml:76 Get: error: method-open: "+want.Message+": "+want.Remedy; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want.Acknowledged = "a load balancer calls it"
	if got := want.String(); !strings.HasSuffix(got, want.Remedy+" (acknowledged: a load balancer calls it)") {
		t.Errorf("a finding that is acknowledged does not say so: %s", got)
	}
	if got := findings[0].ID(); got != "machineauth::method-open" {
		t.Errorf("id %s", got)
	}
}

func TestPlacesInWords(t *testing.T) {
	place := rules.Place{File: "a.json", Line: 7, Property: "Outputs.Secret.Value"}
	if got := place.String(); got != "a.json:7 Outputs.Secret.Value" {
		t.Error(got)
	}
	place.LogicalID = "Get"
	if got := place.String(); got != "a.json:7 Get" {
		t.Error(got)
	}
	place.ConstructPath = "Orders/Api/GET"
	if got := place.String(); got != "a.json:7 Orders/Api/GET" {
		t.Error(got)
	}
}

func TestAFindingAsJSON(t *testing.T) {
	findings := marked(t).with(set("Get.AuthorizationType", "NONE")).check()
	data, err := json.Marshal(findings)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(data, &got); err != nil || len(got) != 1 {
		t.Fatalf("%s: %v", data, err)
	}
	want := map[string]any{
		"rule": "method-open", "severity": "fatal", "file": "Main.template.json", "logicalId": "Get",
		"property": "Properties.AuthorizationType", "constructPath": "Orders/Api/Default/orders/GET/Resource",
	}
	for name, value := range want {
		if got[0][name] != value {
			t.Errorf("%s is %v, want %v", name, got[0][name], value)
		}
	}
	for _, name := range []string{"subject", "acknowledged"} {
		if _, found := got[0][name]; found {
			t.Errorf("%s is there", name)
		}
	}
}

// Findings are ordered by template, line and rule.
func TestTheOrderOfFindings(t *testing.T) {
	findings := marked(t).with(
		set("Client.ClientName", "a/b"), remove("Client.GenerateSecret"), set("Get.AuthorizationScopes", "[orders/x, openid]"), set("Post.AuthorizationType", "NONE"),
		addTo("A", `{Account: {Type: AWS::ApiGateway::Account}}`), in(stack{name: alone}, stack{name: "A"}),
	).check()
	var got []string
	for _, f := range findings {
		got = append(got, strings.TrimSuffix(f.File, ".template.json")+" "+f.LogicalID+" "+f.Rule)
	}
	want := []string{
		"A Account account-role",
		"Main Client client-not-a-machine", "Main Client cognito-names",
		"Main Get method-authorization", "Main Get scope-undeclared",
		"Main Post method-open",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !slices.IsSortedFunc(findings[1:], func(a, b rules.Finding) int { return a.Line - b.Line }) {
		t.Errorf("lines out of order: %v", findings)
	}
}

// On one line, findings follow the order of the table.
func TestTheOrderOfFindingsOnOneLine(t *testing.T) {
	s := marked(t).with(set("Client.ClientName", "a/b"), remove("Client.GenerateSecret"), set("Get.AuthorizationScopes", "[orders/x, openid]"), set("Post.AuthorizationType", "NONE"), add(account))
	s.finish()
	data, err := json.Marshal(s.templates[alone])
	if err != nil {
		t.Fatal(err)
	}
	findings, err := rules.Check(rules.FromTemplate("one-line.json", data))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		got = append(got, f.Rule)
	}
	want := []string{"method-open", "method-authorization", "scope-undeclared", "client-not-a-machine", "account-role", "cognito-names"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestWhatCannotBeChecked(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("#", 1_000_001)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		source rules.Source
		want   string
		is     error
	}{
		{"no assembly", rules.FromAssembly(dir), "no cloud assembly at", fs.ErrNotExist},
		{"no file", rules.FromTemplateFile(filepath.Join(dir, "none")), "read the template", fs.ErrNotExist},
		{"a file of more than 1 MB", rules.FromTemplateFile(large), "may not exceed 1000000 bytes", nil},
		{"no template", rules.FromTemplate("x.json", []byte("[]")), "x.json", nil},
		{"a template of SAM", rules.FromTemplate("sam.yaml", []byte("Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function}}")),
			"only AWS expands the macro AWS::Serverless-2016-10-31: use the expanded template", nil},
		{"values beyond all bounds", rules.FromTemplate("bomb.json", bomb(t, "v")), "exceed 32 MB", nil},
		{"values beyond all bounds in one case", rules.FromTemplate("bomb.json", bomb(t, "w")), "exceed 32 MB", nil},
	}
	for _, test := range tests {
		findings, err := rules.Check(test.source)
		if err == nil || !strings.Contains(err.Error(), test.want) || findings != nil {
			t.Errorf("%s: findings %v, error %v, want %q", test.name, findings, err, test.want)
		}
		if test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: error %v is not %v", test.name, err, test.is)
		}
	}
}

// bomb is a template that repeats a long value very often if a parameter has this value.
func bomb(t testing.TB, value string) []byte {
	pieces := slices.Repeat([]any{tree{"Fn::FindInMap": []any{"M", "k", "v"}}}, 1000)
	data, err := json.Marshal(tree{
		"Parameters": tree{"P": tree{"Type": "String"}, "V": tree{"Type": "String", "Default": "v"}},
		"Conditions": tree{"C": tree{"Fn::Or": []any{tree{"Fn::Equals": []any{tree{"Ref": "P"}, value}}, tree{"Fn::Equals": []any{tree{"Ref": "V"}, value}}}}},
		"Mappings":   tree{"M": tree{"k": tree{"v": strings.Repeat("x", 100_000)}}},
		"Outputs":    tree{"Long": tree{"Value": tree{"Fn::If": []any{"C", tree{"Fn::Join": []any{"", pieces}}, "x"}}}},
		"Resources":  tree{"A": tree{"Type": "AWS::SNS::Topic"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestATemplateThatIsUnread(t *testing.T) {
	s := marked(t).with(in(stack{name: alone}, stack{name: "Sam"}), addTo("Sam", `{F: {Type: AWS::Serverless::Function}}`), func(s *system) {
		s.templates["Sam"]["Transform"] = "AWS::Serverless-2016-10-31"
	})
	s.mustFind("error template-unread Sam/: the template cannot be read and was not checked: Sam.template.json: Transform: only AWS expands the macro AWS::Serverless-2016-10-31")
}

// An app acknowledges a finding with a reason, unless the finding is fatal.
func TestAcknowledgments(t *testing.T) {
	acknowledge := func(path string, reasons tree) edit {
		return in(stack{name: alone, metadata: tree{path: []any{tree{"type": "aws:cdk:acknowledged-rules", "data": reasons}}}})
	}
	change := all(declare("audit"), declare("admin"), set("Pool.AdminCreateUserConfig", "{}"), set("Get.AuthorizationType", "NONE"))
	tests := []struct {
		name    string
		path    string
		reasons tree
		want    []string // rules, with the reasons
	}{
		{"nothing", "/Other", tree{"machineauth::scope-unused": "later"},
			[]string{"pool-sign-up", "scope-unused", "scope-unused", "method-open"}},
		{"a rule", "/Orders/Auth", tree{"machineauth::scope-unused": "later"},
			[]string{"pool-sign-up", "scope-unused: later", "scope-unused: later", "method-open"}},
		{"a scope", "/Orders/Auth", tree{"machineauth::scope-unused:orders/audit": "later"},
			[]string{"pool-sign-up", "scope-unused: later", "scope-unused", "method-open"}},
		{"an error", "/Orders/Auth/UserPool/Resource", tree{"machineauth::pool-sign-up": "a shared pool"},
			[]string{"pool-sign-up: a shared pool", "scope-unused", "scope-unused", "method-open"}},
		{"without a reason", "/Orders/Auth", tree{"machineauth::pool-sign-up": ""},
			[]string{"pool-sign-up: no reason was given", "scope-unused", "scope-unused", "method-open"}},
		{"a fatal rule, in the whole app", "/Orders", tree{"machineauth::method-open": "nobody knows it"},
			[]string{"pool-sign-up", "scope-unused", "scope-unused", "method-open"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range marked(t).with(change, acknowledge(test.path, test.reasons)).check() {
				got = append(got, strings.TrimSuffix(f.Rule+": "+f.Acknowledged, ": "))
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
		})
	}
}

// A check of nothing does not pass as a check without findings.
func TestNothingToCheckIsAnError(t *testing.T) {
	for name, source := range map[string]rules.Source{
		"nil":            nil,
		"none together":  rules.Together(),
		"nil among them": rules.Together(rules.FromTemplate("a.yaml", []byte("Resources: {A: {Type: AWS::SNS::Topic}}")), nil),
	} {
		if findings, err := rules.Check(source); err == nil || !strings.Contains(err.Error(), "source") {
			t.Errorf("%s: %v, error %v", name, findings, err)
		}
	}
}
