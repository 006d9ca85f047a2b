package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/mark"
)

// protectedMethods calls use with every method of every protected API.
func (c *checker) protectedMethods(use func(*api, *method)) {
	for _, a := range c.apis {
		if a.isProtected() {
			for _, entry := range a.methods {
				use(a, entry)
			}
		}
	}
}

// remedyFor says how a method is opened by a scope, where its API is one of
// constructs and where it is not.
func remedyFor(a *api, entry *method) string {
	switch {
	case a.isMarked() && len(entry.below) == 0:
		return "pass Require(scope) of its ProtectedApi as the method's options"
	case len(entry.below) > 0:
		return "name a cognito_user_pools scheme and a scope in the operation's security"
	}
	return "set AuthorizationType COGNITO_USER_POOLS, AuthorizerId and AuthorizationScopes"
}

// exception shows how a method is allowed by name, without a construct.
func exception(entry *method, field string) string {
	if len(entry.below) > 0 {
		return "x-" + mark.Key + ": {" + field + ": REASON} in the operation"
	}
	return mark.Key + ": {" + field + ": REASON} in the Metadata of the method"
}

func checkOpenMethods(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if entry.authorization != none || entry.preflight || entry.allowed(mark.Public) {
			return
		}
		f := finding{message: entry.name() + " is open to anyone", remedy: remedyFor(a, entry)}
		if entry.apiKey {
			f.message = entry.name() + " asks for an API key, which is no authorization"
		}
		switch {
		case a.isMarked() && len(entry.below) == 0:
			f.remedy += ", or make it public with AllowUnauthenticated"
		default:
			f.remedy += ", or say why anybody may call it: " + exception(entry, mark.Public)
		}
		if !a.isMarked() {
			f.severity = Error
			f.message += ", while other methods of the API ask for a scope"
			if a.elsewhere {
				f.message = entry.name() + " is open to anyone, while the API asks for scopes where conditions turn out otherwise"
			}
		}
		c.report(entry.at(entry.property("AuthorizationType")...), f)
	})
}

// checkNested holds on nested stacks whose template was not read: what is done
// there to an API of constructs, nobody checks.
func checkNested(c *checker) {
	c.each(typeStack, func(it *item) {
		isRead := slices.ContainsFunc(c.world.Stacks(), func(nested *cfn.Stack) bool { return nested.Parent == it.stack && nested.In == it.Resource })
		given := object(it.value("Parameters"))
		for _, name := range slices.Sorted(maps.Keys(given)) {
			a := c.apisByID[textOf(given[name])]
			if isRead || a == nil || !a.isMarked() {
				continue
			}
			c.report(it.at("Properties", "Parameters", name), finding{
				message: "the nested stack gets the id of a protected API, and its template is not here: nobody checks the methods that it adds",
				remedy:  "give the template as a file of the app (NestedStack), or acknowledge this at the stack",
			})
			return
		}
	})
}

// property returns the path of a property of a Method, or that of an operation.
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
			message: entry.name() + " has a Cognito authorizer but no scope: API Gateway takes the token for an ID token and turns every machine away",
			remedy:  remedyFor(a, entry) + ", or say why it asks for an ID token: " + exception(entry, mark.OtherAuthorization),
		}
		pools := c.poolsOf(entry)
		switch {
		case a.isMarked():
		case slices.ContainsFunc(pools, (*pool).signsPeopleIn):
			return // by their ID tokens
		case slices.ContainsFunc(pools, func(p *pool) bool { return p.item != nil }):
			f.severity = Error
		default: // who signs in is said elsewhere
			f.severity = Warning
		}
		c.report(entry.at(entry.property("AuthorizationScopes")...), f)
	})
}

// signsPeopleIn reports whether a client of the pool is for people.
func (p *pool) signsPeopleIn() bool {
	return slices.ContainsFunc(p.clients, func(client *client) bool {
		signIn, known := signInFlows(client)
		return !slices.Contains(client.flows, clientCredentials) && (len(client.flows) > 0 || len(signIn) > 0 || !known)
	})
}

// checkMethodAuthorization holds what constructs promise: a method of an API of
// theirs is opened by a scope of its authorization server. Elsewhere, another
// authorization beside scopes is the author's choice.
func checkMethodAuthorization(c *checker) {
	c.protectedMethods(func(a *api, entry *method) {
		if !a.isMarked() || entry.authorization == none || entry.allowed(mark.OtherAuthorization) {
			return
		}
		problem := ""
		property := "AuthorizationType"
		switch {
		case entry.authorization == unreadable:
			problem = "is in a document that the rules cannot read, so that nothing is known of it"
		case entry.authorization != cognito:
			problem = "has authorization type " + entry.authorization + ", which takes no token of the API's user pool"
		case entry.authorizer == nil:
			problem, property = "uses another authorizer than those of its API", "AuthorizerId"
		case entry.several:
			problem, property = "names several authorizers, of which API Gateway asks one", "AuthorizerId"
		case !c.takesTokensOf(a, entry.authorizer):
			if !c.hasOwnAuthorizer(a) {
				return // authorizer-changed says so, once for all methods
			}
			problem, property = "uses an authorizer of another user pool than the one that protects the API", "AuthorizerId"
		case entry.isScoped() && slices.ContainsFunc(entry.scopes, isCognitoScope):
			problem, property = "is opened by a scope of Cognito's own, which people get: "+list(filter(entry.scopes, isCognitoScope)), "AuthorizationScopes"
		default:
			return
		}
		remedy := remedyFor(a, entry)
		if len(entry.below) == 0 {
			remedy += ", or allow it with AllowOtherAuthorization"
		} else if entry.authorization == unreadable {
			remedy = "give the document in Body, not as a file in S3, by a macro or as a copy of another API"
		}
		c.report(entry.at(entry.property(property)...), finding{message: entry.name() + " " + problem, remedy: remedy})
	})
}

// takesTokensOf reports whether an authorizer takes tokens of the pool that
// protects the API.
func (c *checker) takesTokensOf(a *api, authorizer *authorizer) bool {
	return authorizer.kind == cognito && slices.ContainsFunc(authorizer.pools, func(arn string) bool { return c.poolOfARN(arn).id == a.protectedBy })
}

// hasOwnAuthorizer reports whether an API has an authorizer of the pool that protects it.
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
				remedy:  "use a declared scope" + declaredBy(pools),
			})
		}
	})
	for _, p := range c.pools {
		for _, client := range p.clients {
			pools := []*pool{p}
			if scopes := c.undeclared(client.scopes, pools); len(scopes) > 0 && client.home == p {
				c.report(client.at("Properties", "AllowedOAuthScopes"), finding{
					message: fmt.Sprintf("the client holds scope %s, which no resource server of %s declares: Cognito refuses the client", list(scopes), poolNames(pools)),
					remedy:  "use a declared scope" + declaredBy(pools),
				})
			}
		}
	}
}

// undeclared returns the scopes that none of the pools declares, in quotes.
func (c *checker) undeclared(scopes []string, pools []*pool) (quoted []string) {
	for _, scope := range scopes {
		isDeclared := slices.ContainsFunc(pools, func(p *pool) bool {
			declared, known := p.declares(scope)
			return declared || !known
		})
		if !isDeclared {
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

func declaredBy(pools []*pool) string {
	var scopes []string
	for _, p := range pools {
		for _, s := range p.servers {
			scopes = append(scopes, s.scopes...)
		}
	}
	if len(scopes) == 0 {
		return ": add an AWS::Cognito::UserPoolResourceServer that declares it"
	}
	return ": " + list(scopes)
}

// tokenSource is where a Cognito authorizer of constructs finds the token.
const tokenSource = "method.request.header.Authorization"

// checkAuthorizers holds on the authorizers that methods of a protected API use.
func checkAuthorizers(c *checker) {
	for _, a := range c.apis {
		for _, authorizer := range a.authorizers {
			used := slices.ContainsFunc(a.methods, func(entry *method) bool {
				return entry.authorizer == authorizer && entry.authorization == cognito && !entry.allowed(mark.OtherAuthorization) &&
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
	// Whoever wrote it, an access token has no audience.
	if authorizer.expression != "" {
		changed("IdentityValidationExpression", "matches tokens against the identity validation expression "+c.quote(authorizer.expression)+
			": an access token has no audience, so that every machine is turned away", "remove IdentityValidationExpression")
	}
	if !a.isMarked() || !c.takesTokensOf(a, authorizer) && c.hasOwnAuthorizer(a) {
		return // method-authorization says of each method that it is another one
	}
	if authorizer.kind != cognito {
		changed("Type", fmt.Sprintf("is of type %s, not %s", c.quote(authorizer.kind), cognito), "leave the Type as the construct set it")
		return
	}
	if authorizer.identitySource != tokenSource {
		changed("IdentitySource", fmt.Sprintf("takes the token from %s, where no client sends it", c.quote(authorizer.identitySource)), "set IdentitySource to "+tokenSource)
	}
	var pools []string
	for _, arn := range authorizer.pools {
		pools = append(pools, c.poolOfARN(arn).id)
	}
	if len(pools) != 1 || pools[0] != a.protectedBy {
		changed("ProviderARNs", fmt.Sprintf("takes tokens of %s, not of the one user pool that protects the API (%s)", poolCount(pools), a.protectedBy),
			"leave ProviderARNs as the construct set them: one user pool protects an API")
	}
}

func poolCount(pools []string) string {
	if len(pools) == 0 {
		return "no user pool that is known"
	}
	return "user pool " + strings.Join(pools, " and of ")
}

// isPlaceholder reports whether what stands at a place depends on a parameter of
// the stack that is deployed: its default may be a placeholder.
func (c *checker) isPlaceholder(at place) bool {
	if !at.resolver.NamesParameter(append([]any{"Resources", at.LogicalID}, at.below...)...) {
		return false
	}
	around := c.outer(at.item)
	return around == nil || c.isPlaceholder(around.at("Properties", "Parameters"))
}

// checkRegions holds on every Cognito authorizer and on whatever names a pool.
func checkRegions(c *checker) {
	for _, a := range c.apis {
		for _, authorizer := range a.authorizers {
			if authorizer.kind != cognito {
				continue
			}
			for i, arn := range authorizer.pools {
				path := append(slices.Clone(authorizer.below), "x-amazon-apigateway-authorizer", "providerARNs", i)
				if len(authorizer.below) == 0 {
					path = []any{"Properties", "ProviderARNs", i}
				}
				c.checkPoolARN(authorizer.at(path...), arn)
			}
		}
	}
	for _, it := range c.items {
		switch it.Type {
		case typeClient, typeResourceServer, typeDomain:
			c.checkPoolID(it.at("Properties", "UserPoolId"), it.text("UserPoolId"))
		}
	}
}

func (c *checker) checkPoolARN(at place, arn string) {
	const form = "arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/ID"
	parts := strings.SplitN(arn, ":", 6)
	isID := c.poolsByID[arn] != nil && c.poolsByID[arn].item != nil
	if len(parts) < 6 && !cfn.IsKnown(arn) && !isID {
		return // one value that nobody told
	}
	id, isPool := "", false
	if len(parts) == 6 {
		id, isPool = strings.CutPrefix(parts[5], "userpool/")
	}
	if c.isPlaceholder(at) {
		return
	}
	if !isPool || parts[0] != "arn" || cfn.IsKnown(parts[2]) && parts[2] != "cognito-idp" || strings.Contains(id, "/") {
		c.report(at, finding{message: c.quote(arn) + " is no ARN of a user pool", remedy: "give one, " + form + ", or Fn::GetAtt Arn of the pool"})
		return
	}
	c.checkPoolRegion(at, parts[3])
	if cfn.IsKnown(id) {
		c.checkPoolID(at, id)
	}
}

func (c *checker) checkPoolID(at place, id string) {
	if id == "" || !cfn.IsKnown(id) && !strings.Contains(id, ":") || c.isPlaceholder(at) {
		return
	}
	region, _, _ := strings.Cut(id, "_")
	if !limits.PoolID.Allows(id) {
		c.report(at, finding{message: c.quote(id) + " is no id of a user pool", remedy: "give one, such as eu-west-1_Ab129faBb, or Ref of the pool"})
		return
	}
	c.checkPoolRegion(at, region)
}

func (c *checker) checkPoolRegion(at place, region string) {
	here := at.stack.Environment.Region
	if here != "" && cfn.IsKnown(region) && region != here {
		c.report(at, finding{
			message: fmt.Sprintf("the user pool is in Region %s, and the stack in %s: API Gateway and CloudFormation find pools of their own Region only", region, here),
			remedy:  "use a user pool of the same Region",
		})
	}
}
