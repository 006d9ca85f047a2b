// Command weather-events checks CloudFormation templates, serves a synthesized
// one on this machine, tries who can call what of its APIs, and prints access
// tokens and the API's OpenAPI document.
//
// It exits with 0 if all went well, with 1 if a template breaks a rule, a method is
// open or closed to the wrong caller, or a step of the walk-through failed, and with
// 2 for wrong usage or unusable input.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"example.com/weather-events-api/internal/printable"
)

// Exit statuses.
const (
	statusPassed = 0
	statusFailed = 1
	statusUsage  = 2
)

// errFailed is returned by a command that has told what failed already.
var errFailed = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends at once whatever does not heed the first
	os.Exit(run(ctx, os.Args[1:], terminal{out: os.Stdout, err: os.Stderr}))
}

// commands are the commands and their flags.
type commands struct {
	Lint   lintCommand   `cmd:"" help:"Check templates, of any tool, by the rules of protection."`
	Serve  serveCommand  `cmd:"" help:"Serve a synthesized template until interrupted."`
	Verify verifyCommand `cmd:"" help:"Try who can call what, and walk through the API: here, from outputs, or deployed."`
	Token  tokenCommand  `cmd:"" help:"Print an access token of the template's client."`

	OpenAPI openapiCommand `cmd:"" name:"openapi" help:"Print the OpenAPI 3.1 document of an API."`

	Version versionFlag `help:"Print the version and the commit that was built."`
}

// await returns what work returns, or an error as soon as ctx ends: work reads
// files, and a pipe may never end.
func await[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := work()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, errors.New("interrupted before everything was read")
	}
}

// terminal is where a command writes.
type terminal struct{ out, err io.Writer }

// run executes one command and returns the exit status.
func run(ctx context.Context, arguments []string, terminal terminal) int {
	var commands commands
	helped := false
	parser, err := kong.New(&commands,
		kong.Name("weather-events"),
		kong.Description("OAuth 2.0 machine-to-machine authorization for an API Gateway API, on this machine."),
		kong.Writers(terminal.out, terminal.err),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(terminal),
	)
	if err != nil {
		panic(err) // the flags themselves are wrong
	}
	command, err := parser.Parse(arguments)
	if helped {
		return statusPassed
	}
	if err == nil {
		err = command.Run()
	}
	switch {
	case err == nil:
		return statusPassed
	case errors.Is(err, errFailed):
		return statusFailed
	}
	fmt.Fprintf(terminal.err, "weather-events: %s\n", printable.Lines(err.Error()))
	return statusUsage
}
