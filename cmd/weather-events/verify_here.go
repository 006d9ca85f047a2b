package main

import (
	"context"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

// verifyHere tries the matrix of what the flags name, and walks through it where
// that fits. The matrix calls no backend: stubs answer. Nor does the walk-through,
// unless flags ask for it.
func (c *verifyCommand) verifyHere(ctx context.Context, terminal terminal) (*verifyReport, error) {
	stacks := once(c.all())
	options := []local.Option{local.WithoutBackends()}
	if c.CallBackends || c.backends.isGiven() {
		options = append(c.options(), local.WithLog(newLog(terminal.err).line))
	}
	server, err := begin(ctx, &c.source, stacks, local.New, options)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	noteDifferences(terminal.err, server)
	chosen, err := c.chosen(server, matrix.Of(server))
	if err != nil {
		return nil, err
	}
	report := &verifyReport{}
	if report.matrix, err = c.matrixHere(ctx, stacks); err != nil {
		return nil, err
	}
	target, err := await(ctx, func() (walkthrough.Target, error) {
		api, err := c.api(server, chosen.APIs)
		if err != nil {
			return walkthrough.Target{}, err
		}
		return walkthrough.FindTargetAmong(server, []local.API{api}, chosen.Clients)
	})
	if err != nil {
		report.noWalk = err.Error()
		return report, ctx.Err()
	}
	report.walk, err = c.walk(ctx, target)
	return report, err
}

// matrixHere tries the matrix on a system whose backends are stubs.
func (c *verifyCommand) matrixHere(ctx context.Context, stacks local.Source) (*matrix.Matrix, error) {
	system, err := begin(ctx, &c.source, stacks, local.Load, []local.Option{local.WithoutBackends()})
	if err != nil {
		return nil, err
	}
	defer system.Close()
	chosen, err := c.chosen(system, matrix.Of(system))
	if err != nil {
		return nil, err
	}
	chosen, err = await(ctx, func() (matrix.Target, error) { return chosen.HeldTo(rules.Source(stacks)) })
	if err != nil {
		return nil, err
	}
	tried := chosen.Expect()
	err = tried.Try(ctx, matrix.Options{Transport: system.Transport(), Timeout: c.Timeout, Skip: matrix.OnlyDecided})
	return tried, err
}
