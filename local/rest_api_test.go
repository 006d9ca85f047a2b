package local_test

import (
	"strings"
	"testing"
)

// A property that is AWS::NoValue is left out, in resources and in documents.
func TestWhatATemplateLeavesOut(t *testing.T) {
	const stages = `
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: [Api], Properties: {RestApiId: !Ref Api, DeploymentCanarySettings: !Ref AWS::NoValue}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment, CanarySetting: {PercentTraffic: 0}}}
`
	for name, api := range map[string]string{
		"resources": `
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: api, Policy: !Ref AWS::NoValue, EndpointConfiguration: !Ref AWS::NoValue}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      AuthorizerId: !Ref AWS::NoValue
      AuthorizationScopes: !Ref AWS::NoValue
      RequestValidatorId: !Ref AWS::NoValue
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 200}'}
        IntegrationResponses:
          - {StatusCode: "200", ResponseTemplates: {application/json: '{"a":1}'}}
          - {StatusCode: "404", SelectionPattern: "404"}
      MethodResponses: [{StatusCode: "200"}]
`,
		"document": `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        swagger: "2.0"
        info: {title: api}
        x-amazon-apigateway-policy: !Ref AWS::NoValue
        x-amazon-apigateway-endpoint-configuration: !Ref AWS::NoValue
        paths:
          /:
            get:
              security: !Ref AWS::NoValue
              x-amazon-apigateway-request-validator: !Ref AWS::NoValue
              responses: {"200": {description: ok}}
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: {application/json: '{"statusCode": 200}'}
                responses:
                  default: {statusCode: 200, responseTemplates: {application/json: '{"a":1}'}}
                  "404": {statusCode: "404"}
`,
	} {
		t.Run(name, func(t *testing.T) {
			server := serveSource(t, sources("a", api+stages))
			stage := server.APIs()[0]
			if !strings.HasPrefix(stage.Stage, "Stage-") {
				t.Errorf("the stage is %s", stage.Stage)
			}
			expect(t, call(t, "GET", stage.URL, "", ""), 200, `{"a":1}`)
		})
	}
}
