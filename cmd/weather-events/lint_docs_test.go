package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	lintGuide    = "../../docs/lint-any-template.md"
	lintWorkflow = "../../examples/github-actions/lint.yml"
)

// projectToLint is a folder with the files that the guides check.
func projectToLint(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "cdk.out"), os.DirFS(lintData+"assembly")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "template.yaml"), []byte(readText(t, lintData+"open.yaml")), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Every command of the guides runs.
func TestLintOfTheGuides(t *testing.T) {
	commands := regexp.MustCompile(`(?m)^go run \./cmd/weather-events (lint.*)$`)
	var found [][]string
	for _, guide := range []string{lintGuide, "../../docs/run-in-ci.md"} {
		matches := commands.FindAllStringSubmatch(readText(t, guide), -1)
		if len(matches) == 0 {
			t.Errorf("%s has no command", guide)
		}
		found = append(found, matches...)
	}
	t.Chdir(projectToLint(t))
	for _, match := range found {
		if got := runCommand(t, strings.Fields(match[1])...); got.status == statusUsage || got.out == "" || got.err != "" {
			t.Errorf("%s: %+v", match[1], got)
		}
	}
}

type step struct {
	Run, Uses string
	With      map[string]string
}

// Everything the guide shows is in the workflow, in a checked template, or runs here.
func TestLintInAPipeline(t *testing.T) {
	guide, workflow := readText(t, lintGuide), readText(t, lintWorkflow)
	var parsed struct {
		Jobs map[string]struct{ Steps []step }
	}
	if err := yaml.Unmarshal([]byte(workflow), &parsed); err != nil {
		t.Fatal(err)
	}
	pipelines := [][]step{parsed.Jobs["lint"].Steps}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(guide, -1) {
		shown := unindented(block[1])
		if strings.Contains(unindented(workflow), shown) || strings.Contains(unindented(readText(t, lintData+"exceptions.yaml")), shown) {
			continue
		}
		var steps []step
		if err := yaml.Unmarshal([]byte(block[1]), &steps); err != nil {
			t.Fatalf("%v\n%s", err, block[1])
		}
		pipelines = append(pipelines, steps)
	}
	if len(pipelines) != 2 {
		t.Errorf("%d pipelines, want the workflow's and the checkout's", len(pipelines))
	}
	for _, steps := range pipelines {
		project := projectToLint(t)
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		// The command resolves at its import path, as if published, and in its checkout.
		workspace := filepath.Join(project, "go.work")
		if err := errors.Join(
			os.WriteFile(workspace, []byte("go 1.26.0\nuse "+root+"\n"), 0o600),
			os.Symlink(root, filepath.Join(project, "weather-events-api")),
		); err != nil {
			t.Fatal(err)
		}
		var statuses []int
		for _, step := range steps {
			if step.Run == "" {
				continue
			}
			shell := exec.Command("sh", "-euc", step.Run)
			shell.Dir = project
			shell.Env = append(os.Environ(), "GOWORK="+workspace, "GOFLAGS=", "RUNNER_TEMP="+project,
				"COMMAND=example.com/weather-events-api/cmd/weather-events")
			output, err := shell.CombinedOutput()
			if err != nil && shell.ProcessState == nil {
				t.Fatal(err)
			}
			t.Logf("%s: %s", step.Run, output)
			statuses = append(statuses, shell.ProcessState.ExitCode())
		}
		want := make([]int, len(statuses))
		want[len(want)-1] = statusFailed // the last step finds the template's faults
		if !slices.Equal(statuses, want) {
			t.Errorf("exit statuses %v, want %v", statuses, want)
		}
		if results := readSARIF(t, readText(t, filepath.Join(project, "lint.sarif"))).Runs[0].Results; len(results) != 1 ||
			*results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI != "template.yaml" {
			t.Errorf("%+v", results)
		}
	}
}

func unindented(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}
