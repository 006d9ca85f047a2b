package walkthrough_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// large serves an API with GET and POST at many paths, whose scopes the function
// returns, and many clients that hold as many scopes as Cognito allows.
func large(t *testing.T, paths, clients int, scopes func(path int) []string) *local.System {
	t.Helper()
	var declared []object
	var held []string
	for i := range 50 {
		declared = append(declared, scope(fmt.Sprint("s", i)))
		held = append(held, fmt.Sprint("o/s", i))
	}
	ref := func(id string) object { return object{"Ref": id} }
	resources := object{
		"Pool":   object{"Type": "AWS::Cognito::UserPool"},
		"Domain": object{"Type": "AWS::Cognito::UserPoolDomain", "Properties": object{"UserPoolId": ref("Pool"), "Domain": "orders"}},
		"Server": object{"Type": "AWS::Cognito::UserPoolResourceServer", "Properties": object{
			"UserPoolId": ref("Pool"), "Identifier": "o", "Name": "Orders", "Scopes": declared,
		}},
		"Deployment": object{"Type": "AWS::ApiGateway::Deployment", "Properties": object{"RestApiId": ref("Api"), "StageName": "v1"}},
	}
	for i := range clients {
		resources[fmt.Sprint("Client", i)] = object{"Type": "AWS::Cognito::UserPoolClient", "DependsOn": "Server", "Properties": object{
			"UserPoolId": ref("Pool"), "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
			"AllowedOAuthFlows": []string{"client_credentials"}, "AllowedOAuthScopes": held,
		}}
	}
	items := object{}
	for i := range paths {
		operation := object{
			"security":                        []object{{"machines": scopes(i)}},
			"responses":                       object{"200": object{}},
			"x-amazon-apigateway-integration": object{"type": "mock", "responses": object{"default": object{"statusCode": "200"}}},
		}
		items[fmt.Sprint("/a", i)] = object{"get": operation, "post": operation}
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
	server, err := local.New(local.FromTemplate("orders", data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

func TestOfALargeTemplateEnds(t *testing.T) {
	for _, test := range []struct {
		name           string
		paths, clients int
		scopes         func(path int) []string
	}{
		{"all methods are the same", 300, 100, func(int) []string { return []string{"o/s0"} }},
		{"all methods are different", 300, 100, func(i int) []string { return []string{fmt.Sprint("o/s", i%50)} }},
		{"the same for the client, and yet different", 1500, 1, func(i int) []string { return []string{"o/s0", fmt.Sprint("x/s", i)} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := large(t, test.paths, test.clients, test.scopes)
			done := make(chan error, 1)
			go func() {
				_, err := walkthrough.FindTarget(server)
				done <- err
			}()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(2 * time.Minute): // of about a second
				t.Fatal("did not end")
			}
		})
	}
}
