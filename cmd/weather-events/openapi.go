package main

import (
	"context"
	"errors"

	"example.com/weather-events-api/local"
)

type openapiCommand struct {
	source
	API       string `help:"Logical id, construct path or name of the API; append /STAGE for one stage only. Default: the only one." placeholder:"NAME"`
	ServerURL string `name:"server-url" help:"URL of the API. Default: the URL of each stage, with the API's id and Region as variables." placeholder:"URL"`
	TokenURL  string `name:"token-url" help:"URL of the token endpoint. Default: the custom domain, or a placeholder with DOMAIN and REGION; none without a domain." placeholder:"URL"`
	JSON      bool   `name:"json" help:"Print JSON instead of YAML."`
}

func (c *openapiCommand) Run(ctx context.Context, terminal terminal) error {
	if err := errors.Join(checkURL("--server-url", c.ServerURL), checkURL("--token-url", c.TokenURL)); err != nil {
		return err
	}
	system, err := c.load(ctx)
	if err != nil {
		return err
	}
	defer system.Close()
	document, err := choose(system.OpenAPIs(), c.API, "API", "--api", system.FindOpenAPI, func(o local.OpenAPI) string { return o.Key })
	if err != nil {
		return err
	}
	document.ServerURL, document.TokenURL = c.ServerURL, c.TokenURL
	write := document.YAML
	if c.JSON {
		write = document.JSON
	}
	text, err := await(ctx, write)
	if err != nil {
		return err
	}
	_, err = terminal.out.Write(text)
	return err
}
