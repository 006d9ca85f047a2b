//go:build linux

package lambda_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/lambda"
)

// A failure reads as on AWS, and the next call finds a function.
func TestFailures(t *testing.T) {
	t.Parallel()
	const id = `^RequestId: [0-9a-f-]{36} Error: `
	for name, want := range map[string]struct{ errorType, message string }{
		"error":                 {"refusedError", "^no \x1b\\[31msuch\x1b\\[0m order$"},
		"long error":            {"errorString", "^x{1000}"},
		"panic":                 {"string", "^no more$"},
		"stream":                {"errorString", "^the disk is gone$"},
		"exit 0 before ready":   {"Runtime.ExitError", id + "Runtime exited without providing a reason$"},
		"exit 3 before ready":   {"Runtime.ExitError", id + "Runtime exited with error: exit status 3$"},
		"init error":            {"Config.Missing", "^no table$"},
		"init error that stays": {"Config.Missing", "^no table$"},
		"silence at start":      {"Sandbox.Timedout", id + `Task timed out after 2\.00 seconds$`},
		"silence in a call":     {"Sandbox.Timedout", id + `Task timed out after 2\.00 seconds$`},
		"next without answer":   {"Sandbox.Timedout", id + `Task timed out after 2\.00 seconds$`},
		"crash in a call":       {"Runtime.ExitError", id + "Runtime exited with error: exit status 42$"},
		"exit in a call":        {"Runtime.ExitError", id + "Runtime exited without providing a reason$"},
		"killed in a call":      {"Runtime.ExitError", id + "Runtime exited with error: signal: killed$"},
		"huge answer":           {"Function.ResponseSizeTooLarge", `^Response payload size exceeded maximum allowed payload size \(6291556 bytes\)\.$`},
		"7 MB answer":           {"Function.ResponseSizeTooLarge", "6291556"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := time.Minute
			if want.errorType == "Sandbox.Timedout" {
				timeout = 2 * time.Second
			}
			function := program(t, name, lambda.Config{
				Timeout: timeout, InitTimeout: time.Second, Concurrency: 1,
				Environment: map[string]string{"MARK": filepath.Join(t.TempDir(), "mark")},
			})
			_, err := try(t.Context(), function, event{})
			failed := functionError(t, err)
			if failed.Type != want.errorType || !regexp.MustCompile(want.message).MatchString(failed.Message) {
				t.Errorf("got %s: %s", failed.Type, failed.Message)
			}
			if errors.Is(err, lambda.ErrTimeout) != (want.errorType == "Sandbox.Timedout") {
				t.Errorf("is a timeout: %v", errors.Is(err, lambda.ErrTimeout))
			}
			switch _, err := try(t.Context(), function, event{}); name {
			case "error", "long error", "stream", "7 MB answer": // always
				if _, ok := errors.AsType[*lambda.FunctionError](err); !ok {
					t.Errorf("the next call: %v", err)
				}
			default:
				if err != nil {
					t.Errorf("the next call: %v", err)
				}
			}
		})
	}
}

func TestProgramsThatCannotStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "none"):      "Couldn't find valid bootstrap(s): [" + folder,
		folder:                             "permission denied",
		write("data", "#!/bin/sh", 0o600):  "permission denied",
		write("other", "\x7fELF?", 0o700):  "exec format error (it is not a program for ",
		write("empty", "", 0o700):          "exec format error",
		write("script", "#!/none\n", 0700): "Couldn't find valid bootstrap(s)",
	} {
		function := lambda.NewProgram(lambda.Config{Program: path})
		defer function.Close()
		for range 2 {
			_, err := function.Invoke(t.Context(), nil)
			if failed := functionError(t, err); failed.Type != "Runtime.InvalidEntrypoint" || !strings.Contains(failed.Message, want) {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// Work after the answer loses neither the answer nor the next call.
func TestBehindTheAnswer(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"answer for another", "work behind the answer", "crash behind the answer", "crash behind the answer, output held", "silence behind the answer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark := filepath.Join(t.TempDir(), "mark")
			function := program(t, name, lambda.Config{Timeout: 3 * time.Second, Concurrency: 1, Environment: map[string]string{"MARK": mark}})
			if got := call(t, function, event{}); got.Text != "first" {
				t.Errorf("got %+v", got)
			}
			started, err := os.Stat(mark)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(started.ModTime()); name != "answer for another" && took > 2500*time.Millisecond {
				t.Errorf("the answer took %v", took)
			}
			if got := call(t, function, event{Text: "next"}); got.Text != "next" {
				t.Errorf("got %+v", got)
			}
			start := time.Now()
			function.Close()
			if took := time.Since(start); took > 3500*time.Millisecond {
				t.Errorf("Close took %v", took)
			}
		})
	}
}

// An instance that works after its answer does not delay the next call.
func TestTheNextCallDoesNotWaitForWorkBehindTheAnswer(t *testing.T) {
	t.Parallel()
	function := program(t, "silence behind the answer", lambda.Config{
		Timeout: time.Minute, Environment: map[string]string{"MARK": filepath.Join(t.TempDir(), "mark")},
	})
	call(t, function, event{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got, err := try(ctx, function, event{Text: "next"}); err != nil || got.Text != "next" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAnInstanceThatEndsWhileIdleIsReplaced(t *testing.T) {
	t.Parallel()
	function := program(t, "crash while idle", lambda.Config{})
	first := call(t, function, event{})
	if !soon(func() bool { return gone(first.PID) }) {
		t.Fatal("the instance still runs")
	}
	time.Sleep(300 * time.Millisecond) // the server notices the closed connection
	if second := call(t, function, event{}); second.Calls != 1 {
		t.Errorf("got %+v after %+v", second, first)
	}
}
