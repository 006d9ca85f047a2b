package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/clienttoken"
	"example.com/weather-events-api/local/internal/apigateway"
)

// tokenURL is a placeholder until the user pool's domain exists. OpenAPI has no
// variables there.
const tokenURL = "https://DOMAIN.auth.REGION.amazoncognito.com/oauth2/token"

// scheme identifies a security scheme.
type scheme struct {
	pool             apigateway.TokenVerifier
	header, audience string
	idToken          bool
	other            securityScheme // a scheme without a user pool
}

// security returns the alternative requirements of a method. If an API key is
// required, every alternative includes it.
func (b *builder) security(m *apigateway.Method) []map[string][]string {
	requirements := b.authorization(m)
	if !m.APIKeyRequired || b.api.Config.APIKeySource == apigateway.AuthorizerKeySource {
		return requirements
	}
	if len(requirements) == 0 {
		requirements = append(requirements, map[string][]string{})
	}
	name := b.other("apiKey", apiKey)
	for _, requirement := range requirements {
		requirement[name] = []string{}
	}
	return requirements
}

// authorization returns the requirements of a method's authorization.
func (b *builder) authorization(m *apigateway.Method) []map[string][]string {
	switch m.AuthorizationType {
	case apigateway.AuthorizationNone:
		return []map[string][]string{}
	case apigateway.AuthorizationIAM:
		return []map[string][]string{{b.other("sigv4", sigv4): {}}}
	case apigateway.AuthorizationCustom:
		return []map[string][]string{b.custom(m.Authorizer)}
	}
	return b.tokens(m)
}

// tokens returns a requirement for each user pool and scope: API Gateway requires
// one of the scopes, from one of the user pools.
func (b *builder) tokens(m *apigateway.Method) []map[string][]string {
	var requirements []map[string][]string
	for _, pool := range m.Authorizer.Verifiers {
		name := b.scheme(scheme{
			pool:     pool,
			header:   strings.TrimPrefix(m.Authorizer.IdentitySource, headerSource),
			audience: m.Authorizer.IdentityValidationExpression,
			idToken:  len(m.AuthorizationScopes) == 0,
		})
		if len(m.AuthorizationScopes) == 0 {
			requirements = append(requirements, map[string][]string{name: {}})
		}
		for _, scope := range m.AuthorizationScopes {
			requirements = append(requirements, map[string][]string{name: {scope}})
			b.declare(name, scope)
		}
	}
	return requirements
}

// declare adds a scope to a scheme that lists its scopes.
func (b *builder) declare(name, scope string) {
	flows := b.document.Components.SecuritySchemes[name].Flows
	if flows == nil {
		return
	}
	if _, found := flows.ClientCredentials.Scopes[scope]; !found {
		flows.ClientCredentials.Scopes[scope] = "Declared by no resource server of the user pool, so no client can get it"
	}
}

// scheme returns the name of a scheme, and describes it if it is new.
func (b *builder) scheme(s scheme) string {
	if name, known := b.schemes[s]; known {
		return name
	}
	name, described := "oauth2", b.oauth2(s)
	if b.api.Pools[s.pool].NoDomain && b.api.TokenURL == "" {
		name, described = "accessToken", withoutTokenURL
	}
	if s.idToken {
		name, described = "idToken", securityScheme{Type: "http", Scheme: "bearer", BearerFormat: "JWT",
			Description: "An ID token of the user pool, because the operation has no scopes. The client credentials flow issues none: no machine client can call."}
	}
	if s.header != "Authorization" {
		described.Description += " Send it in the header " + s.header + ", not in Authorization."
	}
	if s.audience != "" {
		described.Description += " The audience must match " + s.audience + "; an access token has none and is always refused."
	}
	return b.add(s, name, described)
}

// add adds a scheme under an unused name.
func (b *builder) add(s scheme, name string, described securityScheme) string {
	schemes := b.document.Components.SecuritySchemes
	unique := name
	for n := 2; schemes[unique].Type != ""; n++ {
		unique = fmt.Sprintf("%s-%d", name, n)
	}
	b.schemes[s], schemes[unique] = unique, described
	return unique
}

// withoutTokenURL is the scheme of a pool without a domain. An OAuth flow cannot be
// described without a token URL. OpenAPI 3.1 allows an operation's scopes in this
// scheme too.
var withoutTokenURL = securityScheme{Type: "http", Scheme: "bearer", BearerFormat: "JWT",
	Description: "An access token of the user pool with one of the scopes that the operation names. " +
		"The user pool has no token endpoint: a client gets its token by the operation " + clienttoken.Operation +
		" of the Amazon Cognito user pools API, unsigned, with its client id and secret, at " + clienttoken.Endpoint("REGION") +
		", where REGION stands for the AWS Region of the user pool."}

func (b *builder) oauth2(s scheme) securityScheme {
	pool := b.api.Pools[s.pool]
	flow := flow{TokenURL: pool.TokenURL, Scopes: map[string]string{}}
	for _, scope := range pool.Scopes {
		flow.Scopes[scope.Name] = scope.Description
	}
	description := "An access token of the user pool that the client credentials flow issues."
	switch {
	case b.api.TokenURL != "":
		flow.TokenURL = b.api.TokenURL
		if pools := b.oauth2Pools(s.pool); len(pools) > 1 {
			b.problems.Addf("TokenURL", "cannot replace the token URLs of several user pools, %s: leave it out", strings.Join(pools, ", "))
		}
	case pool.TokenURL == "":
		flow.TokenURL = tokenURL
		description += " In the token URL, DOMAIN and REGION stand for the prefix and the AWS Region of the user pool's domain."
	}
	return securityScheme{Type: "oauth2", Description: description, Flows: &flows{flow}}
}

// oauth2Pools returns the logical ids of the pools of all schemes, and of one more.
func (b *builder) oauth2Pools(more apigateway.TokenVerifier) []string {
	pools := map[string]bool{b.api.Pools[more].LogicalID: true}
	for s := range b.schemes {
		if s.pool == nil {
			continue
		}
		pools[b.api.Pools[s.pool].LogicalID] = true
	}
	return slices.Sorted(maps.Keys(pools))
}

// The parts of a request that a Lambda authorizer may need.
const (
	headerSource = "method.request.header."
	querySource  = "method.request.querystring."
)

// apiKey and sigv4 are written as API Gateway exports them: OpenAPI has no
// signatures, so sigv4 is a header too.
var (
	apiKey = securityScheme{Type: "apiKey", In: "header", Name: "x-api-key",
		Description: "An API key of a usage plan that has the stage. It is no authorization: it tells callers apart."}
	sigv4 = securityScheme{Type: "apiKey", In: "header", Name: "Authorization", AuthType: "awsSigv4",
		Description: "A signature with credentials of AWS that may call the operation: AWS Signature Version 4 for the service execute-api."}
)

// other returns the name of a scheme without a user pool, and adds it if it is new.
func (b *builder) other(name string, described securityScheme) string {
	s := scheme{other: described}
	if known, found := b.schemes[s]; found {
		return known
	}
	return b.add(s, name, described)
}

// custom returns the requirement of a Lambda authorizer: everything that a caller
// must send. An authorizer that needs nothing is exported by API Gateway as a header
// that nobody has to send.
func (b *builder) custom(a *apigateway.Authorizer) map[string][]string {
	requirement := map[string][]string{}
	describe := func(in, name, description string) {
		described := securityScheme{Type: "apiKey", In: in, Name: name, AuthType: "custom", Description: description}
		requirement[b.other("custom", described)] = []string{}
	}
	const decides = "The Lambda authorizer of the API decides by it"
	for source := range strings.SplitSeq(a.IdentitySource, ",") {
		source = strings.TrimSpace(source)
		if name, found := strings.CutPrefix(source, headerSource); found {
			description := decides + "."
			if a.Type == "TOKEN" && a.IdentityValidationExpression != "" {
				description = decides + ". It must match " + a.IdentityValidationExpression + "."
			}
			describe("header", name, description)
		} else if name, found := strings.CutPrefix(source, querySource); found {
			describe("query", name, decides+".")
		}
	}
	if len(requirement) == 0 {
		describe("header", "Unused", "The Lambda authorizer of the API decides by the request itself: send nothing for it.")
	}
	return requirement
}
