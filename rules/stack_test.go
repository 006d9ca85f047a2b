package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/weather-events-api/rules"
)

// exportAPI exports the API for other stacks.
var exportAPI = all(
	set("Outputs.ApiId", `{Value: !Ref Api, Export: {Name: api}}`),
	set("Outputs.Root", `{Value: !GetAtt Api.RootResourceId, Export: {Name: root}}`),
)

// shareAPI shares the API through the SSM Parameter Store.
var shareAPI = add(`{Share: {Type: AWS::SSM::Parameter, Properties: {Name: /orders/api, Type: String, Value: !Ref Api}}}`)

const routes = `{Late: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !ImportValue api, ResourceId: !ImportValue root, HttpMethod: DELETE,
	Integration: {Type: HTTP_PROXY, IntegrationHttpMethod: DELETE, Uri: "https://orders.example.org/orders"}}}}`

// A method belongs to the API it names, in whatever stack it is.
func TestMethodsInAnotherStack(t *testing.T) {
	after := in(stack{name: alone}, stack{name: "Routes", dependsOn: []string{alone}})
	before := in(stack{name: alone, dependsOn: []string{"Routes"}}, stack{name: "Routes"})
	onBoth{
		{"by an export", edits{exportAPI, addTo("Routes", routes), after},
			`fatal method-open Routes/Late: method DELETE / is open to anyone
			 fatal stage-behind Main/Deployment: before it creates Late: the stage then lacks them, and later changes never reach it: create them in the stack of the API`,
			`error method-open Routes/Late
			 fatal stage-behind Main/Deployment: move them into the template of the deployment, or the deployment and its stages into a stack that is deployed after both`},
		{"by an export, before the deployment", edits{exportAPI, addTo("Routes", routes), before},
			`fatal method-open Routes/Late
			 fatal stage-behind Routes/Late.Properties: deployment Deployment does not follow this AWS::ApiGateway::Method: its stage keeps the API as it was before: create it in the stack of the deployment`,
			`error method-open Routes/Late`},
		{"with the authorizer by an export", edits{exportAPI, set("Outputs.Authorizer", "{Value: !Ref Authorizer, Export: {Name: authorizer}}"), addTo("Routes", routes),
			set("Routes/Late.AuthorizationType", "COGNITO_USER_POOLS"), set("Routes/Late.AuthorizerId", "!ImportValue authorizer"), set("Routes/Late.AuthorizationScopes", "[orders/read]"), before},
			"fatal stage-behind Routes/Late.Properties", ""},
		{"with an authorizer that is not known", edits{exportAPI, addTo("Routes", routes), set("Routes/Late.AuthorizationType", "COGNITO_USER_POOLS"),
			set("Routes/Late.AuthorizerId", "!ImportValue authorizer"), set("Routes/Late.AuthorizationScopes", "[orders/read]"), before},
			"fatal method-authorization Routes/Late.Properties.AuthorizerId\nfatal stage-behind Routes/Late.Properties", ""},
		{"by an export whose name is made", edits{exportAPI, set("Outputs.ApiId.Export.Name", `!Sub "${AWS::StackName}-api"`), addTo("Routes", routes), set("Routes/Late.RestApiId", `!ImportValue {"Fn::Join": ["-", [Main, api]]}`), before},
			"fatal method-open Routes/Late\nfatal stage-behind Routes/Late.Properties", "error method-open Routes/Late"},
		{"by a weak reference", edits{exportAPI, addTo("Routes", routes), set("Routes/Late.RestApiId", "{'Fn::GetStackOutput': {StackName: Main, OutputName: ApiId}}"), before},
			"fatal method-open Routes/Late\nfatal stage-behind Routes/Late.Properties", "error method-open Routes/Late"},
		{"by a parameter of Systems Manager", edits{exportAPI, addTo("Routes", routes), shareAPI, set("Routes/Late.RestApiId", "'{{resolve:ssm:/orders/api}}'"), before},
			"fatal method-open Routes/Late\nfatal stage-behind Routes/Late.Properties", "error method-open Routes/Late"},
		{"by a parameter of Systems Manager in a parameter", edits{exportAPI, addTo("Routes", routes), shareAPI, set("Routes/Parameters.Api", "{Type: 'AWS::SSM::Parameter::Value<String>', Default: /orders/api}"),
			set("Routes/Late.RestApiId", "!Ref Api"), before},
			"fatal method-open Routes/Late\nfatal stage-behind Routes/Late.Properties", "error method-open Routes/Late"},
		{"by an export of a stack elsewhere", edits{addTo("Routes", routes), after}, "", ""},
		{"by a parameter that is not known", edits{addTo("Routes", routes), set("Routes/Parameters.Api", "{Type: String}"), set("Routes/Late.RestApiId", "!Ref Api"), after}, "", ""},
		{"nested", edits{func(s *system) {
			again("Get", "Nested")(s)
			set("Nested.HttpMethod", "DELETE")(s)
			remove("Nested.AuthorizationType")(s)
			drop("Nested.Metadata")(s)
			nest("Inner", func(kind string) bool { return kind == "AWS::ApiGateway::Method" })(s)
			in(stack{name: alone})(s)
			afterwards(set("Deployment.DependsOn", "[Inner, Unauthorized]"))(s)
		}},
			`fatal method-open Inner/Nested: method DELETE /orders is open
			 fatal stage-behind Inner/Get.Properties
			 fatal stage-behind Inner/Post.Properties
			 fatal stage-behind Inner/Preflight.Properties
			 fatal stage-behind Inner/Nested.Properties`,
			`error method-open Inner/Nested`},
		{"nested, and the deployment waits for nothing", edits{func(s *system) {
			nest("Inner", func(kind string) bool { return kind == "AWS::ApiGateway::Method" })(s)
			in(stack{name: alone})(s)
			afterwards(set("Deployment.DependsOn", "[Authorizer, Order, Validator, Unauthorized]"))(s)
		}},
			"fatal stage-behind Main/Deployment: before it creates Get, Post, Preflight: the stage",
			"fatal stage-behind Main/Deployment"},
	}.run(t)
}

// A client and the resource server of its scopes may be in different stacks.
func TestClientsInAnotherStack(t *testing.T) {
	client := func(after ...string) edit {
		return all(split("Clients", exported, func(kind string) bool {
			return kind == "AWS::Cognito::UserPoolClient" || kind == "AWS::SecretsManager::Secret"
		}),
			in(stack{name: alone}, stack{name: "Middle", dependsOn: []string{alone}}, stack{name: "Clients", dependsOn: after}), drop("Outputs"), exportPool,
			addTo("Middle", `{Topic: {Type: AWS::SNS::Topic}}`))
	}
	onBoth{
		{"after it", edits{client(alone)}, "", ""},
		{"after it through another stack", edits{client("Middle")}, "", ""},
		{"in any order", edits{client()}, "fatal client-before-scopes Clients/Client: before Server, which declares", "fatal client-before-scopes Clients/Client"},
		{"nested in a stack after it", edits{client(alone), nestIn("Clients", "Inner"), drop("Clients/Resources.Secret")}, "", ""},
		{"nested in a stack in any order", edits{client(), nestIn("Clients", "Inner"), drop("Clients/Resources.Secret")}, "fatal client-before-scopes Inner/Client", "fatal client-before-scopes Inner/Client"},
		{"nested beside it", edits{nest("Inner", func(kind string) bool { return kind == "AWS::Cognito::UserPoolClient" }), in(stack{name: alone}), set("Inner.DependsOn", "[Server]")},
			"fatal secret-exposed Inner/Outputs.ClientZClientSecret.Value", "fatal secret-exposed Inner/Outputs.ClientZClientSecret.Value"},
		{"nested beside it, in any order", edits{nest("Inner", func(kind string) bool { return kind == "AWS::Cognito::UserPoolClient" }), in(stack{name: alone})},
			"fatal client-before-scopes Inner/Client\nfatal secret-exposed Inner/Outputs.ClientZClientSecret.Value", "fatal client-before-scopes Inner/Client\nfatal secret-exposed Inner/Outputs.ClientZClientSecret.Value"},
		{"beside what it is nested in", edits{nest("Inner", func(kind string) bool { return kind == "AWS::Cognito::UserPoolResourceServer" }), in(stack{name: alone}), set("Client.DependsOn", "[Inner]")}, "", ""},
		{"beside what it is nested in, in any order", edits{nest("Inner", func(kind string) bool { return kind == "AWS::Cognito::UserPoolResourceServer" }), in(stack{name: alone}), drop("Client.DependsOn")},
			"fatal client-before-scopes Main/Client", "fatal client-before-scopes Main/Client"},
	}.run(t)
}

// nestIn moves a stack's client into a stack nested in it.
func nestIn(around, inner string) edit {
	return func(s *system) {
		client := s.templates[around]["Resources"].(tree)["Client"]
		s.templates[inner] = tree{"Resources": tree{"Client": client}}
		s.templates[around]["Resources"] = tree{inner: tree{
			"Type": "AWS::CloudFormation::Stack", "Properties": tree{"TemplateURL": "https://example.org/" + inner},
			"Metadata": tree{"aws:asset:path": inner + ".template.json", "aws:asset:property": "TemplateURL"},
		}}
	}
}

var exportPool = set("Outputs.PoolZ", "{Value: !Ref Pool, Export: {Name: 'Main:PoolZ'}}")

// A secret is exposed wherever it passes.
func TestSecretsInSeveralStacks(t *testing.T) {
	secretOut := set("Outputs.Out", "{Value: !GetAtt Client.ClientSecret, Export: {Name: out}}")
	two := in(stack{name: alone}, stack{name: "Other", dependsOn: []string{alone}})
	onBoth{
		{"by an export", edits{secretOut, two, addTo("Other", `{Keep: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !ImportValue out}}}`)},
			"fatal secret-exposed Main/Outputs.Out.Value", "fatal secret-exposed Main/Outputs.Out.Value"},
		{"by an export into an environment", edits{secretOut, two, addTo("Other", `{F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {S: !ImportValue out}}}}}`)},
			"fatal secret-exposed Main/Outputs.Out.Value\nfatal secret-exposed Other/F.Properties.Environment.Variables.S",
			"fatal secret-exposed Main/Outputs.Out.Value\nfatal secret-exposed Other/F.Properties.Environment.Variables.S"},
		{"by a weak reference", edits{set("Outputs.Out", "{Value: !GetAtt Client.ClientSecret}"), two,
			addTo("Other", `{F: {Type: AWS::SNS::Topic, Properties: {DisplayName: {'Fn::GetStackOutput': {StackName: Main, OutputName: Out}}}}}`)},
			"fatal secret-exposed Main/Outputs.Out.Value\nfatal secret-exposed Other/F.Properties.DisplayName",
			"fatal secret-exposed Main/Outputs.Out.Value\nfatal secret-exposed Other/F.Properties.DisplayName"},
		{"to another Region", edits{in(stack{name: alone, env: "aws://123456789012/eu-west-1"}, stack{name: "Other", env: "aws://123456789012/us-east-1", dependsOn: []string{alone}}),
			add(`{Writer: {Type: "Custom::CrossRegionExportWriter", Properties: {ServiceToken: t, WriterProps: {region: us-east-1, exports: {/cdk/exports/x: !GetAtt Client.ClientSecret}}}}}`),
			addTo("Other", `{Reader: {Type: "Custom::CrossRegionExportReader", Properties: {ServiceToken: t, ReaderProps: {region: us-east-1, imports: {/cdk/exports/x: "{{resolve:ssm:/cdk/exports/x}}"}}}},
				F: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt Reader./cdk/exports/x}}}`)},
			"fatal secret-exposed Main/Writer.Properties.WriterProps.exports[\"/cdk/exports/x\"]\nfatal secret-exposed Other/F.Properties.DisplayName",
			"fatal secret-exposed Main/Writer.Properties.WriterProps.exports[\"/cdk/exports/x\"]\nfatal secret-exposed Other/F.Properties.DisplayName"},
		{"by a parameter of a nested stack", edits{in(stack{name: alone}), addTo("Inner", `{Keep: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !Ref S, Description: !Ref S}}}`),
			set("Inner/Parameters.S", "{Type: String, NoEcho: true}"),
			add(`{Inner: {Type: AWS::CloudFormation::Stack, Metadata: {aws:asset:path: Inner.template.json, aws:asset:property: TemplateURL}, Properties: {TemplateURL: x, Parameters: {S: !GetAtt Client.ClientSecret}}}}`)},
			"fatal secret-exposed Main/Inner.Properties.Parameters.S\nfatal secret-exposed Inner/Keep.Properties.Description",
			"fatal secret-exposed Main/Inner.Properties.Parameters.S\nfatal secret-exposed Inner/Keep.Properties.Description"},
		{"out of a nested stack", edits{nest("Inner", isAuth), in(stack{name: alone}), set("Inner/Outputs.Out", "{Value: !GetAtt Client.ClientSecret}"),
			add(`{F: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Inner.Outputs.Out}"}}}`)},
			"fatal secret-exposed Inner/Outputs.Out.Value\nfatal secret-exposed Main/F.Properties.DisplayName",
			"fatal secret-exposed Inner/Outputs.Out.Value\nfatal secret-exposed Main/F.Properties.DisplayName"},
	}.run(t)
}

// Names must be unique within an account and Region.
func TestNamesInSeveralStacks(t *testing.T) {
	const domain = `{Login: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !ImportValue pool, Domain: orders-login}}}`
	const secret = `{Login: {Type: AWS::SecretsManager::Secret, Properties: {Name: partner, SecretString: !GetAtt C.ClientSecret}}, C: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !ImportValue pool}}}`
	tests := []struct {
		name, resources string
		envs            []string
		want            string
	}{
		{"domains, unknown environments", domain, []string{"", ""},
			`warning name-twice B/Login.Properties.Domain: the domain Login of A.template.json has the same name, "orders-login", which is unique in an account and Region, if both stacks are deployed to the same one: choose different names`},
		{"domains in one Region", domain, []string{"1/eu-west-1", "1/eu-west-1"}, `error name-twice B/Login.Properties.Domain: which is unique in an account and Region: choose`},
		{"domains in one Region of two accounts", domain, []string{"1/eu-west-1", "2/eu-west-1"}, `error name-twice B/Login.Properties.Domain`},
		{"domains in two Regions", domain, []string{"1/eu-west-1", "1/us-east-1"}, ""},
		{"domains in one Region, unknown accounts", domain, []string{"unknown-account/eu-west-1", "unknown-account/eu-west-1"}, "warning name-twice B/Login.Properties.Domain"},
		{"domains in one account, unknown Region", domain, []string{"1/eu-west-1", "1/unknown-region"}, "warning name-twice B/Login.Properties.Domain"},
		{"domains, the first in an unknown Region", domain, []string{"1/unknown-region", "1/eu-west-1"}, "warning name-twice B/Login.Properties.Domain"},
		{"domains, the second in an unknown account", domain, []string{"1/eu-west-1", "unknown-account/eu-west-1"}, "warning name-twice B/Login.Properties.Domain"},
		{"domains of three stacks, two in one Region", domain, []string{"1/eu-west-1", "1/us-east-1", "1/us-east-1"}, "error name-twice C/Login.Properties.Domain: the domain Login of B.template.json"},
		{"domains of three stacks in one Region", domain, []string{"1/eu-west-1", "1/eu-west-1", "1/eu-west-1"}, "error name-twice B/Login.Properties.Domain\nerror name-twice C/Login.Properties.Domain"},
		{"secrets in one Region", secret, []string{"1/eu-west-1", "1/eu-west-1"}, "error name-twice B/Login.Properties.Name: the secret Login of A.template.json"},
		{"secrets in two accounts", secret, []string{"1/eu-west-1", "2/eu-west-1"}, ""},
		{"secrets in two Regions", secret, []string{"1/eu-west-1", "1/eu-west-2"}, ""},
		{"secrets, unknown environments", secret, []string{"", ""}, "warning name-twice B/Login.Properties.Name"},
		{"names of stacks", strings.ReplaceAll(secret, "Name: partner", `Name: !Sub "${AWS::StackName}/partner"`), []string{"", ""}, ""},
		{"names of accounts", strings.ReplaceAll(domain, "orders-login", `!Sub "orders-${AWS::AccountId}"`), []string{"1/eu-west-1", "2/eu-west-1"}, ""},
		{"names with unknown accounts", strings.ReplaceAll(domain, "orders-login", `!Sub "orders-${AWS::AccountId}"`), []string{"", ""},
			`warning name-twice B/Login.Properties.Domain: "orders-${AWS::AccountId}"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &system{t: t, templates: map[string]tree{}}
			var stacks []stack
			for i, env := range test.envs {
				name := string(rune('A' + i))
				addTo(name, test.resources)(s)
				// Each stack has its own pool.
				set(name+"/Parameters.P", "{Type: String}")(s)
				for _, id := range []string{"Login", "C"} {
					if resource, found := s.templates[name]["Resources"].(tree)[id].(tree); found && resource["Properties"].(tree)["UserPoolId"] != nil {
						set(name+"/"+id+".UserPoolId", "!Ref P")(s)
					}
				}
				if env != "" {
					env = "aws://" + env
				}
				stacks = append(stacks, stack{name: name, env: env})
			}
			s.with(in(stacks...)).mustFind(test.want)
		})
	}
}

// A pool is in the Region of its stack.
func TestRegions(t *testing.T) {
	here := in(stack{name: alone, env: "aws://123456789012/eu-west-1"})
	onBoth{
		{"here", edits{here, add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: eu-west-1_Ab129faBb}}}`)}, "", ""},
		{"elsewhere", edits{here, add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: us-east-1_Ab129faBb}}}`)},
			"fatal pool-region More.Properties.UserPoolId: the user pool is in Region us-east-1, but the stack is in eu-west-1: API Gateway and CloudFormation only find pools in their own Region: use a user pool of the same Region",
			"fatal pool-region More.Properties.UserPoolId"},
		{"an ARN elsewhere", edits{here, again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab129faBb"]`)},
			"fatal pool-region Other.Properties.ProviderARNs[0]: the user pool is in Region us-east-1", "fatal pool-region Other.Properties.ProviderARNs[0]"},
		{"an ARN whose id is elsewhere", edits{here, again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/us-east-1_Ab129faBb"]`)},
			"fatal pool-region Other.Properties.ProviderARNs[0]", "fatal pool-region Other.Properties.ProviderARNs[0]"},
		{"an ARN here whose id is not known", edits{here, set("Parameters.Id", "{Type: String}"), again("Authorizer", "Other"), set("Other.ProviderARNs", `[!Sub "arn:aws:cognito-idp:eu-west-1:${AWS::AccountId}:userpool/${Id}"]`)}, "", ""},
		{"a Region by a parameter", edits{here, set("Parameters.Region", "{Type: String, Default: us-east-1}"), again("Authorizer", "Other"),
			set("Other.ProviderARNs", `[!Sub "arn:aws:cognito-idp:${Region}:${AWS::AccountId}:userpool/us-east-1_Ab129faBb"]`)}, "", ""},
		{"an ARN by parts that are known", edits{here, again("Authorizer", "Other"), set("Other.ProviderARNs", `[!Sub "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/eu-west-1_Ab129faBb"]`)}, "", ""},
		{"in an unknown Region", edits{in(stack{name: alone, env: "aws://123456789012/unknown-region"}), add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: us-east-1_Ab129faBb}}}`)}, "", ""},
	}.run(t)
}

// Two systems of one app do not affect each other.
func TestTwins(t *testing.T) {
	for _, good := range []func(testing.TB) *system{marked, byHand} {
		twins := func(changes ...edit) *system {
			s := good(t)
			s.templates["Twin"] = clone(s.templates[alone]).(tree)
			return s.with(in(stack{name: alone}, stack{name: "Twin"})).with(changes...)
		}
		unnamed := all(drop("Twin/Domain.Domain"), drop("Outputs"), drop("Twin/Outputs"))
		twins(unnamed).mustFind("")
		s := twins(unnamed, set("Twin/Get.AuthorizationType", "NONE"))
		severity := "error"
		if s.marked {
			severity = "fatal"
		}
		s.mustFind(severity + " method-open Twin/Get.Properties.AuthorizationType")
	}
}

// A CDK Stage has its own assembly, in a folder of the app's assembly.
func TestStages(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "assembly-Production")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	test, production := marked(t).with(in(stack{name: alone})), marked(t).with(set("Get.AuthorizationType", "NONE"), in(stack{name: alone}))
	test.finish()
	production.finish()
	production.write(folder, nil)
	test.write(dir, tree{"Production": tree{"type": "cdk:cloud-assembly", "properties": tree{"directoryName": "assembly-Production"}}})
	findings, err := rules.Check(rules.FromAssembly(dir))
	if err != nil || len(findings) != 1 || findings[0].File != "assembly-Production/Main.template.json" {
		t.Fatalf("findings %v, error %v", findings, err)
	}
	production.wants(findings, "fatal method-open Get.Properties.AuthorizationType")
}
