package local_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

// keys is an API with two stages. Its only method requires an API key.
const keys = `
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: keyed}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      ApiKeyRequired: true
      Integration: {Type: MOCK, RequestTemplates: {application/json: '{"statusCode":200}'}, IntegrationResponses: [{StatusCode: "200"}]}
      MethodResponses: [{StatusCode: "200"}]
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api}}
  Live: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: live}}
  Test: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: test}}
  Other: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {openapi: 3.0.1, info: {title: other, version: "1"}, components: {securitySchemes: {key: {type: apiKey, in: header, name: x-api-key}}}, paths: {/: {get: {security: [{key: []}], responses: {"200": {description: ok}}, x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{"statusCode":200}'}, responses: {default: {statusCode: "200"}}}}}}}}}
  OtherDeployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Other, StageName: live}}
  Given: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: partner, Enabled: true, Value: abcdefghijklmnopqrst}}
  MadeUp: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, StageKeys: [{RestApiId: !Ref Api, StageName: live}]}}
  Disabled: {Type: AWS::ApiGateway::ApiKey}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: partners
      ApiStages: [{ApiId: !Ref Api, Stage: live, Throttle: {"/GET": {RateLimit: 1, BurstLimit: 1}}}, {ApiId: elsewhere, Stage: live}]
      Throttle: {RateLimit: 10, BurstLimit: 20}
      Quota: {Limit: 1, Period: DAY}
  Of1: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Given, KeyType: API_KEY, UsagePlanId: !Ref Plan}}
  Of2: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !GetAtt Disabled.APIKeyId, KeyType: API_KEY, UsagePlanId: !GetAtt Plan.Id}}
  Of3: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: elsewhere1, KeyType: API_KEY, UsagePlanId: !Ref Plan}}
`

func TestAPIKeysOfATemplate(t *testing.T) {
	logged := make(chan string, 7)
	server := serveSource(t, sources("keyed", keys), local.WithAccessLog(func(a local.Access) { logged <- a.Refused }))
	got := server.APIKeys()
	if len(got) != 3 || len(got[0].ID) == 0 || len(got[1].Value) != 40 || got[1].Value == got[2].Value {
		t.Fatalf("got %+v", got)
	}
	live, test := server.API("Api/live"), server.API("Api/test")
	for _, c := range []struct {
		url, key string
		status   int
	}{
		{live.URL, got[0].Value, 200}, {test.URL, got[0].Value, 403},
		{server.API("Other").URL, got[0].Value, 403}, {live.URL, got[1].Value, 403}, {live.URL, got[2].Value, 403}, {live.URL, "", 403}, {live.URL, got[0].ID, 403},
	} {
		var headers []string
		if c.key != "" {
			headers = []string{"X-API-Key: " + c.key}
		}
		if a := ask(t, "GET", c.url, headers...); a.status != c.status || a.status == 403 && a.body != `{"message":"Forbidden"}` {
			t.Errorf("%s with %s: got %d %s, want %d", c.url, c.key, a.status, a.body, c.status)
		}
	}
	if methods := server.Methods("Api"); len(methods) != 1 || !methods[0].APIKeyRequired || methods[0].Authorization != "NONE" {
		t.Errorf("methods %+v", methods)
	}
	again := serveSource(t, sources("keyed", keys)).APIKeys()
	if again[1].Value != got[1].Value {
		t.Error("a key changed after a restart")
	}
	if random := serveSource(t, sources("keyed", keys), local.WithRandomCredentials()).APIKeys(); random[1].Value == got[1].Value || random[0].Value != got[0].Value {
		t.Errorf("random keys %+v", random)
	}
	for i := range got {
		got[i].ID, got[i].Value = "", ""
	}
	if diff := cmp.Diff([]local.APIKey{
		{Key: "Given", Stack: "keyed", LogicalID: "Given", Name: "partner", Enabled: true, Stages: []string{"Api/live"}},
		{Key: "MadeUp", Stack: "keyed", LogicalID: "MadeUp", Name: "MadeUp", Enabled: true, Stages: []string{}},
		{Key: "Disabled", Stack: "keyed", LogicalID: "Disabled", Name: "Disabled", Stages: []string{"Api/live"}},
	}, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for range cap(logged) {
		if text := <-logged; strings.Contains(text, "abcdefghijklmnopqrst") || strings.Contains(text, again[1].Value) {
			t.Errorf("a key is in the log: %s", text)
		}
	}
}

// A message quotes the bad values, but never a key.
func TestAnAPIKeyIsInNoMessage(t *testing.T) {
	const secret = "abcdefghijklmnopqrst"
	text := strings.Replace(keys, "StageName: live}", "StageName: "+secret+"/}", 1)
	text = strings.Replace(text, "Name: keyed", "Name: keyed, ApiKeySourceType: "+secret, 1)
	_, err := local.Load(sources("keyed", text))
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "ApiKeySourceType") {
		t.Errorf("got %v", err)
	}
}
