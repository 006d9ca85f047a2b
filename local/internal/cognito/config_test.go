package cognito_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/local/internal/cognito"
)

func TestNewPoolRefuses(t *testing.T) {
	client := func(change func(*cognito.Client)) func(*cognito.PoolConfig) {
		return func(c *cognito.PoolConfig) { c.Clients = []cognito.Client{machine(change)} }
	}
	for _, test := range []struct {
		name   string
		change func(*cognito.PoolConfig)
		want   string
	}{
		{"no id", func(c *cognito.PoolConfig) { c.ID = "" }, `the pool id is empty: give one such as "eu-west-1_AbCdEf123"`},
		{"no issuer", func(c *cognito.PoolConfig) { c.Issuer = "" }, `the issuer must be an absolute http or https URL that ends in the pool id "/eu-west-1_AbCdEf123", got ""`},
		{"issuer with slash", func(c *cognito.PoolConfig) { c.Issuer = issuer + "/" }, `the issuer must be an absolute http or https URL that ends in the pool id "/eu-west-1_AbCdEf123", got "` + issuer + `/"`},
		{"relative issuer", func(c *cognito.PoolConfig) { c.Issuer = "/eu-west-1_AbCdEf123" }, `the issuer must be an absolute http or https URL that ends in the pool id "/eu-west-1_AbCdEf123", got "/eu-west-1_AbCdEf123"`},
		{"issuer with query", func(c *cognito.PoolConfig) { c.Issuer = "https://a?/eu-west-1_AbCdEf123" }, `the issuer must be an absolute http or https URL that ends in the pool id "/eu-west-1_AbCdEf123", got "https://a?/eu-west-1_AbCdEf123"`},
		{"issuer of another pool", func(c *cognito.PoolConfig) { c.Issuer = "https://a/b" }, `ends in the pool id "/eu-west-1_AbCdEf123", got "https://a/b"`},
		{"domain with slash", func(c *cognito.PoolConfig) { c.DomainURL = "https://a/" }, `the domain must be an absolute http or https URL without trailing slash, got "https://a/"`},
		{"domain of another scheme", func(c *cognito.PoolConfig) { c.DomainURL = "ftp://a" }, `the domain must be an absolute http or https URL without trailing slash, got "ftp://a"`},
		{"no key", func(c *cognito.PoolConfig) { c.SigningKeys = nil }, "there is no signing key: give at least one"},
		{"key without id", func(c *cognito.PoolConfig) { c.SigningKeys = []cognito.SigningKey{{Private: signingKeys[0].Private}} }, "signing key 0 needs an id and a private key"},
		{"key without key", func(c *cognito.PoolConfig) { c.SigningKeys = []cognito.SigningKey{{ID: "kid"}} }, "signing key 0 needs an id and a private key"},
		{"key id twice", func(c *cognito.PoolConfig) {
			c.SigningKeys = []cognito.SigningKey{signingKeys[0], signingKeys[0]}
		}, "is given twice: key ids must be unique in a pool"},
		{"scope with a space", func(c *cognito.PoolConfig) {
			c.ResourceServers = []cognito.ResourceServer{{Identifier: "orders", Scopes: []string{"read orders/write"}}}
		}, `the scope "orders/read orders/write" must be one token of RFC 6749 section 3.3: in a token, a space separates scopes`},
		{"client id twice", func(c *cognito.PoolConfig) { c.Clients = append(c.Clients, c.Clients[0]) }, `client id "` + machineID + `" is given twice: client ids must be unique in a pool`},
		{"no client id", client(func(c *cognito.Client) { c.ID = "" }), `a client id must be 1 to 128 letters, digits, "_" or "+", got ""`},
		{"client id with colon", client(func(c *cognito.Client) { c.ID = "a:b" }), `a client id must be 1 to 128 letters, digits, "_" or "+", got "a:b"`},
		{"secret too long", client(func(c *cognito.Client) { c.Secret = strings.Repeat("x", 65) }), `the secret of client "` + machineID + `" must be at most 64 letters, digits, "_" or "+"`},
		{"validity too short", client(func(c *cognito.Client) { c.AccessTokenValidity = 299 * time.Second }), `the access token validity of client "` + machineID + `" must be 5m0s to 24h0m0s, got 4m59s`},
		{"validity too long", client(func(c *cognito.Client) { c.AccessTokenValidity = 25 * time.Hour }), "must be 5m0s to 24h0m0s, got 25h0m0s"},
		{"negative validity", client(func(c *cognito.Client) { c.AccessTokenValidity = -time.Hour }), "must be 5m0s to 24h0m0s, got -1h0m0s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configuration()
			test.change(&config)
			_, err := cognito.NewPool(config)
			if err == nil {
				t.Fatalf("no error, want %q", test.want)
			}
			if message := err.Error(); !strings.HasPrefix(message, `user pool "Pool": `) || !strings.Contains(message, test.want) || strings.Contains(message, "\n") {
				t.Errorf("got %q, want one problem: %q", message, test.want)
			}
		})
	}
}

func TestNewPoolReportsEveryProblem(t *testing.T) {
	secret := "not a possible secret"
	_, err := cognito.NewPool(cognito.PoolConfig{ID: "eu-west-1_AbCdEf123", Clients: []cognito.Client{{Secret: secret}}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"issuer", "signing key", "client id", "secret"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want it to name the %s", err, want)
		}
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the error shows the secret: %v", err)
	}
}

func TestPoolCopiesItsConfiguration(t *testing.T) {
	config := configuration()
	config.SigningKeys = slices.Clone(config.SigningKeys)
	pool := newPool(t, config)
	config.Clients[0].AllowedOAuthFlows[0] = "code"
	config.SigningKeys[1] = otherKeys[1]
	if _, err := pool.Verify(issueToken(t, pool, form())); err != nil {
		t.Error(err)
	}
}

func TestZeroClockIsTheRealTime(t *testing.T) {
	config := configuration()
	config.Clock = nil
	before := time.Now().Truncate(time.Second)
	pool := newPool(t, config)
	claims, err := pool.Verify(issueToken(t, pool, form()))
	if err != nil {
		t.Fatal(err)
	}
	if issued := claims.Expiry.Add(-time.Hour); issued.Before(before) || issued.After(time.Now()) {
		t.Errorf("issued at %v, want now", issued)
	}
}
