// Command weather-events checks CloudFormation templates, serves them on this
// machine, verifies who can call what, and prints access tokens and the API's
// OpenAPI document.
//
// Exit status: 0 on success; 1 if a template breaks a rule, a method is open or
// closed to the wrong caller, or a step of the walk-through failed; 2 for wrong
// usage or unusable input.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"example.com/weather-events-api/internal/printable"
)

// Exit statuses.
const (
	statusPassed = 0
	statusFailed = 1
	statusUsage  = 2
)

// errFailed is returned by a command that has already reported what failed.
var errFailed = errors.New("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills the process
	os.Exit(run(ctx, os.Args[1:], terminal{out: os.Stdout, err: os.Stderr}))
}

// commands are the commands and their flags.
type commands struct {
	Lint   lintCommand   `cmd:"" help:"Check templates from any tool against the rules of protection."`
	Serve  serveCommand  `cmd:"" help:"Serve templates on this machine until interrupted."`
	Verify verifyCommand `cmd:"" help:"Verify who can call what, and walk through the API: served here, or deployed to AWS."`
	Token  tokenCommand  `cmd:"" help:"Print an access token for a client of the template."`

	OpenAPI openapiCommand `cmd:"" name:"openapi" help:"Print the OpenAPI 3.1 document of an API."`

	Version versionFlag `help:"Print the version and the commit of this build."`
}

// await returns the result of work, or an error as soon as ctx ends: work may read a
// pipe that never ends.
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

// terminal holds the standard output and error of a command.
type terminal struct{ out, err io.Writer }

// run runs one command and returns the exit status.
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
		panic(err) // the declaration of the flags is wrong
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

// versionFlag prints the version of this build and exits.
type versionFlag bool

// BeforeReset is called by kong before it checks required arguments.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "weather-events", version(debug.ReadBuildInfo()))
	app.Exit(statusPassed)
	return nil
}

// version returns the module version, which Go derives from the tag, with the commit
// and the toolchain.
func version(build *debug.BuildInfo, ok bool) string {
	if !ok {
		return "unknown: built without module support"
	}
	commit := "no commit"
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value
		}
	}
	return fmt.Sprintf("%s (%s, %s)", build.Main.Version, commit, build.GoVersion)
}

// indented is the indentation of JSON for people.
const indented = "  "

// ANSI escape sequences; reset ends them.
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// isTerminal reports whether output to w may have colors: https://no-color.org.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && isatty.IsTerminal(file.Fd())
}

// writeJSON writes a value as JSON that is safe to print, on one line if indent is
// empty.
func writeJSON(w io.Writer, value any, indent string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(text.Bytes()))
	return err
}
