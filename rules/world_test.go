package rules_test

import (
	"fmt"
	"testing"
)

const (
	isDev  = "!Equals [!Ref Env, dev]"
	isProd = "!Equals [!Ref Env, prod]"
)

// An unknown value may be any value that a condition compares it with: the rules check
// every case, and a warning must be one in all of them.
var worldCases = onBoth{
	{"open where a parameter says so", edits{env(""), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: method GET /orders is open to anyone, when ${Env} = "dev": pass Require`,
		`error method-open Get.Properties.AuthorizationType: but other methods of the API require a scope, when ${Env} = "dev"`},
	{"open unless a parameter closes it", edits{env(""), set("Conditions.Prod", isProd), set("Get.AuthorizationType", "!If [Prod, COGNITO_USER_POOLS, NONE]")},
		"fatal method-open Get.Properties.AuthorizationType: is open to anyone: pass", "error method-open Get.Properties.AuthorizationType"},
	{"open for none of the allowed values", edits{env("AllowedValues: [dev, prod]"), set("Conditions.Dev", isDev), set("Conditions.Prod", isProd), set("Conditions.Either", "!Or [!Condition Dev, !Condition Prod]"),
		set("Get.AuthorizationType", "!If [Either, COGNITO_USER_POOLS, NONE]")}, "", ""},
	{"open for the last of the allowed values", edits{env("AllowedValues: [dev, prod]"), set("Conditions.Dev", isDev), set("Conditions.Prod", isProd),
		set("Get.AuthorizationType", "!If [Dev, COGNITO_USER_POOLS, !If [Prod, NONE, NONE]]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "prod"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "prod"`},
	{"open where two parameters say so", edits{env(""), set("Parameters.Mode", "{Type: String}"), set("Conditions.Open", "!And [!Equals [!Ref Env, dev], !Equals [!Ref Mode, test]]"),
		set("Get.AuthorizationType", "!If [Open, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev" and ${Mode} = "test"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev" and ${Mode} = "test"`},
	{"the default of a parameter", edits{env("Default: dev"), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		"fatal method-open Get.Properties.AuthorizationType: is open to anyone: pass", "error method-open Get.Properties.AuthorizationType"},
	{"another value than the default", edits{env("Default: prod"), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"any other value than the default", edits{env("Default: prod"), set("Conditions.Prod", isProd), set("Get.AuthorizationType", "!If [Prod, COGNITO_USER_POOLS, NONE]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} is not "prod"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} is not "prod"`},
	{"open in a mapping of another value", edits{env("Default: prod"), set("Mappings.How", "{prod: {type: COGNITO_USER_POOLS}, dev: {type: NONE}}"), set("Get.AuthorizationType", "!FindInMap [How, !Ref Env, type]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"open by an allowed value", edits{set("Parameters.How", "{Type: String, Default: COGNITO_USER_POOLS, AllowedValues: [COGNITO_USER_POOLS, NONE]}"), set("Get.AuthorizationType", "!Ref How")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${How} = "NONE"`, `error method-open Get.Properties.AuthorizationType: , when ${How} = "NONE"`},
	{"open by an allowed value without a default", edits{set("Parameters.How", "{Type: String, AllowedValues: [COGNITO_USER_POOLS, NONE]}"), set("Get.AuthorizationType", "!Ref How")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${How} = "NONE"`, `error method-open Get.Properties.AuthorizationType: , when ${How} = "NONE"`},
	{"open by another index", edits{env("Default: 0"), set("Get.AuthorizationType", "!Select [!Ref Env, [COGNITO_USER_POOLS, NONE]]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "1"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "1"`},
	{"open by the default of a mapping", edits{env(""), set("Mappings.How", "{prod: {type: COGNITO_USER_POOLS}}"), set("Get.AuthorizationType", "{Fn::FindInMap: [How, !Ref Env, type, {DefaultValue: NONE}]}")},
		"fatal method-open Get.Properties.AuthorizationType: is open to anyone: pass", "error method-open Get.Properties.AuthorizationType"},
	{"open beside the default of a mapping", edits{env(""), set("Mappings.How", "{dev: {type: NONE}}"), set("Get.AuthorizationType", "{Fn::FindInMap: [How, !Ref Env, type, {DefaultValue: COGNITO_USER_POOLS}]}")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"no scopes by the default of a mapping", edits{set("Mappings.Scopes", "{put: {scopes: [orders/read]}}"), set("Get.AuthorizationScopes", "{Fn::FindInMap: [Scopes, get, scopes, {DefaultValue: []}]}")},
		"fatal method-without-scope Get.Properties.AuthorizationScopes", "error method-without-scope Get.Properties.AuthorizationScopes"},
	{"no type by the default of a mapping", edits{set("Mappings.How", "{prod: {type: NONE}}"), set("Get.AuthorizationType", "{Fn::FindInMap: [How, dev, type, {DefaultValue: !Ref AWS::NoValue}]}")},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"a good default of a mapping", edits{set("Mappings.How", "{prod: {type: NONE}}"), set("Get.AuthorizationType", "{Fn::FindInMap: [How, dev, type, {DefaultValue: COGNITO_USER_POOLS}]}")}, "", ""},
	{"open by a key that is made of a parameter", edits{env("Default: prod"), set("Mappings.How", "{api-prod: {type: COGNITO_USER_POOLS}, api-dev: {type: NONE}, web-test: {type: NONE}}"), set("Get.AuthorizationType", "!FindInMap [How, !Sub 'api-${Env}', type]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"open where a text that is made of a parameter says so", edits{env(""), set("Conditions.Dev", "!Equals [!Sub '${Env}-orders', dev-orders]"), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"open for a value that the parameter does not take", edits{env("AllowedPattern: 'prod|test'"), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")}, "", ""},
	{"open for no value, which is too short", edits{env("MinLength: 1"), set("Conditions.Dev", `!Equals [!Ref Env, ""]`), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")}, "", ""},
	{"open for a value that a pattern has", edits{env("AllowedPattern: '[a-z]+'"), set("Conditions.Dev", isDev), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`, `error method-open Get.Properties.AuthorizationType: , when ${Env} = "dev"`},
	{"a secret that a default hides", edits{env("Default: prod"), set("Conditions.Dev", isDev), set("Outputs.Debug", "{Condition: Dev, Value: !GetAtt Client.ClientSecret}")},
		`fatal secret-exposed Outputs.Debug.Value: , when ${Env} = "dev"`, `fatal secret-exposed Outputs.Debug.Value: , when ${Env} = "dev"`},
	{"a placeholder", edits{env("Default: CHANGE-ME"), set("Conditions.Given", `!Not [!Equals [!Ref Env, CHANGE-ME]]`), set("Domain.Domain", "!If [Given, !Ref Env, orders-default]")}, "", ""},
	{"properties the rules ignore", edits{manyParameters(12), add(`{Alarm: {Type: AWS::CloudWatch::Alarm, Condition: Is0, Properties: {Period: !If [Is1, !If [Is2, !If [Is3, 1, 2], !If [Is4, 3, 4]], !If [Is5, !If [Is6, 5, 6], 7]]}}}`)}, "", ""},
	{"undeclared in every case, by another name in each", edits{env("Default: prod, AllowedValues: [prod, dev]"), set("Get.AuthorizationScopes", `[!Sub "orders/${Env}"]`)},
		`fatal scope-undeclared Get.Properties.AuthorizationScopes: requires scope "orders/prod"`, `fatal scope-undeclared Get.Properties.AuthorizationScopes: requires scope "orders/prod"`},
	{"too many outcomes", edits{manyParameters(6), set("Conditions.Any", "!Or [!Condition Is0, !Condition Is1, !Condition Is2, !Condition Is3, !Condition Is4, !Condition Is5]"),
		set("Post.AuthorizationType", "!If [Any, COGNITO_USER_POOLS, COGNITO_USER_POOLS]")},
		"warning template-unread : not all combinations of ${P", "warning template-unread : not all combinations of ${P"},
	{"a value by default", edits{set("Parameters.How", "{Type: String, Default: NONE}"), set("Get.AuthorizationType", "!Ref How")},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"a good value by default", edits{set("Parameters.How", "{Type: String, Default: COGNITO_USER_POOLS}"), set("Get.AuthorizationType", "!Ref How")}, "", ""},
	{"a list by default", edits{set("Parameters.Scopes", `{Type: CommaDelimitedList, Default: "orders/read, orders/write"}`), set("Client.AllowedOAuthScopes", "!Ref Scopes")}, "", ""},
	{"a list by default with a scope too many", edits{set("Parameters.Scopes", `{Type: CommaDelimitedList, Default: "orders/read,orders/write,orders/x"}`), set("Client.AllowedOAuthScopes", "!Ref Scopes")},
		`fatal scope-undeclared Client.Properties.AllowedOAuthScopes: "orders/x"`, "fatal scope-undeclared Client.Properties.AllowedOAuthScopes"},
	{"scopes by Fn::Split", edits{set("Get.AuthorizationScopes", `!Split [",", "orders/read,orders/write"]`)}, "", ""},
	{"scopes by Fn::Split, one of them undeclared", edits{set("Get.AuthorizationScopes", `!Split [",", "orders/read,orders/x"]`)},
		`fatal scope-undeclared Get.Properties.AuthorizationScopes: "orders/x"`, "fatal scope-undeclared Get.Properties.AuthorizationScopes"},
	{"no scopes by a mapping", edits{set("Mappings.Scopes", "{get: {scopes: []}}"), set("Get.AuthorizationScopes", "!FindInMap [Scopes, get, scopes]")},
		"fatal method-without-scope Get.Properties.AuthorizationScopes", "error method-without-scope Get.Properties.AuthorizationScopes"},
	{"open by Fn::If for all properties", edits{env(""), set("Conditions.Dev", isDev), wrap("Get.Properties", func(properties any) any {
		open := tree{"RestApiId": tree{"Ref": "Api"}, "ResourceId": tree{"Ref": "Orders"}, "HttpMethod": "GET"}
		return tree{"Fn::If": []any{"Dev", open, properties}}
	})}, `fatal method-open Get: method GET /orders is open to anyone, when ${Env} = "dev"`, `error method-open Get: , when ${Env} = "dev"`},
	{"all properties by a macro", edits{wrap("Get.Properties", func(any) any { return tree{"Fn::Transform": tree{"Name": "M"}} })},
		"warning template-unread Get.Properties: only AWS can run the macro that creates this part of the AWS::ApiGateway::Method: it was not checked", "warning template-unread Get.Properties"},
	{"open in a Region", edits{set("Mappings.How", "{eu-west-1: {type: COGNITO_USER_POOLS}, eu-west-2: {type: NONE}}"), set("Get.AuthorizationType", "!FindInMap [How, !Ref AWS::Region, type]")},
		"fatal method-open Get.Properties.AuthorizationType: , when ${AWS::Region} = \"eu-west-2\"\nfatal method-authorization Get.Properties.AuthorizationType: has an authorization type that the template does not show", // in a Region missing from the mapping
		`error method-open Get.Properties.AuthorizationType: , when ${AWS::Region} = "eu-west-2"`},
	{"open in no Region", edits{set("Mappings.How", "{all: {type: COGNITO_USER_POOLS}}"), set("Get.AuthorizationType", "!FindInMap [How, all, type]")}, "", ""},
	{"a method for tests", edits{env(""), set("Conditions.Dev", isDev), add(openHealth), set("Health.Condition", "Dev")},
		`fatal method-open Health: , when ${Env} = "dev"`, `error method-open Health: , when ${Env} = "dev"`},
	{"a method that is never there", edits{set("Conditions.Never", "!Equals [a, b]"), add(openHealth), set("Health.Condition", "Never")}, "", ""},
	{"open, whatever a parameter says", edits{env(""), set("Conditions.Dev", isDev), set("Api.Description", "!If [Dev, a, b]"), set("Get.AuthorizationType", "NONE")},
		"fatal method-open Get.Properties.AuthorizationType: is open to anyone: pass", "error method-open Get.Properties.AuthorizationType: require a scope: set"},
	{"a warning in one case", edits{env(""), set("Conditions.Dev", isDev), set("Pool.LambdaConfig", "!If [Dev, "+preToken+", !Ref AWS::NoValue]")}, "", ""},
	{"a warning in all cases", edits{env(""), set("Conditions.Dev", isDev), set("Api.Description", "!If [Dev, a, b]"), set("Pool.LambdaConfig", preToken)},
		"warning pool-trigger Pool.Properties.LambdaConfig", "warning pool-trigger Pool.Properties.LambdaConfig"},
	{"an error in one case", edits{env(""), set("Conditions.Dev", isDev), set("Pool.AdminCreateUserConfig.AllowAdminCreateUserOnly", "!If [Dev, false, true]")},
		`error pool-sign-up Pool: , when ${Env} = "dev"`, ""},
	{"two domains, one at a time", edits{env(""), set("Conditions.Dev", isDev), set("Conditions.Other", "!Not [!Condition Dev]"), set("Domain.Condition", "Dev"), add(prefix), set("Domain2.Condition", "Other")}, "", ""},
	{"two domains, perhaps both", edits{env(""), set("Conditions.Dev", isDev), add(prefix), set("Domain2.Condition", "Dev")},
		`fatal pool-domains Domain2: , when ${Env} = "dev"`, `fatal pool-domains Domain2: , when ${Env} = "dev"`},
	{"the API, where a parameter says so", edits{env(""), set("Conditions.Dev", isDev), set("Get.AuthorizationScopes", "!If [Dev, [orders/read], [orders/x]]")},
		"fatal scope-undeclared Get.Properties.AuthorizationScopes", "fatal scope-undeclared Get.Properties.AuthorizationScopes"},
	{"depending on another app's export", edits{set("Conditions.Dev", "!Equals [!ImportValue env, dev]"), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		"fatal method-open Get.Properties.AuthorizationType: , when ${Fn::ImportValue env} = \"dev\"", "error method-open Get.Properties.AuthorizationType"},
	{"depending on the account", edits{set("Conditions.Dev", `!Equals [!Ref AWS::AccountId, "123456789012"]`), set("Get.AuthorizationType", "!If [Dev, NONE, COGNITO_USER_POOLS]")},
		`fatal method-open Get.Properties.AuthorizationType: , when ${AWS::AccountId} = "123456789012"`, "error method-open Get.Properties.AuthorizationType"},
}

// manyParameters adds parameters P0, P1, … and conditions Is0, Is1, … on them.
func manyParameters(count int) edit {
	return func(s *system) {
		for i := range count {
			set(fmt.Sprint("Parameters.P", i), "{Type: String, Default: off}")(s)
			set(fmt.Sprint("Conditions.Is", i), fmt.Sprintf(`!Equals [!Ref P%d, "on"]`, i))(s)
		}
	}
}

// wrap replaces the target of a path with the result of make.
func wrap(path string, make func(any) any) edit {
	return func(s *system) {
		at, last := s.locate(path)
		at.(tree)[last] = make(at.(tree)[last])
	}
}

func env(more string) edit { return set("Parameters.Env", "{Type: String, "+more+"}") }

func TestWorlds(t *testing.T) { worldCases.run(t) }
