package cognito

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/limits"
)

// defaultAccessTokenValidity is the default of Amazon Cognito.
const defaultAccessTokenValidity = time.Hour

// PoolConfig describes a user pool with its domain, resource servers and clients.
type PoolConfig struct {
	// LogicalID names the pool in error messages. Required.
	LogicalID string
	// ID is the pool id, such as "eu-west-1_AbCdEf123". Required.
	ID string
	// Issuer is the absolute http or https URL of the iss claim, where IssuerHandler is
	// mounted. Its last segment is the pool id, as in Amazon Cognito. Required.
	Issuer string
	// DomainURL is the absolute http or https URL where DomainHandler is mounted,
	// without a trailing slash. Default: the pool has no domain, and so no token
	// endpoint.
	DomainURL string
	// SigningKeys are the keys of the tokens that Verify accepts. The key set has all
	// of them, and the last one signs access tokens, so that clients of the key set
	// must use the kid. At least one.
	SigningKeys []SigningKey
	// ResourceServers declare the custom scopes.
	ResourceServers []ResourceServer
	// Clients are the app clients of the pool.
	Clients []Client
	// Clock returns the time for issuing and verifying tokens. Default: time.Now.
	Clock func() time.Time
	// OnTokenRequest is called with the request's context before each answer of the
	// token endpoint, and of GetClientToken for a client of the pool. It must be safe
	// for concurrent use. Default: none.
	OnTokenRequest func(context.Context, TokenEvent)
}

// ResourceServer declares custom scopes. They are requested as "identifier/scope".
type ResourceServer struct {
	Identifier string
	// Scopes are the scope names without the identifier.
	Scopes []string
}

// Client is an app client of a user pool.
type Client struct {
	// ID is the client id: 1 to 128 letters, digits, "_" or "+". Required, and
	// unique in the pool.
	ID string
	// Secret is at most 64 letters, digits, "_" or "+". Default: the client is public.
	// It cannot authenticate and gets no token, because only confidential clients may
	// use the client credentials grant (RFC 6749 section 4.4).
	Secret string
	// Name is the client's name in token events.
	Name string
	// AllowedOAuthFlowsUserPoolClient enables OAuth for the client.
	AllowedOAuthFlowsUserPoolClient bool
	// AllowedOAuthFlows must hold "client_credentials" for the client to get a token
	// from the token endpoint.
	AllowedOAuthFlows []string
	// ExplicitAuthFlows must hold "ALLOW_CLIENT_TOKEN_AUTH" for the client to get a
	// token by GetClientToken.
	ExplicitAuthFlows []string
	// AllowedOAuthScopes are the scopes that the client may request. Only scopes of a
	// resource server can be granted.
	AllowedOAuthScopes []string
	// AccessTokenValidity is the lifetime of a token: 5 minutes to 1 day, truncated to
	// seconds. Default: 1 hour.
	AccessTokenValidity time.Duration
}

// idPattern and secretPattern are the patterns of ClientIdType and ClientSecretType
// in the Amazon Cognito API.
var (
	idPattern     = regexp.MustCompile(`^[\w+]{1,128}$`)
	secretPattern = regexp.MustCompile(`^[\w+]{0,64}$`)
)

// validate returns every problem of the configuration, joined. It never shows a
// secret.
func (c *PoolConfig) validate() error {
	var problems []error
	report := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("user pool %q: "+format, append([]any{c.LogicalID}, args...)...))
	}
	if c.ID == "" {
		report("the pool id is empty: give one such as \"eu-west-1_AbCdEf123\"")
	} else if !isBaseURL(c.Issuer) || !strings.HasSuffix(c.Issuer, "/"+c.ID) {
		report("the issuer must be an absolute http or https URL that ends in the pool id %q, got %q", "/"+c.ID, c.Issuer)
	}
	if c.DomainURL != "" && !isBaseURL(c.DomainURL) {
		report("the domain must be an absolute http or https URL without trailing slash, got %q", c.DomainURL)
	}
	if len(c.SigningKeys) == 0 {
		report("there is no signing key: give at least one")
	}
	keyIDs := make(map[string]bool, len(c.SigningKeys))
	for i, key := range c.SigningKeys {
		if key.ID == "" || key.Private == nil {
			report("signing key %d needs an id and a private key", i)
		}
		if keyIDs[key.ID] {
			report("signing key id %q is given twice: key ids must be unique in a pool", key.ID)
		}
		keyIDs[key.ID] = true
	}
	for _, scope := range slices.Sorted(maps.Keys(declaredScopes(c.ResourceServers))) {
		if !isScopeToken(scope) {
			report("the scope %q must be one token of RFC 6749 section 3.3: in a token, a space separates scopes", scope)
		}
	}
	clientIDs := make(map[string]bool, len(c.Clients))
	for _, client := range c.Clients {
		if clientIDs[client.ID] {
			report("client id %q is given twice: client ids must be unique in a pool", client.ID)
		}
		clientIDs[client.ID] = true
		if !idPattern.MatchString(client.ID) {
			report("a client id must be 1 to 128 letters, digits, \"_\" or \"+\", got %q", client.ID)
		}
		if !secretPattern.MatchString(client.Secret) {
			report("the secret of client %q must be at most 64 letters, digits, \"_\" or \"+\"", client.ID)
		}
		if v := client.AccessTokenValidity; v != 0 && (v < limits.MinAccessTokenValidity || v > limits.MaxAccessTokenValidity) {
			report("the access token validity of client %q must be %v to %v, got %v",
				client.ID, limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity, v)
		}
	}
	return errors.Join(problems...)
}

func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		u.RawQuery == "" && u.Fragment == "" && s[len(s)-1] != '/'
}
