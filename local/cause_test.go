package local_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// One cause is one message. A property that cannot be read because of it gets no
// message of its own.
func TestOneCauseIsOneMessage(t *testing.T) {
	type object = map[string]any
	integration := func(e edit) object { return e.properties(getMethod)["Integration"].(object) }
	lambda := func(e edit) {
		e.add("Function", "AWS::Lambda::Function", object{"Runtime": "provided.al2023"})
	}
	of := func(attribute string) object { return object{"Fn::GetAtt": []any{"Function", attribute}} }
	document := func(more object) object {
		paths := object{"/": object{"get": object{"security": []any{object{"gone": []any{}}}, "x-amazon-apigateway-integration": object{"type": "mock"}}}}
		body := object{"openapi": "3.0.1", "info": object{"title": "a"}, "paths": paths}
		for name, value := range more {
			body[name] = value
		}
		return body
	}
	for _, test := range []struct {
		name string
		edit func(edit)
		want string // the whole message
	}{
		{"an unknown backend behind a method", func(e edit) {
			lambda(e)
			integration(e)["Type"], integration(e)["Uri"] = "GRAPHQL", object{"Fn::Sub": "arn:${Function.Arn}/invocations"}
			integration(e)["Credentials"], integration(e)["IntegrationResponses"] = of("Role"), []any{object{"Quantum": of("Arn")}}
		}, `WeatherEventsRestApiGETDF14E192.Properties.Integration.Type: "GRAPHQL" is not supported; allowed are MOCK, HTTP, HTTP_PROXY, AWS, and AWS_PROXY with a Lambda function`},
		{"an integration that a condition chooses", func(e edit) {
			lambda(e)
			e["Conditions"] = object{"Real": object{"Fn::Equals": []any{"a", "a"}}}
			e.properties(getMethod)["Integration"] = object{"Fn::If": []any{"Real", object{"Type": "AWS", "IntegrationHttpMethod": "POST", "Credentials": "a", "Uri": "sqs"}, integration(e)}}
		}, `WeatherEventsRestApiGETDF14E192.Properties.Integration.Uri: must be arn:PARTITION:apigateway:REGION:SERVICE:path/PATH or arn:PARTITION:apigateway:REGION:SERVICE:action/ACTION, got "sqs"`},
		{"a mock with a Uri", func(e edit) {
			lambda(e)
			integration(e)["Uri"] = of("Arn")
			integration(e)["Quantum"] = 1
		}, "WeatherEventsRestApiGETDF14E192.Properties.Integration.Quantum: this property of AWS::ApiGateway::Method is not supported"},
		{"an API elsewhere", func(e edit) { e.properties(getMethod)["RestApiId"] = "abc123" },
			`WeatherEventsRestApiGETDF14E192.Properties.RestApiId: API "abc123" is in none of the templates: also serve the one that creates it, and refer to it by an export, a parameter or Ref`},
		{"a missing scheme", func(e edit) { e.properties(restAPI)["Body"] = document(nil) },
			`WeatherEventsRestApi4662D512.Properties.Body.paths["/"].get.security: "gone" is not one of the document's security schemes`},
		{"two schemes of an operation", func(e edit) {
			signed := object{"type": "apiKey", "in": "header", "name": "Authorization", "x-amazon-apigateway-authtype": "awsSigv4"}
			e.properties(restAPI)["Body"] = document(object{
				"paths":      object{"/": object{"get": object{"security": []any{object{"a": []any{}}, object{"b": []any{}}}}}},
				"components": object{"securitySchemes": object{"a": signed, "b": signed}},
			})
		}, `WeatherEventsRestApi4662D512.Properties.Body.paths["/"].get.security: must name at most one authorizer and one API key, got a, b: API Gateway takes one authorizer per method`},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readTemplate(t)
			test.edit(template)
			if got, want := template.refusal(t), "edited: "+test.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// An export that two stacks import fails once.
func TestAnExportThatFailsIsOneMessage(t *testing.T) {
	_, err := local.New(sources(
		"a", strings.Replace(pool, "!GetAtt Pool.Arn", "!GetAtt Pool.Gone", 1),
		"b", api(`!ImportValue "a:arn"`, "orders/read", ""), "c", api(`!ImportValue "a:arn"`, "orders/read", "")))
	if want := "3 stacks: a/Outputs.Arn.Value.Fn::GetAtt: Fn::GetAtt Pool.Gone: the attribute Gone of AWS::Cognito::UserPool is not known here"; fmt.Sprint(err) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// A property that no request needs is not resolved, in objects and lists too.
func TestWhatNoRequestNeedsIsNotResolved(t *testing.T) {
	type object = map[string]any
	template := readTemplate(t)
	template.add("Function", "AWS::Lambda::Function", object{})
	integration := template.properties(getMethod)["Integration"].(object)
	integration["Credentials"] = object{"Fn::GetAtt": []any{"Function", "Role"}}
	integration["IntegrationResponses"] = append(integration["IntegrationResponses"].([]any), object{"Ref": "AWS::NoValue"})
	server := serveSource(t, template.source(t))
	if got := call(t, "GET", server.API("RestApi").URL, token(t, server.Client("ServiceClient")), ""); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
