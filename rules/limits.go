package rules

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// checkQuotas reports APIs that exceed API Gateway's quotas. AWS raises most of them on
// request, which no template shows.
func checkQuotas(c *checker) {
	exceeds := func(at place, what string, got, most int) {
		c.report(at, finding{
			severity: Warning,
			message:  fmt.Sprintf("the API has %d %s, and API Gateway allows %d unless AWS raised the quota", got, what, most),
			remedy:   "ask AWS Support to raise the quota, or split the API",
		})
	}
	for _, a := range c.apis {
		if most := limits.AuthorizersPerAPI; len(a.authorizers) > most {
			exceeds(a.authorizers[most].place, "authorizers", len(a.authorizers), most)
		}
		if most := limits.StagesPerAPI; len(a.stages) > most {
			exceeds(a.stages[most].at(), "stages", len(a.stages), most)
		}
		if most, last := limits.ResourcesPerAPI, a.places(); len(last) > most {
			exceeds(last[most], "resources", len(last), most)
		}
		if a.item == nil {
			continue
		}
		if got, most := leastLength(a.item.value("Policy")), limits.ResourcePolicy; got > most {
			exceeds(a.item.at("Properties", "Policy"), "characters of resource policy", got, most)
		}
	}
	c.each(typeStage, func(it *item) {
		if got, most := len(object(it.value("Variables"))), limits.StageVariables; got > most {
			c.report(it.at("Properties", "Variables"), finding{
				message: fmt.Sprintf("the stage has %d variables, API Gateway allows at most %d", got, most),
				remedy:  "move values elsewhere, for example to Systems Manager parameters",
			})
		}
	})
}

// places returns the places of an API's resources. An operation creates the resources of
// its path.
func (a *api) places() (places []place) {
	for _, resource := range a.resources {
		places = append(places, resource.at())
	}
	type child struct {
		parent int
		part   string
	}
	number := map[child]int{} // from 1, as the root is 0
	for _, entry := range a.methods {
		at := 0
		for part := range strings.SplitSeq(entry.path, "/") {
			if part == "" || len(entry.below) == 0 || entry.authorization == unreadable {
				continue
			}
			resource := child{at, part}
			if number[resource] == 0 {
				places = append(places, entry.place)
				number[resource] = len(places)
			}
			at = number[resource]
		}
	}
	return places
}

// leastLength returns the minimum length of a value as JSON. An unknown value may be
// empty.
func leastLength(value any) int {
	switch v := value.(type) {
	case nil:
		return 0
	case string:
		if !cfn.IsKnown(v) {
			return len(`""`)
		}
	case []any:
		length := len("[]") + max(0, len(v)-1)
		for _, entry := range v {
			length += leastLength(entry)
		}
		return length
	case map[string]any:
		length := len("{}") + max(0, len(v)-1)
		for name, entry := range v {
			length += leastLength(name) + len(":") + leastLength(entry)
		}
		return length
	}
	encoded, _ := json.Marshal(value) // of what was read from JSON: cannot fail
	return len(encoded)
}

// checkNames reports names, numbers and counts that Cognito, API Gateway or Secrets
// Manager refuse.
func checkNames(c *checker) {
	name := func(it *item, property string, rule validation.StringRule) {
		value, found := it.value(property).(string)
		if found && c.refuses(rule, value) {
			c.reportName(it.at("Properties", property), property, value, rule)
		}
	}
	c.each(typeUserPool, func(it *item) { name(it, "UserPoolName", limits.PoolOrClientName) })
	c.each(typeClient, func(it *item) {
		name(it, "ClientName", limits.PoolOrClientName)
		if scopes, _ := it.texts("AllowedOAuthScopes"); len(scopes) > limits.ScopesPerClient {
			c.tooMany(it.at("Properties", "AllowedOAuthScopes"), len(scopes), limits.ScopesPerClient, "a client")
		}
	})
	c.each(typeDomain, func(it *item) {
		if it.value("CustomDomainConfig") != nil {
			name(it, "Domain", limits.TokenDomain)
			return
		}
		name(it, "Domain", limits.Prefix)
		if domain := it.text("Domain"); limits.ReservedWord(domain) != "" {
			c.report(it.at("Properties", "Domain"), finding{
				message: fmt.Sprintf("the domain prefix %s contains %q, which Cognito reserves", c.quote(domain), limits.ReservedWord(domain)),
				remedy:  "choose a prefix without that word",
			})
		}
	})
	c.each(typeResourceServer, func(it *item) {
		name(it, "Identifier", limits.Identifier)
		name(it, "Name", limits.ResourceServerName)
		scopes, _ := it.value("Scopes").([]any)
		earlier := map[string]bool{}
		if len(scopes) > limits.ScopesPerResourceServer {
			c.tooMany(it.at("Properties", "Scopes"), len(scopes), limits.ScopesPerResourceServer, "a resource server")
		}
		for i, scope := range scopes {
			if object(scope) == nil {
				continue
			}
			scoped := func(property string, rule validation.StringRule) {
				value := textOf(object(scope)[property])
				if c.refuses(rule, value) {
					c.reportName(it.at("Properties", "Scopes", i, property), property, value, rule)
				}
			}
			scoped("ScopeName", limits.ScopeName)
			if text := textOf(object(scope)["ScopeName"]); text != "" && earlier[text] {
				c.report(it.at("Properties", "Scopes", i, "ScopeName"), finding{
					message: fmt.Sprintf("the resource server declares scope %s twice: Cognito refuses it", c.quote(text)),
					remedy:  "declare it once",
				})
			} else {
				earlier[text] = true
			}
			scoped("ScopeDescription", limits.ScopeDescription)
			qualified := it.text("Identifier") + "/" + textOf(object(scope)["ScopeName"])
			if cfn.IsKnown(qualified) && len(qualified) > limits.QualifiedScope {
				c.report(it.at("Properties", "Scopes", i, "ScopeName"), finding{
					message: fmt.Sprintf("the scope with its identifier has %d characters, Cognito accepts at most %d", len(qualified), limits.QualifiedScope),
					remedy:  "shorten ScopeName or Identifier",
				})
			}
		}
	})
	for _, p := range c.pools {
		if most := limits.MaxResourceServersPerPool; len(p.servers) > most {
			c.report(p.servers[most].at(), finding{
				message: fmt.Sprintf("the user pool has %d resource servers, Cognito allows at most %d", len(p.servers), most),
				remedy:  "combine resource servers whose scopes belong together",
			})
		}
	}
	c.each(typeSecret, func(it *item) {
		if c.world.HoldsSecret(it.value("SecretString")) {
			name(it, "Name", limits.SecretName)
		}
	})
	c.each(typeDomainName, func(it *item) { name(it, "DomainName", limits.APIDomain) })
	c.each(typeBasePath, func(it *item) { name(it, "BasePath", limits.BasePath) })
	c.each(typeStage, func(it *item) { name(it, "StageName", limits.StageName) })
	c.each(typeAuthorizer, func(it *item) {
		text := it.text("AuthorizerResultTtlInSeconds")
		seconds, err := strconv.Atoi(text)
		most := int(limits.MaxAuthorizerResultTtl.Seconds())
		if text != "" && cfn.IsKnown(text) && (err != nil || seconds < 0 || seconds > most) {
			c.report(it.at("Properties", "AuthorizerResultTtlInSeconds"), finding{
				message: fmt.Sprintf("AuthorizerResultTtlInSeconds is %s, API Gateway accepts 0 to %d seconds", text, most),
				remedy:  fmt.Sprintf("set it to a whole number from 0 to %d", most),
			})
		}
	})
}

// refuses reports whether a rule refuses a name whatever its unknown parts are. They
// may hold the dots that a domain needs.
func (c *checker) refuses(rule validation.StringRule, name string) bool {
	switch {
	case cfn.IsKnown(name):
		return !rule.Matches(name)
	case rule.Min > 1:
		return false
	}
	return len(c.world.Fill(name, "")) > rule.Max || !rule.Pattern.MatchString(c.world.Fill(name, "a"))
}

func (c *checker) reportName(at place, property, value string, rule validation.StringRule) {
	c.report(at, finding{
		message: fmt.Sprintf("%s %s is not %s: AWS refuses it", property, c.quote(value), rule),
		remedy:  "use " + rule.String(),
	})
}

func (c *checker) tooMany(at place, got, most int, of string) {
	c.report(at, finding{
		message: fmt.Sprintf("%d scopes, Cognito allows %s at most %d", got, of, most),
		remedy:  "group permissions into fewer scopes",
	})
}
