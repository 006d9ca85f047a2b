//go:build unix

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeWithLambda checks every flag that backs a function.
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
			server, log, stop := startServeJSON(t, append([]string{"--template", ordersWithFunction}, c.flags...)...)
			if got := server.Backends[0]; got.State != "connected" || got.Target != c.target {
				t.Errorf("got the backend %+v", got)
			}
			if got, _ := callWith(t, "GET", server.APIs[0].URL+"orders/7", tokenFor(t, ordersWithFunction, server.APIs[0])); got.StatusCode != 200 {
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

// TestUnusableLambdaFlags checks that unusable backends are reported before serve starts.
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
