package main

import (
	"context"
	"fmt"
	"time"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

type verifyCommand struct {
	source
	backends
	choice
	Outputs  string `help:"Walk through what is deployed, as this file of cdk deploy --outputs-file says." placeholder:"FILE" xor:"deployed"`
	Deployed string `help:"Walk through what is deployed, as the outputs of this stack say." placeholder:"STACK" xor:"deployed"`
	Region   string `help:"Region of the deployed stack. Default: that of the AWS configuration." placeholder:"REGION"`

	OutputPrefix *string       `help:"What stands in front of the names of the outputs, as OutputPrefix. Default: the only one." placeholder:"PREFIX"`
	AnyAnswer    bool          `help:"Take any answer of GET and POST for right, but 401, 403 and 5xx: for integrations of your own."`
	Timeout      time.Duration `help:"How long a request, or a call of AWS, may take." default:"10s" placeholder:"DURATION"`

	JSON        bool `name:"json" help:"Print the report as JSON."`
	Curl        bool `help:"Print the curl command of each step."`
	ShowSecrets bool `help:"Do not redact the client secret and the access tokens."`
}

func (c *verifyCommand) Run(ctx context.Context, terminal terminal) error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be above 0, got %v", c.Timeout)
	}
	target, closeTarget, err := c.target(ctx, terminal)
	if err != nil {
		return err
	}
	defer closeTarget()
	target.AnyAnswer = target.AnyAnswer || c.AnyAnswer
	target.Timeout, target.ShowSecrets = c.Timeout, c.ShowSecrets
	report, err := walkthrough.Run(ctx, target)
	if err != nil {
		return err
	}
	if c.JSON {
		err = writeJSON(terminal.out, report, indented)
	} else {
		err = report.WriteTable(terminal.out, walkthrough.TableOptions{Color: isTerminal(terminal.out), Curl: c.Curl})
	}
	if err == nil && !report.Passed() {
		err = errFailed
	}
	return err
}

// target returns what to walk through, and a function that closes it.
func (c *verifyCommand) target(ctx context.Context, terminal terminal) (walkthrough.Target, func() error, error) {
	switch {
	case c.Outputs != "":
		target, err := c.targetOfOutputs(ctx)
		return target, nothingToClose, err
	case c.Deployed != "":
		target, err := c.targetOfStack(ctx)
		return target, nothingToClose, err
	}
	server, err := c.serve(ctx, append(c.options(), local.WithLog(newLog(terminal.err).line))...)
	if err != nil {
		return walkthrough.Target{}, nil, err
	}
	noteDifferences(terminal.err, server.System)
	target, err := await(ctx, func() (walkthrough.Target, error) { return c.localTarget(server.System) })
	if err != nil {
		server.Close()
	}
	return target, server.Close, err
}

func nothingToClose() error { return nil }
