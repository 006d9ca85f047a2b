package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"example.com/weather-events-api/local"
)

// source are the flags that say which template to serve, and how.
type source struct {
	Assembly  string            `help:"CDK cloud assembly, as cdk synth writes it. Default: cdk.out." placeholder:"DIR" xor:"template"`
	Template  string            `help:"CloudFormation template, JSON or YAML, instead of an assembly." placeholder:"FILE" xor:"template"`
	Stack     string            `help:"Stack of the assembly. Default: the only one." placeholder:"NAME"`
	Parameter map[string]string `help:"Value of a template parameter; may be repeated." placeholder:"KEY=VALUE" mapsep:"none"`
}

// serve starts a server for the template. It returns at once when ctx ends,
// though the template is a pipe that nobody writes to.
func (s *source) serve(ctx context.Context, options ...local.Option) (*local.Server, error) {
	template := local.FromAssembly(cmp.Or(s.Assembly, "cdk.out"))
	if s.Template != "" {
		template = local.FromTemplateFile(s.Template)
	}
	options = append(options, local.WithStack(s.Stack), local.WithParameters(maps.Clone(s.Parameter)))
	server, err := await(ctx, func() (*local.Server, error) { return local.New(template, options...) })
	if errors.Is(err, fs.ErrNotExist) && s.Template == "" {
		return nil, fmt.Errorf("%w (in this project: `make synth`), or name another folder with --assembly", err)
	}
	return server, err
}

// choice are the flags that choose one API and one client of several.
type choice struct {
	API    string `help:"Logical id, construct path or name of the API, with /STAGE behind it if it has several. Default: the only one." placeholder:"NAME"`
	Client string `help:"Logical id, construct path or name of the client. Default: the only one." placeholder:"NAME"`
}

// api returns the API that was named, or the only one of apis.
func (c *choice) api(server *local.Server, apis []local.API) (local.API, error) {
	return choose(apis, c.API, "API", "--api", server.FindAPI, func(a local.API) string { return a.LogicalID + "/" + a.Stage })
}

// client returns the client that was named, or the only one.
func (c *choice) client(server *local.Server) (local.Client, error) {
	return choose(server.Clients(), c.Client, "client", "--client", server.FindClient, func(c local.Client) string { return c.LogicalID })
}

func choose[T any](all []T, name, kind, flag string, find func(string) (T, error), logicalID func(T) string) (T, error) {
	if name != "" {
		return find(name)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	var none T
	if len(all) == 0 {
		return none, fmt.Errorf("the template has no %s", kind)
	}
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = logicalID(one)
	}
	return none, fmt.Errorf("the template has %d %ss: choose one of %v with %s", len(all), kind, names, flag)
}
