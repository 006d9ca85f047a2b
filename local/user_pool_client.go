package local

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
	"example.com/weather-events-api/local/internal/cognito"
)

// Client is one app client of a user pool.
type Client struct {
	// Key and Stack are as for an [API].
	Key   string `json:"key"`
	Stack string `json:"stack"`
	// LogicalID is the logical id of the UserPoolClient.
	LogicalID string `json:"logicalId"`
	Name      string `json:"name"`
	// UserPool is the key of the client's user pool.
	UserPool string `json:"userPool"`
	// MadeUp reports whether the client belongs to a stand-in and is in no stack: see
	// [UserPool].
	MadeUp bool   `json:"madeUp,omitempty"`
	ID     string `json:"clientId"`
	// Secret is empty if the client has no secret.
	Secret string `json:"clientSecret"`
	// Machine reports whether the client gets tokens without a user, by
	// client_credentials or by GetClientToken.
	Machine bool `json:"machine"`
	// Scopes are the scopes that the template allows the client.
	Scopes []string `json:"scopes"`
	// TokenURL is where the client gets its tokens: the token endpoint, or the root of
	// the system for a TokenOperation. It is empty if the user pool has no domain and
	// the client has no ALLOW_CLIENT_TOKEN_AUTH.
	TokenURL string `json:"tokenUrl"`
	// TokenOperation is GetClientToken if the client gets its tokens by that operation
	// of the user pools API, because its user pool has no domain or the client has no
	// OAuth flow. It is empty if the client uses the token endpoint.
	TokenOperation string `json:"tokenOperation,omitempty"`

	path  string // of the CDK construct
	label string
}

func (s *System) userPoolClient(r resource, p *cfn.Properties) {
	pool := s.poolOf(p)
	p.Ignore("AnalyticsConfiguration", "AuthSessionValidity", "CallbackURLs", "DefaultRedirectURI", "EnablePropagateAdditionalUserContextData",
		"EnableTokenRevocation", "LogoutURLs", "PreventUserExistenceErrors", "ReadAttributes",
		"RefreshTokenRotation", "SupportedIdentityProviders", "WriteAttributes")
	s.checkText(p, "ClientName", limits.PoolOrClientName)
	validity(p, "IdToken", "hours", limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity)
	validity(p, "RefreshToken", "days", limits.MinRefreshTokenValidity, limits.MaxRefreshTokenValidity)
	client := cognito.Client{
		ID:                              r.clientID(),
		Name:                            p.String("ClientName", r.LogicalID),
		AllowedOAuthFlowsUserPoolClient: p.Bool("AllowedOAuthFlowsUserPoolClient", false),
		AllowedOAuthFlows:               p.Strings("AllowedOAuthFlows"),
		AllowedOAuthScopes:              p.Strings("AllowedOAuthScopes"),
		ExplicitAuthFlows:               p.Strings("ExplicitAuthFlows"),
		AccessTokenValidity:             validity(p, "AccessToken", "hours", limits.MinAccessTokenValidity, limits.MaxAccessTokenValidity),
	}
	if p.Bool("GenerateSecret", false) {
		client.Secret = r.clientSecret()
	}
	refuseAsCognito(p, client)
	if pool == nil {
		return
	}
	pool.config.Clients = append(pool.config.Clients, client)
	pool.clients = append(pool.clients, Client{
		Key:       r.key(),
		Stack:     r.stack.name,
		LogicalID: r.LogicalID,
		Name:      client.Name,
		UserPool:  pool.key(),
		ID:        client.ID,
		Secret:    client.Secret,
		Scopes:    client.AllowedOAuthScopes,
		path:      r.constructPath(),
		label:     r.label(),
	})
}

// flows are the values of AllowedOAuthFlows, authFlows those of ExplicitAuthFlows.
//
// Source: CreateUserPoolClient, Amazon Cognito user pools API reference.
var (
	flows     = []string{"code", "implicit", "client_credentials"}
	authFlows = []string{
		"ALLOW_ADMIN_USER_PASSWORD_AUTH", clienttoken.AuthFlow, "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
		"ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH",
		"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH",
	}
)

// refuseAsCognito reports properties with which Cognito refuses to create the client.
func refuseAsCognito(p *cfn.Properties, client cognito.Client) {
	if len(client.AllowedOAuthScopes) > limits.ScopesPerClient {
		p.Problemf("AllowedOAuthScopes", "must be %d at most, got %d: Cognito refuses to create the client", limits.ScopesPerClient, len(client.AllowedOAuthScopes))
	}
	for _, flow := range client.AllowedOAuthFlows {
		if !slices.Contains(flows, flow) {
			p.Problemf("AllowedOAuthFlows", "must be %s, got %s: Cognito refuses to create the client", strings.Join(flows, " or "), validation.Quote(flow))
		}
	}
	for _, flow := range client.ExplicitAuthFlows {
		if !slices.Contains(authFlows, flow) {
			p.Problemf("ExplicitAuthFlows", "must be %s, got %s: Cognito refuses to create the client", strings.Join(authFlows, " or "), validation.Quote(flow))
		}
	}
	if slices.Contains(client.ExplicitAuthFlows, clienttoken.AuthFlow) {
		if client.Secret == "" {
			p.Problemf("GenerateSecret", "must be true for the flow %s: Cognito refuses to create the client", clienttoken.AuthFlow)
		}
		if others := without(client.ExplicitAuthFlows, clienttoken.AuthFlow); len(others) > 0 {
			p.Problemf("ExplicitAuthFlows", "%s may not be combined with %s: Cognito refuses to create the client", clienttoken.AuthFlow, strings.Join(others, ", "))
		}
	}
	if !slices.Contains(client.AllowedOAuthFlows, "client_credentials") {
		return
	}
	if client.Secret == "" && !slices.Contains(client.ExplicitAuthFlows, clienttoken.AuthFlow) { // reported above otherwise
		p.Problemf("GenerateSecret", "must be true for the flow client_credentials: Cognito refuses to create the client")
	}
	if len(client.AllowedOAuthFlows) > 1 {
		p.Problemf("AllowedOAuthFlows", "client_credentials may not be combined with %s: Cognito refuses to create the client",
			strings.Join(without(client.AllowedOAuthFlows, "client_credentials"), ", "))
	}
}

func without(flows []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(flows), func(flow string) bool { return flow == one })
}

var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

// validity reads how long tokens of a kind are valid. unit is the default unit, which
// TokenValidityUnits may change. It returns 0 if the property is absent.
func validity(p *cfn.Properties, token, unit string, least, most time.Duration) time.Duration {
	property := token + "Validity"
	unit = p.Object("TokenValidityUnits").OneOf(token, unit, "seconds", "minutes", "hours", "days")
	number := p.Int(property, 0)
	switch {
	case !p.Has(property), number == 0 && token == "RefreshToken": // only for refresh tokens, 0 means the default
		return 0
	case number <= 0 || number > int(most/units[unit]) || time.Duration(number)*units[unit] < least:
		p.Problemf(property, "must be %s to %s, got %d %s: Cognito refuses to create the client", spell(least), spell(most), number, unit)
		return 0
	}
	return time.Duration(number) * units[unit]
}

// spell formats a limit of a validity.
func spell(limit time.Duration) string {
	switch limit {
	case limits.MaxAccessTokenValidity:
		return "1 day"
	case limits.MinRefreshTokenValidity:
		return "1 hour"
	case limits.MaxRefreshTokenValidity:
		return "10 years"
	}
	return fmt.Sprintf("%d minutes", int(limit.Minutes()))
}
