package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/rules"
)

type verifyCommand struct {
	source
	backends
	choice
	Outputs  string   `help:"Walk through the deployed API with the outputs in this file of cdk deploy --outputs-file." placeholder:"FILE" xor:"deployed"`
	Deployed []string `help:"Verify this stack in AWS; may be repeated. Its template comes from CloudFormation, or from --assembly and --template." placeholder:"STACK" sep:"none" xor:"deployed"`
	Region   string   `help:"Region of the deployed stacks. Default: the one of the AWS configuration." placeholder:"REGION"`

	CallAllowed callAllowed `help:"In AWS, also call GET and HEAD with tokens that open them; =all calls every method, and walks through the API. Default: only calls that must be refused, which reach no backend." placeholder:"all"`
	TokenURL    string      `name:"token-url" help:"Token endpoint of the client that --client names, if its user pool is in none of the stacks; set its secret in CLIENT_SECRET. Default: read from Cognito." placeholder:"URL"`

	OutputPrefix *string       `help:"Prefix of the output names, as in OutputPrefix. Default: the only one." placeholder:"PREFIX"`
	CallBackends bool          `help:"Walk through with the backends of other flags or of the assembly. Default: stubs answer instead, unless other flags connect backends."`
	AnyAnswer    bool          `help:"Accept any answer of GET and POST except 401, 403 and 5xx, for your own integrations."`
	Timeout      time.Duration `help:"Timeout of a request or an AWS call. Default: ${default}." default:"10s" placeholder:"DURATION"`

	JSON        bool `name:"json" help:"Print the report as JSON."`
	Curl        bool `help:"Print the curl command of each step."`
	ShowSecrets bool `help:"Print the client secret and access tokens."`
}

func (c *verifyCommand) Run(ctx context.Context, terminal terminal) error {
	if err := errors.Join(c.checkFlags(), c.check()); err != nil {
		return err
	}
	report, err := c.verify(ctx, terminal)
	if err != nil {
		return err
	}
	if c.JSON {
		err = writeJSON(terminal.out, report, indented)
	} else {
		err = report.write(terminal.out, walkthrough.TableOptions{Color: isTerminal(terminal.out), Curl: c.Curl})
	}
	if err == nil && !report.passed() {
		err = errFailed
	}
	return err
}

// checkFlags returns an error for invalid values, and for flags without effect.
func (c *verifyCommand) checkFlags() error {
	var errs []error
	if c.Timeout <= 0 {
		errs = append(errs, fmt.Errorf("--timeout must be above 0, got %v", c.Timeout))
	}
	isServed := len(c.UserPool)+len(c.Without) > 0 || c.CallBackends || c.backends.isGiven()
	switch {
	case len(c.Deployed) > 0 && (isServed || len(c.Stack) > 0):
		errs = append(errs, errors.New("--deployed names the stacks to verify in AWS: --stack, --user-pool, --without and the backend flags only apply to stacks that are served here"))
	case len(c.Deployed) == 0 && (c.CallAllowed != callNone || c.TokenURL != ""):
		errs = append(errs, errors.New("--call-allowed and --token-url only apply to --deployed: without it every method is called, and stubs answer"))
	}
	if c.Region != "" && len(c.Deployed) == 0 && c.Outputs == "" {
		errs = append(errs, errors.New("--region only applies to --deployed and --outputs: the templates set the Region of stacks that are served here"))
	}
	// A secret is sent there.
	if u, err := url.Parse(c.TokenURL); c.TokenURL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
		errs = append(errs, fmt.Errorf("--token-url must be an https URL without a user name, such as https://auth.example.org/oauth2/token, got %s", validation.QuoteURL(c.TokenURL)))
	}
	return errors.Join(errs...)
}

func (c *verifyCommand) verify(ctx context.Context, terminal terminal) (*verifyReport, error) {
	switch {
	case c.Outputs != "":
		return c.verifyOutputs(ctx)
	case len(c.Deployed) > 0:
		return c.verifyDeployed(ctx, terminal)
	}
	return c.verifyHere(ctx, terminal)
}

// verifyOutputs walks through a deployed API. Outputs do not describe its methods,
// so there is no matrix.
func (c *verifyCommand) verifyOutputs(ctx context.Context) (*verifyReport, error) {
	target, err := c.targetOfOutputs(ctx)
	if err != nil {
		return nil, err
	}
	walk, err := c.walk(ctx, target)
	return &verifyReport{walk: walk}, err
}

func (c *verifyCommand) walk(ctx context.Context, target walkthrough.Target) (*walkthrough.Report, error) {
	target.AnyAnswer = target.AnyAnswer || c.AnyAnswer
	target.Timeout, target.ShowSecrets = c.Timeout, c.ShowSecrets
	return walkthrough.Run(ctx, target)
}

// verifyHere verifies the matrix of the chosen APIs, and walks through one if
// possible. The matrix calls no backend: stubs answer. The walk-through calls
// backends only if flags ask for it.
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

// matrixHere verifies the matrix on a system whose backends are stubs.
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

// verifyReport is the result of verify. As JSON it is the walk-through's report with
// the matrix as another member.
type verifyReport struct {
	matrix *matrix.Matrix      // nil for --outputs
	walk   *walkthrough.Report // nil if there is no walk-through
	noWalk string              // why there is no walk-through
}

func (r *verifyReport) passed() bool {
	return (r.matrix == nil || r.matrix.Passed()) && (r.walk == nil || r.walk.Passed())
}

// write writes the report as text: the matrix, then the walk-through.
func (r *verifyReport) write(w io.Writer, options walkthrough.TableOptions) error {
	if r.matrix != nil {
		if err := r.matrix.Write(w, options.Color); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	if r.walk != nil {
		return r.walk.WriteTable(w, options)
	}
	_, err := io.WriteString(w, "No walk-through: "+printable.Text(r.noWalk)+"\n")
	return err
}

// MarshalJSON writes {"passed", "steps", "leftOut", "noWalkThrough", "matrix"}.
func (r *verifyReport) MarshalJSON() ([]byte, error) {
	report := struct {
		Passed  bool                  `json:"passed"`
		Steps   []walkthrough.Step    `json:"steps"`
		LeftOut []walkthrough.LeftOut `json:"leftOut,omitempty"`
		NoWalk  string                `json:"noWalkThrough,omitempty"`
		Matrix  *matrix.Matrix        `json:"matrix,omitempty"`
	}{Passed: r.passed(), Steps: []walkthrough.Step{}, NoWalk: r.noWalk, Matrix: r.matrix}
	if r.walk != nil {
		report.Steps, report.LeftOut = r.walk.Steps, r.walk.LeftOut
	}
	return json.Marshal(report)
}
