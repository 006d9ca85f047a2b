package main

import (
	"fmt"
	"net/url"

	"example.com/weather-events-api/local"
)

type openapiCommand struct {
	source
	API       string `help:"Logical id, construct path or name of the API. Default: the only one." placeholder:"NAME"`
	ServerURL string `name:"server-url" help:"URL of the API. Default: that of each stage, with the API's id and Region as variables." placeholder:"URL"`
	TokenURL  string `name:"token-url" help:"URL of the token endpoint. Default: that of the custom domain, or a placeholder with DOMAIN and REGION." placeholder:"URL"`
	JSON      bool   `name:"json" help:"Print JSON instead of YAML."`
}

func (c *openapiCommand) Run(terminal terminal) error {
	for flag, value := range map[string]string{"--server-url": c.ServerURL, "--token-url": c.TokenURL} {
		if parsed, err := url.Parse(value); value != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http") {
			return fmt.Errorf("%s must be an absolute http or https URL, got %q", flag, value)
		}
	}
	// The URL in a template that refers to its own token issuer should not depend
	// on the port that happens to be free.
	server, err := c.serve(local.WithPublicURL("http://127.0.0.1:8080"))
	if err != nil {
		return err
	}
	defer server.Close()
	contract, err := choose(server.Contracts(), c.API, "API", "--api", server.FindContract, func(c local.Contract) string { return c.LogicalID })
	if err != nil {
		return err
	}
	contract.ServerURL, contract.TokenURL = c.ServerURL, c.TokenURL
	write := contract.YAML
	if c.JSON {
		write = contract.JSON
	}
	text, err := write()
	if err != nil {
		return err
	}
	_, err = terminal.out.Write(text)
	return err
}
