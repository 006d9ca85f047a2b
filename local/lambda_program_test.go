package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/local"
)

// proxyAnswer is the answer of the functions.
type proxyAnswer struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func answerText(text string) (proxyAnswer, error) { return proxyAnswer{200, text}, nil }

// behaviours are what the test binary does as the program of a function.
var behaviours = map[string]func(){
	"environment": func() {
		lambda.Start(func() (proxyAnswer, error) {
			text, _ := json.Marshal(os.Environ())
			return answerText(string(text))
		})
	},
	"process": func() {
		lambda.Start(func() (proxyAnswer, error) {
			time.Sleep(20 * time.Millisecond)
			return answerText(fmt.Sprint(os.Getpid()))
		})
	},
	"print the secret": func() {
		fmt.Println("starts with", os.Getenv("SECRET"))
		lambda.Start(func() error { return errors.New("refused " + os.Getenv("SECRET")) })
	},
	"print 1 GB": func() {
		lambda.Start(func() (proxyAnswer, error) {
			chunk := []byte(strings.Repeat("x", 1<<20))
			for range 1 << 10 {
				os.Stdout.Write(chunk)
			}
			return answerText("printed")
		})
	},
	"panic":             func() { lambda.Start(func() { panic("no more orders") }) },
	"crash":             func() { lambda.Start(func() { os.Exit(3) }) },
	"exit before ready": func() { os.Exit(4) },
	"sleep":             func() { lambda.Start(func() { time.Sleep(time.Minute) }) },
	"huge answer":       func() { lambda.Start(func() (string, error) { return strings.Repeat("x", 7<<20), nil }) },
}

const s3Code = "Code: {S3Bucket: code, S3Key: orders.zip}"

const poolVariable = "{POOL: !Ref Pool}"

// behaving is the template with a function in a folder beside it. The function shows
// the named behaviour.
func behaving(t *testing.T, behaviour, more string, oldnew ...string) local.Source {
	t.Helper()
	dir := t.TempDir()
	bootstrapIn(t, filepath.Join(dir, "code"))
	file := filepath.Join(dir, "orders.yaml")
	changes := append([]string{s3Code, "Code: ./code", poolVariable, "{BEHAVIOUR: " + behaviour + ", GORACE: atexit_sleep_ms=0}"}, oldnew...)
	if err := os.WriteFile(file, templateWith(t, more, changes...), 0o600); err != nil {
		t.Fatal(err)
	}
	return local.FromTemplateFile(file)
}

// bootstrapIn makes the test binary the bootstrap of a folder.
func bootstrapIn(t *testing.T, dir string) {
	t.Helper()
	own, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = os.Symlink(own, filepath.Join(dir, "bootstrap"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestEnvironmentOfAFunction(t *testing.T) {
	t.Setenv("ONLY_MINE", "private")
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("TMPDIR", t.TempDir())
	variables := `{BEHAVIOUR: environment, POOL: !Ref Pool, API: !Ref Api, JOINED: !Sub "${Pool.Arn}/x", IMPORTED: !ImportValue other-stack, SECRET: !GetAtt Reader.ClientSecret,
      LEFT: !GetAtt Table.Nothing, GONE: !Ref AWS::NoValue, COUNT: 7, ON: true, LINES: "a\nb", NUL: "a\0b"}`
	source := behaving(t, "environment", "\n  Table: {Type: AWS::DynamoDB::Table}\n",
		"{BEHAVIOUR: environment, GORACE: atexit_sleep_ms=0}", variables, "Handler: bootstrap", "Handler: orders.handle, MemorySize: 512, Timeout: 20")
	var log lines
	server := serveSource(t, source, local.WithImports(map[string]string{"other-stack": "imported"}), local.WithLog(log.add),
		local.WithAWSEndpoint("", "http://127.0.0.1:4566"), local.WithAWSEndpoint("states", "http://127.0.0.1:8083"), local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:8000"))
	var environment []string
	if err := json.Unmarshal([]byte(callOrders(t, server).body), &environment); err != nil {
		t.Fatal(err)
	}
	pool := server.UserPools()[0]
	for _, want := range []string{
		"POOL=" + pool.ARN[strings.LastIndex(pool.ARN, "/")+1:], "API=" + strings.Split(server.APIs()[0].URL, "/")[3], "JOINED=" + pool.ARN + "/x", "IMPORTED=imported", "COUNT=7", "ON=true", "LINES=a\nb",
		"SECRET=" + server.Client("Reader").Secret,
		"_HANDLER=orders.handle", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ENDPOINT_URL=http://127.0.0.1:4566", "AWS_ENDPOINT_URL_SFN=http://127.0.0.1:8083", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000",
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.Getenv("TMPDIR"),
	} {
		if !slices.Contains(environment, want) {
			t.Errorf("no %q in %q", want, environment)
		}
	}
	for _, has := range environment {
		name, _, _ := strings.Cut(has, "=")
		if slices.Contains([]string{"ONLY_MINE", "AWS_PROFILE", "LEFT", "GONE", "NUL"}, name) {
			t.Errorf("the function sees the variable %s", has)
		}
	}
	for _, want := range []string{"Orders: left out of its environment: Orders.Properties.Environment.Variables.LEFT", "Orders: the environment variable NUL is left out"} {
		if strings.Count(log.all(), want) != 1 {
			t.Errorf("want %q once in the log\n%s", want, log.all())
		}
	}
	if strings.Contains(log.all(), server.Client("Reader").Secret) || strings.Contains(log.all(), "GONE") {
		t.Errorf("the log says\n%s", log.all())
	}
}

// TestUnusedFunctionIsNotLookedAt checks that a broken function that no method uses
// does not stop its stack from being served.
func TestUnusedFunctionIsNotLookedAt(t *testing.T) {
	var log lines
	server := serveSource(t, ordersWith(t, `
  Other: {Type: AWS::Lambda::Function, Properties: {Runtime: provided.al2023, Timeout: x, Code: ./nowhere, Environment: {Variables: {A: !GetAtt Pool.Nothing, B: !ImportValue nowhere}}}}
`), local.WithLambda("Orders", says("an order")), local.WithLog(log.add))

	if got := server.Backends(); len(got) != 1 || log.all() != "" {
		t.Errorf("got %v, and the log says %s", got, log.all())
	}
}

// TestSecretOfAFunctionIsNotLogged checks a function's output and its error.
func TestSecretOfAFunctionIsNotLogged(t *testing.T) {
	var log lines
	source := behaving(t, "x", "", "{BEHAVIOUR: x,", `{BEHAVIOUR: "print the secret", SECRET: !GetAtt Reader.ClientSecret,`)
	server, err := local.New(source, local.WithLog(log.add), local.WithAccessLog(func(a local.Access) { log.add(a.Refused) }))
	if err != nil {
		t.Fatal(err)
	}
	if got := callOrders(t, server); got.status != 502 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	server.Close()
	const printed, failed = "Orders: starts with the client secret of Reader", "refused the client secret of Reader"
	if got := log.all(); !strings.Contains(got, printed) || !strings.Contains(got, failed) || strings.Contains(got, server.Client("Reader").Secret) {
		t.Errorf("the log says\n%s", got)
	}
}

// TestFailuresOfAProgram checks the client's answer and the log.
func TestFailuresOfAProgram(t *testing.T) {
	for _, c := range []struct {
		behaviour       string
		seconds         int // of the function's Timeout
		timeoutInMillis int // of the integration
		status          int
		reason          string
	}{
		{"panic", 60, 29000, 502, "no more orders"},
		{"crash", 60, 29000, 502, "Runtime exited with error: exit status 3"},
		{"exit before ready", 60, 29000, 502, "Runtime exited with error: exit status 4"},
		{"sleep", 1, 29000, 502, "Task timed out after 1.00 seconds"},
		{"sleep", 60, 300, 504, "did not answer within 300ms"},
		{"huge answer", 60, 29000, 502, "Response payload size exceeded maximum allowed payload size"},
	} {
		t.Run(fmt.Sprintf("%s, %ds", c.behaviour, c.seconds), func(t *testing.T) {
			var refused string
			source := behaving(t, "x", "", "{BEHAVIOUR: x,", fmt.Sprintf("{BEHAVIOUR: %q,", c.behaviour),
				"Handler: bootstrap", fmt.Sprintf("Handler: bootstrap, Timeout: %d", c.seconds),
				"Type: AWS_PROXY", fmt.Sprintf("Type: AWS_PROXY\n        TimeoutInMillis: %d", c.timeoutInMillis))
			server := serveSource(t, source, local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
			want := map[int]string{502: `{"message":"Internal server error"}`, 504: `{"message":"Endpoint request timed out"}`}[c.status]
			if got := callOrders(t, server); got.status != c.status || got.body != want || !strings.Contains(refused, c.reason) {
				t.Errorf("got %d %s, and the log says %q", got.status, got.body, refused)
			}
		})
	}
}

// TestOutputOfAFunctionIsBounded checks that a function's output does not pile up in
// memory.
func TestOutputOfAFunctionIsBounded(t *testing.T) {
	source := behaving(t, "x", "", "{BEHAVIOUR: x,", `{BEHAVIOUR: "print 1 GB",`, "Handler: bootstrap", "Handler: bootstrap, Timeout: 29")
	var log lines
	server := serveSource(t, source, local.WithLog(log.add))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := callOrders(t, server); got.status != 200 || got.body != "printed" {
		t.Errorf("got %d %s", got.status, got.body)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 64<<20 {
		t.Errorf("the memory grew by %d MB", grown>>20)
	}
	if got := len(log.all()); got > 8<<20 {
		t.Errorf("%d bytes were logged", got)
	}
}

// TestManyCallsAtOnce checks that ten processes answer 100 calls at once.
func TestManyCallsAtOnce(t *testing.T) {
	server := serveSource(t, behaving(t, "process", ""))
	bearer := token(t, server.Client("Reader"))
	var processes sync.Map
	var calls sync.WaitGroup
	for range 100 {
		calls.Go(func() {
			got := call(t, "GET", server.APIs()[0].URL+"orders/7", bearer, "")
			if got.status != 200 {
				t.Errorf("got %d %s", got.status, got.body)
			}
			processes.Store(got.body, true)
		})
	}
	calls.Wait()
	count := 0
	processes.Range(func(any, any) bool { count++; return true })
	if count < 2 || count > 10 {
		t.Errorf("%d processes answered", count)
	}
}

// TestProgramThatIsNamed checks that a program named by an option gets the environment
// of its template, whatever its runtime.
func TestProgramThatIsNamed(t *testing.T) {
	source := ordersWith(t, "", "Runtime: provided.al2023", "Runtime: nodejs22.x", poolVariable, "{BEHAVIOUR: environment}")
	own := must(os.Executable())
	server := serveSource(t, source, local.WithLambdaTarget("Orders", own), local.WithLambdaConcurrency(1))
	if got := server.Backends()[0]; got.State != "connected" || got.Target != own {
		t.Errorf("got the backend %+v", got)
	}
	if got := callOrders(t, server); got.status != 200 || !strings.Contains(got.body, "BEHAVIOUR=environment") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestWithoutLambda(t *testing.T) {
	server := serveSource(t, behaving(t, "process", ""), local.WithoutLambda())
	if got := server.Backends()[0]; got.State != "not started" || got.Answers() {
		t.Errorf("got the backend %+v", got)
	}
	if got := callOrders(t, server); got.status != 500 {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// TestCloseEndsCalls checks that a server with running functions closes soon.
func TestCloseEndsCalls(t *testing.T) {
	server, err := local.New(behaving(t, "sleep", "", "Handler: bootstrap", "Handler: bootstrap, Timeout: 60"))
	if err != nil {
		t.Fatal(err)
	}
	bearer := token(t, server.Client("Reader"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 20 {
		go func() {
			request, _ := http.NewRequestWithContext(ctx, "GET", server.APIs()[0].URL+"orders/7", nil)
			request.Header.Set("Authorization", bearer)
			if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
				response.Body.Close()
			}
		}()
	}
	time.Sleep(500 * time.Millisecond)
	start := time.Now()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}
