//go:build linux

package lambda_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// No function outlives its server, however the server ends.
func TestNoFunctionOutlivesItsServer(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL} {
		server := exec.Command(must(os.Executable()))
		server.Env = append(os.Environ(), behaviour+"=server")
		server.Stderr = os.Stderr
		output, err := server.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		said, _ := bufio.NewReader(output).ReadString('\n')
		pid, err := strconv.Atoi(strings.TrimSpace(said))
		if err != nil || gone(pid) {
			t.Fatalf("%v: the function is %q", signal, said)
		}
		time.Sleep(50 * time.Millisecond) // the next call begins
		server.Process.Signal(signal)
		server.Wait()
		if !soon(func() bool { return gone(pid) }) {
			t.Errorf("%v: the function still runs", signal)
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// The children of a function end with it.
func TestNoChildOutlivesItsFunction(t *testing.T) {
	t.Parallel()
	function := program(t, "children", lambda.Config{})
	child := call(t, function, event{}).PID
	if gone(child) {
		t.Fatal("there is no child")
	}
	start := time.Now()
	function.Close()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("Close took %v", took)
	}
	if !soon(func() bool { return gone(child) }) {
		t.Error("Close left the child of a function")
	}

	var log lines
	function = program(t, "children", lambda.Config{Log: log.add})
	_, err := try(t.Context(), function, event{Text: "crash"})
	if failed := functionError(t, err); failed.Type != "Runtime.ExitError" {
		t.Errorf("got %v", err)
	}
	function.Close()
	if len(log.got) != 1 {
		t.Fatalf("got %q", log.got)
	}
	if _, err := fmt.Sscanf(log.got[0], "function: child %d", &child); err != nil || !soon(func() bool { return gone(child) }) {
		t.Errorf("a crash left the child of a function: %v", err)
	}
}
