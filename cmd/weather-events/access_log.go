package main

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"example.com/weather-events-api/local"
)

// log writes lines from several goroutines.
type log struct {
	writer io.Writer
	color  bool
	lines  sync.Mutex
}

func newLog(w io.Writer) *log { return &log{writer: w, color: isTerminal(w)} }

func (l *log) line(line string) {
	l.lines.Lock()
	defer l.lines.Unlock()
	fmt.Fprintln(l.writer, line)
}

// access writes one line for a request: time, status, method, path, how long it
// took, who called, and why it was refused.
func (l *log) access(access local.Access) {
	status := strconv.Itoa(access.Status)
	if l.color {
		status = map[bool]string{true: green, false: red}[access.Status < 400] + status + reset
	}
	line := fmt.Sprintf("%s %s %s %q %s", access.Time.Format(time.TimeOnly), status, access.Method, access.Path, access.Duration.Round(time.Microsecond))
	if access.ClientID != "" {
		line += " client=" + access.ClientID
	}
	if access.Refused != "" {
		line += fmt.Sprintf(" refused=%q", access.Refused)
	}
	l.line(line)
}
