package cognito_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/cognito"
)

func TestClientAuthentication(t *testing.T) {
	const (
		none      = "grant_type=client_credentials"
		plusID    = "plus+id"
		plusCode  = "plus+secret+of+the+client"
		publicID  = "public"
		withID    = none + "&client_id=" + machineID
		otherCode = "othersecret"
	)
	config := configuration()
	config.Clients = append(config.Clients,
		machine(func(c *cognito.Client) { c.ID, c.Secret = plusID, plusCode }),
		machine(func(c *cognito.Client) { c.ID, c.Secret = publicID, "" }),
		machine(func(c *cognito.Client) { c.ID, c.Secret = "other", otherCode }),
	)
	server := serve(t, newPool(t, config).DomainHandler())
	encoded := func(credentials string) string { return base64.StdEncoding.EncodeToString([]byte(credentials)) }
	right := encoded(machineID + ":" + machineSecret)

	for _, test := range []struct {
		name   string
		body   string
		change func(*http.Request)
		want   string // error code, "" for a token
	}{
		{name: "post", body: form()},
		{name: "post, form-urlencoded", body: form("client_id", plusID, "client_secret", plusCode)},
		{name: "basic", body: none, change: basic(machineID, machineSecret)},
		{name: "basic, form-urlencoded", body: none, change: basic(plusID, plusCode)},
		{name: "basic, needlessly percent-encoded", body: none, change: authorization("Basic " + encoded("%6F%74her:"+otherCode))},
		{name: "basic, scheme in lower case", body: none, change: authorization("basic " + right)},
		{name: "basic, more spaces", body: none, change: authorization("Basic   " + right)},
		{name: "basic and the same client_id", body: withID, change: basic(machineID, machineSecret)},

		{name: "nothing", body: none, want: "invalid_client"},
		{name: "client_id only", body: withID, want: "invalid_client"},
		{name: "client_secret only", body: none + "&client_secret=" + machineSecret, want: "invalid_client"},
		{name: "post, wrong secret", body: form("client_secret", otherCode), want: "invalid_client"},
		{name: "post, secret cut", body: form("client_secret", machineSecret[1:]), want: "invalid_client"},
		{name: "post, secret with space", body: form("client_secret", machineSecret+" "), want: "invalid_client"},
		{name: "post, secret in upper case", body: form("client_secret", strings.ToUpper(machineSecret)), want: "invalid_client"},
		{name: "post, unknown client", body: form("client_id", "nobody"), want: "invalid_client"},
		{name: "post, client id with NUL", body: form("client_id", machineID+"\x00"), want: "invalid_client"},
		{name: "post, plus not encoded", body: none + "&client_id=" + plusID + "&client_secret=" + plusCode, want: "invalid_client"},
		{name: "basic, wrong secret", body: none, change: basic(machineID, otherCode), want: "invalid_client"},
		{name: "basic, no secret", body: none, change: basic(machineID, ""), want: "invalid_client"},
		{name: "basic, no id", body: none, change: basic("", machineSecret), want: "invalid_client"},
		{name: "basic, plus not encoded", body: none, change: authorization("Basic " + encoded(plusID+":"+plusCode)), want: "invalid_client"},
		{name: "basic, unknown client", body: none, change: basic("nobody", machineSecret), want: "invalid_client"},
		{name: "basic, unknown client without secret", body: none, change: basic("nobody", ""), want: "invalid_client"},
		{name: "basic, no base64", body: none, change: authorization("Basic !!!"), want: "invalid_client"},
		{name: "basic, no padding", body: none, change: authorization("Basic " + strings.TrimRight(encoded(machineID+":x"), "=")), want: "invalid_client"},
		{name: "basic, no colon", body: none, change: authorization("Basic " + encoded(machineID+machineSecret)), want: "invalid_client"},
		{name: "basic, malformed percent-encoding", body: none, change: authorization("Basic " + encoded(machineID+":%zz")), want: "invalid_client"},
		{name: "basic, percent-encoded twice", body: none, change: basic("%6Fther", otherCode), want: "invalid_client"},
		{name: "basic, nothing after the scheme", body: none, change: authorization("Basic"), want: "invalid_client"},
		{name: "empty header", body: none, change: authorization(""), want: "invalid_client"},
		{name: "other scheme", body: none, change: authorization("Bearer " + right), want: "invalid_client"},
		{name: "other scheme and client_id", body: withID, change: authorization("Bearer " + right), want: "invalid_client"},
		{name: "malformed basic and client_id", body: withID, change: authorization("Basic !!!"), want: "invalid_client"},
		{name: "public client", body: none + "&client_id=" + publicID, want: "invalid_client"},
		{name: "public client, empty secret", body: none, change: basic(publicID, ""), want: "invalid_client"},
		{name: "public client, any secret", body: none, change: basic(publicID, machineSecret), want: "invalid_client"},

		{name: "basic and post", body: form(), change: basic(machineID, machineSecret), want: "invalid_request"},
		{name: "basic and post, wrong secret in post", body: form("client_secret", "x"), change: basic(machineID, machineSecret), want: "invalid_request"},
		{name: "other scheme and post", body: form(), change: authorization("Bearer x"), want: "invalid_request"},
		{name: "basic twice", body: none, change: authorization("Basic "+right, "Basic "+right), want: "invalid_request"},
		{name: "basic and another client_id", body: none + "&client_id=other", change: basic(machineID, machineSecret), want: "invalid_request"},
		{name: "basic and an unknown client_id", body: none + "&client_id=nobody", change: basic(machineID, machineSecret), want: "invalid_request"},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkAnswer(t, send(t, tokenRequest(t, server, test.body, test.change)), test.want)
		})
	}
}

func TestClientConfiguration(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*cognito.Client)
		body   string
		want   string
	}{
		{name: "OAuth is off", want: "invalid_grant", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthFlowsUserPoolClient = false }},
		{name: "OAuth is off and the flow not allowed", want: "invalid_grant", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthFlowsUserPoolClient, c.AllowedOAuthFlows = false, nil }},
		{name: "no flow", want: "unauthorized_client", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthFlows = nil }},
		{name: "another flow", want: "unauthorized_client", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthFlows = []string{"code"} }},
		{name: "several flows", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthFlows = []string{"code", "client_credentials"} }},
		{name: "OAuth is off, wrong secret", want: "invalid_client", body: form("client_secret", "x"),
			change: func(c *cognito.Client) { c.AllowedOAuthFlowsUserPoolClient = false }},
		{name: "no scope", want: "invalid_scope", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthScopes = nil }},
		{name: "standard scopes only", want: "invalid_scope", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthScopes = []string{"openid", "email"} }},
		{name: "removed scopes only", want: "invalid_scope", body: form(),
			change: func(c *cognito.Client) { c.AllowedOAuthScopes = []string{"events/removed", "gone/read"} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configuration()
			config.Clients = []cognito.Client{machine(test.change)}
			server := serve(t, newPool(t, config).DomainHandler())
			checkAnswer(t, send(t, tokenRequest(t, server, test.body, nil)), test.want)
		})
	}
}
