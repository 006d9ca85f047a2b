package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runMake runs make with only these programs on PATH.
func runMake(t *testing.T, programs []string, arguments ...string) string {
	t.Helper()
	bin := t.TempDir()
	for _, program := range programs {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, program)); err != nil {
			t.Fatal(err)
		}
	}
	makePath, err := exec.LookPath("make")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(makePath, append([]string{"--no-print-directory"}, arguments...)...)
	command.Dir = root
	command.Env = append(os.Environ(), "PATH="+bin, "MAKEFLAGS=", "MAKELEVEL=", "ARGS=")
	output, _ := command.CombinedOutput()
	return string(output)
}

func TestMakePassesArgumentsToTheCLI(t *testing.T) {
	for _, target := range []string{"synth", "bootstrap", "deploy", "destroy", "diff"} {
		output := runMake(t, nil, "--dry-run", target, "ARGS=-c stageName=v1")
		var command string
		for _, line := range strings.Split(output, "\n") {
			if strings.HasPrefix(line, "cdk "+target) {
				command = line
			}
		}
		if !strings.HasSuffix(command, " -c stageName=v1") {
			t.Errorf("make %s runs %q", target, command)
		}
	}
}

func TestMakeSaysWhatToInstall(t *testing.T) {
	if output := runMake(t, nil, "go-is-there"); !strings.HasPrefix(output, "Go is missing: install Go 1.26 or later, https://go.dev/dl\n") {
		t.Errorf("without Go: %s", output)
	}
	if output := runMake(t, []string{"go"}, "npm-is-there"); !strings.HasPrefix(output, "npm is missing: install Node.js 22 or later, https://nodejs.org\n") {
		t.Errorf("without npm: %s", output)
	}
}

func TestMakeAloneListsTheTargets(t *testing.T) {
	output := runMake(t, []string{"awk"})
	for _, target := range []string{"help", "run", "serve", "synth", "bootstrap", "deploy", "destroy", "diff", "test", "mutate", "check", "clean"} {
		if !strings.Contains(output, "make "+target+" ") {
			t.Errorf("make does not list %s:\n%s", target, output)
		}
	}
}
