package machineauth

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"example.com/weather-events-api/internal/validation"
)

// checkMethods holds rule 1: every method of a protected API has its authorizer
// and at least one declared scope. It also notes which scopes are required.
func (g *guard) checkMethods(findings *findings, stacks []stackTree) {
	protected := map[any]*protectedApi{}
	for _, server := range g.servers {
		server.required = map[string]bool{}
		for _, p := range server.protected {
			protected[*p.api.RestApiId()] = p
		}
	}
	for _, tree := range stacks {
		for _, node := range tree.nodes {
			method, ok := node.(awsapigateway.CfnMethod)
			if !ok {
				continue
			}
			if p := protected[*method.RestApiId()]; p != nil {
				p.checkMethod(findings, method)
			}
		}
	}
}

func (p *protectedApi) checkMethod(findings *findings, method awsapigateway.CfnMethod) {
	const remedy = "pass Require(scope) of its ProtectedApi as the method's options"
	authorizationType := deref(method.AuthorizationType())
	switch {
	case authorizationType == "NONE" || authorizationType == "":
		if path := owner(method); !p.public[path] {
			findings.addf("%s: method %s is open to anyone: %s, or make it public with AllowUnauthenticated",
				path, *method.HttpMethod(), remedy)
		}
	case authorizationType != "COGNITO_USER_POOLS":
		findings.addf("%s: method %s has authorization type %s, which takes no token of %s: %s",
			owner(method), *method.HttpMethod(), authorizationType, *p.server.Node().Path(), remedy)
	case p.authorizer == nil || deref(method.AuthorizerId()) != *p.authorizer.AuthorizerId():
		findings.addf("%s: method %s uses another authorizer than that of %s: %s",
			owner(method), *method.HttpMethod(), *p.server.Node().Path(), remedy)
	default:
		p.checkMethodScopes(findings, method)
	}
}

func (p *protectedApi) checkMethodScopes(findings *findings, method awsapigateway.CfnMethod) {
	required := derefSlice(method.AuthorizationScopes())
	if len(required) == 0 {
		findings.addf("%s: method %s has the authorizer but no scope: API Gateway would take the token for an ID token and turn every machine client away; pass Require(scope) of its ProtectedApi as the method's options",
			owner(method), *method.HttpMethod())
	}
	declared := p.server.qualifiedNames(p.server.scopes)
	for _, name := range required {
		if !slices.Contains(declared, *name) && !validation.IsToken(*name) {
			findings.addf("%s: method %s requires scope %s, which no client can hold: use one that %s declares (%s)",
				owner(method), *method.HttpMethod(), validation.Quote(*name), *p.server.Node().Path(), strings.Join(declared, ", "))
		}
		p.server.required[*name] = true
	}
}
