package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/mark"
)

const clientCredentials = "client_credentials"

// checkMachines holds on the clients of constructs, on whoever can get a scope
// that a method requires, and on what Cognito refuses.
func checkMachines(c *checker) {
	for _, p := range c.pools {
		required := c.requires(p)
		for _, client := range p.clients {
			c.checkMachine(p, client, required)
		}
	}
}

func (c *checker) checkMachine(p *pool, client *client, required map[string]*method) {
	broken := func(severity Severity, property, problem, remedy string) {
		c.report(client.at("Properties", property), finding{severity: severity, message: "the client " + problem, remedy: remedy})
	}
	isMachine := slices.Contains(client.flows, clientCredentials)
	others := slices.DeleteFunc(slices.Clone(client.flows), func(flow string) bool { return flow == clientCredentials })
	hasSecret := isTrue(client.value("GenerateSecret"))
	_, made := client.mark[mark.Machine]
	forPeople := textOf(client.mark[mark.People]) != "" && !made

	if isMachine && !hasSecret {
		broken("", "GenerateSecret", "has no secret: Cognito refuses client_credentials without one", "set GenerateSecret to true")
	}
	if isMachine && len(others) > 0 {
		broken("", "AllowedOAuthFlows", fmt.Sprintf("has the flow %s beside client_credentials: Cognito refuses the two in one client", list(others)), "give people a client of their own")
	}
	if forPeople {
		return
	}
	gets := c.opens(client, required)
	strict := made || c.isOurs(p) && gets != ""
	switch {
	case made && !isMachine:
		broken("", "AllowedOAuthFlows", fmt.Sprintf("has the flows [%s], not client_credentials and nothing else", strings.Join(client.flows, ", ")), "leave AllowedOAuthFlows as AddClient set it")
	case isMachine || len(others) == 0:
	case strict:
		broken("", "AllowedOAuthFlows", fmt.Sprintf("signs people in by the flow %s, and gets scope %s, which %s requires", list(others), gets, required[gets].name()),
			"take the scope from the client, or allow it with AllowPeople")
	case gets != "" && c.machineHolds(p, gets):
		broken(Warning, "AllowedOAuthFlows", fmt.Sprintf("signs people in by the flow %s, and gets scope %s, which %s requires and a machine's client holds too", list(others), gets, required[gets].name()),
			"give people and machines scopes of their own")
	}
	if made && !client.oauth {
		broken("", "AllowedOAuthFlowsUserPoolClient", "has AllowedOAuthFlowsUserPoolClient off: no OAuth flow works then", "leave it as AddClient set it")
	}
	if made && !isMachine && !hasSecret {
		broken("", "GenerateSecret", "has no secret", "leave GenerateSecret as AddClient set it")
	}
	if signIn := signInFlows(client); len(signIn) > 0 && (made || isMachine) {
		severity := Warning
		remedy := "set ExplicitAuthFlows to ALLOW_REFRESH_TOKEN_AUTH, which by itself signs nobody in"
		if strict {
			severity = ""
		}
		broken(severity, "ExplicitAuthFlows", "is a machine's, and lets people sign in by "+list(signIn), remedy)
	}
}

// opens returns a scope of a method that the client gets, or "".
func (c *checker) opens(client *client, required map[string]*method) string {
	for _, scope := range client.scopes {
		if required[scope] != nil && !isCognitoScope(scope) {
			return scope
		}
	}
	return ""
}

// machineHolds reports whether a client that is a machine's holds a scope.
func (c *checker) machineHolds(p *pool, scope string) bool {
	return slices.ContainsFunc(p.clients, func(other *client) bool {
		return slices.Contains(other.flows, clientCredentials) && slices.Contains(other.scopes, scope)
	})
}

// signInFlows returns the flows by which the client signs people in through the
// API, those that Cognito has by default where none are given.
//
// Source: ExplicitAuthFlows, CreateUserPoolClient, Amazon Cognito user pools API reference.
func signInFlows(client *client) []string {
	flows, known := client.texts("ExplicitAuthFlows")
	if len(flows) == 0 && known {
		return []string{"ALLOW_USER_SRP_AUTH and ALLOW_CUSTOM_AUTH, which are on where ExplicitAuthFlows is left out or empty"}
	}
	return filter(flows, func(flow string) bool {
		return flow != "ALLOW_REFRESH_TOKEN_AUTH" && flow != "ALLOW_CLIENT_TOKEN_AUTH"
	})
}

func checkClientOrder(c *checker) {
	for _, p := range c.pools {
		for _, client := range p.clients {
			for _, s := range p.servers {
				held := filter(client.scopes, func(scope string) bool { return slices.Contains(s.scopes, scope) })
				if len(held) > 0 && !c.dependsOn(client.item, s.item) {
					c.report(client.at(), finding{
						message: fmt.Sprintf("CloudFormation may create the client before %s, which declares its scope %s: Cognito would refuse it", s.LogicalID, list(held)),
						remedy:  "make the client depend on the resource server (DependsOn, or Node().AddDependency)",
					})
				}
			}
		}
	}
}

func checkClientPools(c *checker) {
	for _, p := range c.pools {
		for _, client := range p.clients {
			home := textOf(client.mark[mark.Machine])
			if home != "" && c.pool(home) != p {
				c.report(client.at("Properties", "UserPoolId"), finding{
					message: fmt.Sprintf("the client is in user pool %s, and its authorization server in %s: no token of it opens an API of that server", p.id, home),
					remedy:  "leave UserPoolId as AddClient set it",
				})
			}
		}
	}
}
