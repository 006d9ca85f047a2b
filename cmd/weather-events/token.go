package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/loopback"
	"example.com/weather-events-api/internal/tokenrequest"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

type tokenCommand struct {
	source
	Client string   `help:"Logical id, construct path or name of the client, or STACK/ID. Default: the only one." placeholder:"NAME"`
	Scope  []string `help:"Scope to request; may be repeated. Default: every scope of the client." placeholder:"SCOPE"`
	Addr   string   `help:"Address that serve listens on. The token is valid there only. Default: ${default}." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Decode bool     `help:"Print the header and claims of the token instead."`
}

// Run prints a token that a server of the same template accepts: ids, secrets and
// keys depend on the template only, and the issuer on the address.
func (c *tokenCommand) Run(ctx context.Context, terminal terminal) error {
	if err := checkAddr(c.Addr); err != nil {
		return err
	}
	listening, err := await(ctx, func() (*net.TCPAddr, error) { return net.ResolveTCPAddr("tcp", c.Addr) })
	if err != nil {
		return fmt.Errorf("--addr must be the HOST:PORT of serve: %w", err)
	}
	system, err := c.load(ctx, local.WithPublicURL("http://"+loopback.Reachable(listening)))
	if err != nil {
		return err
	}
	defer system.Close()
	noteDifferences(terminal.err, system)
	chosen := choice{Client: c.Client}
	client, err := chosen.client(system)
	if err != nil {
		return err
	}
	for _, scope := range c.Scope {
		if !slices.Contains(client.Scopes, scope) {
			return fmt.Errorf("--scope: client %s does not hold %s; it holds %s", client.Key, validation.Quote(scope), strings.Join(client.Scopes, ", "))
		}
	}
	request := tokenrequest.Of(client.TokenOperation, clientcredentials.Config{
		ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL, Scopes: c.Scope, AuthStyle: oauth2.AuthStyleInHeader,
	})
	inProcess := &http.Client{Transport: system.Transport()}
	token, err := request.Token(context.WithValue(ctx, oauth2.HTTPClient, inProcess))
	if err != nil {
		return fmt.Errorf("no token for client %s: %w", client.Key, err)
	}
	if !c.Decode {
		_, err := fmt.Fprintln(terminal.out, token.AccessToken)
		return err
	}
	header, claims, err := walkthrough.Decode(token.AccessToken)
	if err != nil {
		return err
	}
	return writeJSON(terminal.out, map[string]any{"header": header, "claims": claims}, indented)
}
