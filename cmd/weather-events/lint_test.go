package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const lintData = "testdata/lint/"

// lint runs lint --json and returns the parsed report and the outcome.
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

// places are a report's findings in short form.
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

// One template imports what another exports, in any order of arguments. Each finding
// names its own file.
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

func TestLintOfTheApp(t *testing.T) {
	if report, got := lint(t, weather); got.status != statusPassed || report.Paths[0].Templates != 1 {
		t.Errorf("%+v", got)
	}
}

// A path is the path the user gave, so an editor opens it from the working directory.
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
		{"a folder that is not an assembly", folder, folder + ": this folder has no manifest.json, so it is not a cloud assembly: pass the folder that cdk synth wrote (cdk.out), or each template"},
		{"the manifest of a web page", filepath.Dir(file("site/manifest.json", `{"name": "x", "icons": []}`)), "/site: its manifest.json has no stack: pass the folder"},
		{"an invalid manifest", filepath.Dir(file("broken/manifest.json", `{`)), "/broken: manifest.json: "},
		{"SAM", lintData + "sam.yaml", "sam.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31: use the expanded template, which `aws cloudformation get-template --template-stage Processed"},
		{"a text", file("text.yaml", "text"), "text.yaml: a template must be an object"},
		{"other JSON", file("package.json", `{"name": "x"}`), "package.json: 2 problems:\n   1. name: is not a CloudFormation section"},
		{"empty", file("empty", ""), "the template is empty"},
		{"bytes", file("bytes", "\xff\xfe"), "must be UTF-8 text"},
		{"10 GB", large, "large.yaml: a template may not exceed 1000000 bytes"},
		{"endless", "/dev/zero", "/dev/zero: a template may not exceed 1000000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := os.Stat(test.path); err != nil && strings.HasPrefix(test.path, "/dev/") {
				t.Skipf("this system has no such device: %v", err)
			}
			got := runCommand(t, "lint", test.path)
			if got.status != statusUsage || got.out != "" || !strings.HasPrefix(got.err, "weather-events: ") || !strings.Contains(got.err, test.want) {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}

// All unusable paths are named, and the findings of the usable ones are printed.
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

// The linter accepts each exception of the guide, and reports a finding without it.
func TestLintExceptions(t *testing.T) {
	template := readText(t, lintData+"exceptions.yaml")
	if got := runCommand(t, "lint", "--strict", lintData+"exceptions.yaml"); got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	for reason, rule := range map[string]string{
		"{public: a load balancer calls it}":             "method-open",
		"{people: the back office reads orders by hand}": "client-not-a-machine",
		"{accountRole: true}":                            "account-role",
	} {
		report, got := lint(t, "--strict", writeFile(t, "template.yaml", strings.Replace(template, reason, "{}", 1)))
		if got.status != statusFailed || len(report.Findings) != 1 || report.Findings[0].Rule != rule {
			t.Errorf("without %s: %+v", reason, got)
		}
	}
}
