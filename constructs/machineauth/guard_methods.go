package machineauth

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"example.com/weather-events-api/internal/validation"
)

// checkMethods holds rule 1: every method of a protected API has its authorizer
// and at least one declared scope. It also notes which scopes are required.
func (g *guard) checkMethods(findings *findings, tree *stackTree) {
	protected := map[string]*protectedApi{}
	for _, server := range g.servers {
		for _, p := range server.protected {
			protected[p.apiID] = p
		}
	}
	for _, node := range tree.nodes {
		if method, ok := node.(awsapigateway.CfnMethod); ok {
			properties := tree.propertiesOf(method)
			if p := protected[text(properties, "restApiId")]; p != nil {
				p.checkMethod(findings, method, properties)
			}
		}
	}
}

func (p *protectedApi) checkMethod(findings *findings, method awsapigateway.CfnMethod, properties map[string]any) {
	const remedy = "pass Require(scope) of its ProtectedApi as the method's options"
	httpMethod := text(properties, "httpMethod")
	switch authorizationType := text(properties, "authorizationType"); {
	case authorizationType == "NONE" || authorizationType == "":
		if path := owner(method); !p.public[path] {
			findings.addf("%s: method %s is open to anyone: %s, or make it public with AllowUnauthenticated",
				path, httpMethod, remedy)
		}
	case authorizationType != "COGNITO_USER_POOLS":
		findings.addf("%s: method %s has authorization type %s, which takes no token of %s: %s",
			owner(method), httpMethod, authorizationType, p.server.path, remedy)
	case p.authorizer == nil || text(properties, "authorizerId") != p.authorizerID:
		findings.addf("%s: method %s uses another authorizer than that of %s: %s",
			owner(method), httpMethod, p.server.path, remedy)
	default:
		p.checkMethodScopes(findings, method, properties)
	}
}

func (p *protectedApi) checkMethodScopes(findings *findings, method awsapigateway.CfnMethod, properties map[string]any) {
	httpMethod, required := text(properties, "httpMethod"), texts(properties, "authorizationScopes")
	if len(required) == 0 {
		findings.addf("%s: method %s has the authorizer but no scope: API Gateway would take the token for an ID token and turn every machine client away; pass Require(scope) of its ProtectedApi as the method's options",
			owner(method), httpMethod)
	}
	declared := p.server.qualifiedNames(p.server.scopes)
	for _, name := range required {
		if !slices.Contains(declared, name) && !validation.IsToken(name) {
			findings.addf("%s: method %s requires scope %s, which no client can hold: use one that %s declares (%s)",
				owner(method), httpMethod, validation.Quote(name), p.server.path, strings.Join(declared, ", "))
		}
		p.server.required[name] = true
	}
}
