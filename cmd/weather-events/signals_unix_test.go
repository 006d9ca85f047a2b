//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
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
)

// A command that waits for a pipe can be interrupted.
func TestEveryCommandIsInterrupted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "template.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{
		{"lint", pipe},
		{"serve", "--addr", "127.0.0.1:0", "--template", pipe},
		{"token", "--template", pipe},
		{"openapi", "--template", pipe},
		{"verify", "--template", pipe},
	} {
		t.Run(arguments[0], func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			var stdout, stderr bytes.Buffer
			status := run(ctx, arguments, terminal{out: &stdout, err: &stderr})
			if status != statusUsage || stdout.String() != "" || stderr.String() != "weather-events: interrupted before everything was read\n" {
				t.Errorf("got %d, %q and %q", status, stdout.String(), stderr.String())
			}
		})
	}
}

// startProcess starts serve in a separate process and returns its output.
func startProcess(t *testing.T, arguments ...string) (command *exec.Cmd, server ready, log io.Reader) {
	t.Helper()
	command = exec.Command(os.Args[0], append([]string{"serve", "--addr", "127.0.0.1:0", "--json"}, arguments...)...)
	command.Env = append(os.Environ(), "WEATHER_EVENTS_COMMAND=1")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if log, err = command.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command, readReady(t, line), log
}

// An incomplete request delays the end by a second at most. A second signal ends it at
// once.
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
			t.Parallel()
			command, server, _ := startProcess(t, "--template", weather)
			conn, err := net.Dial("tcp", strings.Split(server.APIs[0].URL, "/")[2])
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, test.sent)
			time.Sleep(100 * time.Millisecond) // until serve read it
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

// TestSignalEndsFunctions checks that a server with busy functions ends soon after a
// signal, and that none of their processes outlives it, even if the server is killed.
func TestSignalEndsFunctions(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if signal == syscall.SIGKILL && runtime.GOOS != "linux" {
			continue // elsewhere they end when they call the server next
		}
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			command, server, log := startProcess(t, "--template", ordersWithFunction, "--lambda", "Orders="+os.Args[0])
			bearer := tokenFor(t, ordersWithFunction, server.APIs[0])
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 50 {
				go func() {
					request, _ := http.NewRequestWithContext(ctx, "GET", server.APIs[0].URL+"orders/slow", nil)
					request.Header.Set("Authorization", bearer)
					if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
						response.Body.Close()
					}
				}()
			}
			processes := processesIn(log, 10)
			start := time.Now()
			command.Process.Signal(signal)
			command.Wait()
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("it ended after %s", took)
			}
			for _, process := range processes {
				for deadline := time.Now().Add(30 * time.Second); syscall.Kill(process, 0) == nil && !isZombie(process); time.Sleep(10 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatalf("process %d still runs", process)
					}
				}
			}
		})
	}
}

var processLine = regexp.MustCompile(`^Orders: process (\d+)$`)

// processesIn returns the process ids that functions print, once there are that many.
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

// isZombie reports whether a process has ended and nobody has waited for it.
func isZombie(process int) bool {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	return strings.Contains(string(status), ") Z ")
}
