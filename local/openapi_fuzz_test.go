package local_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

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
		"x-amazon-apigateway-any-method": {"security": [{"pool": []}],
			"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations"}}}}}`,
	`{"openapi": "3.0.1", "info": {"title": "a"}, "servers": [{"url": "https://a.example.com/{basePath}", "variables": {"basePath": {"default": "v1"}}}],
	"components": {"schemas": {"A": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/A"}}}, "responses": {"R": {"description": "r"}},
		"requestBodies": {"B": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
		"securitySchemes": {"pool": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
			"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}}},
	"paths": {"/{proxy+}": {"post": {"security": [{"pool": ["a/b"]}], "requestBody": {"$ref": "#/components/requestBodies/B"}, "responses": {"200": {"$ref": "#/components/responses/R"}},
		"x-amazon-apigateway-integration": {"type": "MOCK", "contentHandling": "CONVERT_TO_TEXT", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}, "responses": {"default": {"statusCode": 200}}}}}}}`,
}

// FuzzDocument imports whatever is a document: it is refused or served, and a method
// that has a user pool, AWS_IAM or an API key opens for nobody who brings nothing.
func FuzzDocument(f *testing.F) {
	for _, document := range documents {
		f.Add(document)
	}
	f.Fuzz(func(t *testing.T, document string) {
		if !json.Valid([]byte(document)) {
			return
		}
		system, err := local.Load(local.FromTemplate("fuzz", []byte(`{"Resources": {
			"Pool": {"Type": "AWS::Cognito::UserPool"},
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Parameters": {"basepath": "split"}, "Body": `+document+`}},
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
				if len(method.UserPools) > 0 && (answer.Code == 200) {
					t.Errorf("%s %s: %d without a token", name, method.Path, answer.Code)
				}
			}
		}
		for _, contract := range system.Contracts() {
			_, _ = contract.YAML()
		}
	})
}

// The seeds are served, so that the fuzzer begins behind the first check.
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
