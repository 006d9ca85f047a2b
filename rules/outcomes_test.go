package rules_test

import (
	"strings"
	"testing"

	"example.com/weather-events-api/rules"
)

// If conditions decide whether an API requires scopes, the outcome in which no method
// requires one is a hole.
func TestAnAPIThatIsOpenInOneOutcome(t *testing.T) {
	const template = `
Parameters: {Stage: {Type: String}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders}}
  Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: pool, Type: COGNITO_USER_POOLS,
    IdentitySource: method.request.header.Authorization, ProviderARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: API
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: !If [Prod, COGNITO_USER_POOLS, NONE]
      AuthorizerId: !If [Prod, !Ref Authorizer, !Ref "AWS::NoValue"]
      AuthorizationScopes: !If [Prod, [orders/read], !Ref "AWS::NoValue"]
`
	// With AWS::LanguageExtensions, functions may compute the name in Ref.
	for _, api := range []string{"!Ref Api", `{Ref: {"Fn::Sub": Api}}`, `{Ref: {"Fn::Join": ["", [A, pi]]}}`} {
		findings, err := rules.Check(rules.FromTemplate("template.yaml", []byte(strings.Replace(template, "API", api, 1))))
		if err != nil {
			t.Fatal(err)
		}
		const want = "method GET / is open to anyone, but its API requires scopes under other conditions"
		if len(findings) != 1 || findings[0].Rule != "method-open" || findings[0].Severity != rules.Error || !strings.HasPrefix(findings[0].Message, want) {
			t.Errorf("%s: got %v", api, findings)
		}
	}
}

// Methods and operations from Fn::ForEach get the same checks as any others.
func TestWhatLoopsMake(t *testing.T) {
	const template = `
Transform: AWS::LanguageExtensions
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: orders, Body: {openapi: 3.0.1, paths: {"Fn::ForEach::Paths": [Path, [a, b], {"/${Path}": {get: {}}}]}}}}
  Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: pool, Type: COGNITO_USER_POOLS,
    IdentitySource: method.request.header.Authorization, ProviderARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}
  Fn::ForEach::Methods:
    - Verb
    - [GET, PUT]
    - Method${Verb}:
        Type: AWS::ApiGateway::Method
        Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: !Ref Verb, AuthorizationType: TYPE, AuthorizerId: !Ref Authorizer, AuthorizationScopes: [!Sub "orders/${Verb}"]}
  Other: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: POST, AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer, AuthorizationScopes: [orders/post]}}
`
	for kind, want := range map[string][]string{
		"COGNITO_USER_POOLS": {"method GET /a is open", "method GET /b is open"},
		"NONE":               {"method GET /a is open", "method GET /b is open", "method GET / is open", "method PUT / is open"},
	} {
		findings, err := rules.Check(rules.FromTemplate("template.yaml", []byte(strings.Replace(template, "TYPE", kind, 1))))
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range findings {
			if len(findings) != len(want) || f.Rule != "method-open" || !strings.HasPrefix(f.Message, want[i]) {
				t.Errorf("%s: got %s, want %q", kind, f, want)
			}
		}
		if len(findings) == 0 {
			t.Errorf("%s: nothing was found", kind)
		}
	}
}

// A document says for each operation who may call it and which exceptions are allowed by
// name, as a Method's Metadata does.
func TestOperationsOfADocument(t *testing.T) {
	const template = `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        components:
          securitySchemes:
            pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools,
              x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}
        paths:
          /orders: {get: {security: [{pool: [orders/read]}]}}
          /health: {get: OPERATION}
`
	for operation, want := range map[string]string{
		`{}`: "method-open",
		`{security: [{}, {pool: [orders/read]}]}`:           "method-open",
		`{x-machineauth: {public: "a probe"}}`:              "",
		`{x-machineauth: {public: " "}}`:                    "method-open",
		`{x-machineauth: {otherAuthorization: "a reason"}}`: "method-open",
		`{security: [{pool: []}]}`:                          "method-without-scope",
		`{security: [{pool: []}], x-machineauth: {otherAuthorization: "people, by their ID tokens"}}`: "",
	} {
		findings, err := rules.Check(rules.FromTemplate("template.yaml", []byte(strings.Replace(template, "OPERATION", operation, 1))))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, finding := range findings {
			got = append(got, finding.Rule)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", operation, got, want)
		}
	}
}
