package rules_test

import "testing"

// without removes the resources in front of the API, so that the template shows only an
// authorization server.
func without(ids ...string) edit {
	return func(s *system) {
		for _, id := range ids {
			drop("Resources." + id)(s)
		}
		drop("Outputs")(s)
	}
}

var (
	theAPI     = []string{"Api", "Authorizer", "Order", "Validator", "Unauthorized", "Orders", "Get", "Post", "Preflight", "Deployment", "Stage"}
	theClients = []string{"Client", "Secret"}
)

const theirPool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"

// poolOfTheAPI makes the API accept another pool's tokens.
func poolOfTheAPI(arn string) edit {
	return func(s *system) {
		set("Authorizer.ProviderARNs", "["+arn+"]")(s)
		if s.marked {
			set("Api.Metadata.machineauth.protectedBy", arn)(s)
		}
	}
}

var scopeCases = onBoth{
	{"no API", edits{without(theAPI...)},
		`warning api-unprotected Server: authorization server "orders" has clients but protects no API in any stack of the app: pass an API to Protect, or acknowledge the warning if the API is elsewhere`, ""},
	{"no API and no client", edits{without(theAPI...), without(theClients...)},
		`warning scope-unused Server.Properties.Scopes[0]: no client holds scope orders/read and no method requires it: remove the scope; if you need it later, acknowledge the warning in a CDK app
		 warning scope-unused Server.Properties.Scopes[1]`, ""},
	{"an API that is not protected", edits{set("Api.Metadata", "{}"), without("Authorizer", "Get", "Post"), drop("Deployment.DependsOn")},
		"warning api-unprotected Server", ""},
	{"an API by its authorizer alone", edits{set("Api.Metadata", "{}")}, "", ""},
	{"an API by its authorizer alone, whose deployment says nothing either", edits{set("Api.Metadata", "{}"), afterwards(set("Deployment.Metadata", "{}"))}, "", ""},

	{"another identifier than clients and methods use", edits{set("Server.Identifier", "shop")},
		"fatal scope-undeclared Client.Properties.AllowedOAuthScopes\nfatal scope-undeclared Get.Properties.AuthorizationScopes\nfatal scope-undeclared Post.Properties.AuthorizationScopes",
		"fatal scope-undeclared Client.Properties.AllowedOAuthScopes\nfatal scope-undeclared Get.Properties.AuthorizationScopes\nfatal scope-undeclared Post.Properties.AuthorizationScopes"},
	{"another identifier, and a scope that nobody uses", edits{set("Server.Identifier", "shop"), declare("audit"), set("Client.AllowedOAuthScopes", "[]"), set("Get.AuthorizationScopes", "[shop/write]"), set("Post.AuthorizationScopes", "[orders/read]")},
		"fatal scope-undeclared Post.Properties.AuthorizationScopes\nwarning scope-without-client Server.Properties.Scopes[1]\nwarning scope-unused Server.Properties.Scopes[2]",
		"fatal scope-undeclared Post.Properties.AuthorizationScopes\nwarning scope-without-client Server.Properties.Scopes[1]\nwarning scope-unused Server.Properties.Scopes[2]"},
	{"a scope that nobody uses", edits{declare("audit")},
		"warning scope-unused Server.Properties.Scopes[2]: no client holds scope orders/audit", "warning scope-unused Server.Properties.Scopes[2]"},
	{"a scope that nobody uses, and no API", edits{declare("audit"), without(theAPI...)},
		"warning scope-unused Server.Properties.Scopes[2]\nwarning api-unprotected Server", ""},
	{"a scope that no client holds", edits{set("Client.AllowedOAuthScopes", "[orders/read]")},
		"warning scope-without-client Server.Properties.Scopes[1]: method POST /orders requires scope orders/write, but no client holds it, so nobody can call the method with it: give the scope to a client; if the clients are elsewhere, acknowledge the warning in a CDK app",
		"warning scope-without-client Server.Properties.Scopes[1]"},
	{"no client", edits{without(theClients...)},
		"warning scope-without-client Server.Properties.Scopes[0]\nwarning scope-without-client Server.Properties.Scopes[1]", ""},
	{"a scope that a client holds and no method requires", edits{set("Post.AuthorizationScopes", "[orders/read]")}, "", ""},
	{"a client whose scopes are not known", edits{declare("audit"), set("Parameters.Scope", "{Type: String}"), set("Client.AllowedOAuthScopes", "[orders/read, !Ref Scope]")}, "", ""},
	{"a client all of whose scopes are not known", edits{set("Parameters.Scopes", "{Type: CommaDelimitedList}"), set("Client.AllowedOAuthScopes", "!Ref Scopes")}, "", ""},
	{"a method whose scopes are not known", edits{declare("audit"), set("Parameters.Scope", "{Type: String}"), set("Get.AuthorizationScopes", "[!Ref Scope]")}, "", ""},
	{"a method whose scopes are not known, and one without client", edits{set("Client.AllowedOAuthScopes", "[orders/read]"), set("Parameters.Scope", "{Type: String}"), set("Get.AuthorizationScopes", "[!Ref Scope]")},
		"warning scope-without-client Server.Properties.Scopes[1]", "warning scope-without-client Server.Properties.Scopes[1]"},
	{"a scope that is not known", edits{declare("x"), set("Parameters.Name", "{Type: String}"), set("Server.Scopes.2.ScopeName", "!Ref Name")}, "", ""},
	{"clients of a pool that is elsewhere", edits{declare("audit"), without(theClients...), without("Pool", "Domain"), set("Server.UserPoolId", "eu-west-1_Ab129faBb"), poolOfTheAPI(theirPool)}, "", ""},
	{"a scope of a pool that opens nothing", edits{add(otherPool), add(otherWith), set("Other.UserPoolId", "!Ref OtherPool"), set("Other.Scopes", "[{ScopeName: x, ScopeDescription: x}]")}, "", ""},
}

func TestScopes(t *testing.T) { scopeCases.run(t) }

// A finding about one scope can be accepted for that scope alone.
func TestScopesAreTheSubject(t *testing.T) {
	s := marked(t).with(declare("audit"))
	for _, f := range s.check() {
		if f.Subject != "orders/audit" || f.ID() != "machineauth::scope-unused:orders/audit" {
			t.Errorf("subject %q, id %q", f.Subject, f.ID())
		}
	}
}
