package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/internal/mark"
)

const clientCredentials = "client_credentials"

func isOtherFlow(flow string) bool { return flow != clientCredentials }

// checkMachines checks clients that constructs created, clients that can get a scope that
// a method requires, and settings that Cognito refuses.
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
	_, made := client.mark[mark.Machine]
	isMachine := client.isMachine()
	others := filter(client.flows, isOtherFlow)
	// An unknown value is wrong for a client of constructs, which always set it.
	isOff := func(property string) bool {
		value := client.value(property)
		return !isTrue(value) && (made || isMachine && cfn.IsKnown(textOf(value)))
	}

	switch {
	case made && !isMachine:
		broken("", "AllowedOAuthFlows", fmt.Sprintf("has flows [%s]; only client_credentials is allowed", strings.Join(client.flows, ", ")), "keep the AllowedOAuthFlows that AddClient set")
	case isMachine && (made && len(others) > 0 || len(filter(others, cfn.IsKnown)) > 0):
		broken("", "AllowedOAuthFlows", fmt.Sprintf("is for machines but has flow %s: Cognito refuses both in one client", list(others)), "create a separate client for people")
	}
	if isOff("GenerateSecret") {
		broken("", "GenerateSecret", "is for machines but has no secret: Cognito refuses it", "set GenerateSecret to true")
	}
	if isOff("AllowedOAuthFlowsUserPoolClient") && (made && !client.byAPI || len(client.flows) > 0) {
		broken("", "AllowedOAuthFlowsUserPoolClient", "has AllowedOAuthFlowsUserPoolClient off, so no OAuth flow works", "set AllowedOAuthFlowsUserPoolClient to true")
	}
	if hasReason(client.mark, mark.People) && !made {
		return
	}
	gets := c.gets(p, client, required)
	if !made && !isMachine {
		c.checkPeople(p, client, required, gets)
		return
	}
	signIn, told := signInFlows(client)
	if explicit, _ := client.texts("ExplicitAuthFlows"); client.byAPI && len(explicit) > 1 {
		broken("", "ExplicitAuthFlows", "has "+list(filter(explicit, func(flow string) bool { return flow != clienttoken.AuthFlow }))+" beside "+clienttoken.AuthFlow+": Cognito refuses it", "remove every flow but "+clienttoken.AuthFlow+" from ExplicitAuthFlows")
		return
	}
	severity := Severity("")
	if !made && gets == "" {
		severity, signIn = Warning, filter(signIn, cfn.IsKnown)
	} else if len(signIn) == 0 && !told {
		signIn = []string{"unknown flows"}
	}
	if len(signIn) > 0 {
		broken(severity, "ExplicitAuthFlows", "is for machines but lets people sign in with "+list(signIn), "set ExplicitAuthFlows to ALLOW_REFRESH_TOKEN_AUTH, which signs nobody in (AuthFlows with UserSrp: false in CDK)")
	}
}

// checkPeople checks a client for people. Without an OAuth flow it gets no scope but
// aws.cognito.signin.user.admin.
func (c *checker) checkPeople(p *pool, client *client, required map[string]*method, gets string) {
	flows := "flow " + list(client.flows)
	switch {
	case !client.flowsKnown && len(client.flows) == 0:
		flows = "unknown flows"
	case len(client.flows) == 0 || !client.oauth && cfn.IsKnown(client.text("AllowedOAuthFlowsUserPoolClient")):
		return
	}
	f := finding{
		message: fmt.Sprintf("the client signs people in with %s and gets %s", flows, gets),
		remedy:  "remove the scope from the client, or accept it with AllowPeople",
	}
	if gets == "" {
		shared := slices.IndexFunc(client.scopes, func(scope string) bool {
			return required[scope] != nil && !isCognitoScope(scope) && c.machineHolds(p, scope)
		})
		if shared < 0 {
			return
		}
		f = finding{
			severity: Warning,
			message: fmt.Sprintf("the client signs people in with %s and gets scope %s, which %s requires and a machine client also holds",
				flows, client.scopes[shared], required[client.scopes[shared]].name()),
			remedy: "use separate scopes for people and machines",
		}
	}
	c.report(client.at("Properties", "AllowedOAuthFlows"), f)
}

// gets returns the scope with which the client opens an API of constructs, as text for a
// message, or "".
func (c *checker) gets(p *pool, client *client, required map[string]*method) string {
	if !c.isOurs(p) || len(required) == 0 {
		return ""
	}
	for _, scope := range client.scopes {
		if required[scope] != nil && !isCognitoScope(scope) {
			return "scope " + scope + ", which " + required[scope].name() + " requires"
		}
	}
	if !client.scopesKnown {
		return "unknown scopes, possibly one that a method requires"
	}
	return ""
}

// machineHolds reports whether a machine client holds a scope.
func (c *checker) machineHolds(p *pool, scope string) bool {
	return slices.ContainsFunc(p.clients, func(other *client) bool {
		return other.isMachine() && slices.Contains(other.scopes, scope)
	})
}

// signInFlows returns the flows with which the client signs people in through the Cognito
// API, including Cognito's defaults if the template sets none, and reports whether the
// list is complete.
//
// Source: ExplicitAuthFlows, CreateUserPoolClient, Amazon Cognito user pools API
// reference.
func signInFlows(client *client) (flows []string, known bool) {
	flows, known = client.texts("ExplicitAuthFlows")
	if len(flows) == 0 && known {
		return []string{"ALLOW_USER_SRP_AUTH and ALLOW_CUSTOM_AUTH, the defaults without ExplicitAuthFlows"}, true
	}
	return filter(flows, func(flow string) bool {
		return flow != "ALLOW_REFRESH_TOKEN_AUTH" && flow != clienttoken.AuthFlow
	}), known
}

func checkClientOrder(c *checker) {
	for _, p := range c.pools {
		for _, client := range p.clients {
			told := map[string]bool{} // scopes that exist by then, or were reported
			for _, s := range p.servers {
				for _, scope := range s.scopes {
					told[scope] = told[scope] || slices.Contains(client.scopes, scope) && c.dependsOn(client.item, s.item)
				}
			}
			for _, s := range p.servers {
				held := filter(client.scopes, func(scope string) bool { return slices.Contains(s.scopes, scope) && !told[scope] })
				for _, scope := range held {
					told[scope] = true
				}
				if len(held) > 0 {
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
		for _, client := range p.strays {
			c.report(client.at("Properties", "UserPoolId"), finding{
				message: fmt.Sprintf("the client is in user pool %s but its authorization server is in %s: its tokens open none of that server's APIs", client.pool.id, p.id),
				remedy:  "keep the UserPoolId that AddClient set",
			})
		}
	}
}
