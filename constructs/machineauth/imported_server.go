package machineauth

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// AuthorizationServerAttributes describe an [AuthorizationServer] of another app or team.
type AuthorizationServerAttributes struct {
	// UserPoolId is the id of its user pool, such as eu-west-1_Ab129faBb, in the
	// stack's account and Region.
	//
	// Default: none. Exactly one of UserPoolId and UserPoolArn is required.
	UserPoolId *string
	// UserPoolArn is the ARN of its user pool.
	//
	// Default: none. Exactly one of UserPoolId and UserPoolArn is required.
	UserPoolArn *string
	// Identifier is the identifier of its resource server, as in
	// [AuthorizationServerProps].Identifier.
	//
	// Required.
	Identifier *string
	// Scopes are the scopes that it declares, or the ones that this app needs, 1 to
	// 100. Use the values that its owner declares, from a package that both apps
	// import.
	//
	// Required.
	Scopes *[]Scope
	// DomainPrefix is the prefix of its domain, from which the token endpoint follows,
	// as in [AuthorizationServerProps].DomainPrefix. At most one of DomainPrefix,
	// DomainName, TokenUrl and NoDomain may be set. Protecting APIs needs none of them;
	// clients that store their credentials need one.
	//
	// Default: none.
	DomainPrefix *string
	// DomainName is its custom domain, such as auth.example.org, as in
	// [AuthorizationServerProps].TokenDomainName.
	//
	// Default: none.
	DomainName *string
	// TokenUrl is the URL of its token endpoint: an https URL without a query.
	//
	// Default: none.
	TokenUrl *string
	// NoDomain says that it has no domain: see [AuthorizationServerProps].NoDomain.
	//
	// Default: false.
	NoDomain *bool
}

// Validate returns nil, or a *[ValidationError] that lists every problem.
// Unresolved tokens are not checked.
func (a *AuthorizationServerAttributes) Validate() error {
	if a == nil {
		a = &AuthorizationServerAttributes{}
	}
	var problems validation.Collector
	if (a.UserPoolId == nil) == (a.UserPoolArn == nil) {
		problems.Addf("UserPoolId", "identifies the user pool, or UserPoolArn does: set exactly one of the two")
	}
	problems.String("UserPoolId", a.UserPoolId, limits.PoolID)
	problems.String("UserPoolArn", a.UserPoolArn, limits.PoolARN)
	if a.Identifier == nil {
		problems.Addf("Identifier", "is required: pass the resource server's identifier, such as \"orders\"")
	}
	problems.String("Identifier", a.Identifier, limits.Identifier)
	validateDeclaredScopes(&problems, deref(a.Identifier), derefSlice(a.Scopes))
	a.validateTokenSource(&problems)
	return problems.Err("AuthorizationServerAttributes")
}

func (a *AuthorizationServerAttributes) validateTokenSource(problems *validation.Collector) {
	var given []string
	for _, source := range []struct {
		property string
		is       bool
	}{
		{"DomainPrefix", a.DomainPrefix != nil}, {"DomainName", a.DomainName != nil}, {"TokenUrl", a.TokenUrl != nil}, {"NoDomain", isTrue(a.NoDomain)},
	} {
		if source.is {
			given = append(given, source.property)
		}
	}
	if len(given) > 1 {
		problems.Addf(given[0], "says where tokens come from, and so does %s: remove all but one", strings.Join(given[1:], " and "))
	}
	validateDomainPrefix(problems, "DomainPrefix", a.DomainPrefix, limits.Prefix)
	problems.String("DomainName", a.DomainName, limits.TokenDomain)
	problems.String("TokenUrl", a.TokenUrl, limits.TokenURL)
}

// AuthorizationServer_FromAttributes returns an [AuthorizationServer] that another
// stack, app or team owns. It can protect APIs and have clients, but creates no user
// pool, resource server or domain. Within one app you do not need it: pass the
// AuthorizationServer to the other stack.
//
// If attributes are invalid, it creates nothing and panics with a *[ValidationError]
// that lists every problem.
func AuthorizationServer_FromAttributes(scope constructs.Construct, id *string, attributes *AuthorizationServerAttributes) AuthorizationServer {
	construction.RequireScopeAndID("AuthorizationServer_FromAttributes", scope, id)
	var problems validation.Collector
	problems.Merge(attributes.Validate())
	construction.PanicIfInvalid(scope, *id, &problems)

	server := &authorizationServer{
		app:        construction.AppOf(scope),
		identifier: *attributes.Identifier,
		scopes:     append([]Scope(nil), *attributes.Scopes...),
		noDomain:   isTrue(attributes.NoDomain),
		tokenURL:   attributes.TokenUrl,
		imported:   true,
	}
	construction.New(server, scope, id)
	server.app.Holds(server, scope)
	registerRules(server.app)

	if attributes.UserPoolArn != nil {
		server.userPool = awscognito.UserPool_FromUserPoolArn(server, jsii.String(userPoolID), attributes.UserPoolArn)
	} else {
		server.userPool = awscognito.UserPool_FromUserPoolId(server, jsii.String(userPoolID), attributes.UserPoolId)
	}
	server.resourceServer = awscognito.UserPoolResourceServer_FromUserPoolResourceServerId(server, jsii.String(resourceServerID), attributes.Identifier)
	switch {
	case attributes.DomainName != nil:
		server.domain = awscognito.UserPoolDomain_FromDomainName(server, jsii.String(domainID), attributes.DomainName)
		server.tokenURL = tokenURLOfDomain(*attributes.DomainName)
	case attributes.DomainPrefix != nil:
		server.domain = awscognito.UserPoolDomain_FromDomainName(server, jsii.String(domainID), attributes.DomainPrefix)
		server.tokenURL = tokenURLOfPrefix(*attributes.DomainPrefix, *server.region())
	}
	return server
}
