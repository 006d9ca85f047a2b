package rules_test

import (
	"testing"

	"example.com/weather-events-api/rules"
)

// An operation is allowed by name in the document, as a Method is in its Metadata.
func TestOperationsAllowedByName(t *testing.T) {
	body := func(operation string) string {
		return `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        components:
          securitySchemes:
            pool: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]}}
        paths:
          /orders: {get: {security: [{pool: [orders/read]}]}}
          /health: {get: ` + operation + `}
`
	}
	for operation, want := range map[string]string{
		`{}`:                                   "method-open",
		`{x-machineauth: {public: "a probe"}}`: "",
		`{x-machineauth: {public: " "}}`:       "method-open",
		`{x-machineauth: {otherAuthorization: "a reason"}}`: "method-open",
		`{security: [{pool: []}]}`:                          "method-without-scope",
		`{security: [{pool: []}], x-machineauth: {otherAuthorization: "people, by their ID tokens"}}`: "",
	} {
		findings, err := rules.Check(rules.FromTemplate("template.yaml", []byte(body(operation))))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for _, finding := range findings {
			got += finding.Rule
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", operation, got, want)
		}
	}
}
