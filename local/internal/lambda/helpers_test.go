//go:build linux

package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"example.com/weather-events-api/local/internal/lambda"
)

// program runs the test binary as a function with the named behaviour.
func program(t testing.TB, behaves string, config lambda.Config) *lambda.Program {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	config.Program = own
	if config.Environment == nil {
		config.Environment = map[string]string{}
	}
	config.Environment[behaviour] = behaves
	config.Environment["GORACE"] = "atexit_sleep_ms=0" // exit at once
	function := lambda.NewProgram(config)
	t.Cleanup(func() { function.Close() })
	return function
}

// event is the event of the functions under test, and answer the answer of most.
type event struct {
	Text  string        `json:"text,omitempty"`
	Sleep time.Duration `json:"sleep,omitempty"`
}

type answer struct {
	Text   string        `json:"text"`
	PID    int           `json:"pid"`
	Calls  int           `json:"calls"`
	ID     string        `json:"id"`
	ARN    string        `json:"arn"`
	Trace  string        `json:"trace"`
	Within time.Duration `json:"within"`
}

func call(t testing.TB, function lambda.Function, e event) answer {
	t.Helper()
	got, err := try(t.Context(), function, e)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func try(ctx context.Context, function lambda.Function, e event) (answer, error) {
	payload, _ := json.Marshal(e)
	body, err := function.Invoke(ctx, payload)
	if err != nil {
		return answer{}, err
	}
	var got answer
	return got, json.Unmarshal(body, &got)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// gone reports whether a process has ended.
func gone(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(status), ") Z ")
}

// processes returns this process's children that run an executable.
func processes(t *testing.T, executable string) (found []int) {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if target, err := os.Readlink(link); err == nil && target == executable && pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}

// soon reports whether a condition becomes true within seconds.
func soon(is func() bool) bool {
	for range 500 {
		if is() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// lines is a log.
type lines struct {
	lock sync.Mutex
	got  []string
}

func (l *lines) add(line string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.got = append(l.got, line)
}

// functionError returns err, which must be a function's error and match its payload.
func functionError(t *testing.T, err error) *lambda.FunctionError {
	t.Helper()
	failed, ok := errors.AsType[*lambda.FunctionError](err)
	if !ok {
		t.Fatalf("got %v, want the error of a function", err)
	}
	var payload struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(failed.Payload, &payload); err != nil || payload.ErrorMessage != failed.Message || payload.ErrorType != failed.Type {
		t.Errorf("%+v has the payload %s", failed, failed.Payload)
	}
	if text := err.Error(); strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || len(text) > 1100 {
		t.Errorf("%q is not one short line", text)
	}
	return failed
}
