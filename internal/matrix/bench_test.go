package matrix

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"example.com/weather-events-api/local"
)

type object = map[string]any

// large is a template of 60 methods, each with a scope, and 12 clients with several.
func large(t testing.TB) string {
	t.Helper()
	ref := func(id string) object { return object{"Ref": id} }
	var declared []object
	for i := range 20 {
		declared = append(declared, object{"ScopeName": fmt.Sprint("s", i), "ScopeDescription": "a scope"})
	}
	resources := object{
		"Pool":       object{"Type": "AWS::Cognito::UserPool"},
		"Domain":     object{"Type": "AWS::Cognito::UserPoolDomain", "Properties": object{"UserPoolId": ref("Pool"), "Domain": "orders"}},
		"Server":     object{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": object{"UserPoolId": ref("Pool"), "Identifier": "o", "Name": "Orders", "Scopes": declared}},
		"Deployment": object{"Type": "AWS::ApiGateway::Deployment", "Properties": object{"RestApiId": ref("Api"), "StageName": "v1"}},
	}
	for i := range 12 {
		resources[fmt.Sprint("Client", i)] = object{"Type": "AWS::Cognito::UserPoolClient", "DependsOn": "Server", "Properties": object{
			"UserPoolId": ref("Pool"), "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"client_credentials"},
			"AllowedOAuthScopes": []string{fmt.Sprint("o/s", i), fmt.Sprint("o/s", i+1), fmt.Sprint("o/s", i+5)},
		}}
	}
	items := object{}
	for i := range 30 {
		operation := func(scope int) object {
			return object{
				"security": []object{{"machines": []string{fmt.Sprint("o/s", scope%20)}}}, "responses": object{},
				"x-amazon-apigateway-integration": object{"type": "http_proxy", "httpMethod": "GET", "uri": "https://backend.example.com/"},
			}
		}
		items[fmt.Sprintf("/a%d/{id}", i)] = object{"get": operation(i), "post": operation(i + 1)}
	}
	resources["Api"] = object{"Type": "AWS::ApiGateway::RestApi", "Properties": object{"Name": "Orders", "Body": object{
		"openapi": "3.0.1", "paths": items,
		"components": object{"securitySchemes": object{"machines": object{
			"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
			"x-amazon-apigateway-authorizer": object{"type": "cognito_user_pools", "providerARNs": []object{{"Fn::GetAtt": []string{"Pool", "Arn"}}}},
		}}},
	}}}
	data, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "orders.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// All work of verify for a matrix of 60 methods and 12 clients: read the template, run
// the rules, request 48 tokens with new keys, and make 3,000 calls.
func BenchmarkMatrix(b *testing.B) {
	file := large(b)
	for b.Loop() {
		target, system := load(b, file, local.WithRandomCredentials())
		m := try(b, target, system.Transport())
		if !m.Passed() || len(m.Methods) != 60 || len(m.Callers) != 2+12*4 {
			b.Fatalf("%d methods, %d callers, %q", len(m.Methods), len(m.Callers), m.Disagreements)
		}
	}
}
