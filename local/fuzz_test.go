package local_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// FuzzNew serves any template. New returns an error or a server; it neither panics nor
// hangs.
func FuzzNew(f *testing.F) {
	for _, file := range []string{weather, "testdata/openapi.yaml", "testdata/swagger.yaml", "testdata/contract.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"Resources":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		server, err := local.New(local.FromTemplate("fuzz", data))
		if err != nil {
			return
		}
		for _, api := range server.APIs() {
			call(t, "GET", api.URL, "not.a.token", "")
		}
		for _, contract := range server.OpenAPIs() {
			_, _ = contract.YAML()
		}
		for _, client := range server.Clients() {
			if client.TokenURL != "" {
				requestToken(t, client)
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// documents are seeds in both versions of OpenAPI.
var documents = []string{
	`{"swagger": "2.0", "info": {"title": "orders", "version": "1.0"}, "basePath": "/prod", "schemes": ["https"],
	"consumes": ["application/json"], "security": [{"pool": ["orders/read"]}],
	"securityDefinitions": {
		"pool": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
			"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [{"Fn::GetAtt": ["Pool", "Arn"]}]}},
		"key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
		"iam": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}},
	"definitions": {"Empty": {"type": "object"}, "Order": {"type": "object", "required": ["item"], "properties": {"item": {"$ref": "#/definitions/Empty"}}}},
	"parameters": {"id": {"name": "id", "in": "path", "required": true, "type": "string"}},
	"responses": {"NotFound": {"description": "none", "schema": {"$ref": "#/definitions/Order"}}},
	"x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true, "validateRequestParameters": true}},
	"x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {"statusCode": 418, "responseParameters": {"gatewayresponse.header.X": "'x'"}, "responseTemplates": {"application/json": "$context.error.message"}}},
	"x-amazon-apigateway-binary-media-types": ["image/png"],
	"paths": {"/orders/{id}": {"parameters": [{"$ref": "#/parameters/id"}],
		"post": {"x-amazon-apigateway-request-validator": "all", "produces": ["application/json"],
			"parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Order"}}, {"name": "q", "in": "query", "required": true}],
			"responses": {"200": {"description": "ok", "headers": {"X": {"type": "string"}}}, "404": {"$ref": "#/responses/NotFound"}},
			"x-amazon-apigateway-integration": {"type": "mock", "passthroughBehavior": "when_no_match", "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
				"responses": {"default": {"statusCode": "200", "responseParameters": {"method.response.header.X": "'1'"}, "responseTemplates": {"application/json": "$input.body"}}, "4\\d\\d": {"statusCode": "404"}}}},
		"options": {"security": [], "responses": {"200": {"description": "ok"}},
			"x-amazon-apigateway-integration": {"type": "mock", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": "200"}}}},
		"x-amazon-apigateway-any-method": {"security": [{"iam": []}, {"key": []}],
			"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"}}}}}`,
	`{"openapi": "3.0.1", "info": {"title": "a"}, "servers": [{"url": "https://a.example.com/{basePath}", "variables": {"basePath": {"default": "v1"}}}],
	"components": {"schemas": {"A": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/A"}}}, "responses": {"R": {"description": "r"}},
		"requestBodies": {"B": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
		"securitySchemes": {"pool": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
			"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}}},
	"paths": {"/{proxy+}": {"post": {"security": [{"pool": ["a/b"]}], "requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": {"200": {"$ref": "#/components/responses/R"}},
		"x-amazon-apigateway-integration": {"type": "MOCK", "contentHandling": "CONVERT_TO_TEXT", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": 200}}}}}}}`,
}

// FuzzDocument imports any document: it is refused or served, and a method with a
// requirement never answers a caller without credentials. Edits change a seed: every
// three bytes replace one value with another.
func FuzzDocument(f *testing.F) {
	for seed := range documents {
		f.Add(uint8(seed), []byte(""))
		for i := range byte(200) {
			f.Add(uint8(seed), []byte{i, i * 7, i * 31, 255 - i, i, i * 13})
		}
	}
	f.Fuzz(func(t *testing.T, seed uint8, edits []byte) {
		var edited any
		if err := json.Unmarshal([]byte(documents[int(seed)%len(documents)]), &edited); err != nil {
			t.Fatal(err)
		}
		for ; len(edits) >= 3; edits = edits[3:] {
			var places []func(any)
			var values []any
			eachPlace(edited, func(value any, set func(any)) {
				places, values = append(places, set), append(values, value)
			})
			if len(places) == 0 {
				break
			}
			others := append(values, "", "$ref", "{x+}", "#/paths", true, -1, 1e9, []any{}, map[string]any{}, map[string]any{"Ref": "AWS::NoValue"}, map[string]any{"$ref": "#/a~1b"})
			other, _ := json.Marshal(others[(int(edits[1])<<8+int(edits[2]))%len(others)]) // a copy, so no value contains itself
			var value any
			_ = json.Unmarshal(other, &value)
			places[int(edits[0])%len(places)](value)
		}
		text, _ := json.Marshal(edited)
		document := string(text)
		system, err := local.Load(local.FromTemplate("fuzz", []byte(`{"Resources": {
			"Pool": {"Type": "AWS::Cognito::UserPool"},
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": `+document+`}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}}}`)), local.WithStub())
		if err != nil {
			return
		}
		defer system.Close()
		for _, api := range system.APIs() {
			for _, method := range system.Methods(api.Key) {
				name := strings.Replace(method.HTTPMethod, "ANY", "PUT", 1)
				request, err := http.NewRequest(name, api.URL+strings.TrimPrefix(strings.NewReplacer("{", "", "+}", "", "}", "", "%", "", " ", "").Replace(method.Path), "/"), nil)
				if err != nil {
					continue
				}
				answer := httptest.NewRecorder()
				system.ServeHTTP(answer, request)
				isOpen := method.Authorization == "NONE" && !method.APIKeyRequired
				refused := slices.Contains(slices.Collect(maps.Keys(answer.Header())), "x-amzn-ErrorType") // the document may set 200 for a refusal
				if answer.Code == 200 && !refused && !isOpen || isOpen && asksForSomething(edited, method) {
					t.Errorf("%s %s: %d %s without credentials, %+v\n%s", name, method.Path, answer.Code, answer.Body, method, document)
				}
			}
		}
		for _, contract := range system.OpenAPIs() {
			_, _ = contract.YAML()
		}
	})
}

// asksForSomething reports whether the document states a requirement for a method.
func asksForSomething(document any, method local.Method) bool {
	root, _ := document.(map[string]any)
	paths, _ := root["paths"].(map[string]any)
	for path, item := range paths {
		operations, _ := item.(map[string]any)
		key := strings.Replace(strings.ToLower(method.HTTPMethod), "any", "x-amazon-apigateway-any-method", 1)
		operation, isObject := operations[key].(map[string]any)
		if !isObject || strings.Trim(path, "/") != strings.Trim(method.Path, "/") {
			continue
		}
		security, found := operation["security"]
		if reference, _ := security.(map[string]any); !found || reference["Ref"] == "AWS::NoValue" {
			security = root["security"]
		}
		requirements, _ := security.([]any)
		return slices.ContainsFunc(requirements, func(one any) bool {
			schemes, _ := one.(map[string]any)
			delete(schemes, "NONE")
			return len(schemes) > 0 && schemes["Ref"] == nil // to AWS::NoValue
		})
	}
	return false
}

// eachPlace calls visit with every value in a document and a function that replaces it.
// It goes in the order of the keys, so the same edits make the same document.
func eachPlace(value any, visit func(value any, set func(any))) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			visit(v[key], func(other any) { v[key] = other })
			eachPlace(v[key], visit)
		}
	case []any:
		for i := range v {
			visit(v[i], func(other any) { v[i] = other })
			eachPlace(v[i], visit)
		}
	}
}

// The seeds are served, so the fuzzer starts past the first check.
func TestDocumentsAreServed(t *testing.T) {
	for i, document := range documents {
		_, err := local.Load(local.FromTemplate("seed", []byte(`{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"},
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": `+document+`}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}}}`)))
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}
