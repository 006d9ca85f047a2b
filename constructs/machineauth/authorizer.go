package machineauth

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/internal/validation"
)

// authorizerID is the id of the authorizer within the API it belongs to: an API
// Gateway authorizer cannot be shared by two APIs.
const authorizerID = "MachineAuthorizer"

func (s *authorizationServer) newAuthorizer(scope constructs.Construct, id string, ttl awscdk.Duration) awsapigateway.CognitoUserPoolsAuthorizer {
	return awsapigateway.NewCognitoUserPoolsAuthorizer(scope, &id, &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{s.userPool},
		ResultsCacheTtl:  ttl,
	})
}

// options returns those of a method that one of scopes opens.
func (s *authorizationServer) options(authorizer awsapigateway.IAuthorizer, scopes []Scope) *awsapigateway.MethodOptions {
	return &awsapigateway.MethodOptions{
		AuthorizationType:   awsapigateway.AuthorizationType_COGNITO,
		Authorizer:          authorizer,
		AuthorizationScopes: jsii.Strings(s.qualifiedNames(scopes)...),
	}
}

func (s *authorizationServer) validateRequired(problems *validation.Collector, scopes []Scope) {
	if len(scopes) == 0 {
		problems.Addf("scopes", "must have at least one: without a scope API Gateway expects an ID token and rejects every machine client")
	}
	s.validateUsedScopes(problems, "scopes", scopes)
}

func (s *authorizationServer) SecurityScheme() map[string]any {
	return map[string]any{
		"type": "apiKey", "name": "Authorization", "in": "header",
		"x-amazon-apigateway-authtype":   "cognito_user_pools",
		"x-amazon-apigateway-authorizer": map[string]any{"type": "cognito_user_pools", "providerARNs": []any{s.poolARN()}},
	}
}

func (p *protectedApi) Require(scopes ...Scope) *awsapigateway.MethodOptions {
	var problems validation.Collector
	p.server.validateRequired(&problems, scopes)
	construction.PanicIfInvalid(p.api, "Require", &problems)
	return p.server.options(p.Authorizer(), scopes)
}

// Authorizer creates the authorizer on first use, so that an API of which no
// method needs it has none. That of an imported API has its mark.
func (p *protectedApi) Authorizer() awsapigateway.CognitoUserPoolsAuthorizer {
	if p.authorizer == nil {
		authorizer := p.server.newAuthorizer(p.api.(constructs.Construct), authorizerID, p.ttl)
		p.use(authorizer, p.server.app.L1(authorizer).(awsapigateway.CfnAuthorizer))
	}
	return p.authorizer
}

// use makes authorizer that of the API. CDK would bind it by the first method
// that uses it, and fail on one that none uses.
func (p *protectedApi) use(authorizer awsapigateway.CognitoUserPoolsAuthorizer, cfn awsapigateway.CfnAuthorizer) {
	p.authorizer, p.cfnAuthorizer = authorizer, cfn
	p.cfnAuthorizer.SetRestApiId(p.api.RestApiId())
	if p.deployment != nil {
		p.deploymentNode.AddDependency(p.cfnAuthorizer)
	}
	if p.isImported {
		setMark(p.cfnAuthorizer, mark.ProtectedBy, p.server.poolARN())
	}
}
