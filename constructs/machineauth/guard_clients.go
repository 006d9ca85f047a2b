package machineauth

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// checkClients holds rule 2 for a client whose app client was changed after
// construction, in every generation.
func (g *guard) checkClients(findings *findings) {
	for _, server := range g.servers {
		declared := server.qualifiedNames(server.scopes)
		for _, generation := range server.generations() {
			cfn := generation.cfn()
			broken := func(property, got, allowed string) {
				findings.addf("%s: %s must be %s on a machine client, got %s", owner(generation.userPoolClient), property, allowed, got)
			}
			if secret := cfn.GenerateSecret(); secret != true {
				broken("GenerateSecret", toJSON(secret), "true: client_credentials needs a secret")
			}
			if oauth := cfn.AllowedOAuthFlowsUserPoolClient(); oauth != true {
				broken("AllowedOAuthFlowsUserPoolClient", toJSON(oauth), "true: without it no OAuth flow works")
			}
			if flows := strs(cfn.AllowedOAuthFlows()); !slices.Equal(flows, []string{"client_credentials"}) {
				broken("AllowedOAuthFlows", toJSON(flows), "client_credentials and nothing else")
			}
			if flows := strs(cfn.ExplicitAuthFlows()); !slices.Equal(flows, []string{"ALLOW_REFRESH_TOKEN_AUTH"}) {
				broken("ExplicitAuthFlows", toJSON(flows), "ALLOW_REFRESH_TOKEN_AUTH and nothing else: any other lets users sign in, and with an empty list Cognito allows SRP and custom sign-in")
			}
			for _, name := range strs(cfn.AllowedOAuthScopes()) {
				if !slices.Contains(declared, name) && !validation.IsToken(name) {
					broken("AllowedOAuthScopes", validation.Quote(name), "scopes that the resource server declares ("+strings.Join(declared, ", ")+")")
				}
			}
		}
	}
}

// generations returns those of all clients, in the order of the clients.
func (s *authorizationServer) generations() []*generation {
	var all []*generation
	for _, c := range s.clients {
		all = append(all, c.generations...)
	}
	return all
}

func strs(list *[]*string) []string {
	values := []string{}
	for _, s := range derefSlice(list) {
		values = append(values, *s)
	}
	return values
}
