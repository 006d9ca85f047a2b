//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.com/weather-events-api/local"
)

// answerOrder is the function of ordersWithFunction. It prints its process, and takes
// its time if the id says so.
func answerOrder(event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	fmt.Println("process", os.Getpid())
	if event.PathParameters["id"] == "slow" {
		time.Sleep(time.Minute)
	}
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: "order " + event.PathParameters["id"]}, nil
}

// readyServer is what serve prints as JSON, as far as calling needs it.
type readyServer struct {
	APIs     []local.API
	Clients  []local.Client
	Backends []local.Backend
}

func readReady(t *testing.T, line string) readyServer {
	t.Helper()
	var ready readyServer
	if err := json.Unmarshal([]byte(line), &ready); err != nil {
		t.Fatal(err)
	}
	return ready
}

// TestServeWithLambda checks every flag that gives a function something that answers.
func TestServeWithLambda(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var called string
	invoked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called = r.Method + " " + r.URL.Path
		io.WriteString(w, `{"statusCode":200,"body":"from there"}`)
	}))
	defer invoked.Close()
	const path = "/2015-03-31/functions/"
	for _, c := range []struct {
		name   string
		flags  []string
		target string
		calls  string
	}{
		{"a program", []string{"--lambda", "Orders=" + own}, own, ""},
		{"a program, one process", []string{"--lambda", "Orders=" + own, "--lambda-concurrency", "1"}, own, ""},
		{"a URL", []string{"--lambda", "Orders=" + invoked.URL}, invoked.URL + path + "Orders/invocations", path + "Orders/invocations"},
		{"a URL and no program", []string{"--lambda", "Orders=" + invoked.URL, "--no-lambda"}, invoked.URL + path + "Orders/invocations", path + "Orders/invocations"},
		{"a URL with a name", []string{"--lambda", "Orders=" + invoked.URL + path + "function/invocations"}, invoked.URL + path + "function/invocations", path + "function/invocations"},
		{"all of them", []string{"--lambda-endpoint", invoked.URL + "/"}, invoked.URL + path + "Orders/invocations", path + "Orders/invocations"},
		{"one of them", []string{"--lambda-endpoint", "http://127.0.0.1:1", "--lambda", "Orders=" + own}, own, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			called = ""
			out, log, stop := startServe(t, append([]string{"--template", ordersWithFunction, "--json"}, c.flags...)...)
			ready := readReady(t, out.String())
			if got := ready.Backends[0]; got.State != "connected" || got.Target != c.target {
				t.Errorf("got the backend %+v", got)
			}
			if got := callOrders(t, ready.APIs[0], ready.Clients[0]); got.StatusCode != 200 {
				t.Errorf("got %d", got.StatusCode)
			}
			stop()
			if c.calls != "" && called != "POST "+c.calls {
				t.Errorf("it called %s", called)
			}
			if c.calls == "" && !strings.Contains(log.String(), "Orders: process ") {
				t.Errorf("the log says %s", log)
			}
		})
	}
}

// TestUnusableLambdaFlags checks that what cannot answer is told before anything is
// served.
func TestUnusableLambdaFlags(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	os.WriteFile(text, []byte("text"), 0o600)
	for _, c := range []struct{ name, value, want string }{
		{"--lambda", "Odrers=http://127.0.0.1:1", `0 of 1 Lambda functions are named "Odrers", want one; there are: Orders (named "orders-Orders-`},
		{"--lambda", "Orders=./nowhere", `Lambda function "Orders": there is no nowhere: no such file or directory`},
		{"--lambda", "Orders=" + folder, "is a folder"},
		{"--lambda", "Orders=" + text, "text is not executable: chmod +x"},
		{"--lambda", "Orders=ftp://127.0.0.1", "must be an absolute http or https URL without a user name, a query and a fragment"},
		{"--lambda", "Orders=http://user:word@127.0.0.1", "must be an absolute http or https URL"},
		{"--lambda", "Orders=http://198.51.100.1:3001", "must be on this machine, and 198.51.100.1:3001 is not: WithRemote, or --allow-remote, allows backends elsewhere"},
		{"--lambda-endpoint", "http://lambda.example.com", "endpoint of all Lambda functions: must be on this machine"},
		{"--lambda", "Orders=", "must have a value: the URL of a Lambda Invoke API, or a program"},
		{"--lambda-endpoint", "127.0.0.1:3001", "endpoint of all Lambda functions: must be an absolute http or https URL"},
		{"--lambda-concurrency", "0", "concurrency of Lambda functions: must be 1 to 1000, got 0"},
		{"--lambda-concurrency", "1001", "must be 1 to 1000, got 1001"},
	} {
		for _, command := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"verify"}} {
			got := runCommand(t, append(command, "--template", ordersWithFunction, c.name, c.value)...)
			if got.status != statusUsage || !strings.Contains(got.err, c.want) || strings.Contains(got.err, "word") {
				t.Errorf("%s %s %s: got %d %s", command, c.name, c.value, got.status, got.err)
			}
		}
	}
	got := runCommand(t, "serve", "--addr", "127.0.0.1:0", "--template", ordersWithFunction, "--no-lambda", "--lambda", "Orders="+os.Args[0])
	if got.status != statusUsage || !strings.Contains(got.err, "it has a program, and no program may start") {
		t.Errorf("got %d %s", got.status, got.err)
	}
}

// TestSignalEndsFunctions checks that a server which is told to end while its
// functions work does so soon, and that none of their processes outlives it, not even
// one that is killed.
func TestSignalEndsFunctions(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if signal == syscall.SIGKILL && runtime.GOOS != "linux" {
			continue // elsewhere they end when they call the server next
		}
		t.Run(signal.String(), func(t *testing.T) {
			server := exec.Command(os.Args[0], "serve", "--template", ordersWithFunction, "--addr", "127.0.0.1:0", "--json", "--lambda", "Orders="+os.Args[0])
			server.Env = append(os.Environ(), "WEATHER_EVENTS_COMMAND=1")
			out, err := server.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			log, err := server.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { server.Process.Kill() })
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			ready := readReady(t, line)
			bearer := runCommand(t, "token", "--template", ordersWithFunction, "--addr", strings.Split(ready.APIs[0].URL, "/")[2]).out
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 50 {
				go func() {
					request, _ := http.NewRequestWithContext(ctx, "GET", ready.APIs[0].URL+"orders/slow", nil)
					request.Header.Set("Authorization", strings.TrimSpace(bearer))
					if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
						response.Body.Close()
					}
				}()
			}
			processes := processesIn(log, 10)
			start := time.Now()
			server.Process.Signal(signal)
			server.Wait()
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("it ended after %s", took)
			}
			for _, process := range processes {
				for deadline := time.Now().Add(2 * time.Second); syscall.Kill(process, 0) == nil && !isZombie(process); time.Sleep(10 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatalf("process %d runs on", process)
					}
				}
			}
		})
	}
}

var processLine = regexp.MustCompile(`^Orders: process (\d+)$`)

// processesIn returns the processes that functions print, once there are so many.
func processesIn(log io.Reader, many int) []int {
	var processes []int
	lines := bufio.NewScanner(log)
	for len(processes) < many && lines.Scan() {
		if match := processLine.FindStringSubmatch(lines.Text()); match != nil {
			process, _ := strconv.Atoi(match[1])
			processes = append(processes, process)
		}
	}
	go io.Copy(io.Discard, log)
	return processes
}

// isZombie reports whether a process has ended, and nobody has looked at how.
func isZombie(process int) bool {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	return strings.Contains(string(status), ") Z ")
}
