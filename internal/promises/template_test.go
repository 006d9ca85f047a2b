package promises

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// template is a template for mutations to change.
type template struct{ resources map[string]any }

func parse(data []byte) template {
	var root struct{ Resources map[string]any }
	if err := json.Unmarshal(data, &root); err != nil {
		panic(err)
	}
	return template{root.Resources}
}

func (t template) json() []byte {
	data, err := json.Marshal(map[string]any{
		"Transform":  "AWS::LanguageExtensions",
		"Mappings":   map[string]any{"Map": map[string]any{"a": map[string]any{"b": "nothing"}}},
		"Conditions": map[string]any{"Always": map[string]any{"Fn::Equals": []any{"a", "a"}}},
		"Resources":  t.resources,
	})
	if err != nil {
		panic(err)
	}
	return data
}

func (t template) properties(id string) map[string]any {
	properties, _ := t.resources[id].(map[string]any)["Properties"].(map[string]any)
	return properties
}

// ofType returns the logical ids of the resources of some types, in order.
func (t template) ofType(types ...string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(t.resources)), func(id string) bool {
		resource, isOne := t.resources[id].(map[string]any) // false for a loop
		return !isOne || !slices.Contains(types, strings.TrimPrefix(resource["Type"].(string), "AWS::"))
	})
}

// mutation changes a template at random, and says how.
type mutation struct {
	name  string
	apply func(t *rapid.T, on template)
}

func pick(t *rapid.T, from []string) string { return rapid.SampledFrom(from).Draw(t, "pick") }

const (
	methodType     = "ApiGateway::Method"
	authorizerType = "ApiGateway::Authorizer"
	clientType     = "Cognito::UserPoolClient"
	poolType       = "Cognito::UserPool"
)

var mutations = []mutation{
	{"drop a property", func(t *rapid.T, on template) {
		properties := on.properties(pick(t, on.ofType(methodType, authorizerType, clientType, "Cognito::UserPoolResourceServer")))
		if len(properties) > 0 {
			delete(properties, pick(t, slices.Sorted(maps.Keys(properties))))
		}
	}},
	{"swap a property of two resources of a type", func(t *rapid.T, on template) {
		ids := on.ofType(pick(t, []string{methodType, clientType, "Cognito::UserPoolResourceServer"}))
		a, b := on.properties(pick(t, ids)), on.properties(pick(t, ids))
		if len(a) > 0 {
			name := pick(t, slices.Sorted(maps.Keys(a)))
			if b[name] != nil {
				a[name], b[name] = b[name], a[name]
			}
		}
	}},
	{"retype a method's authorization", func(t *rapid.T, on template) {
		method := on.properties(pick(t, on.ofType(methodType)))
		method["AuthorizationType"] = pick(t, []string{"NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"})
		if rapid.Bool().Draw(t, "without what API Gateway refuses beside it") {
			delete(method, "AuthorizationScopes")
			delete(method, "AuthorizerId")
		}
	}},
	{"ask a method for an API key", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(methodType)))["ApiKeyRequired"] = true
		on.resources["Key"] = map[string]any{"Type": "AWS::ApiGateway::ApiKey", "Properties": map[string]any{"Enabled": true}}
	}},
	{"let a Lambda authorizer decide about a method", func(t *rapid.T, on template) {
		api := map[string]any{"Ref": pick(t, on.ofType("ApiGateway::RestApi"))}
		on.resources["Decider"] = map[string]any{"Type": "AWS::ApiGateway::Authorizer", "Properties": map[string]any{
			"RestApiId": api, "Name": "decider", "Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
			"AuthorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:decider/invocations",
		}}
		method := on.properties(pick(t, on.ofType(methodType)))
		method["AuthorizationType"], method["AuthorizerId"] = "CUSTOM", map[string]any{"Ref": "Decider"}
		delete(method, "AuthorizationScopes")
	}},
	{"give a method other scopes", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(methodType)))["AuthorizationScopes"] = scopes(t)
	}},
	{"give a client other scopes", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(clientType)))["AllowedOAuthScopes"] = scopes(t)
	}},
	{"give a client other flows", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(clientType)))["AllowedOAuthFlows"] = rapid.SampledFrom([]any{
			[]any{"code"}, []any{"implicit"}, []any{"client_credentials", "code"}, []any{},
		}).Draw(t, "flows")
	}},
	{"take a client's secret", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(clientType)))["GenerateSecret"] = false
	}},
	{"add an open method, which names its API another way", func(t *rapid.T, on template) {
		api := pick(t, on.ofType("ApiGateway::RestApi"))
		spelled := respell(t, map[string]any{"Ref": api})
		on.resources["Added"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": map[string]any{
			"RestApiId": spelled, "ResourceId": map[string]any{"Fn::GetAtt": []any{api, "RootResourceId"}},
			"HttpMethod": pick(t, []string{"PUT", "OPTIONS", "DELETE"}), "AuthorizationType": "NONE",
			"Integration": map[string]any{
				"Type": "MOCK", "RequestTemplates": map[string]any{"application/json": `{"statusCode": 200}`},
				"IntegrationResponses": []any{map[string]any{"StatusCode": "200", "ResponseTemplates": map[string]any{"application/json": `{"open":true}`}}},
			},
			"MethodResponses": []any{map[string]any{"StatusCode": "200"}},
		}}
		for _, id := range on.ofType("ApiGateway::Deployment") {
			deployment := on.resources[id].(map[string]any)
			dependsOn, _ := deployment["DependsOn"].([]any)
			deployment["DependsOn"] = append(dependsOn, "Added")
		}
	}},
	{"let an authorizer take the tokens of other pools", func(t *rapid.T, on template) {
		arns := []any{}
		for range rapid.IntRange(1, 2).Draw(t, "pools") {
			arns = append(arns, map[string]any{"Fn::GetAtt": []any{pick(t, on.ofType(poolType)), "Arn"}})
		}
		on.properties(pick(t, on.ofType(authorizerType)))["ProviderARNs"] = arns
	}},
	{"let an authorizer look elsewhere", func(t *rapid.T, on template) {
		properties := on.properties(pick(t, on.ofType(authorizerType)))
		if rapid.Bool().Draw(t, "expression") {
			properties["IdentityValidationExpression"] = "^orders$"
		} else {
			properties["IdentitySource"] = "method.request.header.X-Token"
		}
	}},
	{"move a client to another pool", func(t *rapid.T, on template) {
		on.properties(pick(t, on.ofType(clientType)))["UserPoolId"] = map[string]any{"Ref": pick(t, on.ofType(poolType))}
	}},
	{"drop what stands beside the properties", func(t *rapid.T, on template) {
		resource := on.resources[pick(t, on.ofType(methodType, clientType, "ApiGateway::RestApi", "ApiGateway::Deployment"))].(map[string]any)
		delete(resource, pick(t, []string{"DependsOn", "Metadata"}))
	}},
	{"spell references another way", func(t *rapid.T, on template) {
		id := pick(t, on.ofType(methodType, authorizerType, clientType, "ApiGateway::Stage"))
		on.resources[id].(map[string]any)["Properties"] = respellAll(t, on.properties(id), 0)
	}},
	{"write a document as text", func(t *rapid.T, on template) {
		for _, id := range on.ofType("ApiGateway::RestApi") {
			if body, isObject := on.properties(id)["Body"].(map[string]any); isObject && body["paths"] != nil {
				on.properties(id)["Body"] = map[string]any{"Fn::ToJsonString": body}
			}
		}
	}},
	{"write a resource in a loop", func(t *rapid.T, on template) {
		kind := pick(t, []string{methodType, authorizerType, clientType})
		ids := on.ofType(kind)
		if len(ids) < 2 {
			return // other mutations need one
		}
		id := pick(t, ids)
		on.resources["Fn::ForEach::"+id] = []any{"Last", []any{id[len(id)-1:]}, map[string]any{id[:len(id)-1] + "${Last}": on.resources[id]}}
		delete(on.resources, id)
	}},
	{"change an operation of a document", func(t *rapid.T, on template) {
		operation := pickOperation(t, on)
		if operation == nil {
			return
		}
		switch rapid.IntRange(0, 3).Draw(t, "change") {
		case 0:
			delete(operation, "security")
		case 1:
			operation["security"] = []any{}
		case 2:
			operation["security"] = []any{map[string]any{"pool": scopes(t)}}
		case 3:
			operation["security"] = []any{map[string]any{"nobody": scopes(t)}}
		}
	}},
}

func scopes(t *rapid.T) []any {
	some := []any{}
	for range rapid.IntRange(0, 2).Draw(t, "scopes") {
		some = append(some, pick(t, []string{"orders/read", "orders/write", "orders/delete", "other/read", "openid", "weather-api/get"}))
	}
	return some
}

func pickOperation(t *rapid.T, on template) map[string]any {
	for _, id := range on.ofType("ApiGateway::RestApi") {
		body, _ := on.properties(id)["Body"].(map[string]any)
		paths, _ := body["paths"].(map[string]any)
		if len(paths) == 0 {
			continue
		}
		item := paths[pick(t, slices.Sorted(maps.Keys(paths)))].(map[string]any)
		return item[pick(t, slices.Sorted(maps.Keys(item)))].(map[string]any)
	}
	return nil
}

// respell returns another spelling of a Ref.
func respell(t *rapid.T, reference map[string]any) any {
	id := reference["Ref"].(string)
	return rapid.SampledFrom([]any{
		reference,
		map[string]any{"Fn::Sub": "${" + id + "}"},
		map[string]any{"Fn::Sub": []any{"${x}", map[string]any{"x": reference}}},
		map[string]any{"Fn::Join": []any{"", []any{reference}}},
		map[string]any{"Fn::If": []any{"Always", reference, "nothing"}},
		map[string]any{"Fn::Select": []any{0, []any{reference, "nothing"}}},
		map[string]any{"Fn::FindInMap": []any{"Map", "a", "c", map[string]any{"DefaultValue": reference}}},
		map[string]any{"Fn::Select": []any{1, map[string]any{"Fn::Split": []any{":", map[string]any{"Fn::Sub": "a:${" + id + "}:b"}}}}},
	}).Draw(t, "spelling")
}

func respellAll(t *rapid.T, value any, depth int) any {
	switch v := value.(type) {
	case map[string]any:
		if _, isRef := v["Ref"].(string); isRef && len(v) == 1 {
			return respell(t, v)
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			v[name] = respellAll(t, v[name], depth+1)
		}
	case []any:
		for i := range v {
			v[i] = respellAll(t, v[i], depth+1)
		}
	case string:
		if depth > 0 && rapid.IntRange(0, 9).Draw(t, "respell text") == 0 && !strings.Contains(v, "$") {
			return map[string]any{"Fn::Join": []any{"", []any{v}}}
		}
	}
	return value
}
