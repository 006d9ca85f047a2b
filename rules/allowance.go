package rules

import (
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
)

// checkAllowances reports exceptions that nothing needs, because they would hide a later
// mistake. It must run after the rules that ask for exceptions.
func checkAllowances(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if !cfn.IsKnown(entry.authorization) || entry.isScoped() && !entry.scopesKnown || c.isWrong(entry.place) {
			return
		}
		for _, field := range []string{mark.Public, mark.OtherAuthorization} {
			if hasReason(entry.exceptions, field) && !entry.needed[field] && !(field == mark.OtherAuthorization && slices.ContainsFunc(entry.scopes, isCognitoScope)) {
				c.report(entry.place, finding{
					message: entry.name() + " does not need its exception (" + field + "), which would hide it if a later change opened the method",
					remedy:  "remove " + allowance(a, entry, field),
				})
			}
		}
	})
	for _, p := range c.pools {
		for _, client := range p.clients {
			_, made := client.mark[mark.Machine]
			if !made && hasReason(client.mark, mark.People) && client.isHarmless() {
				c.report(client.at(), finding{
					message: "the client does not need its exception (" + mark.People + "), which would hide it if the client later got a machine's scope",
					remedy:  "remove AllowPeople, or " + mark.People + " from " + mark.Key + " in the Metadata of the client",
				})
			}
		}
	}
}

// allowance says what to remove to remove an exception.
func allowance(a *api, entry *method, field string) string {
	switch {
	case len(entry.below) > 0:
		return field + " from x-" + mark.Key + " in the operation"
	case !a.isMarked():
		return field + " from " + mark.Key + " in the Metadata of the method"
	case field == mark.Public:
		return "AllowUnauthenticated"
	}
	return "AllowOtherAuthorization"
}

// isHarmless reports whether the client signs nobody in, or gives people no scope of a
// resource server.
func (c *client) isHarmless() bool {
	if c.isMachine() {
		signIn, known := signInFlows(c)
		return known && len(signIn) == 0 && len(filter(c.flows, isOtherFlow)) == 0
	}
	noFlow := c.flowsKnown && len(c.flows) == 0
	return noFlow || c.scopesKnown && !slices.ContainsFunc(c.scopes, func(scope string) bool { return !isCognitoScope(scope) })
}

// isWrong reports whether there is an error or a fatal finding at or below a place.
func (c *checker) isWrong(at place) bool {
	return slices.ContainsFunc(c.findings, func(f Finding) bool {
		return f.Severity != Warning && f.LogicalID == at.LogicalID && f.File == at.stack.Name && strings.HasPrefix(f.Property, c.path(at.below))
	})
}
