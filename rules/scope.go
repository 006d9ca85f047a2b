package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/mark"
)

// checkUnprotected reports authorization servers of constructs that protect no API.
func checkUnprotected(c *checker) {
	for _, p := range c.pools {
		protects := slices.ContainsFunc(c.apis, func(a *api) bool {
			return a.protectedBy == p.id || slices.ContainsFunc(a.authorizers, func(authorizer *authorizer) bool {
				return slices.ContainsFunc(authorizer.pools, func(arn string) bool { return c.poolOfARN(arn) == p })
			})
		})
		for _, s := range p.servers {
			if isTrue(s.mark[mark.AuthorizationServer]) && len(p.clients) > 0 && !protects {
				c.report(s.at(), finding{
					message: fmt.Sprintf("authorization server %s has clients but protects no API in any stack of the app", c.quote(s.identifier)),
					remedy:  "pass an API to Protect, or acknowledge the warning if the API is elsewhere",
				})
			}
		}
	}
}

// isComplete reports whether the templates contain everything that may use the pool's
// scopes: the pool, a client, and an API that it opens.
func (c *checker) isComplete(p *pool) bool {
	return p.item != nil && len(p.clients) > 0 && len(c.requires(p)) > 0
}

// unheld calls use for every declared scope that no client holds. It skips pools outside
// the templates, because their clients and APIs may be outside too.
func (c *checker) unheld(use func(s *server, i int, scope string, required *method)) {
	for _, p := range c.pools {
		clients := slices.Concat(p.clients, p.strays) // client-elsewhere reports these
		if p.item == nil || !c.isOurs(p) && !c.isComplete(p) || slices.ContainsFunc(clients, func(other *client) bool { return !other.scopesKnown }) {
			continue
		}
		required := c.requires(p)
		unknown := c.requiresUnknown(p)
		for _, s := range p.servers {
			for i, scope := range s.scopes {
				held := slices.ContainsFunc(clients, func(other *client) bool { return slices.Contains(other.scopes, scope) })
				if !held && cfn.IsKnown(scope) && (required[scope] != nil || !unknown) {
					use(s, i, scope, required[scope])
				}
			}
		}
	}
}

func checkUnusedScopes(c *checker) {
	c.unheld(func(s *server, i int, scope string, required *method) {
		if required == nil && !c.isRenamed(s, scope) {
			c.report(s.at("Properties", "Scopes", i), finding{
				subject: scope,
				message: fmt.Sprintf("no client holds scope %s and no method requires it", scope),
				remedy:  "remove the scope; if you need it later, acknowledge the warning in a CDK app",
			})
		}
	})
}

// isRenamed reports whether a scope is only unused because it has another identifier than
// the clients and methods use, which scope-undeclared reports.
func (c *checker) isRenamed(s *server, scope string) bool {
	name := strings.TrimPrefix(scope, s.identifier)
	return slices.ContainsFunc(s.pool.undeclared, func(other string) bool { return strings.HasSuffix(other, name) })
}

func checkScopesWithoutClient(c *checker) {
	c.unheld(func(s *server, i int, scope string, required *method) {
		if required != nil {
			c.report(s.at("Properties", "Scopes", i), finding{
				subject: scope,
				message: fmt.Sprintf("%s requires scope %s, but no client holds it, so nobody can call the method with it", required.name(), scope),
				remedy:  "give the scope to a client; if the clients are elsewhere, acknowledge the warning in a CDK app",
			})
		}
	})
}
