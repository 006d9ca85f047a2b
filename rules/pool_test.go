package rules_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	preToken  = `{PreTokenGenerationConfig: {LambdaVersion: V3_0, LambdaArn: "arn:aws:lambda:eu-west-1:123456789012:function:f"}}`
	prefix    = `{Domain2: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: orders-two}}}`
	custom    = `{Custom%s: {Type: AWS::Cognito::UserPoolDomain, Properties: {UserPoolId: !Ref Pool, Domain: auth%s.example.org, CustomDomainConfig: {CertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x"}}}}`
	otherWith = `{Other: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !Ref Pool, Identifier: orders, Name: Other, Scopes: []}}}`
)

var poolCases = onBoth{
	{"sign-up on", edits{set("Pool.AdminCreateUserConfig.AllowAdminCreateUserOnly", "false")},
		"error pool-sign-up Pool: anyone can sign up to the user pool, but its clients are machines: set AdminCreateUserConfig.AllowAdminCreateUserOnly to true (SelfSignUpEnabled: false in CDK)",
		"warning pool-sign-up Pool"},
	{"sign-up on by default", edits{remove("Pool.AdminCreateUserConfig")}, "error pool-sign-up Pool", "warning pool-sign-up Pool"},
	{"sign-up off as text", edits{set("Pool.AdminCreateUserConfig", `{AllowAdminCreateUserOnly: "true"}`)}, "", ""},
	{"whether sign-up is on is not known", edits{set("Parameters.Closed", "{Type: String}"), set("Pool.AdminCreateUserConfig", `{AllowAdminCreateUserOnly: !Ref Closed}`)},
		"error pool-sign-up Pool", ""},
	{"sign-up on in a pool of people, too", edits{remove("Pool.AdminCreateUserConfig"), add(people)}, "error pool-sign-up Pool", ""},
	{"sign-up on in a pool beside it", edits{add(`{Beside: {Type: AWS::Cognito::UserPool}}`)}, "", ""},

	{"a trigger of tokens", edits{set("Pool.LambdaConfig", preToken)},
		"warning pool-trigger Pool.Properties.LambdaConfig: a pre token generation trigger can add scopes to tokens, and the rules cannot see which: check that the function adds no scope that a method requires, or remove the trigger",
		"warning pool-trigger Pool.Properties.LambdaConfig"},
	{"a trigger of people's tokens", edits{set("Pool.LambdaConfig", preToken), set("Pool.LambdaConfig.PreTokenGenerationConfig.LambdaVersion", "V2_0")},
		"warning pool-trigger Pool.Properties.LambdaConfig", "warning pool-trigger Pool.Properties.LambdaConfig"},
	{"a trigger of ID tokens", edits{set("Pool.LambdaConfig", preToken), set("Pool.LambdaConfig.PreTokenGenerationConfig.LambdaVersion", "V1_0")},
		"warning pool-trigger Pool.Properties.LambdaConfig", ""},
	{"a trigger of old", edits{set("Pool.LambdaConfig", "{PreTokenGeneration: f}")}, "warning pool-trigger Pool.Properties.LambdaConfig", ""},
	{"another trigger", edits{set("Pool.LambdaConfig", "{PreSignUp: f}")}, "", ""},
	{"a trigger of a pool that opens nothing", edits{add(otherPool), set("OtherPool.LambdaConfig", preToken)}, "", ""},

	{"two prefix domains", edits{add(prefix)},
		"fatal pool-domains Domain2: the user pool already has prefix domain Domain: Cognito refuses a second one: remove one of the two; in a CDK app, pass the pool's existing domain to the authorization server as UserPoolDomain", "fatal pool-domains Domain2"},
	{"three prefix domains", edits{add(prefix), again("Domain2", "Domain3", set("Domain3.Domain", "orders-three"))},
		`fatal pool-domains Domain2
		 fatal pool-domains Domain3: already has prefix domain Domain`, "fatal pool-domains Domain2\nfatal pool-domains Domain3"},
	{"a prefix domain and a custom one", edits{add(fmt.Sprintf(custom, "", ""))}, "", ""},
	{"two custom domains", edits{add(fmt.Sprintf(custom, "", "")), add(fmt.Sprintf(custom, "2", "2"))},
		"fatal pool-domains Custom2: the user pool already has custom domain Custom", "fatal pool-domains Custom2"},
	{"a domain of another pool", edits{add(otherPool), add(prefix), set("Domain2.UserPoolId", "!Ref OtherPool")}, "", ""},
	{"domains of no pool", edits{add(prefix), remove("Domain2.UserPoolId"), again("Domain2", "Domain3", set("Domain3.Domain", "orders-three"))}, "", ""},

	{"an identifier twice", edits{add(otherWith)},
		`fatal resource-server-twice Server.Properties.Identifier: the user pool already has a resource server with identifier "orders", Other: Cognito refuses a second one: declare all scopes of an identifier in one resource server`,
		"fatal resource-server-twice Server.Properties.Identifier"},
	{"an identifier twice that is not known", edits{add(otherWith), set("Parameters.Id", "{Type: String}"), set("Other.Identifier", `!Sub "${Id}"`), again("Other", "Other2"), set("Other2.Identifier", "!Ref Id")},
		`fatal resource-server-twice Other2.Properties.Identifier: with identifier "${Id}"`, "fatal resource-server-twice Other2.Properties.Identifier"},
	{"two identifiers", edits{add(otherWith), set("Other.Identifier", "billing")}, "", ""},
	{"two without identifier", edits{add(otherWith), remove("Other.Identifier"), again("Other", "Other2")}, "", ""},
	{"an identifier in two pools", edits{add(otherPool), add(otherWith), set("Other.UserPoolId", "!Ref OtherPool")}, "", ""},

	{"a name twice", edits{add(otherPool), add(prefix), set("Domain2.UserPoolId", "!Ref OtherPool"), set("Domain.Domain", "orders-two")},
		`error name-twice Domain2.Properties.Domain: the domain Domain has the same name, "orders-two", which is unique in an account and Region: choose different names`,
		"error name-twice Domain2.Properties.Domain"},
	{"a secret's name twice", edits{set("Secret.Name", `!Sub "${AWS::StackName}/partner"`), again("Secret", "Secret2")},
		`error name-twice Secret2.Properties.Name: the secret Secret has the same name, "${AWS::StackName}/partner"`, "error name-twice Secret2.Properties.Name"},
	{"names of other secrets", edits{add(`{A: {Type: AWS::SecretsManager::Secret, Properties: {Name: a}}, B: {Type: AWS::SecretsManager::Secret, Properties: {Name: a}}}`)}, "", ""},
	{"secrets without names", edits{drop("Secret.Name"), again("Secret", "Secret2")}, "", ""},
	{"a custom domain's name is no prefix", edits{add(fmt.Sprintf(custom, "", "")), add(otherPool), again("Custom", "Custom2", set("Custom2.UserPoolId", "!Ref OtherPool"))}, "", ""},

	{"five minutes", edits{set("Client.AccessTokenValidity", "5")}, "", ""},
	{"four minutes", edits{set("Client.AccessTokenValidity", "4")},
		"fatal token-validity Client.Properties.AccessTokenValidity: AccessTokenValidity of 4 minutes is not 5 minutes to 1 day: Cognito refuses the client: set it to a whole number of TokenValidityUnits.AccessToken (minutes) from 5 minutes to 1 day",
		"fatal token-validity Client.Properties.AccessTokenValidity"},
	{"a day", edits{set("Client.AccessTokenValidity", "86400"), set("Client.TokenValidityUnits", "{AccessToken: seconds}")}, "", ""},
	{"more than a day", edits{set("Client.AccessTokenValidity", `"86401"`), set("Client.TokenValidityUnits", "{AccessToken: seconds}")},
		"fatal token-validity Client.Properties.AccessTokenValidity", "fatal token-validity Client.Properties.AccessTokenValidity"},
	{"25 of the default unit", edits{set("Client.AccessTokenValidity", "25"), remove("Client.TokenValidityUnits")},
		"fatal token-validity Client.Properties.AccessTokenValidity: AccessTokenValidity of 25 hours", "fatal token-validity Client.Properties.AccessTokenValidity"},
	{"no time", edits{set("Client.AccessTokenValidity", "0")},
		"fatal token-validity Client.Properties.AccessTokenValidity", "fatal token-validity Client.Properties.AccessTokenValidity"},
	{"a part of an hour", edits{set("Client.AccessTokenValidity", "1.5"), set("Client.TokenValidityUnits", "{AccessToken: hours}")},
		"fatal token-validity Client.Properties.AccessTokenValidity", "fatal token-validity Client.Properties.AccessTokenValidity"},
	{"no number", edits{set("Client.AccessTokenValidity", "an hour")},
		"fatal token-validity Client.Properties.AccessTokenValidity", "fatal token-validity Client.Properties.AccessTokenValidity"},
	{"a time that is not known", edits{set("Parameters.Time", "{Type: Number}"), set("Client.AccessTokenValidity", "!Ref Time")}, "", ""},
	{"another unit", edits{set("Client.TokenValidityUnits.AccessToken", "weeks")},
		`fatal token-validity Client.Properties.TokenValidityUnits: "weeks" is not a unit that Cognito knows: use seconds, minutes, hours or days`,
		"fatal token-validity Client.Properties.TokenValidityUnits"},
	{"a unit that is not known", edits{set("Parameters.Unit", "{Type: String}"), set("Client.TokenValidityUnits.AccessToken", "!Ref Unit")}, "", ""},
	{"ID tokens of two days", edits{set("Client.IdTokenValidity", "2"), set("Client.TokenValidityUnits.IdToken", "days")},
		"fatal token-validity Client.Properties.IdTokenValidity: IdTokenValidity of 2 days is not 5 minutes to 1 day", "fatal token-validity Client.Properties.IdTokenValidity"},
	{"ID tokens of two hours", edits{set("Client.IdTokenValidity", "2")}, "", ""},
	{"refresh tokens of ten years", edits{set("Client.RefreshTokenValidity", "3650")}, "", ""},
	{"refresh tokens of more than ten years", edits{set("Client.RefreshTokenValidity", "3651")},
		"fatal token-validity Client.Properties.RefreshTokenValidity: RefreshTokenValidity of 3651 days is not 1 hour to 10 years", "fatal token-validity Client.Properties.RefreshTokenValidity"},
	{"refresh tokens of an hour", edits{set("Client.RefreshTokenValidity", "60"), set("Client.TokenValidityUnits.RefreshToken", "minutes")}, "", ""},
	{"refresh tokens of less than an hour", edits{set("Client.RefreshTokenValidity", "59"), set("Client.TokenValidityUnits.RefreshToken", "minutes")},
		"fatal token-validity Client.Properties.RefreshTokenValidity", "fatal token-validity Client.Properties.RefreshTokenValidity"},
	{"access tokens that outlive refresh tokens", edits{set("Client.AccessTokenValidity", "61"), set("Client.RefreshTokenValidity", "1"), set("Client.TokenValidityUnits", "{AccessToken: minutes, RefreshToken: hours}")},
		"fatal token-validity Client.Properties.AccessTokenValidity: AccessTokenValidity is longer than RefreshTokenValidity: Cognito refuses the client: let the refresh token be valid as long at least, or leave RefreshTokenValidity out",
		"fatal token-validity Client.Properties.AccessTokenValidity"},
	{"ID tokens that outlive refresh tokens", edits{set("Client.IdTokenValidity", "2"), set("Client.RefreshTokenValidity", "90"), set("Client.TokenValidityUnits.RefreshToken", "minutes")},
		"fatal token-validity Client.Properties.IdTokenValidity: IdTokenValidity is longer", "fatal token-validity Client.Properties.IdTokenValidity"},
	{"tokens that live as long as refresh tokens", edits{set("Client.AccessTokenValidity", "60"), set("Client.RefreshTokenValidity", "1"), set("Client.TokenValidityUnits", "{AccessToken: minutes, RefreshToken: hours}")}, "", ""},
	{"refresh tokens that are too short for both", edits{set("Client.AccessTokenValidity", "60"), set("Client.RefreshTokenValidity", "5"), set("Client.TokenValidityUnits", "{AccessToken: minutes, RefreshToken: minutes}")},
		"fatal token-validity Client.Properties.RefreshTokenValidity", "fatal token-validity Client.Properties.RefreshTokenValidity"},
	{"access tokens of a day beside refresh tokens of the default", edits{set("Client.AccessTokenValidity", "1440"), set("Client.RefreshTokenValidity", "0")}, "", ""},
	{"the ARN of another pool, whose Regions differ", edits{set("Authorizer.ProviderARNs", "['arn:aws:cognito-idp:us-east-1:123456789012:userpool/eu-west-1_Abc']")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs", "fatal pool-region Authorizer.Properties.ProviderARNs[0]"},
	{"a resource server twice, with its scopes", edits{again("Server", "AServer")},
		"fatal resource-server-twice Server.Properties.Identifier", "fatal resource-server-twice Server.Properties.Identifier"},
	{"a resource server twice, with its scopes, and a client before both", edits{again("Server", "AServer"), remove("Client.DependsOn")},
		"fatal resource-server-twice Server.Properties.Identifier\nfatal client-before-scopes Client", "fatal resource-server-twice Server.Properties.Identifier\nfatal client-before-scopes Client"},
	{"refresh tokens of the default", edits{set("Client.RefreshTokenValidity", "0")}, "", ""},

	{"a prefix of 63", edits{set("Domain.Domain", strings.Repeat("a", 63))}, "", ""},
	{"a prefix of 64", edits{set("Domain.Domain", strings.Repeat("a", 64))},
		`fatal cognito-names Domain.Properties.Domain: Domain "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is not 1 to 63 characters of a-z, 0-9 and -, with no - at either end: AWS refuses it: use 1 to 63 characters of a-z, 0-9 and -, with no - at either end`,
		"fatal cognito-names Domain.Properties.Domain"},
	{"a prefix with capitals", edits{set("Domain.Domain", "Orders")}, "fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"a prefix with dots", edits{set("Domain.Domain", "auth.example.org")}, "fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"a prefix that ends in -", edits{set("Domain.Domain", "orders-")}, "fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"a reserved word", edits{set("Domain.Domain", "orders-on-aws")},
		`fatal cognito-names Domain.Properties.Domain: the domain prefix "orders-on-aws" contains "aws", which Cognito reserves: choose a prefix without that word`,
		"fatal cognito-names Domain.Properties.Domain"},
	{"a reserved word before an unknown value", edits{set("Domain.Domain", `!Sub "cognito-${AWS::AccountId}"`)},
		`fatal cognito-names Domain.Properties.Domain: the domain prefix "cognito-${AWS::AccountId}" contains "cognito"`, "fatal cognito-names Domain.Properties.Domain"},
	{"a custom domain", edits{set("Domain.Domain", "auth.amazon-orders.example.org"), set("Domain.CustomDomainConfig", "{CertificateArn: x}")}, "", ""},
	{"a custom domain without a dot", edits{set("Domain.Domain", "orders"), set("Domain.CustomDomainConfig", "{CertificateArn: x}")},
		"fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"the name of a pool", edits{set("Pool.UserPoolName", "orders (test)")},
		`fatal cognito-names Pool.Properties.UserPoolName: UserPoolName "orders (test)" is not 1 to 128 characters of ASCII letters`, "fatal cognito-names Pool.Properties.UserPoolName"},
	{"the name of a pool that looks like a token of CDK's", edits{set("Pool.UserPoolName", "a/b ${Token[TOKEN.1]}")},
		"fatal cognito-names Pool.Properties.UserPoolName", "fatal cognito-names Pool.Properties.UserPoolName"},
	{"the name of a pool with 129", edits{set("Pool.UserPoolName", strings.Repeat("a", 129))}, "fatal cognito-names Pool.Properties.UserPoolName", "fatal cognito-names Pool.Properties.UserPoolName"},
	{"the name of a client", edits{set("Client.ClientName", "a/b")}, "fatal cognito-names Client.Properties.ClientName", "fatal cognito-names Client.Properties.ClientName"},
	{"no name", edits{set("Client.ClientName", `""`)}, "fatal cognito-names Client.Properties.ClientName", "fatal cognito-names Client.Properties.ClientName"},
	{"a prefix with a capital before an unknown value", edits{set("Domain.Domain", `!Sub "Orders-${AWS::AccountId}"`)},
		`fatal cognito-names Domain.Properties.Domain: Domain "Orders-${AWS::AccountId}" is not 1 to 63`, "fatal cognito-names Domain.Properties.Domain"},
	{"a prefix that ends in - after an unknown value", edits{set("Domain.Domain", `!Sub "${AWS::AccountId}-"`)},
		"fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"a prefix that is too long without its unknown value", edits{set("Domain.Domain", `!Sub "`+strings.Repeat("a", 64)+`${AWS::AccountId}"`)},
		"fatal cognito-names Domain.Properties.Domain", "fatal cognito-names Domain.Properties.Domain"},
	{"a prefix that may not be too long", edits{set("Domain.Domain", `!Sub "`+strings.Repeat("a", 63)+`${AWS::StackName}"`)}, "", ""},
	{"a prefix of an unknown value", edits{set("Parameters.Name", "{Type: String}"), set("Domain.Domain", `!Sub "${AWS::StackName}-${Name}"`)}, "", ""},
	{"a custom domain of an unknown value", edits{set("Parameters.Name", "{Type: String}"), set("Domain.Domain", `!Sub "auth-${Name}"`), set("Domain.CustomDomainConfig", "{CertificateArn: x}")}, "", ""},
	{"a stage with a dot beside an unknown value", edits{set("Parameters.Name", "{Type: String}"), set("Stage.StageName", `!Sub "v1.${Name}"`)},
		"fatal cognito-names Stage.Properties.StageName", "fatal cognito-names Stage.Properties.StageName"},
	{"a name that is not known", edits{set("Parameters.Name", "{Type: String}"), set("Client.ClientName", `!Sub "of ${Name}"`)}, "", ""},
	{"a name with a slash beside an unknown value", edits{set("Parameters.Name", "{Type: String}"), set("Client.ClientName", `!Sub "/${Name}"`)},
		`fatal cognito-names Client.Properties.ClientName: ClientName "/${Name}" is not 1 to 128`, "fatal cognito-names Client.Properties.ClientName"},
	{"an identifier with a space", edits{add(otherWith), set("Other.Identifier", "my orders")}, "fatal cognito-names Other.Properties.Identifier", "fatal cognito-names Other.Properties.Identifier"},
	{"an identifier that is a URL", edits{add(otherWith), set("Other.Identifier", "https://orders.example.org")}, "", ""},
	{"the name of a resource server that is a URL", edits{set("Server.Name", "https://orders.example.org")},
		"fatal cognito-names Server.Properties.Name", "fatal cognito-names Server.Properties.Name"},
	{"an identifier of 257", edits{add(otherWith), set("Other.Identifier", strings.Repeat("a", 257))}, "fatal cognito-names Other.Properties.Identifier", "fatal cognito-names Other.Properties.Identifier"},
	{"a scope with a slash", edits{declare("read/all"), set("Client.AllowedOAuthScopes", "[orders/read, orders/write, orders/read/all]")},
		"fatal cognito-names Server.Properties.Scopes[2].ScopeName", "fatal cognito-names Server.Properties.Scopes[2].ScopeName"},
	{"a scope without description", edits{set("Server.Scopes.0.ScopeDescription", `""`)},
		`fatal cognito-names Server.Properties.Scopes[0].ScopeDescription: ScopeDescription "" is not 1 to 256 characters of text`,
		"fatal cognito-names Server.Properties.Scopes[0].ScopeDescription"},
	{"a description left out", edits{remove("Server.Scopes.0.ScopeDescription")}, "fatal cognito-names Server.Properties.Scopes[0].ScopeDescription", "fatal cognito-names Server.Properties.Scopes[0].ScopeDescription"},
	{"a description of 257", edits{set("Server.Scopes.0.ScopeDescription", strings.Repeat("a", 257))}, "fatal cognito-names Server.Properties.Scopes[0].ScopeDescription", "fatal cognito-names Server.Properties.Scopes[0].ScopeDescription"},
	{"a scope of 256 in all", edits{declare(strings.Repeat("a", 249)), set("Client.AllowedOAuthScopes", "[orders/read, orders/write, orders/"+strings.Repeat("a", 249)+"]")}, "", ""},
	{"a scope of 257 in all", edits{declare(strings.Repeat("a", 250)), set("Client.AllowedOAuthScopes", "[orders/read, orders/write, orders/"+strings.Repeat("a", 250)+"]")},
		"fatal cognito-names Server.Properties.Scopes[2].ScopeName: the scope with its identifier has 257 characters, Cognito accepts at most 256: shorten ScopeName or Identifier",
		"fatal cognito-names Server.Properties.Scopes[2].ScopeName"},
	{"a scope twice", edits{declare("read")},
		`fatal cognito-names Server.Properties.Scopes[2].ScopeName: the resource server declares scope "read" twice: Cognito refuses it: declare it once`, "fatal cognito-names Server.Properties.Scopes[2].ScopeName"},
	{"the name of a secret", edits{set("Secret.Name", "partner keys")}, `fatal cognito-names Secret.Properties.Name: Name "partner keys" is not 1 to 512 characters of`, "fatal cognito-names Secret.Properties.Name"},
	{"the name of a secret without a client's", edits{add(`{Other: {Type: AWS::SecretsManager::Secret, Properties: {Name: partner keys}}}`)}, "", ""},
	{"the name of a stage", edits{set("Stage.StageName", "v1.0")}, `fatal cognito-names Stage.Properties.StageName: StageName "v1.0" is not 1 to 128 characters of`, "fatal cognito-names Stage.Properties.StageName"},
	{"the name of a stage of 129", edits{set("Stage.StageName", strings.Repeat("a", 129))}, "fatal cognito-names Stage.Properties.StageName", "fatal cognito-names Stage.Properties.StageName"},
	{"a domain of the API", edits{add(`{Name: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: "https://api.example.org"}}, Path: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: api.example.org, RestApiId: !Ref Api, BasePath: v1/orders}}}`)},
		"fatal cognito-names Name.Properties.DomainName\nfatal cognito-names Path.Properties.BasePath", "fatal cognito-names Name.Properties.DomainName\nfatal cognito-names Path.Properties.BasePath"},
	{"a good domain of the API", edits{add(`{Name: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: "*.example.org"}}, Path: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: api.example.org, RestApiId: !Ref Api, BasePath: ""}}}`)}, "", ""},
	{"an hour of cache", edits{set("Authorizer.AuthorizerResultTtlInSeconds", "3600")}, "", ""},
	{"no cache", edits{set("Authorizer.AuthorizerResultTtlInSeconds", `"0"`)}, "", ""},
	{"more than an hour of cache", edits{set("Authorizer.AuthorizerResultTtlInSeconds", "3601")},
		"fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds: AuthorizerResultTtlInSeconds is 3601, API Gateway accepts 0 to 3600 seconds: set it to a whole number from 0 to 3600", "fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds"},
	{"less than no cache", edits{set("Authorizer.AuthorizerResultTtlInSeconds", "-1")}, "fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds", "fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds"},
	{"half a second of cache", edits{set("Authorizer.AuthorizerResultTtlInSeconds", "0.5")}, "fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds", "fatal cognito-names Authorizer.Properties.AuthorizerResultTtlInSeconds"},
	{"a cache that is not known", edits{set("Parameters.Ttl", "{Type: Number}"), set("Authorizer.AuthorizerResultTtlInSeconds", "!Ref Ttl")}, "", ""},
	{"100 scopes of a resource server", edits{scopes(98)}, "", ""},
	{"101 scopes of a resource server", edits{scopes(99)},
		"fatal cognito-names Server.Properties.Scopes: 101 scopes, Cognito allows a resource server at most 100: group permissions into fewer scopes",
		"fatal cognito-names Server.Properties.Scopes"},
	{"50 scopes of a client", edits{scopes(48), hold(48)}, "", ""},
	{"51 scopes of a client", edits{scopes(49), hold(49)},
		"fatal cognito-names Client.Properties.AllowedOAuthScopes: 51 scopes, Cognito allows a client at most 50: group permissions into fewer scopes",
		"fatal cognito-names Client.Properties.AllowedOAuthScopes"},
}

// scopes declares that many more scopes; another client holds them.
func scopes(count int) edit {
	return func(s *system) {
		again("Client", "Holder", drop("Holder.Metadata"))(s)
		for start := 0; start < count; start += 48 {
			id := fmt.Sprint("Holder", start)
			again("Holder", id)(s)
			set(id+".AllowedOAuthScopes", "[]")(s)
			at, _ := s.locate(id + ".AllowedOAuthScopes")
			var held []any
			for i := start; i < min(count, start+48); i++ {
				declare(fmt.Sprint("s", i))(s)
				held = append(held, fmt.Sprint("orders/s", i))
			}
			at.(tree)["AllowedOAuthScopes"] = held
		}
	}
}

// servers adds that many resource servers without a scope.
func servers(count int) edit {
	return func(s *system) {
		for i := range count {
			add(fmt.Sprintf(`{Server%d: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {UserPoolId: !Ref Pool, Identifier: other%d, Name: other}}}`, i, i))(s)
		}
	}
}

// hold gives the client that many of the scopes.
func hold(count int) edit {
	return func(s *system) {
		at, last := s.locate("Client.AllowedOAuthScopes")
		for i := range count {
			at.(tree)[last] = append(at.(tree)[last].([]any), fmt.Sprint("orders/s", i))
		}
	}
}

func TestManyResourceServers(t *testing.T) {
	onBoth{
		{"300 resource servers", edits{servers(299)}, "", ""},
		{"301 resource servers", edits{servers(300)}, "fatal cognito-names Server99: the user pool has 301 resource servers, Cognito allows at most 300: combine resource servers whose scopes belong together", "fatal cognito-names Server99"},
	}.run(t)
}

func TestPools(t *testing.T) { poolCases.run(t) }
