//go:build !race

package repository

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Whoever follows the page in a project without Go has a command that checks,
// walks through and serves.
func TestTheCommandWithoutGo(t *testing.T) {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	release, project := t.TempDir(), t.TempDir()
	runMake(t, nil, "binaries", "DIST="+release, "PLATFORMS="+runtime.GOOS+"/"+runtime.GOARCH, "PATH="+os.Getenv("PATH"))
	assembly(t, filepath.Join(project, "cdk.out"), false)
	if err := os.WriteFile(filepath.Join(project, "template.json"), []byte(read(t, "testdata/weather-events-api.template.json")), 0o644); err != nil {
		t.Fatal(err)
	}

	var script, serve []string
	for _, command := range commandsOf(strings.ReplaceAll(read(t, withoutGo), "linux_amd64", platform)) {
		if strings.HasPrefix(command, "./weather-events serve ") {
			serve = append(serve, command)
		} else {
			script = append(script, command)
		}
	}
	// A release and the CDK CLI are here already.
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
