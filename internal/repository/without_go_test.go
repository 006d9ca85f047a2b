//go:build !race

package repository

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The page's steps in a project without Go give a command that lints, verifies and
// serves.
func TestTheCommandWithoutGo(t *testing.T) {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	release, project := t.TempDir(), t.TempDir()
	releaseOf(t, release, "weather-events_"+platform)
	assembly(t, filepath.Join(project, "cdk.out"), false)
	write(t, filepath.Join(project, "template.json"), read(t, "testdata/weather-events-api.template.json"))

	var script, serve []string
	for _, command := range commandsOf(strings.ReplaceAll(read(t, withoutGo), "linux_amd64", platform)) {
		if strings.HasPrefix(command, "./weather-events serve ") {
			serve = append(serve, command)
		} else {
			script = append(script, command)
		}
	}
	// Stubs supply the release and the CDK CLI.
	preamble := `curl() { cp "$RELEASE/${2##*/}" .; }; npx() { test "$*" = "cdk synth --quiet"; }` + "\n"
	shell := exec.Command("sh", "-euc", preamble+strings.Join(script, "\n"))
	shell.Dir = project
	shell.Env = append(os.Environ(), "RELEASE="+release)
	output, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"weather-events_" + platform + ": OK", "9 of 9 steps passed"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("it does not print %q:\n%s", want, output)
		}
	}
	if len(serve) == 0 {
		t.Error("the page does not serve")
	}
	for _, command := range serve {
		server := exec.Command("sh", "-euc", "exec "+command+" --addr 127.0.0.1:0 --json")
		server.Dir = project
		line, err := server.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		if ready, err := bufio.NewReader(line).ReadString('\n'); err != nil || !strings.Contains(ready, `"clientId"`) {
			t.Errorf("%s: %v, %s", command, err, ready)
		}
		server.Process.Kill()
		server.Wait()
	}
}

// releaseOf writes the files of make binaries without compiling the standard library
// again.
func releaseOf(t *testing.T, folder, name string) {
	t.Helper()
	command, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(command)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, name), string(content))
	write(t, filepath.Join(folder, "SHA256SUMS"), fmt.Sprintf("%x  %s\n%x  weather-events_of_another_system\n", sha256.Sum256(content), name, sha256.Sum256(nil)))
}

// make binaries builds the files that the page names.
func TestBinariesHaveTheNamesOfTheRelease(t *testing.T) {
	recipe := runMake(t, nil, "--dry-run", "binaries")
	for _, part := range []string{"/weather-events_${GOOS}_$GOARCH", "sha256sum weather-events_*", "> SHA256SUMS", "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64"} {
		if !strings.Contains(recipe, part) {
			t.Errorf("make binaries has no %s:\n%s", part, recipe)
		}
	}
}
