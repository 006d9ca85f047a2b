//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// TestMain is the command itself, or the program of a Lambda function, if the
// environment says so.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(answerOrder)
	}
	if os.Getenv("WEATHER_EVENTS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

// A request that never comes whole delays the end by a second at most. A second
// signal does not wait for it.
func TestSignalsEndServe(t *testing.T) {
	for _, test := range []struct {
		name    string
		sent    string
		signals int
	}{
		{"silent", "", 1},
		{"half a header", "GET / HTTP/1.1\r\nHo", 1},
		{"half a body", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{", 1},
		{"half a header and two signals", "GET /", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command(os.Args[0], "serve", "--template", weather, "--addr", "127.0.0.1:0")
			command.Env = append(os.Environ(), "WEATHER_EVENTS_COMMAND=1")
			out, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { command.Process.Kill() })
			lines := bufio.NewScanner(out)
			at := ""
			for at == "" && lines.Scan() {
				_, at, _ = strings.Cut(lines.Text(), "Serving at ")
			}
			go io.Copy(io.Discard, out)
			address, err := url.Parse(strings.TrimSuffix(at, " until interrupted."))
			if err != nil {
				t.Fatal(err)
			}
			conn, err := net.Dial("tcp", address.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, test.sent)
			time.Sleep(100 * time.Millisecond) // until it was read
			start := time.Now()
			for range test.signals {
				command.Process.Signal(syscall.SIGTERM)
				time.Sleep(100 * time.Millisecond)
			}
			err = command.Wait()
			if took := time.Since(start); took > 30*time.Second || (err == nil) != (test.signals == 1) {
				t.Errorf("ended after %v with %v", took, err)
			}
		})
	}
}
