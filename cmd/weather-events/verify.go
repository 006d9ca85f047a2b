package main

import (
	"context"
	"encoding/json"

	"example.com/weather-events-api/walkthrough"
)

type verifyCommand struct {
	source
	choice
	Outputs     string `help:"Walk through what is deployed, as this file of cdk deploy --outputs-file says." placeholder:"FILE" xor:"deployed"`
	Deployed    string `help:"Walk through what is deployed, as the outputs of this stack say." placeholder:"STACK" xor:"deployed"`
	Region      string `help:"Region of the deployed stack. Default: that of the AWS configuration." placeholder:"REGION"`
	JSON        bool   `name:"json" help:"Print the report as JSON."`
	Curl        bool   `help:"Print the curl command of each step."`
	ShowSecrets bool   `help:"Do not redact the client secret and the access tokens."`
}

func (c *verifyCommand) Run(ctx context.Context, terminal terminal) error {
	target, closeTarget, err := c.target(ctx)
	if err != nil {
		return err
	}
	defer closeTarget()
	target.ShowSecrets = c.ShowSecrets
	report, err := walkthrough.Run(ctx, target)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(terminal.out).Encode(report)
	} else {
		err = report.WriteTable(terminal.out, walkthrough.TableOptions{Color: isTerminal(terminal.out), Curl: c.Curl})
	}
	if err == nil && !report.Passed() {
		err = errFailed
	}
	return err
}

// target returns what to walk through, and a function that closes it.
func (c *verifyCommand) target(ctx context.Context) (walkthrough.Target, func() error, error) {
	switch {
	case c.Outputs != "":
		target, err := targetOfOutputs(ctx, c.Outputs, c.Stack, c.Region)
		return target, nothingToClose, err
	case c.Deployed != "":
		target, err := targetOfStack(ctx, c.Deployed, c.Region)
		return target, nothingToClose, err
	}
	server, err := c.serve(ctx)
	if err != nil {
		return walkthrough.Target{}, nil, err
	}
	target, err := c.localTarget(server)
	if err != nil {
		server.Close()
	}
	return target, server.Close, err
}

func nothingToClose() error { return nil }
