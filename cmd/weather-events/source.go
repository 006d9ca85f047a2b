package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/local"
)

// source are the flags that choose the templates and stacks.
type source struct {
	Assembly  []string `help:"CDK cloud assembly, the folder that cdk synth writes; may be repeated. Default: cdk.out." placeholder:"DIR" sep:"none"`
	Template  []string `help:"CloudFormation template, JSON or YAML; may be repeated." placeholder:"FILE" sep:"none"`
	Stack     []string `help:"Stack to serve; may be repeated. Default: all." placeholder:"NAME" sep:"none"`
	Parameter pairs    `help:"Value of a template parameter, or of one stack's: STACK:KEY=VALUE; may be repeated." placeholder:"KEY=VALUE"`
	Import    pairs    `help:"Value of an export of a stack that is not served, or of an SSM parameter: ssm:NAME=VALUE; may be repeated." placeholder:"EXPORT=VALUE"`
	UserPool  pairs    `help:"Stack whose user pool stands in for a pool that is not served, named by ARN, id or export; may be repeated. Default: a local pool with a client for every scope." placeholder:"ARN=STACK"`
	Without   []string `help:"Waive something that the server does not support and refuses by default: resource-policy, mutual-tls, private-endpoint, cache, canary, pre-token-generation, http-api, nested-stack; may be repeated." placeholder:"NAME"`
}

// load loads the templates.
func (s *source) load(ctx context.Context, options ...local.Option) (*local.System, error) {
	return begin(ctx, s, s.all(), local.Load, options)
}

// all returns the templates that the flags name.
func (s *source) all() local.Source {
	if len(s.Assembly)+len(s.Template) == 0 {
		s.Assembly = []string{defaultAssembly}
	}
	var sources []local.Source
	for _, dir := range s.Assembly {
		sources = append(sources, local.FromAssembly(dir))
	}
	for _, file := range s.Template {
		sources = append(sources, local.FromTemplateFile(file))
	}
	return local.Together(sources...)
}

// once reads a source only once: a template may be a pipe.
func once(source local.Source) local.Source {
	var stacks []*cfn.Stack
	var unread []*cfn.UnreadError
	read := sync.OnceValue(func() (err error) {
		stacks, unread, err = source()
		return err
	})
	return func() ([]*cfn.Stack, []*cfn.UnreadError, error) {
		err := read()
		return stacks, unread, err
	}
}

// begin loads or starts the stacks of the flags. It returns as soon as ctx ends,
// even if a template is a pipe that nobody writes to.
func begin(ctx context.Context, s *source, of local.Source, start func(local.Source, ...local.Option) (*local.System, error), options []local.Option) (*local.System, error) {
	for _, stack := range s.Stack {
		options = append(options, local.WithStack(stack))
	}
	for pool, stack := range s.UserPool {
		options = append(options, local.WithUserPool(pool, stack))
	}
	options = append(options, local.Without(s.Without...))
	options = append(options, local.WithParameters(maps.Clone(s.Parameter)), local.WithImports(maps.Clone(s.Import)))
	started, err := await(ctx, func() (*local.System, error) { return start(of, options...) })
	if errors.Is(err, fs.ErrNotExist) && len(s.Template) == 0 {
		return started, fmt.Errorf("%w (in this project: `make synth`), or pass another folder with --assembly", err)
	}
	return started, err
}

// noteDifferences prints what differs from AWS: user pools that a local pool stands
// in for, and waivers.
func noteDifferences(w io.Writer, system *local.System) {
	for _, pool := range system.UserPools() {
		if pool.MadeUp {
			fmt.Fprintf(w, "note: the user pool %s is in none of the stacks; a local pool with a client for every required scope stands in for it: "+
				"to use the real one, serve its stack too, with --user-pool %s=STACK\n", printable.Text(pool.ARN), printable.Text(pool.ARN))
		}
	}
	for _, waiver := range system.Waivers() {
		fmt.Fprintf(w, "note: without %s\n", printable.Text(describeWaiver(waiver)))
	}
}

// describeWaiver says what is waived, and for which resources.
func describeWaiver(waiver local.Waiver) string {
	if len(waiver.For) == 0 {
		return waiver.Name + ": nothing here needs this waiver"
	}
	return fmt.Sprintf("%s: %s (%s)", waiver.Name, waiver.Effect, strings.Join(waiver.For, ", "))
}

// choice are the flags that choose an API and a client.
type choice struct {
	API    string `help:"Logical id, construct path or name of the API, or STACK/ID if several stacks have it; append /STAGE if it has several stages. Default: the only one." placeholder:"NAME"`
	Client string `help:"Logical id, construct path or name of the client, or STACK/ID. Default: the only one." placeholder:"NAME"`
}

// api returns the API that the flag names, or the only one of apis.
func (c *choice) api(system *local.System, apis []local.API) (local.API, error) {
	return choose(apis, c.API, "API", "--api", system.FindAPI, func(a local.API) string { return a.Key + "/" + a.Stage })
}

// client returns the client that the flag names, or the only one.
func (c *choice) client(system *local.System) (local.Client, error) {
	return choose(system.Clients(), c.Client, "client", "--client", system.FindClient, func(c local.Client) string { return c.Key })
}

// chosen returns the part of a target that the flags choose, or all of it without
// flags. A client of a user pool that is not in the templates is named by its id.
func (c *choice) chosen(system *local.System, target matrix.Target) (matrix.Target, error) {
	if c.API != "" {
		named, err := system.FindAPI(c.API)
		if err != nil {
			return target, err
		}
		target.APIs = slices.DeleteFunc(target.APIs, func(a local.API) bool { return a.Key != named.Key || a.Stage != named.Stage })
	}
	if c.Client != "" {
		named, err := system.FindClient(c.Client)
		target.Clients = slices.DeleteFunc(target.Clients, func(one local.Client) bool { return one.Key != named.Key && one.ID != c.Client })
		if len(target.Clients) == 0 {
			return target, err
		}
	}
	if len(target.APIs) == 0 {
		return target, errors.New("there is no API")
	}
	return target, nil
}

func choose[T any](all []T, name, kind, flag string, find func(string) (T, error), key func(T) string) (T, error) {
	if name != "" {
		return find(name)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	var none T
	if len(all) == 0 {
		return none, fmt.Errorf("there is no %s", kind)
	}
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = key(one)
	}
	return none, fmt.Errorf("there are %d %ss: choose one of %v with %s", len(all), kind, names, flag)
}
