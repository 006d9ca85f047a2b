package rules_test

import (
	"fmt"

	"example.com/weather-events-api/rules"
)

// Someone opened a method in a template by hand, beside a method that requires a scope.
func ExampleCheck() {
	findings, err := rules.Check(rules.FromTemplate("orders.yaml", []byte(`
Parameters:
  PoolArn: {Type: String}
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
  Authorizer:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Type: COGNITO_USER_POOLS
      IdentitySource: method.request.header.Authorization
      ProviderARNs: [!Ref PoolArn]
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: COGNITO_USER_POOLS
      AuthorizerId: !Ref Authorizer
      AuthorizationScopes: [orders/read]
  Delete:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: DELETE
      AuthorizationType: NONE
`)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, finding := range findings {
		fmt.Println(finding.Place)
		fmt.Println(finding.Severity, finding.Rule)
		fmt.Println(finding.Message)
	}
	// Output:
	// orders.yaml:29 Delete
	// error method-open
	// method DELETE / is open to anyone, but other methods of the API require a scope
}
