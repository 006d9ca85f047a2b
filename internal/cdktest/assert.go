package cdktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

// Equal fails the test unless got is want; what names the value.
func Equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}

// MustPanic runs f, which must panic with a message that contains every want, and
// returns the panic value.
func MustPanic(t testing.TB, f func(), want ...string) (failure any) {
	t.Helper()
	defer func() {
		t.Helper()
		failure = recover()
		if failure == nil {
			t.Fatalf("no panic, want %q", want)
		}
		for _, part := range want {
			if message := fmt.Sprint(failure); !strings.Contains(message, part) {
				t.Errorf("the panic lacks the wanted text\nwant %s\ngot  %s", part, message)
			}
		}
	}()
	f()
	return nil
}

// MustFailSynth synthesizes the app of scope, which must fail with a message that
// contains every want.
func MustFailSynth(t testing.TB, scope constructs.Construct, want ...string) {
	t.Helper()
	MustPanic(t, func() { appOf(scope).Synth(nil) }, want...)
}

func appOf(scope constructs.Construct) awscdk.App { return scope.Node().Root().(awscdk.App) }

// Warnings synthesizes the app of stack and returns its unacknowledged warnings, as
// the CDK CLI would print them.
func Warnings(t testing.TB, stack awscdk.Stack) []string {
	t.Helper()
	assembly := awscdk.Stage_Of(stack).Synth(nil)
	data, err := os.ReadFile(filepath.Join(*assembly.Directory(), *stack.ArtifactId()+".metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata map[string][]struct {
		Type string
		Data any
	}
	if err := json.Unmarshal(data, &metadata); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	for _, path := range slices.Sorted(maps.Keys(metadata)) {
		for _, entry := range metadata[path] {
			if entry.Type == "aws:cdk:warning" {
				warnings = append(warnings, fmt.Sprint(entry.Data))
			}
		}
	}
	return warnings
}

// Finding is an entry of CDK's report of plugin findings.
type Finding struct {
	Rule     string
	Severity string
	Path     string // construct path
	Message  string
	Remedy   string
}

// Findings synthesizes the app of scope and returns the unacknowledged findings of
// plugins. The synthesis must fail if one of them is an error, and succeed
// otherwise.
func Findings(t testing.TB, scope constructs.Construct) []Finding {
	t.Helper()
	app := appOf(scope)
	failure := func() (failure any) {
		defer func() { failure = recover() }()
		app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)})
		return nil
	}()
	data, err := os.ReadFile(filepath.Join(*app.Outdir(), "validation-report.json"))
	if err != nil {
		t.Fatalf("no report: %v, the synthesis said: %v", err, failure)
	}
	var report struct {
		PluginReports []struct {
			Metadata   map[string]string
			Violations []struct {
				RuleName, Severity, Description, SuggestedFix string
				ViolatingConstructs                           []struct{ ConstructPath string }
			}
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	var findings []Finding
	broken := false
	for _, plugin := range report.PluginReports {
		if message := plugin.Metadata["error"]; message != "" {
			t.Fatal(message)
		}
		for _, v := range plugin.Violations {
			for _, construct := range v.ViolatingConstructs {
				findings = append(findings, Finding{v.RuleName, v.Severity, strings.TrimSuffix(construct.ConstructPath, "/Resource"), v.Description, v.SuggestedFix})
			}
			broken = broken || v.Severity != "warning"
		}
	}
	if broken != (failure != nil) {
		t.Errorf("with these findings the synthesis must not end with %v\n%v", failure, findings)
	}
	return findings
}

// Rules returns the ids of the rules in findings, in order and without duplicates.
func Rules(findings []Finding) []string {
	ids := []string{}
	for _, finding := range findings {
		ids = append(ids, finding.Rule)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
