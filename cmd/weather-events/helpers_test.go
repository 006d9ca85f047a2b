package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/local"
)

const (
	weather       = "../../testdata/weather-events-api.template.json"
	withoutDomain = "../../testdata/without-domain.template.yaml"
)

// TestMain runs the command, or a Lambda function's program, if the environment says so.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(answerOrder)
	}
	if os.Getenv("WEATHER_EVENTS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

// answerOrder is the function of ordersWithFunction. It prints its process id, and is
// slow if the order id says so.
func answerOrder(event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	fmt.Println("process", os.Getpid())
	if event.PathParameters["id"] == "slow" {
		time.Sleep(time.Minute)
	}
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: "order " + event.PathParameters["id"]}, nil
}

// result is the outcome of a command.
type result struct {
	status   int
	out, err string
}

func runCommand(t *testing.T, arguments ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	status := run(t.Context(), arguments, terminal{out: &out, err: &err})
	return result{status, out.String(), err.String()}
}

// output is a buffer that one goroutine writes and another reads.
type output struct {
	lock   sync.Mutex
	buffer bytes.Buffer
	wrote  chan struct{}
}

func newOutput() *output { return &output{wrote: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	select {
	case o.wrote <- struct{}{}:
	default:
	}
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.buffer.String()
}

// startServe runs serve until the returned function is called. That function returns the
// exit status.
func startServe(t *testing.T, arguments ...string) (out, err *output, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, err = newOutput(), newOutput()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, arguments...), terminal{out: out, err: err})
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-status
	})
	t.Cleanup(func() { stop() })
	select {
	case <-out.wrote:
	case got := <-status:
		status <- got
		t.Fatalf("serve ended with %d: %s", got, err)
	}
	return out, err, stop
}

// ready is the part of serve's JSON that tests read.
type ready struct {
	APIs     []local.API
	Clients  []local.Client
	Backends []local.Backend
	Waivers  []local.Waiver
}

func readReady(t *testing.T, line string) (server ready) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &server); err != nil {
		t.Fatal(err)
	}
	return server
}

// startServeJSON starts serve and parses what it prints.
func startServeJSON(t *testing.T, arguments ...string) (server ready, err *output, stop func() int) {
	t.Helper()
	out, err, stop := startServe(t, append(arguments, "--json")...)
	return readReady(t, out.String()), err, stop
}

// tokenFor prints a token of the only client, with some or all of its scopes.
func tokenFor(t *testing.T, template string, api local.API, scopes ...string) string {
	t.Helper()
	arguments := []string{"token", "--template", template, "--addr", strings.Split(api.URL, "/")[2]}
	for _, scope := range scopes {
		arguments = append(arguments, "--scope", scope)
	}
	got := runCommand(t, arguments...)
	if got.status != statusPassed {
		t.Fatal(got.err)
	}
	return strings.TrimSpace(got.out)
}

func callWith(t *testing.T, method, url, token string) (response *http.Response, body string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err = http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// served serves a template until the test ends.
func served(t *testing.T, file string) *local.System {
	t.Helper()
	server, err := local.New(local.FromTemplateFile(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// paste runs the commands that serve printed, as a reader would.
func paste(t *testing.T, printed string) (commands, answers string) {
	t.Helper()
	_, commands, found := strings.Cut(printed, "\n\n")
	commands, _, ended := strings.Cut(commands, "\n\nServing at ")
	if !found || !ended {
		t.Fatalf("no commands in\n%s", printed)
	}
	pasted, err := exec.Command("sh", "-euc", commands).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: it needs sh, curl and sed\n%s\n%s", err, commands, pasted)
	}
	return commands, string(pasted)
}

// squeezed returns a text with single spaces between its words.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
