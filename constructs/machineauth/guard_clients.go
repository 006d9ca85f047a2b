package machineauth

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// checkClients holds rule 2 for a client whose app client was changed after
// construction, in every generation.
func (g *guard) checkClients(findings *findings, tree *stackTree) {
	for _, server := range g.servers {
		if server.stack != tree.stack {
			continue
		}
		declared := server.qualifiedNames(server.scopes)
		for _, generation := range server.generations() {
			properties := tree.propertiesOf(generation.cfn)
			broken := func(property string, got any, allowed string) {
				findings.addf("%s: %s must be %s on a machine client, got %s", owner(generation.userPoolClient), property, allowed, toJSON(got))
			}
			if secret := properties["generateSecret"]; secret != true {
				broken("GenerateSecret", secret, "true: client_credentials needs a secret")
			}
			if oauth := properties["allowedOAuthFlowsUserPoolClient"]; oauth != true {
				broken("AllowedOAuthFlowsUserPoolClient", oauth, "true: without it no OAuth flow works")
			}
			if flows := texts(properties, "allowedOAuthFlows"); !slices.Equal(flows, []string{"client_credentials"}) {
				broken("AllowedOAuthFlows", flows, "client_credentials and nothing else")
			}
			if flows := texts(properties, "explicitAuthFlows"); !slices.Equal(flows, []string{"ALLOW_REFRESH_TOKEN_AUTH"}) {
				broken("ExplicitAuthFlows", flows, "ALLOW_REFRESH_TOKEN_AUTH and nothing else: any other lets users sign in, and with an empty list Cognito allows SRP and custom sign-in")
			}
			for _, name := range texts(properties, "allowedOAuthScopes") {
				if !slices.Contains(declared, name) && !validation.IsToken(name) {
					broken("AllowedOAuthScopes", name, "scopes that the resource server declares ("+strings.Join(declared, ", ")+")")
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
