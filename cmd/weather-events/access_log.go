package main

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"example.com/weather-events-api/local"
)

// accessLog writes one line for each request: time, status, method, path, how
// long it took, who called, and why it was refused.
func accessLog(w io.Writer) func(local.Access) {
	var lines sync.Mutex
	color := isTerminal(w)
	return func(access local.Access) {
		status := strconv.Itoa(access.Status)
		if color {
			status = map[bool]string{true: green, false: red}[access.Status < 400] + status + reset
		}
		line := fmt.Sprintf("%s %s %s %q %s", access.Time.Format(time.TimeOnly), status, access.Method, access.Path, access.Duration.Round(time.Microsecond))
		if access.ClientID != "" {
			line += " client=" + access.ClientID
		}
		if access.Refused != "" {
			line += fmt.Sprintf(" refused=%q", access.Refused)
		}
		lines.Lock()
		defer lines.Unlock()
		fmt.Fprintln(w, line)
	}
}
