package local_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRefusesToServeWhatItWouldIgnore(t *testing.T) {
	type object = map[string]any
	for _, test := range []struct {
		name string
		edit func(edit)
		want string
	}{
		{"unknown property of a pool", func(e edit) { e.properties(userPool)["Quantum"] = true },
			"WeatherEventsAuthUserPoolBD1FDA30.Properties.Quantum: this property of AWS::Cognito::UserPool is not supported"},
		{"issuer of a pool", func(e edit) { e.properties(userPool)["IssuerConfiguration"] = object{"Type": "MULTI_REGION"} },
			"UserPoolBD1FDA30.Properties.IssuerConfiguration: is not supported: only the default issuer is supported"},
		{"client of an unknown pool", func(e edit) { e.properties(userPoolClient)["UserPoolId"] = "elsewhere" },
			`Properties.UserPoolId: must name a user pool, got "elsewhere"`},
		{"client without secret", func(e edit) { delete(e.properties(userPoolClient), "GenerateSecret") },
			"Properties.GenerateSecret: must be true for the flow client_credentials: Cognito refuses to create the client"},
		{"client with two flows", func(e edit) {
			e.properties(userPoolClient)["AllowedOAuthFlows"] = []any{"client_credentials", "code"}
		}, "Properties.AllowedOAuthFlows: client_credentials may not be combined with code: Cognito refuses to create the client"},
		{"client scope that does not exist", func(e edit) { e.properties(userPoolClient)["AllowedOAuthScopes"] = []any{"weather-api/put"} },
			`Properties.AllowedOAuthScopes: no resource server of WeatherEventsAuthUserPoolBD1FDA30 declares "weather-api/put": Cognito refuses to create the client`},
		{"token validity", func(e edit) { e.properties(userPoolClient)["AccessTokenValidity"] = 4 },
			"Properties.AccessTokenValidity: must be 5 minutes to 1 day, got 4 minutes: Cognito refuses to create the client"},
		{"token validity's unit", func(e edit) { e.properties(userPoolClient)["TokenValidityUnits"] = object{"AccessToken": "years"} },
			"Properties.TokenValidityUnits.AccessToken"},
		{"unknown property of a scope", func(e edit) {
			e.properties(resourceServer)["Scopes"].([]any)[0].(object)["Color"] = "red"
		}, "Properties.Scopes[0].Color: this property of AWS::Cognito::UserPoolResourceServer is not supported"},

		{"unknown property of an API", func(e edit) { e.properties(restAPI)["Quantum"] = true },
			"WeatherEventsRestApi4662D512.Properties.Quantum: this property of AWS::ApiGateway::RestApi is not supported"},
		{"API in S3", func(e edit) { e.properties(restAPI)["BodyS3Location"] = object{"Bucket": "b"} },
			"Properties.BodyS3Location: is not supported: the document is neither an asset of a cloud assembly nor a file beside the template"},
		{"cloned API", func(e edit) { e.properties(restAPI)["CloneFrom"] = "abc" }, "Properties.CloneFrom: is not supported"},
		{"disabled endpoint", func(e edit) { e.properties(restAPI)["DisableExecuteApiEndpoint"] = true },
			"Properties.DisableExecuteApiEndpoint: must be false: no base path mapping leads to the stage weather"},
		{"mapping of a domain elsewhere", func(e edit) {
			e.add("Mapping", "AWS::ApiGateway::BasePathMapping", object{"DomainName": "api.example.org", "RestApiId": object{"Ref": "WeatherEventsRestApi4662D512"}, "Stage": "weather"})
		}, `Mapping.Properties.DomainName: domain "api.example.org" is in none of the templates`},
		{"mapping of another stage alone", func(e edit) {
			e.properties(restAPI)["DisableExecuteApiEndpoint"] = true
			addDomain(e, "")
			e.properties("Mapping")["Stage"] = "v2"
		}, "DisableExecuteApiEndpoint: must be false: no base path mapping leads to the stage weather"},
		{"a stage with an empty name", func(e edit) { e.properties(stage)["StageName"] = "" }, "Properties.StageName: is required"},
		{"an older Swagger", func(e edit) {
			e.properties(restAPI)["Body"] = object{"swagger": "1.2", "info": object{"title": "a"}, "paths": object{}}
		}, `Properties.Body.swagger: must be 2.0, got "1.2"`},
		{"a document of no version", func(e edit) {
			e.properties(restAPI)["Body"] = object{"info": object{"title": "a"}, "paths": object{}}
		}, "Properties.Body.openapi: is required"},
		{"a later OpenAPI", func(e edit) {
			e.properties(restAPI)["Body"] = object{"openapi": "4.0.0", "info": object{"title": "a"}, "paths": object{}}
		}, `Properties.Body.openapi: version "4.0.0" is not supported: OpenAPI 3 and Swagger 2.0 documents are`},
		{"a reference that leads nowhere", func(e edit) {
			e.properties(restAPI)["Body"] = object{"swagger": "2.0", "info": object{"title": "a"}, "paths": object{"/a": object{"get": object{
				"parameters": []any{object{"$ref": "#/parameters/p"}}, "responses": object{}}}}}
		}, `Properties.Body.paths["/a"].get.parameters[0]["$ref"]: "#/parameters/p" is not in the document`},
		{"a body parameter in OpenAPI 3", func(e edit) {
			e.properties(restAPI)["Body"] = object{"openapi": "3.0.1", "info": object{"title": "a"}, "paths": object{"/a": object{"get": object{
				"parameters": []any{object{"name": "b", "in": "body"}}, "responses": object{}}}}}
		}, `parameters[0].in: must be path or query or header, got "body"`},
		{"a model that every API has", func(e edit) {
			e.add("Own", "AWS::ApiGateway::Model", object{"RestApiId": e.properties(getMethod)["RestApiId"], "Name": "Error", "Schema": object{}})
		}, `Own.Properties.Name: "Error" is the name of a model that every API has`},

		{"unknown property of a method", func(e edit) { e.properties(getMethod)["Quantum"] = true },
			"WeatherEventsRestApiGETDF14E192.Properties.Quantum: this property of AWS::ApiGateway::Method is not supported"},
		{"API key that is too short", func(e edit) { e.add("Key", "AWS::ApiGateway::ApiKey", object{"Value": "short"}) },
			"Key.Properties.Value: must have 20 to 128 characters, got 5"},
		{"two API keys with one value", func(e edit) {
			e.add("Key", "AWS::ApiGateway::ApiKey", object{"Value": "abcdefghijklmnopqrst"})
			e.add("Twin", "AWS::ApiGateway::ApiKey", object{"Value": "abcdefghijklmnopqrst"})
		}, "Twin.Properties.Value: is the value of Key too"},
		{"API keys from elsewhere", func(e edit) { e.properties(restAPI)["ApiKeySourceType"] = "QUERY" },
			"Properties.ApiKeySourceType: must be HEADER or AUTHORIZER"},
		{"IAM with scopes", func(e edit) {
			e.properties(getMethod)["AuthorizationType"] = "AWS_IAM"
			delete(e.properties(getMethod), "AuthorizerId")
		}, "GETDF14E192.Properties.AuthorizationScopes: are set on a method whose AuthorizationType is AWS_IAM"},
		{"unknown authorization", func(e edit) { e.properties(getMethod)["AuthorizationType"] = "JWT" },
			`GETDF14E192.Properties.AuthorizationType: "JWT" is not supported; allowed are NONE, COGNITO_USER_POOLS, AWS_IAM, CUSTOM`},
		{"authorizer elsewhere", func(e edit) { e.properties(getMethod)["AuthorizerId"] = "abc123" },
			`Properties.AuthorizerId: authorizer "abc123" is not one of API WeatherEventsRestApi4662D512`},
		{"resource elsewhere", func(e edit) { e.properties(getMethod)["ResourceId"] = "abc123" },
			`Properties.ResourceId: resource "abc123" is not one of API WeatherEventsRestApi4662D512`},
		{"request validator elsewhere", func(e edit) { e.properties(getMethod)["RequestValidatorId"] = "abc123" },
			`Properties.RequestValidatorId: request validator "abc123" is not one of API`},
		{"API elsewhere", func(e edit) { e.properties(getMethod)["RestApiId"] = "abc123" },
			`GETDF14E192.Properties.RestApiId: API "abc123" is in none of the templates: also serve the one that creates it`},
		{"other integration", func(e edit) { e.properties(getMethod)["Integration"].(object)["Type"] = "GRAPHQL" },
			"GETDF14E192.Properties.Integration.Type"},
		{"an integration with what cannot be resolved", func(e edit) {
			e.add("Table", "AWS::DynamoDB::Table", object{})
			e.properties(getMethod)["Integration"] = object{"Type": "AWS", "IntegrationHttpMethod": "POST", "Credentials": "a", "Uri": object{"Fn::GetAtt": []any{"Table", "Quantum"}}}
		}, `Integration.Uri.Fn::GetAtt: Fn::GetAtt Table.Quantum: the attribute Quantum of AWS::DynamoDB::Table is not known here`},
		{"an attribute that is misspelt", func(e edit) {
			e.add("Table", "AWS::DynamoDB::Table", object{})
			e.properties(getMethod)["Integration"] = object{"Type": "AWS", "IntegrationHttpMethod": "POST", "Credentials": "a", "Uri": object{"Fn::GetAtt": []any{"Table", "Ar"}}}
		}, `the attribute Ar of AWS::DynamoDB::Table is not known here: did you mean Arn?`},
		{"a Lambda function that streams", func(e edit) {
			e.properties(getMethod)["Integration"] = object{"Type": "AWS_PROXY", "Uri": "a", "IntegrationHttpMethod": "POST", "ResponseTransferMode": "STREAM"}
		}, `Integration.ResponseTransferMode: must be BUFFERED`},
		{"a service whose answer is to be streamed", func(e edit) {
			e.properties(getMethod)["Integration"] = object{"Type": "AWS", "Uri": "arn:aws:apigateway:us-east-1:sqs:path/a/b", "IntegrationHttpMethod": "POST", "Credentials": "a", "ResponseTransferMode": "STREAM"}
		}, `Integration.ResponseTransferMode: must be BUFFERED`},
		{"unknown property of an integration", func(e edit) { e.properties(getMethod)["Integration"].(object)["Quantum"] = 1 },
			"Properties.Integration.Quantum: this property of AWS::ApiGateway::Method is not supported"},
		{"mapping template", func(e edit) {
			e.properties(getMethod)["Integration"].(object)["RequestTemplates"] = object{"application/json": "$util.quantum()"}
		}, "GETDF14E192.Properties.Integration.RequestTemplates"},
		{"resource without parent", func(e edit) {
			e.add("Lost", "AWS::ApiGateway::Resource", object{"RestApiId": object{"Ref": "WeatherEventsRestApi4662D512"}, "ParentId": "abc123", "PathPart": "a"})
		}, `Lost.Properties.ParentId: resource "abc123" is not one of API WeatherEventsRestApi4662D512`},

		{"authorizer with an unknown pool", func(e edit) {
			e.properties(authorizer)["ProviderARNs"] = []any{"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"}
		}, "Properties.ProviderARNs: must name a user pool, got \"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/\""},
		{"ARN of the pool in another Region", func(e edit) {
			e.properties(authorizer)["ProviderARNs"] = []any{object{"Fn::Sub": "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${WeatherEventsAuthUserPoolBD1FDA30}"}}
		}, "Properties.ProviderARNs: the ARN of WeatherEventsAuthUserPoolBD1FDA30 is arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_"},
		{"unknown type of authorizer", func(e edit) { e.properties(authorizer)["Type"] = "JWT" }, "MachineAuthorizer52D0D58E.Properties.Type"},
		{"Lambda authorizer without a function", func(e edit) { e.properties(authorizer)["Type"] = "TOKEN" },
			"MachineAuthorizer52D0D58E.Properties.AuthorizerUri: is required"},
		{"two APIs' domains", func(e edit) {
			e.add("Other", "AWS::Cognito::UserPool", object{})
			e.add("Twin", "AWS::Cognito::UserPoolDomain", object{
				"UserPoolId": object{"Ref": "Other"},
				"Domain":     object{"Ref": "WeatherEventsAuthDomain9B963EB8"},
			})
		}, "give each domain its own prefix"},
		{"document in S3 by a name that nobody knows", func(e edit) {
			e.add("Writer", "Custom::Writer", object{})
			e.properties(restAPI)["BodyS3Location"] = object{"Bucket": "b", "Key": object{"Fn::Select": []any{3, object{"Fn::Split": []any{"/", object{"Fn::GetAtt": []any{"Writer", "Key"}}}}}}}
		}, "edited: WeatherEventsRestApi4662D512.Properties.BodyS3Location: is not supported: the document is neither"},
		{"nothing to serve", func(e edit) {
			e["Outputs"] = object{}
			e["Resources"] = object{"Logs": object{"Type": "AWS::Logs::LogGroup"}}
		}, "Resources: there is no stage of a REST API and no user pool client: nothing to serve"},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.edit(template)
			if got := template.refusal(t); !strings.Contains(got, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	template := readTemplate(t)
	template.properties(userPool)["Quantum"] = true
	template.properties(userPoolClient)["GenerateSecret"] = false
	template.properties(restAPI)["Policy"] = map[string]any{}
	template.properties(getMethod)["Quantum"] = true
	if got := template.refusal(t); !strings.HasPrefix(got, "edited: 4 problems:\n   1. ") {
		t.Errorf("got %s", got)
	}
}

// A name from the template cannot add a line or a terminal escape to a message.
func TestAMessageIsOneLineForEachProblem(t *testing.T) {
	const hostile = "a\n   9. Stack: is fine\x1b[2J\u009b\u2028"
	type object = map[string]any
	template := readTemplate(t)
	template.properties(userPoolClient)["AllowedOAuthFlows"] = []any{"client_credentials", hostile}
	template.properties(restAPI)["Body"] = object{
		"openapi": "3.0.1", "info": object{"title": hostile},
		"paths":      object{"/" + hostile: object{"get": object{hostile: 1, "security": []any{object{hostile: []any{}}}}}},
		"components": object{"schemas": object{hostile: object{"type": hostile}}, "securitySchemes": object{hostile: object{"type": hostile}}},
	}
	template.add("Other", "AWS::ApiGateway::DomainName", object{"DomainName": hostile, hostile: hostile})
	template.add("Twin", "AWS::ApiGateway::DomainName", object{"DomainName": hostile})
	got := template.refusal(t)
	lines := strings.Split(got, "\n")
	for i, line := range lines[1:] {
		if !strings.HasPrefix(strings.TrimSpace(line), fmt.Sprint(i+1, ". ")) {
			t.Errorf("line %d is not a problem: %q", i+1, line)
		}
	}
	if strings.ContainsAny(got, "\x1b\u009b\u2028") || len(lines) < 8 {
		t.Errorf("got %q", got)
	}
}

func TestASecretIsInNoMessage(t *testing.T) {
	client := serve(t, weather).Client("ServiceClient")
	template := readTemplate(t)
	template.properties(getMethod)["ResourceId"] = map[string]any{"Fn::GetAtt": []any{client.LogicalID, "ClientSecret"}}
	if got := template.refusal(t); strings.Contains(got, client.Secret) || !strings.Contains(got, "the client secret of "+client.LogicalID) {
		t.Errorf("got %s", got)
	}
}

// A template that AWS refuses is not served: a scope with a space would give a token a
// scope that no client has.
func TestRefusesWhatAWSRefuses(t *testing.T) {
	type object = map[string]any
	firstScope := func(e edit) object { return e.properties(resourceServer)["Scopes"].([]any)[0].(object) }
	set := func(part, property string, value any) func(edit) {
		return func(e edit) { e.properties(part)[property] = value }
	}
	const domain = "AuthDomain9B963EB8"
	for _, test := range []struct {
		name string
		edit func(edit)
		want string
	}{
		{"scope with a space", func(e edit) { firstScope(e)["ScopeName"] = "get weather-api/delete" },
			`Properties.Scopes[0].ScopeName: must be 1 to 256 characters of printable ASCII without space, '"', '/' and '\', got "get weather-api/delete"`},
		{"scope like a token of CDK", func(e edit) { firstScope(e)["ScopeName"] = "get ${Token[TOKEN.1]}" }, `ScopeName: must be 1 to 256 characters`},
		{"scope with a newline", func(e edit) { firstScope(e)["ScopeName"] = "get\n" }, `ScopeName: must be 1 to 256 characters`},
		{"long scope", func(e edit) { firstScope(e)["ScopeName"] = strings.Repeat("a", 245) },
			"Scopes[0].ScopeName: must have at most 256 characters with the identifier and a slash in front, got 257"},
		{"scope without description", func(e edit) { delete(firstScope(e), "ScopeDescription") }, "Scopes[0].ScopeDescription: is required"},
		{"long description", func(e edit) { firstScope(e)["ScopeDescription"] = strings.Repeat("é", 257) },
			"Scopes[0].ScopeDescription: must be 1 to 256 characters of text, got"},
		{"many scopes", func(e edit) {
			scopes := e.properties(resourceServer)["Scopes"].([]any)
			for i := len(scopes); i < 101; i++ {
				scopes = append(scopes, object{"ScopeName": fmt.Sprint("s", i), "ScopeDescription": "a"})
			}
			e.properties(resourceServer)["Scopes"] = scopes
		}, "Properties.Scopes: must be 100 at most, got 101"},
		{"many scopes of a client", func(e edit) {
			e.properties(userPoolClient)["AllowedOAuthScopes"] = slices.Repeat([]any{"weather-api/get"}, 51)
		}, "Properties.AllowedOAuthScopes: must be 50 at most, got 51: Cognito refuses to create the client"},
		{"identifier with a space", set(resourceServer, "Identifier", "weather api"), `Properties.Identifier: must be 1 to 256 characters of printable ASCII without space, '"' and '\', got "weather api"`},
		{"identifier twice", func(e edit) {
			e.add("Twin", "AWS::Cognito::UserPoolResourceServer", object{
				"UserPoolId": object{"Ref": "WeatherEventsAuthUserPoolBD1FDA30"}, "Identifier": "weather-api", "Name": "Twin",
			})
		}, `Properties.Identifier: another resource server of the user pool has the identifier "weather-api" too: Cognito refuses to create it`},
		{"name of a resource server", set(resourceServer, "Name", "Weather: API"), `Properties.Name: must be 1 to 256 characters of ASCII letters, digits, spaces and _ + = , . @ -, got "Weather: API"`},
		{"resource server without name", func(e edit) { delete(e.properties(resourceServer), "Name") }, "Properties.Name: is required"},
		{"name of a pool", set(userPool, "UserPoolName", "a/b"), `Properties.UserPoolName: must be 1 to 128 characters of`},
		{"name of a client", set(userPoolClient, "ClientName", "a;b"), `Properties.ClientName: must be 1 to 128 characters of`},
		{"flow", set(userPoolClient, "AllowedOAuthFlows", []any{"password"}),
			`Properties.AllowedOAuthFlows: must be code or implicit or client_credentials, got "password": Cognito refuses to create the client`},

		{"prefix with a slash", set(domain, "Domain", "a/b"), `Properties.Domain: must be 1 to 63 characters of a-z, 0-9 and -, with no - at either end, got "a/b"`},
		{"prefix with a dot", set(domain, "Domain", "a.b"), `Properties.Domain: must be 1 to 63 characters`},
		{"prefix like a segment of a page", set(domain, "Domain", "_console"), `Properties.Domain: must be 1 to 63 characters`},
		{"prefix with a word of Cognito's", set(domain, "Domain", "my-aws"), `Properties.Domain: must not contain "aws", which Cognito reserves, got "my-aws"`},
		{"custom domain that is a prefix", func(e edit) {
			e.properties(domain)["CustomDomainConfig"] = object{"CertificateArn": "arn"}
		}, `Properties.Domain: must be 4 to 63 characters of a-z, 0-9 and - in labels separated by dots`},
		{"second prefix", func(e edit) {
			e.add("Twin", "AWS::Cognito::UserPoolDomain", object{"UserPoolId": object{"Ref": "WeatherEventsAuthUserPoolBD1FDA30"}, "Domain": "twin"})
		}, "Properties.Domain: the user pool already has the prefix domain "},

		{"validity of 0", set(userPoolClient, "AccessTokenValidity", 0), "AccessTokenValidity: must be 5 minutes to 1 day, got 0 minutes"},
		{"negative validity", set(userPoolClient, "AccessTokenValidity", -60), "AccessTokenValidity: must be 5 minutes to 1 day, got -60 minutes"},
		// In 64-bit nanoseconds this overflows to about an hour.
		{"validity that overflows", set(userPoolClient, "AccessTokenValidity", 307445734561885), "AccessTokenValidity: must be 5 minutes to 1 day, got 307445734561885 minutes"},
		{"validity beyond 64 bits", set(userPoolClient, "AccessTokenValidity", "99999999999999999999"), "AccessTokenValidity: must be an integer"},
		{"validity of ID tokens", set(userPoolClient, "IdTokenValidity", 25), "IdTokenValidity: must be 5 minutes to 1 day, got 25 hours"},
		{"validity of refresh tokens", set(userPoolClient, "RefreshTokenValidity", 3651), "RefreshTokenValidity: must be 1 hour to 10 years, got 3651 days"},

		{"name of a secret", func(e edit) {
			e.add("Named", "AWS::SecretsManager::Secret", object{"Name": "a\nb", "SecretString": "c"})
		}, `Named.Properties.Name: must be 1 to 512 characters of ASCII letters, digits and / _ + = . @ -, got "a\nb"`},
		{"domain of an API with a slash", func(e edit) {
			addDomain(e, "")
			e.of("Domain")["DomainName"] = "api.example.org/v1"
		}, `Properties.DomainName: must be 4 to 253 characters of ASCII letters, digits and - in labels separated by dots, such as api.example.org, got "api.example.org/v1"`},
		{"base path of two segments", func(e edit) { addDomain(e, "a/b") }, `Mapping.Properties.BasePath: must be 0 to 300 characters of ASCII letters, digits and $ - _ . + ! * ' ( ), got "a/b"`},
		{"base path twice", func(e edit) {
			addDomain(e, "")
			twin := object{"BasePath": "(none)"}
			for name, value := range e.of("Mapping") {
				if name != "BasePath" {
					twin[name] = value
				}
			}
			e.add("Twin", "AWS::ApiGateway::BasePathMapping", twin)
		}, `Twin.Properties.BasePath: "" is already mapped at this domain: API Gateway refuses to create another mapping`},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.edit(template)
			if got := template.refusal(t); !strings.Contains(got, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A value at the limit is served.
func TestServesWhatAWSAllows(t *testing.T) {
	for name, edit := range map[string]func(edit){
		"validity of a day":                      func(e edit) { e.properties(userPoolClient)["AccessTokenValidity"] = 1440 },
		"validity of 5 minutes":                  func(e edit) { e.properties(userPoolClient)["AccessTokenValidity"] = 5 },
		"refresh tokens of Cognito's choice":     func(e edit) { e.properties(userPoolClient)["RefreshTokenValidity"] = 0 },
		"refresh tokens of 10 years":             func(e edit) { e.properties(userPoolClient)["RefreshTokenValidity"] = 3650 },
		"newline in a name, which Cognito takes": func(e edit) { e.properties(userPoolClient)["ClientName"] = "a\nb" },
		"another identifier": func(e edit) {
			e.add("Twin", "AWS::Cognito::UserPoolResourceServer", map[string]any{
				"UserPoolId": map[string]any{"Ref": "WeatherEventsAuthUserPoolBD1FDA30"}, "Identifier": "weather-api-2", "Name": "Twin",
			})
		},
		"wildcard domain": func(e edit) {
			addDomain(e, "a")
			e.of("Domain")["DomainName"] = "*.example.org"
		},
	} {
		t.Run(name, func(t *testing.T) {
			template := readTemplate(t)
			edit(template)
			serveSource(t, template.source(t))
		})
	}
}

// Half a secret is no longer recognized, so a message must not cut one.
func TestNoPartOfASecretIsInAMessage(t *testing.T) {
	client := serve(t, weather).Client("ServiceClient")
	for length := 1; length < 70; length++ {
		template := readTemplate(t)
		template.add("Other", "AWS::Cognito::UserPool", map[string]any{"UserPoolName": map[string]any{"Fn::Join": []any{"", []any{
			strings.Repeat("/", length), map[string]any{"Fn::GetAtt": []any{client.LogicalID, "ClientSecret"}},
		}}}})
		if got := template.refusal(t); !strings.Contains(got, "UserPoolName: must be") || strings.Contains(got, client.Secret[:8]) {
			t.Errorf("%d: got %s", length, got)
		}
	}
}
