package local_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// pool is a stack that has and exports a user pool.
const pool = `
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: company}}
  Domain: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: company}}
  Orders: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !Ref Pool, Identifier: orders, Name: Orders, Scopes: [{ScopeName: read, ScopeDescription: Read}, {ScopeName: write, ScopeDescription: Write}]}}
Outputs:
  Arn: {Value: !GetAtt Pool.Arn, Export: {Name: !Sub "${AWS::StackName}:arn"}}
  Id: {Value: !Ref Pool, Export: {Name: !Sub "${AWS::StackName}:id"}}
`

// api is a stack with an API. Its GET requires a scope of a user pool.
func api(arn, scope, parameters string) string {
	return parameters + fmt.Sprintf(`
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: "%[2]s"}}
  Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: pool, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [%[1]s]}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: COGNITO_USER_POOLS
      AuthorizerId: !Ref Authorizer
      AuthorizationScopes: [%[2]s]
      MethodResponses: [{StatusCode: "200"}]
      Integration: {Type: MOCK, RequestTemplates: {application/json: '{"statusCode":200}'}, IntegrationResponses: [{StatusCode: "200", ResponseTemplates: {application/json: 'of %[2]s'}}]}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: v1}}
`, arn, scope)

}

// client is a stack with a client and a resource server of a user pool.
func client(pool, scopes string) string {
	return fmt.Sprintf(`
Resources:
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: %[1]s, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [%[2]s]}}
`, pool, scopes)

}

const billing = `
  Billing: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !ImportValue "auth:id", Identifier: billing, Name: Billing, Scopes: [{ScopeName: charge, ScopeDescription: Charge}]}}
`

// A service in one stack calls the APIs of two others with one token. The user pool is
// in a fourth stack.
func TestStacksAreServedTogether(t *testing.T) {
	server := serveSource(t, sources(
		"consumer", client(`!ImportValue "auth:id"`, "orders/read, billing/charge"),
		"orders", api(`!ImportValue "auth:arn"`, "orders/read", ""),
		"billing", api(`!ImportValue "auth:arn"`, "billing/charge", "")+billing,
		"auth", pool,
	))
	if len(server.UserPools()) != 1 || server.UserPools()[0].MadeUp || len(server.UserPools()[0].ResourceServers) != 2 {
		t.Fatalf("user pools %+v", server.UserPools())
	}
	client := server.Client("Client")
	if client.Stack != "consumer" || client.UserPool != "Pool" {
		t.Errorf("the client is %+v", client)
	}
	both, one := token(t, client), token(t, client, "orders/read")
	for _, test := range []struct {
		api, token string
		status     int
		body       string
	}{
		{"orders/Api", both, 200, "of orders/read"},
		{"billing/Api", both, 200, "of billing/charge"},
		{"orders/Api", one, 200, "of orders/read"},
		{"billing/Api", one, 401, unauthorized},
		{"billing/Api", "", 401, unauthorized},
	} {
		expect(t, call(t, "GET", server.API(test.api).URL, test.token, ""), test.status, test.body)
	}
}

// A logical id that several stacks have needs the name of its stack.
func TestNamesThatCollide(t *testing.T) {
	server := serveSource(t, sources("auth", pool, "a", api(`!ImportValue "auth:arn"`, "orders/read", ""), "b", api(`!ImportValue "auth:arn"`, "orders/write", ""),
		"c", client(`!ImportValue "auth:id"`, "orders/read"), "d", client(`!ImportValue "auth:id"`, "orders/write")))
	for _, test := range []struct{ name, want string }{
		{"Api", `2 of 2 APIs are named "Api", want one; there are: a/Api/v1 ("orders/read"), b/Api/v1 ("orders/write")`},
		{"a/Api", "a/Api"}, {"b/Api", "b/Api"}, {"b/Api/v1", "b/Api"}, {"orders/write", "b/Api"},
	} {
		got, err := server.FindAPI(test.name)
		if message := fmt.Sprint(err); got.Key != test.want && message != test.want {
			t.Errorf("%s: got %s, %v", test.name, got.Key, err)
		}
	}
	for _, name := range []string{"c/Client", "d/Client"} {
		client := server.Client(name)
		if client.Key != name || client.LogicalID != "Client" || len(server.Methods("a/Api")) != 1 || server.Methods("Api") != nil {
			t.Errorf("%+v", client)
		}
	}
	verdicts := server.Inspect(token(t, server.Client("d/Client")))
	if len(verdicts) != 2 || verdicts[0].API != "a/Api" || verdicts[0].Opens || verdicts[1].API != "b/Api" || !verdicts[1].Opens {
		t.Errorf("verdicts %+v", verdicts)
	}
	if server.API("a/Api").URL == server.API("b/Api").URL || server.Client("c/Client").ID == server.Client("d/Client").ID {
		t.Error("two stacks share a URL or an id")
	}
}

func TestAUserPoolElsewhere(t *testing.T) {
	const arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"
	const byParameter = "Parameters: {PoolArn: {Type: String, Default: \"" + arn + "\"}}"
	for name, stack := range map[string]string{
		"ARN":               api(arn, "reports/read, reports/admin", ""),
		"parameter":         api("!Ref PoolArn", "reports/read, reports/admin", byParameter),
		"export of an ARN":  api("!ImportValue company-pool", "reports/read, reports/admin", ""),
		"export of an id":   api(`!Sub ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${id}", {id: !ImportValue company-pool}]`, "reports/read, reports/admin", ""),
		"part of an export": api(`!Join ["/", ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool", !Select [1, !Split ["/", !ImportValue company-pool]]]]`, "reports/read, reports/admin", ""),
	} {
		t.Run(name, func(t *testing.T) {
			server := serveSource(t, sources("reports", stack))
			pools, clients := server.UserPools(), server.Clients()
			if len(pools) != 1 || !pools[0].MadeUp || len(clients) != 1 || !clients[0].MadeUp || !slices.Equal(clients[0].Scopes, []string{"reports/admin", "reports/read"}) {
				t.Fatalf("%+v, %+v", pools, clients)
			}
			if strings.HasPrefix(name, "ARN") && pools[0].ARN != arn {
				t.Errorf("the pool is %+v", pools[0])
			}
			url := server.API("Api").URL
			if got := call(t, "GET", url, token(t, server.Client(clients[0].Key), "reports/admin"), ""); got.status != 200 {
				t.Errorf("got %d %s", got.status, got.body)
			}
			expect(t, call(t, "GET", url, "", ""), 401, unauthorized)
		})
	}
}

// Only the export of a user pool is made up.
func TestAMissingExportOfAnythingElse(t *testing.T) {
	stack := strings.Replace(api("!ImportValue company-pool", "reports/read", ""), "StageName: v1", "StageName: !ImportValue company-pool", 1)
	_, err := local.New(sources("reports", stack))
	if want := `reports.template.yaml: Imports: no stack here exports company-pool: also serve the one that does, or give --import company-pool=VALUE (WithImports in Go)`; fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAUserPoolOfAStackStandsForOneElsewhere(t *testing.T) {
	const arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"
	for name, where := range map[string]string{arn: arn, "eu-west-1_Ab129faBb": arn, "company-pool": "!ImportValue company-pool"} {
		server := serveSource(t, sources("auth", pool, "api", api(where, "orders/read", ""), "consumer", client(`!ImportValue "auth:id"`, "orders/read")), local.WithUserPool(name, "auth"))
		if len(server.UserPools()) != 1 || len(server.Clients()) != 1 {
			t.Fatalf("%s: %+v, %+v", name, server.UserPools(), server.Clients())
		}
		expect(t, call(t, "GET", server.API("Api").URL, token(t, server.Client("Client")), ""), 200, "of orders/read")
	}
	for _, test := range []struct{ stack, want string }{
		{"gone", `"gone" matches 0 of 1 user pools, want one; there are: auth/Pool`},
		{"auth/Gone", `"auth/Gone" matches 0 of 1 user pools`},
	} {
		_, err := local.New(sources("auth", pool, "api", api(arn, "orders/read", "")), local.WithUserPool(arn, test.stack))
		if err == nil || !strings.Contains(err.Error(), "user pool "+arn+": "+test.want) {
			t.Errorf("%s: got %v", test.stack, err)
		}
	}
}

func writeAssembly(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// nested is an app's stack and its nested stack, which gets the user pool as a
// parameter.
func nested(t *testing.T) string {
	parent := strings.Replace(pool, "Outputs:", `  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://bucket/abc.yaml", Parameters: {PoolArn: !GetAtt Pool.Arn}}}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, ClientName: !GetAtt Nested.Outputs.Name, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read]}}
Outputs:`, 1)
	return writeAssembly(t, map[string]string{
		"manifest.json": `{"artifacts":{"App.assets":{"type":"cdk:asset-manifest","properties":{"file":"assets.json"}},
			"App":{"type":"aws:cloudformation:stack","properties":{"templateFile":"app.yaml"}},
			"Other":{"type":"aws:cloudformation:stack","properties":{"templateFile":"other.yaml"}}}}`,
		"assets.json": `{"files":{"a":{"source":{"path":"nested.yaml"},"destinations":{"x":{"objectKey":"abc.yaml"}}}}}`,
		"app.yaml":    parent,
		"nested.yaml": api("!Ref PoolArn", "orders/read", "Parameters: {PoolArn: {Type: String}, Unused: {Type: String, Default: a}}") + "Outputs: {Name: {Value: !Sub \"of ${AWS::StackName}\"}}\n",
		"other.yaml":  "Resources: {Gone: {Type: AWS::ApiGatewayV2::Api}}",
	})
}

func TestNestedStacks(t *testing.T) {
	server := serveSource(t, local.FromAssembly(nested(t)), local.WithStack("App"))
	client := server.Client("Client")
	if !strings.HasPrefix(client.Name, "of App-Nested-") {
		t.Errorf("the client is %+v", client)
	}
	if api := server.API("Api"); api.Stack != "App/Nested" || server.API("App/Nested/Api") != api {
		t.Errorf("the API is %+v", api)
	}
	expect(t, call(t, "GET", server.API("Api").URL, token(t, client), ""), 200, "of orders/read")
}

func TestTheStacksOfAnAssemblyAreAllServed(t *testing.T) {
	_, err := local.New(local.FromAssembly(nested(t)))
	if want := "Other/Gone: AWS::ApiGatewayV2::Api is not served"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestStacksThatAreNotServed(t *testing.T) {
	stack := func(resources string) string { return "Resources: {" + resources + "}" }
	for _, test := range []struct {
		name   string
		source local.Source
		want   string
	}{
		{"HTTP API", sources("a", stack("A: {Type: AWS::ApiGatewayV2::Api}")), "A: AWS::ApiGatewayV2::Api is not served: only REST APIs"},
		{"API mapping", sources("a", stack("A: {Type: AWS::ApiGatewayV2::ApiMapping}")), "A: AWS::ApiGatewayV2::ApiMapping is not served"},
		{"slip", sources("a", stack("A: {Type: AWS::ApiGateway::Methode}")), "A: AWS::ApiGateway::Methode is not served: did you mean AWS::ApiGateway::Method?"},
		{"slip in the service", sources("a", stack("A: {Type: AWS::ApiGatway::Method}")), "A: AWS::ApiGatway::Method is not a type that CloudFormation has: did you mean AWS::ApiGateway::Method?"},
		{"SAM", sources("a", stack("A: {Type: AWS::Serverless::Api}")), "a.template.yaml: Transform: only AWS expands the macro AWS::Serverless-2016-10-31 (which the template does not name)"},
		{"nested stack elsewhere", sources("a", stack(`A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://bucket/key"}}`)),
			"A.Properties.TemplateURL: the template of the nested stack is neither an asset of a cloud assembly nor a file beside the template"},
		{"a problem of one of two", sources("a", pool, "b", stack("A: {Type: AWS::ApiGatewayV2::Api}")), "2 stacks: b/A: AWS::ApiGatewayV2::Api is not served"},
		{"two of a name", sources("a", pool, "a", pool), "two stacks have this name in the same account and Region"},
		{"no value for a parameter", sources("a", pool, "b", api("!Ref Arn", "orders/read", "Parameters: {Arn: {Type: String}, Other: {Type: String}}")), "2 stacks: Parameters: no value for Arn of b, Other of b: give --parameter Arn=VALUE --parameter Other=VALUE (WithParameters in Go)"},
		{"a domain twice", sources("a", pool, "b", pool), "two resources are served at http://127.0.0.1:"},
		{"an output that fails", sources("a", strings.Replace(pool, "!GetAtt Pool.Arn", "!GetAtt Pool.Gone", 1), "b", api(`!ImportValue "a:arn"`, "orders/read", "")),
			"a/Outputs.Arn.Value.Fn::GetAtt: Fn::GetAtt Pool.Gone: the attribute Gone of AWS::Cognito::UserPool is not known here"},
		{"harmless", sources("a", stack("A: {Type: AWS::Cognito::UserPoolGroup}, B: {Type: AWS::Lambda::Function}, C: {Type: AWS::Config::ConfigRule}")), "nothing to serve"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, err := local.New(test.source)
			if err == nil {
				server.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if err != nil && strings.Count(err.Error(), test.want) != 1 {
				t.Errorf("more than once: %v", err)
			}
		})
	}
}

// A parameter goes to every stack that declares it, or to the named one.
func TestParametersOfStacks(t *testing.T) {
	const parameters = "Parameters: {Scope: {Type: String, Default: orders/gone}}"
	stack := strings.Replace(api(`!ImportValue "auth:arn"`, "orders/read", parameters), "[orders/read]", "[!Ref Scope]", 1)
	source := sources("auth", pool, "a", stack, "b", stack)
	server := serveSource(t, source, local.WithParameters(map[string]string{"Scope": "orders/read", "b:Scope": "orders/write"}))
	for api, want := range map[string]string{"a/Api": "orders/read", "b/Api": "orders/write"} {
		if got := server.Methods(api)[0].Scopes; got[0] != want {
			t.Errorf("%s requires %v, want %s", api, got, want)
		}
	}
	for _, key := range []string{"Gone", "auth:Scope", "gone:Scope"} {
		_, err := local.New(source, local.WithParameters(map[string]string{key: "x"}))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("a value is given for %q, which is not a parameter of any stack", key)) {
			t.Errorf("%s: got %v", key, err)
		}
	}
}

// Stacks in two Regions may have the same domain prefix.
func TestADomainOfTwoRegions(t *testing.T) {
	stack := strings.Replace(pool, "Outputs:", `  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read]}}
Outputs:`, 1)
	server := serveSource(t, local.FromAssembly(writeAssembly(t, map[string]string{
		"manifest.json": `{"artifacts":{
			"eu":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/eu-west-1","properties":{"templateFile":"eu.yaml","stackName":"same"}},
			"us":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/us-east-1","properties":{"templateFile":"us.yaml","stackName":"us"}}}}`,
		"eu.yaml": stack, "us.yaml": stack,
	})))
	eu, us := server.Client("same/Client"), server.Client("us/Client")
	if eu.TokenURL != server.URL()+"/company/oauth2/token" || us.TokenURL != server.URL()+"/us.company/oauth2/token" {
		t.Errorf("the token endpoints are %s and %s", eu.TokenURL, us.TokenURL)
	}
	if issuerOf(t, token(t, eu)) == issuerOf(t, token(t, us)) {
		t.Error("both Regions have the same issuer")
	}
}
