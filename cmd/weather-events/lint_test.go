package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"example.com/weather-events-api/rules"
)

const lintData = "testdata/lint/"

// lint runs lint --json and returns what it printed, and the rest.
func lint(t *testing.T, arguments ...string) (lintReport, result) {
	t.Helper()
	got := runCommand(t, append([]string{"lint", "--json"}, arguments...)...)
	var report lintReport
	decoder := json.NewDecoder(strings.NewReader(got.out))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	return report, got
}

// places are the findings of a report in short.
func places(report lintReport) []string {
	found := []string{}
	for _, f := range report.Findings {
		place := fmt.Sprintf("%s %s %s:%d", f.Severity, f.Rule, filepath.ToSlash(f.File), f.Line)
		if !f.Counts {
			place += " uncounted"
		}
		found = append(found, place)
	}
	return found
}

func TestLintFinds(t *testing.T) {
	const (
		open         = "error method-open testdata/lint/open.yaml:25"
		signUp       = "warning pool-sign-up testdata/lint/warning.json:3"
		acknowledged = "warning pool-sign-up testdata/lint/assembly/Auth.template.json:3 uncounted"
		nested       = "error method-open testdata/lint/assembly/assembly-Prod/reports/nested.template.json:25"
	)
	for _, test := range []struct {
		name      string
		arguments []string
		status    int
		found     []string
		paths     []lintedPath
	}{
		{"nothing", []string{"clean.yaml"}, statusPassed, []string{}, []lintedPath{{"clean.yaml", lintPassed, 1, ""}}},
		{"an error", []string{"open.yaml"}, statusFailed, []string{open}, []lintedPath{{"open.yaml", lintFailed, 1, ""}}},
		{"a warning", []string{"warning.json"}, statusPassed, []string{signUp + " uncounted"}, []lintedPath{{"warning.json", lintPassed, 1, ""}}},
		{"a warning that counts", []string{"warning.json", "--strict"}, statusFailed, []string{signUp}, []lintedPath{{"warning.json", lintFailed, 1, ""}}},
		{"an assembly with a stage, a nested stack and an acknowledged warning", []string{"assembly"}, statusFailed,
			[]string{acknowledged, nested}, []lintedPath{{"assembly", lintFailed, 3, ""}}},
		{"an acknowledged warning never counts", []string{"assembly", "--strict"}, statusFailed,
			[]string{acknowledged, nested}, []lintedPath{{"assembly", lintFailed, 3, ""}}},
		{"several", []string{"open.yaml", "warning.json", "clean.yaml"}, statusFailed, []string{open, signUp + " uncounted"},
			[]lintedPath{{"open.yaml", lintFailed, 1, ""}, {"warning.json", lintPassed, 1, ""}, {"clean.yaml", lintPassed, 1, ""}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i, argument := range test.arguments {
				if !strings.HasPrefix(argument, "-") {
					test.arguments[i] = lintData + argument
				}
			}
			for i := range test.paths {
				test.paths[i].Path = lintData + test.paths[i].Path
			}
			report, got := lint(t, test.arguments...)
			if got.status != test.status || got.err != "" || report.Passed != (test.status == statusPassed) {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(test.found, places(report)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.paths, report.Paths); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What one of several templates exports, another imports, in whatever order they
// are given. Each finding is of its own file.
func TestLintOfTemplatesTogether(t *testing.T) {
	t.Chdir(t.TempDir())
	const api = `Resources:
  Api: {Type: AWS::ApiGateway::RestApi}
  Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization,
    ProviderARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: COGNITO_USER_POOLS,
    AuthorizerId: !Ref Authorizer, AuthorizationScopes: [orders/read]}}
Outputs: {Api: {Value: !Ref Api, Export: {Name: api}}}
`
	for name, content := range map[string]string{
		"api.yaml":    api,
		"routes.yaml": "\nResources:\n  Late: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !ImportValue api, ResourceId: x, HttpMethod: DELETE, Integration: {Type: MOCK}}}\n",
		"around.yaml": "Resources: {Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./routes.yaml}}}",
		"bad.yaml":    "x",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const open = "error method-open routes.yaml:3"
	for _, test := range []struct {
		arguments []string
		found     []string
		paths     []string // of the findings
		status    int
	}{
		{[]string{"routes.yaml"}, []string{}, nil, statusPassed},
		{[]string{"api.yaml", "routes.yaml"}, []string{open}, []string{"routes.yaml"}, statusFailed},
		{[]string{"routes.yaml", "api.yaml"}, []string{open}, []string{"routes.yaml"}, statusFailed},
		{[]string{"routes.yaml", "api.yaml", "routes.yaml", "./api.yaml"}, []string{open}, []string{"routes.yaml"}, statusFailed},
		{[]string{"api.yaml", "around.yaml"}, []string{open}, []string{"around.yaml"}, statusFailed},
		{[]string{"routes.yaml", "around.yaml", "api.yaml"}, []string{open}, []string{"routes.yaml"}, statusFailed},
		{[]string{"api.yaml", "bad.yaml", "routes.yaml"}, []string{open}, []string{"routes.yaml"}, statusUsage},
	} {
		report, got := lint(t, test.arguments...)
		var paths []string
		for _, finding := range report.Findings {
			paths = append(paths, finding.Path)
		}
		if diff := cmp.Diff(test.found, places(report)) + cmp.Diff(test.paths, paths); diff != "" || got.status != test.status || len(report.Paths) != len(test.arguments) {
			t.Errorf("%v: status %d, %s%s", test.arguments, got.status, got.err, diff)
		}
	}
}

// The form of --json is documented, and others read it.
func TestLintAsJSON(t *testing.T) {
	got := runCommand(t, "lint", "--json", lintData+"assembly")
	var report struct {
		Findings []map[string]any
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"path": "testdata/lint/assembly", "id": "machineauth::method-open", "rule": "method-open", "severity": "error",
		"file": "testdata/lint/assembly/assembly-Prod/reports/nested.template.json", "line": 25.0,
		"logicalId": "Delete", "property": "Properties.AuthorizationType", "constructPath": "Prod/Api/Nested/Api/Default/DELETE/Resource",
		"counts": true,
	}
	for _, text := range []string{"message", "remedy"} {
		if report.Findings[1][text] == "" {
			t.Errorf("no %s", text)
		}
		delete(report.Findings[1], text)
	}
	if diff := cmp.Diff(want, report.Findings[1]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if reason := report.Findings[0]["acknowledged"]; reason != "people of the company sign up themselves" {
		t.Errorf("acknowledged %q", reason)
	}
}

func TestLintOfTheApp(t *testing.T) {
	if report, got := lint(t, weather); got.status != statusPassed || report.Paths[0].Templates != 1 {
		t.Errorf("%+v", got)
	}
}

// A path is as the user gave it, so that an editor opens the place from where the command ran.
func TestLintKeepsThePath(t *testing.T) {
	absolute, err := filepath.Abs(lintData + "open.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		absolute: absolute,
		"testdata/../testdata/lint/../lint/assembly/": "testdata/lint/assembly/assembly-Prod/reports/nested.template.json",
	} {
		report, _ := lint(t, path)
		if last := report.Findings[len(report.Findings)-1]; last.File != want || last.Path != path {
			t.Errorf("%s: %+v", path, last)
		}
		if _, err := os.Stat(want); err != nil {
			t.Error(err)
		}
	}
}

func TestLintOfUnusableInput(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	large := file("large.yaml", "")
	if err := os.Truncate(large, 10<<30); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path, want string
	}{
		{"nothing there", "nowhere.json", "nowhere.json: no such file or directory"},
		{"a folder that is no assembly", folder, folder + ": this folder has no manifest.json, so it is not a cloud assembly: pass the folder that cdk synth wrote (cdk.out), or each template"},
		{"the manifest of a web page", filepath.Dir(file("site/manifest.json", `{"name": "x", "icons": []}`)), "/site: its manifest.json has no stack: pass the folder"},
		{"a manifest that is none", filepath.Dir(file("broken/manifest.json", `{`)), "/broken: manifest.json: "},
		{"SAM", lintData + "sam.yaml", "sam.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31: use the expanded template, which `aws cloudformation get-template --template-stage Processed"},
		{"a text", file("text.yaml", "text"), "text.yaml: a template must be an object"},
		{"other JSON", file("package.json", `{"name": "x"}`), "package.json: 2 problems:\n   1. name: is not a section of CloudFormation"},
		{"empty", file("empty", ""), "the template is empty"},
		{"bytes", file("bytes", "\xff\xfe"), "must be UTF-8 text"},
		{"10 GB", large, "large.yaml: a template may not exceed 1000000 bytes"},
		{"endless", "/dev/zero", "/dev/zero: a template may not exceed 1000000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := os.Stat(test.path); err != nil && strings.HasPrefix(test.path, "/dev/") {
				t.Skip(err)
			}
			got := runCommand(t, "lint", test.path)
			if got.status != statusUsage || got.out != "" || !strings.HasPrefix(got.err, "weather-events: ") || !strings.Contains(got.err, test.want) {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}

// All unusable paths are named, and what the others have is printed.
func TestLintOfUnusableInputAndFindings(t *testing.T) {
	arguments := []string{lintData + "sam.yaml", lintData + "open.yaml", "nowhere.json"}
	got := runCommand(t, append([]string{"lint"}, arguments...)...)
	if got.status != statusUsage || !strings.Contains(got.out, "open.yaml:25") || !strings.HasSuffix(got.out, "\n1 error in 1 template\n") {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"weather-events: 2 of 3 paths cannot be checked:\n- testdata/lint/sam.yaml: ", "\n- read the template: open nowhere.json"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("%s, want %q", got.err, want)
		}
	}
	report, got := lint(t, arguments...)
	if got.status != statusUsage || report.Passed || report.Paths[0].Status != lintUnusable || report.Paths[1].Status != lintFailed ||
		!strings.Contains(report.Paths[2].Error, "no such file") || len(report.Findings) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestLintWithoutPath(t *testing.T) {
	template, err := filepath.Abs(lintData + "assembly")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	got := runCommand(t, "lint")
	if got.status != statusUsage || got.err != "weather-events: no cloud assembly at cdk.out: run cdk synth first (in this project: `make synth`), or pass the path of an assembly or template\n" {
		t.Errorf("%+v", got)
	}
	if err := os.CopyFS("cdk.out", os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
	if report, got := lint(t); got.status != statusFailed || report.Findings[0].File != filepath.Join("cdk.out", "Auth.template.json") {
		t.Errorf("%+v", got)
	}
}

func TestLintUsage(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--json", "--sarif"}, "can't be used together"},
		{[]string{"--rules", "--sarif"}, "can't be used together"},
		{[]string{"--rules", "cdk.out"}, `--rules takes no path, got "cdk.out"`},
	} {
		got := runCommand(t, append([]string{"lint"}, test.arguments...)...)
		if got.status != statusUsage || !strings.Contains(got.err, test.want) || got.out != "" {
			t.Errorf("%v: %+v", test.arguments, got)
		}
	}
}

func TestLintRules(t *testing.T) {
	got := runCommand(t, "lint", "--rules")
	for _, rule := range rules.Table() {
		if row := fmt.Sprintf("\n%-8s  %s\n", rule.Severity, rule.ID); !strings.Contains(got.out, row) || !strings.Contains(got.out, rule.Source+"\n") {
			t.Errorf("no %q in\n%s", row, got.out)
		}
	}
	if got.status != statusPassed || got.err != "" || strings.HasSuffix(got.out, "\n\n") {
		t.Errorf("%+v", got)
	}
	got = runCommand(t, "lint", "--rules", "--json")
	var table []rules.Rule
	if err := json.Unmarshal([]byte(got.out), &table); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rules.Table(), table); diff != "" || got.status != statusPassed {
		t.Errorf("%+v\n%s", got, diff)
	}
}

// The columns hold the longest severity and rule.
func TestLintColumnsAreWideEnough(t *testing.T) {
	for _, rule := range rules.Table() {
		if len(rule.ID) > ruleWidth || len(rule.Severity) > severityWidth {
			t.Errorf("%s %s", rule.Severity, rule.ID)
		}
	}
}

func TestLintTable(t *testing.T) {
	finding := func(severity rules.Severity, rule, file string, place rules.Place, acknowledged string) lintFinding {
		place.File = file
		return lintFinding{Counts: severity != rules.Warning && acknowledged == "", Finding: rules.Finding{
			Rule: rule, Severity: severity, Place: place, Acknowledged: acknowledged,
			Message: "a message that is long enough to be broken, as it does not fit into the cells of one line",
			Remedy:  "do it",
		}}
	}
	report := lintReport{
		Paths: []lintedPath{{Templates: 3}, {Status: lintUnusable}},
		Findings: []lintFinding{
			finding(rules.Fatal, "resource-server-twice", "cdk.out/"+strings.Repeat("long/", 12)+"App.template.json", rules.Place{Line: 7, LogicalID: "Server", ConstructPath: "App/Server"}, ""),
			finding(rules.Error, "method-open", "a.yaml", rules.Place{Line: 12345, LogicalID: "Get"}, ""),
			finding(rules.Warning, "scope-unused", "a.yaml", rules.Place{Line: 1, Property: "Outputs.Url"}, ""),
			finding(rules.Warning, "scope-unused", "a.yaml", rules.Place{Line: 2}, "it is for later"),
			finding(rules.Error, "pool-sign-up", "a.yaml", rules.Place{Line: 3}, "it is\nfor people"),
		},
	}
	const message = `
          a message that is long enough to be broken, as it does not fit into
          the cells of one line
`
	want := `Severity  Rule                    Place
--------  ----------------------  ----------------------------------------------
fatal     resource-server-twice   cdk.out/` + strings.Repeat("long/", 12) + `App.template.json:7
          App/Server` + message + `          Remedy: do it

error     method-open             a.yaml:12345
          Get` + message + `          Remedy: do it

warning   scope-unused            a.yaml:1
          Outputs.Url` + message + `          Remedy: do it

warning   scope-unused            a.yaml:2` + message + `          Acknowledged: it is for later

error     pool-sign-up            a.yaml:3` + message + `          Acknowledged: it is for people

1 fatal, 1 error, 1 warning, 2 acknowledged in 3 templates; warnings fail with --strict only
`
	if diff := cmp.Diff(want, report.table(false)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	colored := report.table(true)
	if diff := cmp.Diff(want, regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(colored, "")); diff != "" {
		t.Errorf("colours are more than colours (-want +got)\n%s", diff)
	}
	for _, start := range []string{bold + "Severity", red + "fatal ", red + "error ", yellow + "warning ", faint + "warning ", faint + "error "} {
		if !strings.Contains(colored, start) {
			t.Errorf("no %q in %q", start, colored)
		}
	}
}

func TestLintTableWithoutFindings(t *testing.T) {
	if got := runCommand(t, "lint", lintData+"clean.yaml"); got.out != "No findings in 1 template\n" || got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "lint", lintData+"warning.json", "--strict"); !strings.HasSuffix(got.out, "\n1 warning in 1 template\n") || got.status != statusFailed {
		t.Errorf("%+v", got)
	}
}

// What a template says is no command for a terminal, whatever the output.
func TestLintOfHostileNames(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cdk\x1b[2J.out")
	if err := os.CopyFS(folder, os.DirFS(lintData+"assembly")); err != nil {
		t.Skip(err)
	}
	manifest := filepath.Join(folder, "manifest.json")
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	reason := bytes.Replace(data, []byte("people of the company"), []byte(`\u001b]0;\u0007\u202e`), 1)
	if err := os.WriteFile(manifest, reason, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"", "--json", "--sarif"} {
		arguments := []string{"lint", folder, lintData + "hostile.yaml", "nowhere\u009b2J"}
		if format != "" {
			arguments = append(arguments, format)
		}
		got := runCommand(t, arguments...)
		for _, output := range []string{got.out, got.err} {
			for _, r := range output {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("%s: %q is in %q", format, r, output)
					break
				}
			}
		}
		if strings.Contains(got.out, "\nweather-events: no findings") || !strings.Contains(got.out, "hostile.yaml") {
			t.Errorf("%s: %s", format, got.out)
		}
	}
}

func TestLintAsSARIF(t *testing.T) {
	got := runCommand(t, "lint", "--sarif", lintData+"assembly", lintData+"warning.json", lintData+"hostile.yaml")
	report := readSARIF(t, got.out)
	if got.status != statusFailed || got.err != "" {
		t.Errorf("%+v", got)
	}
	run := report.Runs[0]
	if *run.Tool.Driver.Name != "weather-events lint" || !*run.Invocations[0].ExecutionSuccessful {
		t.Errorf("%s", got.out)
	}
	for i, rule := range rules.Table() {
		described := run.Tool.Driver.Rules[i]
		if *described.ID != rule.ID || *described.HelpURI != rule.Source || !strings.Contains(*described.Help.Text, rule.Protects) ||
			(described.DefaultConfiguration.Level == "warning") != (rule.Severity == rules.Warning) {
			t.Errorf("rule %d: %+v", i, described)
		}
	}
	var found []string
	for _, result := range run.Results {
		physical, logical := result.Locations[0].PhysicalLocation, result.Locations[0].LogicalLocations[0]
		short := fmt.Sprintf("%s %s %s:%d %s", result.Level, *result.RuleID, *physical.ArtifactLocation.URI, *physical.Region.StartLine, *logical.FullyQualifiedName)
		for _, suppression := range result.Suppressions {
			short += fmt.Sprintf(" %s: %s", *suppression.Kind, *suppression.Justification)
		}
		if *run.Tool.Driver.Rules[result.RuleIndex].ID != *result.RuleID || strings.Contains(*result.Message.Text, "](") {
			t.Errorf("%+v", result)
		}
		found = append(found, short)
	}
	want := []string{
		"warning pool-sign-up testdata/lint/assembly/Auth.template.json:3 Auth/Pool/Resource inSource: people of the company sign up themselves",
		"error method-open testdata/lint/assembly/assembly-Prod/reports/nested.template.json:25 Prod/Api/Nested/Api/Default/DELETE/Resource",
		"warning pool-sign-up testdata/lint/warning.json:3 Pool",
		"error method-open testdata/lint/hostile.yaml:11 App/\x1b[2J\nweather-events: no findings\x1b[8m/Get/Resource",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if text := *run.Results[2].Message.Text; !strings.HasPrefix(text, "Pool: ") || !strings.Contains(text, "\nRemedy: ") {
		t.Errorf("message %q", text)
	}
}

// A file without results is not taken for one without findings.
func TestLintAsSARIFOfUnusableInput(t *testing.T) {
	got := runCommand(t, "lint", "--sarif", "no where.json")
	run := readSARIF(t, got.out).Runs[0]
	notifications := run.Invocations[0].ToolExecutionNotifications
	if got.status != statusUsage || *run.Invocations[0].ExecutionSuccessful || len(notifications) != 1 || notifications[0].Level != "error" ||
		!strings.Contains(*notifications[0].Message.Text, "no such file") || *notifications[0].Locations[0].PhysicalLocation.ArtifactLocation.URI != "no%20where.json" {
		t.Errorf("%+v", got)
	}
}

// readSARIF reads a report that is valid by the schema of SARIF.
func readSARIF(t *testing.T, text string) *sarif.Report {
	t.Helper()
	report, err := sarif.FromString(text, sarif.WithStrictValidation())
	if err != nil {
		t.Fatal(err)
	}
	if err := report.Validate(); err != nil || report.Version != "2.1.0" || len(report.Runs) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	return report
}

func TestFileURI(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"cdk.out/App.template.json":              "cdk.out/App.template.json",
		"./a/../b c#%.yaml":                      "b%20c%23%25.yaml",
		"a:b.yaml":                               "./a:b.yaml",
		filepath.Join(here, "cdk.out", "a.json"): "cdk.out/a.json",
		filepath.Join(filepath.Dir(here), "é"):   "file://" + filepath.ToSlash(filepath.Dir(here)) + "/%C3%A9",
		"../a.yaml":                              "file://" + filepath.ToSlash(filepath.Dir(here)) + "/a.yaml",
	} {
		if got := fileURI(file); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
