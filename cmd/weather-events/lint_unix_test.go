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

// A pipe that nobody writes to does not keep the command from being interrupted.
func TestLintIsInterrupted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var out, stderr bytes.Buffer
	if status := run(ctx, []string{"lint", pipe}, terminal{out: &out, err: &stderr}); status != statusUsage || out.Len() > 0 ||
		stderr.String() != "weather-events: interrupted before everything was checked\n" {
		t.Errorf("%d %s%s", status, &out, &stderr)
	}
}
