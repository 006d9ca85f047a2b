package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/weather-events-api/internal/deployed"
	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// callAllowed says which calls that must be allowed are made. It is a flag with an
// optional value.
type callAllowed string

const (
	callNone    callAllowed = ""
	callReading callAllowed = "reading"
	callAll     callAllowed = "all"
)

// IsBool tells kong that the flag needs no value.
func (callAllowed) IsBool() bool { return true }

// Decode implements kong.MapperValue.
func (c *callAllowed) Decode(ctx *kong.DecodeContext) error {
	*c = callReading
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		switch value := ctx.Scan.Pop().Value; value {
		case string(callReading), string(callAll):
			*c = callAllowed(value.(string))
		default:
			return fmt.Errorf("must be reading (the default value) or all, got %q", value)
		}
	}
	return nil
}

// skip returns the calls that the matrix leaves out.
func (c callAllowed) skip() func(matrix.Method, matrix.Caller, matrix.Cell) string {
	switch c {
	case callAll:
		return nil
	case callReading:
		return matrix.OnlyReading
	}
	return matrix.OnlyRefused
}

// transport sends the requests to deployed APIs. nil: http.DefaultTransport.
var transport http.RoundTripper

// verifyDeployed verifies the matrix of deployed stacks, and walks through one if
// possible and everything may be called.
func (c *verifyCommand) verifyDeployed(ctx context.Context, terminal terminal) (*verifyReport, error) {
	config, err := c.awsConfig(ctx, c.Region)
	if err != nil {
		return nil, err
	}
	d, err := c.readDeployed(ctx, config)
	if err != nil {
		return nil, err
	}
	defer d.Here.Close()
	for _, note := range d.Notes {
		fmt.Fprintf(terminal.err, "note: %s\n", printable.Text(note))
	}
	chosen, err := c.chosen(d.Here, d.Target)
	if err != nil {
		return nil, err
	}
	target, noWalk := c.targetOfDeployed(ctx, d, config.Region)
	if noWalk != nil && c.OutputPrefix != nil { // the flag requests the walk-through
		return nil, noWalk
	}
	report := &verifyReport{matrix: chosen.Expect()}
	options := matrix.Options{Transport: transport, Timeout: c.Timeout, AtOnce: atOnceInAWS, Skip: c.CallAllowed.skip()}
	sayCosts(terminal.err, report.matrix, options)
	if err := report.matrix.Try(ctx, options); err != nil {
		return nil, err
	}
	if noWalk != nil {
		report.noWalk = noWalk.Error()
		return report, ctx.Err()
	}
	report.walk, err = c.walk(ctx, target)
	return report, err
}

// atOnceInAWS bounds concurrent requests: a stage may have a low limit.
const atOnceInAWS = 4

// tokenPrice is the price in US dollars of a client-credentials token request in the
// first tier.
//
// Source: Amazon Cognito pricing.
const tokenPrice = 2.25 / 1000

// sayCosts prints the number of billed requests before they are made.
func sayCosts(w io.Writer, m *matrix.Matrix, options matrix.Options) {
	tokens, calls := m.Requests(options)
	fmt.Fprintf(w, "note: %s that Cognito bills ($%.2f in the first tier), and %s of the APIs\n",
		count(tokens, "token request"), float64(tokens)*tokenPrice, count(calls, "call"))
}

func (c *verifyCommand) readDeployed(ctx context.Context, config aws.Config) (*deployed.System, error) {
	options := deployed.Options{
		Stacks: c.Deployed, Parameters: c.Parameter, Imports: c.Import, Timeout: c.Timeout,
		Client: deployed.ElsewhereClient{ID: c.Client, Secret: os.Getenv("CLIENT_SECRET"), TokenURL: c.TokenURL},
	}
	if len(c.Assembly)+len(c.Template) > 0 {
		options.Templates = once(c.all())
		if _, err := await(ctx, func() (bool, error) { // a template may be a pipe
			_, _, err := options.Templates()
			return err == nil, err
		}); err != nil {
			return nil, err
		}
	}
	return deployed.Read(ctx, config, options)
}

// targetOfDeployed returns the walk-through target of a stack with the outputs of a
// weather events API.
func (c *verifyCommand) targetOfDeployed(ctx context.Context, d *deployed.System, region string) (walkthrough.Target, error) {
	switch {
	case c.CallAllowed != callAll:
		return walkthrough.Target{}, errors.New("it calls GET and POST with tokens that open them: allow that with --call-allowed=all")
	case len(c.Deployed) != 1:
		return walkthrough.Target{}, errors.New("it needs exactly one --deployed stack")
	}
	stack := c.Deployed[0]
	return c.deployedTarget(ctx, stack, d.Outputs[stack], region, func(held []string) (walkthrough.Target, error) {
		return c.templateTarget(d.Here, held)
	})
}

// templateTarget returns the walk-through target of a stack whose client holds these
// scopes. Its URLs and credentials are those of the system here.
func (c *verifyCommand) templateTarget(system *local.System, held []string) (walkthrough.Target, error) {
	// The stage is known from the outputs.
	apis := slices.CompactFunc(system.APIs(), func(a, b local.API) bool { return a.Key == b.Key })
	api, err := c.api(system, apis)
	if err != nil {
		return walkthrough.Target{}, err
	}
	// The outputs have no id or secret of other clients.
	clients := slices.DeleteFunc(system.Clients(), func(client local.Client) bool {
		return !slices.Equal(slices.Sorted(slices.Values(client.Scopes)), slices.Sorted(slices.Values(held)))
	})
	return walkthrough.FindTargetAmong(system, []local.API{api}, clients[:min(1, len(clients))])
}
