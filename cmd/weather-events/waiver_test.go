package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

// withPolicy is a template with a resource policy and a stage cache.
const withPolicy = "testdata/policy.template.yaml"

func TestWithoutAWaiver(t *testing.T) {
	for _, command := range []string{"serve", "token", "openapi", "verify"} {
		got := runCommand(t, command, "--template", withPolicy)
		for _, want := range []string{"Api.Properties.Policy: is not supported: resource policies are not evaluated; with --without resource-policy ", "with --without cache "} {
			if got.status != statusUsage || strings.Count(got.err, want) != 1 || got.out != "" {
				t.Errorf("%s: %+v, want %q", command, got, want)
			}
		}
		got = runCommand(t, command, "--template", withPolicy, "--without", "policy")
		if got.status != statusUsage || !strings.Contains(got.err, `"policy": is not a waiver (there are resource-policy, mutual-tls, `) {
			t.Errorf("%s: %+v", command, got)
		}
	}
}

func TestWaiversAreSaid(t *testing.T) {
	waive := []string{"--template", withPolicy, "--without", "resource-policy,cache", "--without=canary"}
	const policy = "without resource-policy: callers that a resource policy refuses are let in (Api.Properties.Policy)\n"
	const canary = "without canary: nothing here needs this waiver\n"
	out, log, stop := startServe(t, append(waive, "--json")...)
	stop()
	var ready struct{ Waivers []local.Waiver }
	if err := json.Unmarshal([]byte(out.String()), &ready); err != nil {
		t.Fatal(err)
	}
	want := []local.Waiver{
		{Name: "resource-policy", Effect: "callers that a resource policy refuses are let in", For: []string{"Api.Properties.Policy"}},
		{Name: "cache", Effect: "no response comes from a cache", For: []string{"Stage.Properties.CacheClusterEnabled"}},
		{Name: "canary", Effect: "no request goes to a canary", For: []string{}},
	}
	if diff := cmp.Diff(want, ready.Waivers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := log.String(); !strings.Contains(got, "note: "+policy) || !strings.Contains(got, "note: "+canary) {
		t.Errorf("%s", got)
	}
	out, _, stop = startServe(t, waive...)
	stop()
	if got := out.String(); !strings.Contains(got, "\nW"+policy[1:]) || !strings.Contains(got, "\nW"+canary[1:]) {
		t.Errorf("%s", got)
	}
	for _, command := range []string{"token", "verify"} {
		got := runCommand(t, append([]string{command}, waive...)...)
		if got.status != statusPassed || !strings.Contains(got.err, "note: "+policy) {
			t.Errorf("%s: %+v", command, got)
		}
	}
	got := runCommand(t, append([]string{"openapi"}, waive...)...)
	if want := "x-waivers:\n  - name: resource-policy\n    effect: callers that a resource policy refuses are let in\n  - name: cache\n"; got.status != statusPassed || !strings.Contains(got.out, want) || strings.Contains(got.out, "canary") {
		t.Errorf("%+v, want %s", got, want)
	}
}

// The help names every waiver that there is.
func TestHelpNamesTheWaivers(t *testing.T) {
	help := strings.Join(strings.Fields(runCommand(t, "serve", "--help").out), " ")
	_, names, _ := strings.Cut(runCommand(t, "token", "--template", withPolicy, "--without=x").err, "(there are ")
	names, _, _ = strings.Cut(names, ")")
	if names == "" || !strings.Contains(help, "by default: "+names+";") {
		t.Errorf("the help does not name %s:\n%s", names, help)
	}
}

// A template of AWS SAM has one remedy, which every command names once.
func TestSAM(t *testing.T) {
	for name, template := range map[string]string{
		"transform":          "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\n",
		"list of transforms": "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nGlobals: {Function: {Timeout: 3}}\n",
		"no transform":       "",
	} {
		file := writeFile(t, "sam.yaml", template+"Resources: {Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}, F: {Type: AWS::Serverless::Function}}\n")
		for _, arguments := range [][]string{{"serve", "--template", file}, {"token", "--template", file}, {"openapi", "--template", file}, {"verify", "--template", file}, {"lint", file}} {
			got := runCommand(t, arguments...)
			const want = "Transform: only AWS expands the macro AWS::Serverless-2016-10-31"
			if got.status != statusUsage || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, want) || !strings.Contains(got.err, "`aws cloudformation get-template --template-stage Processed ") {
				t.Errorf("%s: %v: %+v", name, arguments, got)
			}
		}
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
