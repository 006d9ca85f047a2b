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

// The form of --json is documented, and programs parse it.
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

// The columns fit the longest severity and rule.
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
		t.Errorf("colours change the text (-want +got)\n%s", diff)
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

// A template's text never reaches the terminal as a command, whatever the output.
func TestLintOfHostileNames(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cdk\x1b[2J.out")
	if err := os.CopyFS(folder, os.DirFS(lintData+"assembly")); err != nil {
		t.Skipf("the file system takes no control characters in names: %v", err)
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

// A report of a failed run does not look like a report without findings.
func TestLintAsSARIFOfUnusableInput(t *testing.T) {
	got := runCommand(t, "lint", "--sarif", "no where.json")
	run := readSARIF(t, got.out).Runs[0]
	notifications := run.Invocations[0].ToolExecutionNotifications
	if got.status != statusUsage || *run.Invocations[0].ExecutionSuccessful || len(notifications) != 1 || notifications[0].Level != "error" ||
		!strings.Contains(*notifications[0].Message.Text, "no such file") || *notifications[0].Locations[0].PhysicalLocation.ArtifactLocation.URI != "no%20where.json" {
		t.Errorf("%+v", got)
	}
}

// readSARIF reads a report and checks it against the SARIF schema.
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
