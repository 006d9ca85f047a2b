//go:build linux

package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/local/internal/lambda"
)

// A handler of aws-lambda-go is a function without an adapter.
var _ lambda.Function = awslambda.NewHandler(handle)

func TestCallsInARowFindTheSameInstance(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{Name: "Orders", Region: "eu-west-1", Timeout: 5 * time.Second})
	first, second := call(t, function, event{Text: "a\u2028ß"}), call(t, function, event{})
	if first.Text != "a\u2028ß" || first.Calls != 1 || second.Calls != 2 || first.PID != second.PID {
		t.Errorf("got %+v, %+v", first, second)
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	trace := regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$`)
	if !uuid.MatchString(first.ID) || first.ID == second.ID || !trace.MatchString(first.Trace) {
		t.Errorf("got id %q and trace %q", first.ID, first.Trace)
	}
	if first.ARN != "arn:aws:lambda:eu-west-1:123456789012:function:Orders" {
		t.Errorf("got ARN %q", first.ARN)
	}
	if first.Within <= 0 || first.Within > 5*time.Second {
		t.Errorf("got %v for a timeout of 5 s", first.Within)
	}
}

func TestPayloadsOfUpTo6MB(t *testing.T) {
	t.Parallel()
	function := program(t, "raw", lambda.Config{Timeout: time.Minute})
	for _, size := range []int{2, 6 << 20} {
		payload := `"` + strings.Repeat("x", size-2) + `"`
		if got, err := function.Invoke(t.Context(), []byte(payload)); err != nil || string(got) != payload {
			t.Errorf("%d bytes: got %d, %v", size, len(got), err)
		}
	}
	if _, err := function.Invoke(t.Context(), make([]byte, 6<<20+1)); !errors.Is(err, lambda.ErrPayloadTooLarge) {
		t.Errorf("6 MB and a byte: %v", err)
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{Timeout: time.Minute})
	var lock sync.Mutex
	processes := map[int]bool{}
	var ended sync.WaitGroup
	for n := range 500 {
		ended.Go(func() {
			text := fmt.Sprint(n)
			got, err := try(t.Context(), function, event{Text: text, Sleep: time.Millisecond})
			if err != nil || got.Text != text {
				t.Errorf("call %s: %+v, %v", text, got, err)
			}
			lock.Lock()
			defer lock.Unlock()
			processes[got.PID] = true
		})
	}
	ended.Wait()
	if len(processes) != 10 {
		t.Errorf("%d processes, want 10", len(processes))
	}
}

func TestCallsWaitForAnInstanceUntilTheirContextEnds(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{Concurrency: 1, Timeout: time.Minute})
	first := call(t, function, event{})
	go try(context.Background(), function, event{Sleep: time.Minute})
	for { // until the long call has begun
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := try(ctx, function, event{})
		cancel()
		if err == nil {
			continue
		}
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, lambda.ErrTimeout) {
			t.Errorf("got %v", err)
		}
		break
	}
	function.Close()
	if !gone(first.PID) {
		t.Error("a process outlived Close")
	}
}

// A caller that leaves does not stop the function.
func TestACallerThatGoesLeavesTheFunctionToItsEnd(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{Concurrency: 1, Timeout: time.Minute})
	first := call(t, function, event{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := try(ctx, function, event{Sleep: time.Second}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 900*time.Millisecond {
		t.Errorf("the caller waited %v", took)
	}
	if got := call(t, function, event{}); got.Calls != 3 || got.PID != first.PID {
		t.Errorf("got %+v after %+v, want the third call of the same process", got, first)
	}
}

func TestAContextThatHasEndedStartsNothing(t *testing.T) {
	t.Parallel()
	mark := filepath.Join(t.TempDir(), "mark")
	function := program(t, "exit 0 before ready", lambda.Config{Environment: map[string]string{"MARK": mark}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := function.Invoke(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	function.Close()
	if _, err := os.Stat(mark); err == nil {
		t.Error("the function was started")
	}
}

func TestTheEnvironmentIsTheFunctions(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the user's")
	t.Setenv("DATABASE_PASSWORD", "the user's")
	t.Setenv("HTTPS_PROXY", "http://proxy.example.com")
	t.Setenv("TMPDIR", "/own/tmp")
	function := program(t, "environment", lambda.Config{
		Name: "Orders", Region: "eu-west-1", MemorySize: 512,
		Environment: map[string]string{
			"TABLE": "orders=1\n2", "HOME": "/own", "AWS_REGION": "us-gov-west-1", "AWS_ENDPOINT_URL_SQS": "a", "AWS_ENDPOINT_URL_S3": "b",
			"": "none", "A=B": "none", "NUL": "a\x00b",
		},
		Endpoints: map[string]string{"AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:4566"},
	})
	body, err := function.Invoke(t.Context(), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, variable := range list {
		name, value, _ := strings.Cut(variable, "=")
		got[name] = value
	}
	folder, _ := filepath.EvalSymlinks(filepath.Dir(must(os.Executable())))
	for name, want := range map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": "/own", "TMPDIR": "/own/tmp", "TABLE": "orders=1\n2",
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_LAMBDA_FUNCTION_NAME": "Orders", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Orders", "_HANDLER": "bootstrap",
		"AWS_SECRET_ACCESS_KEY": "dummy-secret-of-a-local-function",
		"AWS_ENDPOINT_URL_SQS":  "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_S3": "b",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"LAMBDA_TASK_ROOT": folder, "(folder)": folder,
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
		delete(got, name)
	}
	for _, name := range []string{
		behaviour, "GORACE", "LANG", "TZ", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_STREAM_NAME",
		"AWS_LAMBDA_RUNTIME_API", "AWS_EC2_METADATA_DISABLED", "AWS_XRAY_CONTEXT_MISSING", "_X_AMZN_TRACE_ID", "PWD",
	} {
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("the function also got %q", slices.Sorted(maps.Keys(got)))
	}
}

func TestAnIdleInstanceIsStopped(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{IdleTimeout: 50 * time.Millisecond})
	first := call(t, function, event{})
	if !soon(func() bool { return gone(first.PID) }) {
		t.Fatal("the instance still runs")
	}
	if second := call(t, function, event{}); second.Calls != 1 {
		t.Errorf("got %+v", second)
	}
}

// The system kills a process when the thread that started it ends.
func TestAnInstanceOutlivesTheThreadOfItsFirstCall(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{})
	var first answer
	var ended sync.WaitGroup
	ended.Go(func() {
		runtime.LockOSThread() // and never unlock: the thread ends
		first = call(t, function, event{})
	})
	ended.Wait()
	time.Sleep(100 * time.Millisecond)
	if second := call(t, function, event{}); second.PID != first.PID {
		t.Errorf("got %+v after %+v", second, first)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	function := program(t, "good", lambda.Config{Timeout: time.Minute})
	if err := function.Close(); err != nil {
		t.Errorf("before a call: %v", err)
	}
	if _, err := function.Invoke(t.Context(), nil); !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("a call after Close: %v", err)
	}

	function = program(t, "good", lambda.Config{Timeout: time.Minute})
	pid := call(t, function, event{}).PID
	failed := make(chan error)
	go func() {
		_, err := try(t.Context(), function, event{Sleep: time.Minute})
		failed <- err
	}()
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(func() { function.Close() })
	}
	closers.Wait()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := <-failed; !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("a call at work: %v", err)
	}
	if !gone(pid) {
		t.Error("a process outlived Close")
	}
}

// Close leaves nothing behind, at whatever moment it comes.
func TestCloseUnderLoad(t *testing.T) {
	files := func() int { return len(must(os.ReadDir("/proc/self/fd"))) }
	filesBefore, routinesBefore := files(), runtime.NumGoroutine()
	for _, after := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond} {
		function := program(t, "good", lambda.Config{Timeout: time.Minute})
		var ended sync.WaitGroup
		for range 30 {
			ended.Go(func() {
				for {
					if _, err := try(t.Context(), function, event{}); err != nil {
						if !errors.Is(err, lambda.ErrClosed) {
							t.Errorf("after %v: %v", after, err)
						}
						return
					}
				}
			})
		}
		time.Sleep(after)
		function.Close()
		ended.Wait()
		if left := processes(t, must(os.Executable())); len(left) > 0 {
			t.Errorf("after %v: %v are left", after, left)
		}
	}
	if !soon(func() bool { return files() <= filesBefore+2 && runtime.NumGoroutine() <= routinesBefore+2 }) {
		t.Errorf("%d files and %d goroutines are open, %d and %d were before", files(), runtime.NumGoroutine(), filesBefore, routinesBefore)
	}
}
