//go:build !race

package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The guide's steps in an empty folder give an API that answers.
func TestImportIt(t *testing.T) {
	section := startingPoint(t)
	program := goBlock.FindStringSubmatch(section)
	if program == nil {
		t.Fatal("it shows no program")
	}
	output := inNewApp(t, program[1], commandsOf(section)...)
	for _, want := range []string{"GET is let in with that token", "any answer but 401, 403 and   200", "9 of 9 steps passed"} {
		if !strings.Contains(output, want) {
			t.Errorf("the walk-through does not print %q", want)
		}
	}
}

// inNewApp runs commands in a new folder with one program, beside this repository.
func inNewApp(t *testing.T, program string, commands ...string) (output string) {
	t.Helper()
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	folder := filepath.Join(parent, "orders")
	write(t, filepath.Join(folder, "main.go"), program)
	if err := os.Symlink(repository, filepath.Join(parent, "weather-events-api")); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-euc", strings.Join(commands, "\n"))
	shell.Dir = folder
	// Node from node_modules comes first, as in the Makefile. CDK validates this program
	// as an example (make examples).
	shell.Env = append(os.Environ(), "CDK_VALIDATION=false", "PATH="+filepath.Join(repository, "node_modules/.bin")+":"+os.Getenv("PATH"))
	data, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: is the CDK CLI there? make tools installs it\n%s", err, data)
	}
	return string(data)
}
