//go:build unix

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe that nobody writes to keeps no command from being interrupted.
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
