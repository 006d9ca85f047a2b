package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"example.com/weather-events-api/internal/console"
	"example.com/weather-events-api/internal/httpserver"
	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/local"
)

type serveCommand struct {
	source
	backends
	Addr    string `help:"Host and port to listen on; port 0 chooses a free one. Default: ${default}." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Console bool   `help:"Serve the console at /_console/, for this machine only." default:"true" negatable:""`
	JSON    bool   `name:"json" help:"Print one line of JSON when ready, and nothing else."`
}

func (c *serveCommand) Run(ctx context.Context, terminal terminal) error {
	if err := errors.Join(checkAddr(c.Addr), c.check()); err != nil {
		return err
	}
	listening, err := httpserver.Listen(c.Addr)
	if err != nil {
		return fmt.Errorf("%w: --addr names another host or port; port 0 picks one that is free", err)
	}
	defer listening.Close()
	log := newLog(terminal.err)
	options := append(c.options(), local.WithPublicURL(listening.URL()), local.WithAccessLog(log.access), local.WithLog(log.line))
	system, err := c.load(ctx, options...)
	if err != nil {
		return err
	}
	defer system.Close()
	if !loopback.Host(c.Addr) {
		fmt.Fprintf(terminal.err, "warning: %s is open to the network, and anyone with the template can compute the client secrets\n", c.Addr)
	}
	noteDifferences(terminal.err, system)
	if c.Console {
		listening.Serve(console.Handler(system))
	} else {
		listening.Serve(system)
	}
	if c.JSON {
		err = writeJSON(terminal.out, map[string]any{
			"apis": system.APIs(), "clients": system.Clients(), "apiKeys": system.APIKeys(), "backends": system.Backends(), "waivers": system.Waivers(),
		}, "")
	} else {
		err = writeOverview(terminal.out, system, c.Console, c.describe)
	}
	if err != nil {
		return err
	}
	<-ctx.Done()
	return listening.CloseWith(system)
}

// log writes lines. It is safe for concurrent use.
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

// access writes one line for a request: time, status, method, path, duration,
// client, and why it was refused.
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
