package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every Go snippet is part of an Example or of a program in examples. Both are compiled
// and run.
func TestGoSnippetsAreCompiled(t *testing.T) {
	var compiled []string
	for _, pattern := range []string{"*/example_test.go", "constructs/*/example_test.go", "examples/*/main.go", "examples/company/*/*.go"} {
		files, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compiled = append(compiled, unindented(string(data)))
		}
	}
	for name, page := range pages(t) {
		for _, block := range goBlock.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(strings.Join(compiled, "\n"), strings.TrimSpace(unindented(block[1]))) {
				t.Errorf("this snippet of %s is in no Example and no program of examples:\n%s", name, block[1])
			}
		}
	}
}

var makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)

// Every command is a Makefile target, a command of cmd/weather-events with existing
// flags, or a command that TestPublishingUnderAnotherPath, TestTheCommandWithoutGo or
// TestImportIt runs.
func TestCommandsExist(t *testing.T) {
	targets := map[string]bool{}
	for _, match := range makeTarget.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[match[1]] = true
	}
	elsewhere := map[string]bool{}
	for _, page := range []string{read(t, publishing), read(t, withoutGo), startingPoint(t)} {
		for _, command := range commandsOf(page) {
			elsewhere[command] = true
		}
	}
	binary, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages(t) {
		for _, command := range commandsOf(page) {
			arguments, ours := strings.CutPrefix(command, "go run ./cmd/weather-events ")
			words := strings.Fields(command)
			switch {
			case elsewhere[command] || len(words) > 1 && words[0] == "make" && targets[words[1]]:
			case ours:
				if output, err := exec.Command("sh", "-euc", binary+" "+arguments+" --help").CombinedOutput(); err != nil {
					t.Errorf("%s: %q: %s", name, command, output)
				}
			default:
				t.Errorf("%s: %q is neither a target of the Makefile nor a command", name, command)
			}
		}
	}
}

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

// Every security claim names the test that proves it.
func TestSecurityClaimsAreTested(t *testing.T) {
	tests := map[string]bool{}
	for line := range strings.Lines(run(t, root, "git", "grep", "-hoE", "^func Test[A-Za-z0-9]+", "--", "*_test.go")) {
		tests[strings.TrimSpace(strings.TrimPrefix(line, "func "))] = true
	}
	page := read(t, "docs/security.md")
	for _, match := range testName.FindAllStringSubmatch(page, -1) {
		if !tests[match[1]] {
			t.Errorf("docs/security.md names %s, which does not exist", match[1])
		}
	}
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "| ") && !strings.Contains(line, "shown by") && !testName.MatchString(line) {
			t.Errorf("docs/security.md claims without a test: %s", line)
		}
	}
}

// The guide's commands turn a copy of the sources into another module, and every import
// resolves. Compiling it takes too long for a test.
func TestPublishingUnderAnotherPath(t *testing.T) {
	fork := t.TempDir()
	for _, file := range strings.Fields(run(t, root, "git", "ls-files", "*.go", "*.mod", "*.sum", "*.json", "*.html")) {
		write(t, filepath.Join(fork, file), read(t, file))
	}
	commands := strings.Replace(shellBlock.FindStringSubmatch(read(t, publishing))[1], "go vet ./...", "go list -deps -test ./... > packages", 1)
	run(t, fork, "sh", "-euc", commands)
	rest := exec.Command("grep", "-rl", module, "--include=*.go", "--include=go.mod", ".")
	rest.Dir = fork
	if output, _ := rest.Output(); len(output) > 0 {
		t.Errorf("the old path is left in\n%s", output)
	}
}
