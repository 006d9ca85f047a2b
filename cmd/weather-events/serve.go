package main

import (
	"context"
	"fmt"

	"example.com/weather-events-api/console"
	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/local"
)

type serveCommand struct {
	source
	Addr    string `help:"Host and port to listen on; port 0 picks a free one." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Console bool   `help:"Serve a page about what is served, for this machine only, at /_console/." default:"true" negatable:""`
	Stub    bool   `help:"Answer 200 with what it would have been called with, in place of each backend that is missing."`
	JSON    bool   `name:"json" help:"Print one line of JSON when ready, and nothing else."`
}

func (c *serveCommand) Run(ctx context.Context, terminal terminal) error {
	options := []local.Option{local.WithAddress(c.Addr), local.WithAccessLog(accessLog(terminal.err))}
	if c.Console {
		options = append(options, local.WithHandler(console.Segment, console.Handler))
	}
	if c.Stub {
		options = append(options, local.WithStub())
	}
	server, err := c.serve(ctx, options...)
	if err != nil {
		return err
	}
	if !loopback.Host(c.Addr) {
		fmt.Fprintf(terminal.err, "warning: %s is open to the network, and the client secrets can be computed from the template\n", c.Addr)
	}
	noteMadeUp(terminal.err, server)
	if c.JSON {
		err = writeJSON(terminal.out, map[string]any{"apis": server.APIs(), "clients": server.Clients(), "backends": server.Backends()}, "")
	} else {
		err = writeOverview(terminal.out, server, c.Console, c.Stub)
	}
	if err != nil {
		server.Close()
		return err
	}
	<-ctx.Done()
	return server.Close()
}
