package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/mark"
)

// protectedMethods calls use for every method of every protected API.
func (c *checker) protectedMethods(use func(*api, *method)) {
	for _, a := range c.apis {
		if a.isProtected() {
			for _, entry := range a.methods {
				use(a, entry)
			}
		}
	}
}

// remedyFor says how to require a scope for a method, in CDK terms if constructs protect
// its API.
func remedyFor(a *api, entry *method) string {
	switch {
	case a.isMarked() && len(entry.below) == 0:
		return requireFor(entry)
	case len(entry.below) > 0:
		return "name a cognito_user_pools scheme and a scope in the security of the operation"
	}
	return "set AuthorizationType to COGNITO_USER_POOLS, and set AuthorizerId and AuthorizationScopes"
}

// requireFor says where a method of an API of constructs gets its options. CDK creates
// the methods of a proxy itself; at the root, it creates methods on two resources.
func requireFor(entry *method) string {
	isProxy := strings.HasSuffix(entry.path, "+}")
	switch {
	case entry.httpMethod == "ANY" && (entry.path == "/" || isProxy && strings.Count(entry.path, "/") == 1):
		return "pass DefaultMethodOptions(scope) of its AuthorizationServer as the API's DefaultMethodOptions"
	case isProxy:
		return "pass Require(scope) of its ProtectedApi as the DefaultMethodOptions of the proxy"
	}
	return "pass Require(scope) of its ProtectedApi as the method's options"
}

// exception says how to accept a method as it is.
func exception(a *api, entry *method, field string) string {
	switch {
	case len(entry.below) > 0:
		return "accept it with x-" + mark.Key + ": {" + field + ": REASON} in the operation"
	case !a.isMarked():
		return "accept it with " + mark.Key + ": {" + field + ": REASON} in the Metadata of the method"
	case field == mark.Public:
		return "make it public with AllowUnauthenticated"
	}
	return "accept it with AllowOtherAuthorization"
}

func checkOpenMethods(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if entry.authorization != none || entry.preflight || entry.allowed(mark.Public) {
			return
		}
		f := finding{message: entry.name() + " is open to anyone", remedy: remedyFor(a, entry)}
		if entry.apiKey {
			f.message = entry.name() + " requires only an API key, which is not authorization"
		}
		f.remedy += ", or " + exception(a, entry, mark.Public)
		if !a.isMarked() {
			f.severity = Error
			f.message += ", but other methods of the API require a scope"
			if a.elsewhere {
				f.message = entry.name() + " is open to anyone, but its API requires scopes under other conditions"
			}
		}
		c.report(entry.at(entry.property("AuthorizationType")...), f)
	})
}

// property returns the path of a Method's property, or the path of an operation.
func (m *method) property(name string) []any {
	if len(m.below) > 0 {
		return m.below
	}
	if _, found := m.Properties.Get(name); !found {
		return nil
	}
	return []any{"Properties", name}
}

func checkMethodScopes(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if entry.authorization != cognito || entry.isScoped() || entry.allowed(mark.OtherAuthorization) {
			return
		}
		f := finding{
			message: entry.name() + " has a Cognito authorizer but no scope: API Gateway expects an ID token and rejects every machine",
			remedy:  remedyFor(a, entry) + ", or " + exception(a, entry, mark.OtherAuthorization),
		}
		pools := c.poolsOf(entry)
		switch {
		case a.isMarked():
		case slices.ContainsFunc(pools, (*pool).signsPeopleIn):
			return // people call the method with ID tokens
		case slices.ContainsFunc(pools, func(p *pool) bool { return p.item != nil }):
			f.severity = Error
		default: // the pool's clients are elsewhere
			f.severity = Warning
		}
		c.report(entry.at(entry.property("AuthorizationScopes")...), f)
	})
}

// signsPeopleIn reports whether the pool has a client for people.
func (p *pool) signsPeopleIn() bool {
	return slices.ContainsFunc(p.clients, func(client *client) bool {
		signIn, known := signInFlows(client)
		return !client.isMachine() && (len(client.flows) > 0 || len(signIn) > 0 || !known)
	})
}

// checkMethodAuthorization reports authorization that API Gateway refuses or that AWS
// leaves open. If constructs protect the API, it also reports every method that
// something other than a scope of the authorization server opens; in other APIs, that
// is the author's choice.
func checkMethodAuthorization(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if property, problem := c.refusedAuthorization(entry); problem != "" {
			c.report(entry.at(entry.property(property)...), finding{
				message: entry.name() + " " + problem + ": API Gateway refuses the method",
				remedy:  remedyFor(a, entry),
			})
			return
		}
		if entry.unclear != "" {
			if entry.allowed(mark.OtherAuthorization) {
				return
			}
			f := finding{message: entry.name() + " " + entry.unclear, remedy: "name one authorizer with its scopes in the security of the operation"}
			if !a.isMarked() {
				f.severity = Error
			}
			c.report(entry.at(entry.below...), f)
			return
		}
		if entry.authorization == unreadable {
			if !a.isMarked() || entry.allowed(mark.OtherAuthorization) {
				return
			}
			c.report(entry.at(entry.below...), finding{
				message: "the rules cannot read the methods that this adds to the API",
				remedy:  "write the whole OpenAPI document into Body (ApiDefinition.FromInline), without a file in S3, a macro or a copy of another API",
			})
			return
		}
		property, problem := c.otherAuthorization(a, entry)
		if problem == "" || entry.allowed(mark.OtherAuthorization) || !a.isMarked() {
			return
		}
		c.report(entry.at(entry.property(property)...), finding{
			message: entry.name() + " " + problem,
			remedy:  remedyFor(a, entry) + ", or " + exception(a, entry, mark.OtherAuthorization),
		})
	})
}

// refusedAuthorization returns why API Gateway refuses the authorization of a Method, and
// the property at fault, or "". Operations are not checked: they name an authorizer by a
// scheme of their own document.
//
// Source: PutMethod, API Gateway API reference.
func (c *checker) refusedAuthorization(entry *method) (property, problem string) {
	property = "AuthorizationType"
	asks := entry.authorization == cognito || entry.authorization == custom
	switch {
	case len(entry.below) > 0 || !cfn.IsKnown(entry.authorization):
		return "", ""
	case !asks && entry.authorization != none && entry.authorization != iam:
		return property, "has authorization type " + entry.authorization + ", which REST APIs do not support (use one of " + strings.Join([]string{none, iam, custom, cognito}, ", ") + ")"
	case asks && entry.authorizerRef == "" && entry.value("AuthorizerId") == nil:
		return property, "has authorization type " + entry.authorization + " but no AuthorizerId"
	case asks && slices.ContainsFunc(c.apis, func(other *api) bool { return other != entry.api && other.authorizer(entry.authorizerRef) != nil }):
		return "AuthorizerId", "names an authorizer of another API"
	}
	return "", ""
}

// otherAuthorization returns what other than a scope opens a method of an API of
// constructs, and the property at fault, or "".
func (c *checker) otherAuthorization(a *api, entry *method) (property, problem string) {
	property = "AuthorizerId"
	switch {
	case entry.authorization == none:
		return "", ""
	case !cfn.IsKnown(entry.authorization):
		return "AuthorizationType", "has an authorization type that the template does not show (" + c.quote(entry.authorization) + ")"
	case entry.authorization != cognito:
		return "AuthorizationType", "has authorization type " + entry.authorization + ", which accepts no token of the API's user pool"
	case entry.authorizer == nil && !cfn.IsKnown(entry.authorizerRef):
		return property, "names an authorizer that may not belong to the API"
	case entry.authorizer == nil:
		return property, "names authorizer " + c.quote(entry.authorizerRef) + ", which does not belong to the API"
	case !c.takesTokensOf(a, entry.authorizer):
		if !c.hasOwnAuthorizer(a) {
			return "", "" // authorizer-changed reports it, once for all methods
		}
		return property, "uses an authorizer of a user pool other than the one that protects the API"
	case entry.isScoped() && slices.ContainsFunc(entry.scopes, isCognitoScope):
		return "AuthorizationScopes", "accepts one of Cognito's own scopes, which people get: " + list(filter(entry.scopes, isCognitoScope))
	}
	return "", ""
}

// takesTokensOf reports whether an authorizer accepts tokens of the pool that protects
// the API.
func (c *checker) takesTokensOf(a *api, authorizer *authorizer) bool {
	return authorizer.kind == cognito && slices.ContainsFunc(authorizer.pools, func(arn string) bool { return c.poolOfARN(arn).id == a.protectedBy })
}

// hasOwnAuthorizer reports whether an API has an authorizer for the pool that protects
// it.
func (c *checker) hasOwnAuthorizer(a *api) bool {
	return slices.ContainsFunc(a.authorizers, func(authorizer *authorizer) bool { return c.takesTokensOf(a, authorizer) })
}

func isCognitoScope(scope string) bool { return slices.Contains(limits.CognitoScopes, scope) }

func filter(texts []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return !keep(text) })
}

func checkDeclaredScopes(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		pools := c.poolsOf(entry)
		if !entry.isScoped() || len(pools) == 0 || a.isMarked() && !c.takesTokensOf(a, entry.authorizer) {
			return
		}
		if scopes := c.undeclared(entry.scopes, pools); len(scopes) > 0 {
			c.report(entry.at(entry.property("AuthorizationScopes")...), finding{
				message: fmt.Sprintf("%s requires scope %s, which no resource server of %s declares: no client can hold it", entry.name(), list(scopes), poolNames(pools)),
				remedy:  useDeclared(pools),
			})
		}
	})
	for _, p := range c.pools {
		for _, client := range p.clients {
			pools := []*pool{p}
			if scopes := c.undeclared(client.scopes, pools); len(scopes) > 0 && client.home == p {
				c.report(client.at("Properties", "AllowedOAuthScopes"), finding{
					message: fmt.Sprintf("the client holds scope %s, which no resource server of %s declares: Cognito refuses the client", list(scopes), poolNames(pools)),
					remedy:  useDeclared(pools),
				})
			}
		}
	}
}

// undeclared returns the scopes, in quotes, that none of the pools declares.
func (c *checker) undeclared(scopes []string, pools []*pool) (quoted []string) {
	for _, scope := range scopes {
		isDeclared := slices.ContainsFunc(pools, func(p *pool) bool {
			declared, known := p.declares(scope)
			return declared || !known
		})
		if !isDeclared {
			for _, p := range pools {
				p.undeclared = append(p.undeclared, scope)
			}
			quoted = append(quoted, c.quote(scope))
		}
	}
	return quoted
}

func poolNames(pools []*pool) string {
	var names []string
	for _, p := range pools {
		if p.item != nil {
			names = append(names, p.item.LogicalID)
		}
	}
	return "user pool " + list(names)
}

func useDeclared(pools []*pool) string {
	var scopes []string
	for _, p := range pools {
		for _, s := range p.servers {
			scopes = append(scopes, s.scopes...)
		}
	}
	if len(scopes) == 0 {
		return "declare the scope in an AWS::Cognito::UserPoolResourceServer of the pool"
	}
	return "use a declared scope: " + list(scopes)
}

// tokenSource is the identity source of a Cognito authorizer of constructs.
const tokenSource = "method.request.header.Authorization"

// checkAuthorizers checks the authorizers that methods of protected APIs use.
func checkAuthorizers(c *checker) {
	for _, a := range c.apis {
		for _, authorizer := range a.authorizers {
			used := slices.ContainsFunc(a.methods, func(entry *method) bool {
				return entry.authorizer == authorizer && entry.authorization == cognito && !hasReason(entry.exceptions, mark.OtherAuthorization) &&
					(a.isMarked() || entry.isScoped())
			})
			if used && a.isProtected() {
				c.checkAuthorizer(a, authorizer)
			}
		}
	}
}

func (c *checker) checkAuthorizer(a *api, authorizer *authorizer) {
	changed := func(property, problem, remedy string) {
		path := []any{"Properties", property}
		if len(authorizer.below) > 0 {
			path = authorizer.below
		}
		c.report(authorizer.at(path...), finding{message: "the authorizer " + problem, remedy: remedy})
	}
	// This is wrong in any template, because an access token has no audience.
	if authorizer.expression != "" && (a.isMarked() || cfn.IsKnown(authorizer.expression)) {
		changed("IdentityValidationExpression", "matches tokens against the identity validation expression "+c.quote(authorizer.expression)+
			": access tokens have no audience, so every machine is rejected", "remove IdentityValidationExpression")
	}
	if !a.isMarked() || !c.takesTokensOf(a, authorizer) && c.hasOwnAuthorizer(a) {
		return // method-authorization reports each method that uses it
	}
	leave := func(property, inDocument string) string {
		if len(authorizer.below) > 0 {
			return inDocument
		}
		return "keep the " + property + " that the construct set"
	}
	if authorizer.kind != cognito {
		changed("Type", fmt.Sprintf("is of type %s, not %s", c.quote(authorizer.kind), cognito), leave("Type", "set type to cognito_user_pools in x-amazon-apigateway-authorizer"))
		return
	}
	if authorizer.identitySource != tokenSource {
		changed("IdentitySource", fmt.Sprintf("reads the token from %s, where no client sends it", c.quote(authorizer.identitySource)), leave("IdentitySource", "set the name of the scheme to Authorization, and remove identitySource"))
	}
	var pools []string
	for _, arn := range authorizer.pools {
		pools = append(pools, c.poolOfARN(arn).id)
	}
	if len(pools) != 1 || pools[0] != a.protectedBy {
		changed("ProviderARNs", fmt.Sprintf("accepts tokens of %s, not of the one user pool that protects the API (%s)", poolCount(pools), a.protectedBy),
			leave("ProviderARNs", "list only that user pool in providerARNs"))
	}
}

func poolCount(pools []string) string {
	if len(pools) == 0 {
		return "no known user pool"
	}
	return "user pool " + strings.Join(pools, " and of ")
}
