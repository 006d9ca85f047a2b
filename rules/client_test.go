package rules_test

import "testing"

// more is a client beside the good one, as a person adds it.
const more = `{More: {Type: AWS::Cognito::UserPoolClient, DependsOn: Server, Properties: {UserPoolId: !Ref Pool, GenerateSecret: true,
	AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read], ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]}}}`

// readers is a client for people who read orders.
const readers = `{More: {Type: AWS::Cognito::UserPoolClient, DependsOn: Server, Properties: {UserPoolId: !Ref Pool,
	AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code], AllowedOAuthScopes: [openid, orders/read], CallbackURLs: ["https://example.org"]}}}`

var clientCases = onBoth{
	{"no secret", edits{set("Client.GenerateSecret", "false")},
		"fatal client-not-a-machine Client.Properties.GenerateSecret: the client has no secret: Cognito refuses client_credentials without one: set GenerateSecret to true",
		"fatal client-not-a-machine Client.Properties.GenerateSecret"},
	{"no secret given", edits{remove("Client.GenerateSecret")},
		"fatal client-not-a-machine Client.Properties.GenerateSecret", "fatal client-not-a-machine Client.Properties.GenerateSecret"},
	{"a secret as text", edits{set("Client.GenerateSecret", `"true"`)}, "", ""},
	{"whether it has a secret is not known", edits{set("Parameters.Secret", "{Type: String}"), set("Client.GenerateSecret", "!Ref Secret"), remove("Resources.Secret")},
		"fatal client-not-a-machine Client.Properties.GenerateSecret", ""},
	{"OAuth off", edits{set("Client.AllowedOAuthFlowsUserPoolClient", "false")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlowsUserPoolClient: the client has AllowedOAuthFlowsUserPoolClient off: no OAuth flow works then: set AllowedOAuthFlowsUserPoolClient to true",
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlowsUserPoolClient"},
	{"OAuth left out", edits{remove("Client.AllowedOAuthFlowsUserPoolClient")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlowsUserPoolClient", "fatal client-not-a-machine Client.Properties.AllowedOAuthFlowsUserPoolClient"},
	{"mixed flows", edits{set("Client.AllowedOAuthFlows", "[client_credentials, code]")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows: the client has the flow code beside client_credentials: Cognito refuses the two in one client: give people a client of their own",
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows"},
	{"mixed flows and no secret", edits{set("Client.AllowedOAuthFlows", "[code, client_credentials, implicit]"), remove("Client.GenerateSecret")},
		`fatal client-not-a-machine Client.Properties.AllowedOAuthFlows: has the flow code, implicit beside
		 fatal client-not-a-machine Client.Properties.GenerateSecret`,
		`fatal client-not-a-machine Client.Properties.AllowedOAuthFlows
		 fatal client-not-a-machine Client.Properties.GenerateSecret`},
	{"another flow that is not known", edits{set("Parameters.Flow", "{Type: String}"), set("Client.AllowedOAuthFlows", "[client_credentials, !Ref Flow]")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows: has the flow ${Flow} beside", ""},
	{"another flow", edits{set("Client.AllowedOAuthFlows", "[code]")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows: the client has the flows [code], not client_credentials and nothing else: leave AllowedOAuthFlows as AddClient set it",
		""},
	{"another flow and no secret", edits{set("Client.AllowedOAuthFlows", "[implicit]"), remove("Client.GenerateSecret")},
		`fatal client-not-a-machine Client.Properties.AllowedOAuthFlows
		 fatal client-not-a-machine Client.Properties.GenerateSecret`, ""},
	{"no flow", edits{remove("Client.AllowedOAuthFlows")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows: has the flows []", ""},
	{"flows that are not known", edits{set("Parameters.Flows", "{Type: CommaDelimitedList}"), set("Client.AllowedOAuthFlows", "!Ref Flows")},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows", ""},
	{"sign-in flows", edits{set("Client.ExplicitAuthFlows", "[ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows: the client is a machine's, and lets people sign in by ALLOW_USER_PASSWORD_AUTH: set ExplicitAuthFlows to ALLOW_REFRESH_TOKEN_AUTH, which by itself signs nobody in",
		"warning client-not-a-machine Client.Properties.ExplicitAuthFlows"},
	{"sign-in flows of old", edits{set("Client.ExplicitAuthFlows", "[ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH]")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows: by ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH", "warning client-not-a-machine Client.Properties.ExplicitAuthFlows"},
	{"the sign-in flows that Cognito has by default", edits{remove("Client.ExplicitAuthFlows")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows: by ALLOW_USER_SRP_AUTH and ALLOW_CUSTOM_AUTH, which are on where ExplicitAuthFlows is left out or empty",
		"warning client-not-a-machine Client.Properties.ExplicitAuthFlows"},
	{"no sign-in flow in an empty list", edits{set("Client.ExplicitAuthFlows", "[]")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows", "warning client-not-a-machine Client.Properties.ExplicitAuthFlows"},
	{"sign-in flows that are not known", edits{set("Parameters.Flow", "{Type: String}"), set("Client.ExplicitAuthFlows", "[!Ref Flow]")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows: by ${Flow}", ""},
	{"all sign-in flows are not known", edits{set("Parameters.Flows", "{Type: CommaDelimitedList}"), set("Client.ExplicitAuthFlows", "!Ref Flows")},
		"fatal client-not-a-machine Client.Properties.ExplicitAuthFlows: by flows that nobody told", ""},
	{"tokens by GetClientToken", edits{set("Client.ExplicitAuthFlows", "[ALLOW_CLIENT_TOKEN_AUTH]")}, "", ""},

	{"a machine's client by hand", edits{add(more)}, "", ""},
	{"a machine's client by hand with sign-in flows", edits{add(more), remove("More.ExplicitAuthFlows")},
		"fatal client-not-a-machine More.Properties.ExplicitAuthFlows", "warning client-not-a-machine More.Properties.ExplicitAuthFlows"},
	{"a machine's client that opens nothing", edits{add(more), remove("More.ExplicitAuthFlows"), set("More.AllowedOAuthScopes", "[orders/audit]"),
		declare("audit")},
		"warning client-not-a-machine More.Properties.ExplicitAuthFlows", "warning client-not-a-machine More.Properties.ExplicitAuthFlows"},
	{"a machine's client without secret", edits{add(more), remove("More.GenerateSecret")},
		"fatal client-not-a-machine More.Properties.GenerateSecret", "fatal client-not-a-machine More.Properties.GenerateSecret"},
	{"people get a machine's scope", edits{add(readers)},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows: the client signs people in by the flow code, and gets scope orders/read, which method GET /orders requires: take the scope from the client, or allow it with AllowPeople",
		"warning client-not-a-machine More.Properties.AllowedOAuthFlows: the client signs people in by the flow code, and gets scope orders/read, which method GET /orders requires and a machine's client holds too: give people and machines scopes of their own"},
	{"people get a machine's scope at once", edits{add(readers), set("More.AllowedOAuthFlows", "[implicit]")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows: by the flow implicit", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people get a machine's scope by a flow that is not known", edits{add(readers), set("Parameters.Flows", "{Type: CommaDelimitedList}"), set("More.AllowedOAuthFlows", "!Ref Flows")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows: by the flow that nobody told", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people get what nobody told", edits{add(readers), set("Parameters.Scope", "{Type: String}"), set("More.AllowedOAuthScopes", "[openid, !Ref Scope]")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows: gets scopes that nobody told, which may be one that a method requires", ""},
	{"people by name", edits{add(readers), set("More.Metadata.machineauth", "{people: support reads orders of partners}")}, "", ""},
	{"people without a reason", edits{add(readers), set("More.Metadata.machineauth", `{people: ""}`)},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people for a blank reason", edits{add(readers), set("More.Metadata.machineauth", `{people: "\n"}`)},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people without words", edits{add(readers), set("More.Metadata.machineauth", "{people: true}")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people by name with mixed flows", edits{add(more), set("More.AllowedOAuthFlows", "[client_credentials, code]"), set("More.Metadata.machineauth", "{people: a reason}")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", "fatal client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"a machine's client is not people's by another mark", edits{set("Client.AllowedOAuthFlows", "[code]"), ifMarked(set("Client.Metadata.machineauth.people", "a reason"))},
		"fatal client-not-a-machine Client.Properties.AllowedOAuthFlows", ""},
	{"people with OAuth off", edits{add(readers), set("More.AllowedOAuthFlowsUserPoolClient", "false")}, "", ""},
	{"people who may have OAuth", edits{add(readers), set("Parameters.OAuth", "{Type: String}"), set("More.AllowedOAuthFlowsUserPoolClient", "!Ref OAuth")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", "warning client-not-a-machine More.Properties.AllowedOAuthFlows"},
	{"people who sign in through the API alone", edits{add(readers), remove("More.AllowedOAuthFlows"), remove("More.AllowedOAuthFlowsUserPoolClient")}, "", ""},
	{"people with Cognito's own scopes", edits{add(readers), set("More.AllowedOAuthScopes", "[openid, profile, email, phone, aws.cognito.signin.user.admin]")}, "", ""},
	{"people with a scope that only they have", edits{add(readers), set("Client.AllowedOAuthScopes", "[orders/write]")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows", ""},
	{"people and machines share one of several", edits{add(readers), set("More.AllowedOAuthScopes", "[orders/read, orders/write]"), set("Client.AllowedOAuthScopes", "[orders/write]")},
		"fatal client-not-a-machine More.Properties.AllowedOAuthFlows: gets scope orders/read", "warning client-not-a-machine More.Properties.AllowedOAuthFlows: gets scope orders/write"},
	{"people of another pool", edits{add(readers), add(otherPool), set("More.UserPoolId", "!Ref OtherPool"), set("More.AllowedOAuthScopes", "[openid]")}, "", ""},

	{"before the scopes", edits{remove("Client.DependsOn")},
		"fatal client-before-scopes Client: CloudFormation may create the client before Server, which declares its scope orders/read, orders/write: Cognito would refuse it: make the client depend on the resource server (DependsOn, or Node().AddDependency)",
		"fatal client-before-scopes Client"},
	{"before the scopes, after something else", edits{set("Client.DependsOn", "[Domain]")},
		"fatal client-before-scopes Client", "fatal client-before-scopes Client"},
	{"after the scopes by way of another", edits{set("Client.DependsOn", "[Topic]"), add(`{Topic: {Type: AWS::SNS::Topic, DependsOn: [Queue]}, Queue: {Type: AWS::SQS::Queue, DependsOn: Server}}`)}, "", ""},
	{"after the scopes by way of a reference", edits{remove("Client.DependsOn"), set("Client.ClientName", `!Sub "${Topic}"`), add(`{Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Server}}}`)}, "", ""},
	{"scopes by reference", edits{remove("Client.DependsOn"), set("Client.AllowedOAuthScopes", `[!Sub "${Server}/read", !Join [/, [!Ref Server, write]]]`)}, "", ""},
	{"before the second of two resource servers", edits{
		add(`{Billing: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !Ref Pool, Identifier: billing, Name: Billing, Scopes: [{ScopeName: pay, ScopeDescription: Pay}]}}}`),
		set("Client.AllowedOAuthScopes", "[orders/read, orders/write, billing/pay]")},
		"fatal client-before-scopes Client: before Billing, which declares its scope billing/pay", "fatal client-before-scopes Client"},
	{"a dependency on what is not there", edits{set("Client.DependsOn", "[Gone]")}, "fatal client-before-scopes Client", "fatal client-before-scopes Client"},
	{"a dependency on itself", edits{set("Client.DependsOn", "[Client]")}, "fatal client-before-scopes Client", "fatal client-before-scopes Client"},

	{"in another pool", edits{add(otherPool), set("Client.UserPoolId", "!Ref OtherPool"), set("Client.AllowedOAuthScopes", "[]")},
		`fatal client-elsewhere Client.Properties.UserPoolId: the client is in user pool ${OtherPool}, and its authorization server in ${Pool}: no token of it opens an API of that server: leave UserPoolId as AddClient set it
		 warning scope-without-client Server.Properties.Scopes[0]
		 warning scope-without-client Server.Properties.Scopes[1]`, ""},
	{"in a pool that is not known", edits{set("Parameters.OtherPool", "{Type: String}"), set("Client.UserPoolId", "!Ref OtherPool")},
		`fatal client-elsewhere Client.Properties.UserPoolId
		 warning scope-without-client Server.Properties.Scopes[0]
		 warning scope-without-client Server.Properties.Scopes[1]`, ""},
	{"in the pool by its attribute", edits{set("Client.UserPoolId", "!GetAtt Pool.UserPoolId")}, "", ""},
	{"in the pool by its ARN", edits{set("Client.UserPoolId", `!Select [1, !Split [/, !GetAtt Pool.Arn]]`)}, "", ""},
}

func TestClients(t *testing.T) { clientCases.run(t) }
