package rules_test

import "testing"

const (
	isPublic      = "{public: health check of the load balancer}"
	isOtherwise   = "{otherAuthorization: operators sign with IAM}"
	unusedPublic  = "warning allowance-unused Get: method GET /orders does not need its exception (public), which would hide it if a later change opened the method: remove "
	unusedOther   = "warning allowance-unused Get: method GET /orders does not need its exception (otherAuthorization), which would hide it if a later change opened the method: remove "
	unusedPeople  = "warning allowance-unused More: the client does not need its exception (people), which would hide it if the client later got a machine's scope: remove AllowPeople, or people from machineauth in the Metadata of the client"
	arePeople     = "{people: support reads orders of partners}"
	signsNobodyIn = "[ALLOW_REFRESH_TOKEN_AUTH]"
)

var allowanceCases = onBoth{
	{"public, and asks for a scope", edits{set("Get.Metadata.machineauth", isPublic)},
		unusedPublic + "AllowUnauthenticated", unusedPublic + "public from machineauth in the Metadata of the method"},
	{"public, and requires an unknown scope", edits{set("Parameters.Scope", "{Type: String}"), set("Get.AuthorizationScopes", "[!Ref Scope]"), set("Get.Metadata.machineauth", isPublic)}, "", ""},
	{"public, with an unknown authorization type", edits{set("Parameters.Type", "{Type: String}"), set("Get.AuthorizationType", "!Ref Type"), set("Get.Metadata.machineauth", isPublic)},
		"fatal method-authorization Get.Properties.AuthorizationType", ""},
	{"public where a parameter says so", edits{env(""), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]"), set("Get.Metadata.machineauth", isPublic)}, "", ""},
	{"public, and a preflight", edits{set("Preflight.Metadata.machineauth", isPublic)},
		"warning allowance-unused Preflight: method OPTIONS /orders", "warning allowance-unused Preflight"},
	{"another authorization, and asks for a scope", edits{set("Get.Metadata.machineauth", isOtherwise)},
		unusedOther + "AllowOtherAuthorization", unusedOther + "otherAuthorization from machineauth in the Metadata of the method"},
	{"another authorization, which it has", edits{set("Get.AuthorizationType", "AWS_IAM"), set("Get.Metadata.machineauth", isOtherwise)}, "", ""},
	{"of an API that is not protected", edits{set("Api.Metadata", "{}"), without("Authorizer", "Get", "Post"), drop("Deployment.DependsOn"), afterwards(set("Deployment.Metadata", "{}")), set("Preflight.Metadata.machineauth", isPublic)},
		"warning api-unprotected Server", ""},

	{"people with Cognito's own scopes", edits{add(readers), set("More.AllowedOAuthScopes", "[openid]"), set("More.Metadata.machineauth", arePeople)}, unusedPeople, unusedPeople},
	{"people with an unknown scope", edits{add(readers), set("Parameters.Scope", "{Type: String}"), set("More.AllowedOAuthScopes", "[!Ref Scope]"), set("More.Metadata.machineauth", arePeople)}, "", ""},
	{"people with a scope that no method here requires", edits{declare("support"), add(readers), set("More.AllowedOAuthScopes", "[openid, orders/support]"), set("More.Metadata.machineauth", arePeople)}, "", ""},
	{"people without an OAuth flow", edits{add(readers), remove("More.AllowedOAuthFlows"), set("More.Metadata.machineauth", arePeople)}, unusedPeople, unusedPeople},
	{"people by an unknown flow", edits{add(readers), set("Parameters.Flows", "{Type: CommaDelimitedList}"), set("More.AllowedOAuthFlows", "!Ref Flows"), set("More.Metadata.machineauth", arePeople)}, "", ""},
	{"people of a client for machines", edits{add(more), set("More.ExplicitAuthFlows", signsNobodyIn), set("More.Metadata.machineauth", arePeople)}, unusedPeople, unusedPeople},
	{"people of a client for machines, who sign in", edits{add(more), set("More.ExplicitAuthFlows", "[ALLOW_USER_SRP_AUTH]"), set("More.Metadata.machineauth", arePeople)}, "", ""},
}

func TestAllowances(t *testing.T) { allowanceCases.run(t) }
