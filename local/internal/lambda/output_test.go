//go:build linux

package lambda_test

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"example.com/weather-events-api/local/internal/lambda"
)

func TestOutputIsLoggedByLine(t *testing.T) {
	t.Parallel()
	var log lines
	function := program(t, "odd lines", lambda.Config{Name: "Orders", Log: log.add})
	call(t, function, event{})
	function.Close()
	want := []string{
		"Orders: plain", "Orders: ", "Orders: �[2Jcleared�forged�", "Orders: �� tab",
		"Orders: " + strings.Repeat("é", 2048) + "…", "Orders: no end",
	}
	slices.Sort(log.got) // the log mixes standard output and error
	slices.Sort(want)
	if !slices.Equal(log.got, want) {
		t.Errorf("got  %q\nwant %q", log.got, want)
	}
}

// A function may print without end. Its output neither stops it nor fills the memory.
func TestMuchOutput(t *testing.T) {
	for name, most := range map[string]int{"a line of 1 GB": 1, "lines of 32 MB": 1 << 30} {
		t.Run(name, func(t *testing.T) {
			count, longest := 0, 0
			function := program(t, name, lambda.Config{Timeout: 2 * time.Minute, Log: func(line string) {
				count++
				longest = max(longest, len(line))
			}})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			call(t, function, event{})
			function.Close()
			runtime.ReadMemStats(&after)
			if count == 0 || count > most || longest > 4200 {
				t.Errorf("got %d lines of at most %d bytes", count, longest)
			}
			if more := int64(after.Sys) - int64(before.Sys); more > 64<<20 {
				t.Errorf("memory grew by %d MB", more>>20)
			}
		})
	}
}

// A blocked log, such as a stopped terminal, blocks nothing else.
func TestALogThatTakesNothing(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	defer close(stop)
	function := program(t, "lines of 32 MB", lambda.Config{Timeout: time.Minute, Log: func(string) { <-stop }})
	call(t, function, event{})
	call(t, function, event{})
	start := time.Now()
	function.Close()
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("Close took %v", took)
	}
}

// A slow log learns how many lines it missed.
func TestALogThatWasSlow(t *testing.T) {
	t.Parallel()
	var log lines
	slow := sync.OnceFunc(func() { time.Sleep(500 * time.Millisecond) })
	function := program(t, "lines of 32 MB", lambda.Config{Timeout: time.Minute, Log: func(line string) {
		slow()
		if strings.HasSuffix(line, " lines left out)") {
			log.add(line)
		}
	}})
	call(t, function, event{})
	function.Close()
	if len(log.got) == 0 || !strings.HasPrefix(log.got[0], "function: (") || strings.ContainsFunc(log.got[0], unicode.IsControl) {
		t.Errorf("got %q", log.got)
	}
}
