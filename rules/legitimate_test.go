package rules_test

import "testing"

// hand makes a template from resources in YAML.
func hand(resources string) func(testing.TB) *system {
	return func(t testing.TB) *system { return systemOf(t, "Resources: "+resources) }
}

const (
	// idPool is a user pool for people, and so are its clients.
	idPool = `Pool: {Type: AWS::Cognito::UserPool, Properties: {AutoVerifiedAttributes: [email]}},
		Web: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}},`
	anAPI = `Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: x}},
		Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: x, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Pool.Arn]}},`
	get = `{Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, Integration: {Type: MOCK},`
)

// Templates that people deploy have no finding.
func TestLegitimateTemplates(t *testing.T) {
	stacks := []stack{{name: "Auth"}, {name: alone, dependsOn: []string{"Auth"}}}
	tests := []struct {
		name  string
		good  func(testing.TB) *system
		edits edits
	}{
		{"an API that is open, beside the protected one", marked, edits{add(`{Open: {Type: AWS::ApiGateway::RestApi, Properties: {Name: open}},
			OpenGet: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Open, ResourceId: !GetAtt Open.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: {Type: MOCK}}},
			OpenDeployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Open, StageName: prod}}}`)}},
		{"two APIs of one authorization server", byHand, edits{add(`{Second: {Type: AWS::ApiGateway::RestApi, Properties: {Name: second}},
			SecondAuthorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Second, Name: pool, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!GetAtt Pool.Arn]}},
			SecondGet: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Second, ResourceId: !GetAtt Second.RootResourceId, HttpMethod: GET, AuthorizationType: COGNITO_USER_POOLS,
				AuthorizerId: !Ref SecondAuthorizer, AuthorizationScopes: [orders/read], Integration: {Type: MOCK}}},
			SecondDeployment: {Type: AWS::ApiGateway::Deployment, DependsOn: SecondGet, Properties: {RestApiId: !Ref Second, StageName: prod}}}`)}},
		{"a health check that is public by name", marked, edits{add(openHealth), set("Health.Metadata.machineauth", "{public: health check of the load balancer}")}},
		{"the authorization server in a separate stack", marked, edits{split("Auth", exported, isAuth), in(stacks...)}},
		{"weak references between stacks", marked, edits{split("Auth", weak, isAuth), in(stacks...)}},
		{"nested stacks", byHand, edits{nest("Auth", isAuth), nest("Inner", isAPI), in(stack{name: alone})}},
		{"a Region that is known", marked, edits{in(stack{name: alone, env: "aws://123456789012/eu-west-1"})}},
		{"the same app in two Regions", marked, edits{func(s *system) { s.templates["Twin"] = clone(s.templates[alone]).(tree) },
			in(stack{name: alone, env: "aws://123456789012/eu-west-1"}, stack{name: "Twin", env: "aws://123456789012/us-east-1"})}},
		{"the ARN of the secret for a container", marked, edits{add(`{Task: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: app, Image: app, Secrets: [{Name: CREDENTIALS, ValueFrom: !Ref Secret}]}]}},
			Policy: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: !Ref Secret}]}}}}`)}},
		{"the ARN of the secret in another stack", byHand, edits{set("Outputs.SecretArn", "{Value: !Ref Secret, Export: {Name: partner-secret}}"), in(stack{name: alone}, stack{name: "Partner", dependsOn: []string{alone}}),
			addTo("Partner", `{Function: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {SECRET_ARN: !ImportValue partner-secret}}}}}`)}},
		{"a rotation of credentials", marked, edits{again("Client", "Generation2", set("Generation2.ClientName", "Partner generation 2")), again("Secret", "Secret2", set("Secret2.SecretString", "!GetAtt Generation2.ClientSecret"))}},
		{"people by name in the pool of machines", marked, edits{add(readers), set("More.Metadata.machineauth", "{people: support reads orders of partners}")}},
		{"people with separate scopes", byHand, edits{declare("support"), add(readers), set("More.AllowedOAuthScopes", "[openid, orders/support]")}},
		{"an API key and a scope", byHand, edits{set("Get.ApiKeyRequired", "true"), add(`{Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true}}}`)}},
		{"IAM beside scopes", byHand, edits{set("Post.AuthorizationType", "AWS_IAM"), remove("Post.AuthorizerId"), remove("Post.AuthorizationScopes"), set("Client.AllowedOAuthScopes", "[orders/read]"), remove("Server.Scopes"),
			set("Server.Scopes", "[{ScopeName: read, ScopeDescription: Read}]")}},
		{"OpenAPI 3", byHand, edits{openAPI}},
		{"Swagger 2.0", byHand, edits{swagger}},
		{"a stage for each of two environments", byHand, edits{set("Parameters.Env", "{Type: String, AllowedValues: [dev, prod]}"), set("Conditions.Prod", "!Equals [!Ref Env, prod]"),
			set("Stage.StageName", "!If [Prod, v1, test]"), set("Domain.Domain", `!Sub "orders-${Env}"`), set("Client.AccessTokenValidity", "!If [Prod, 5, 60]")}},
		{"names by mappings", byHand, edits{set("Mappings.Names", "{eu-west-1: {prefix: orders-ie}, eu-west-2: {prefix: orders-uk}}"), set("Domain.Domain", "!FindInMap [Names, !Ref AWS::Region, prefix]")}},
		{"a canary of the deployment that the stage had", byHand, edits{set("Stage.CanarySetting", "{DeploymentId: !Ref Deployment, PercentTraffic: 10}")}},
		{"a custom domain, and its alias by a custom resource", marked, edits{set("Domain.Domain", "auth.example.org"), set("Domain.CustomDomainConfig", `{CertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x"}`),
			add(`{Alias: {Type: "Custom::UserPoolCloudFrontDomainName", Properties: {ServiceToken: t, Create: '{"service":"CognitoIdentityServiceProvider","action":"describeUserPoolDomain"}'}},
				Record: {Type: AWS::Route53::RecordSet, Properties: {Name: auth.example.org, AliasTarget: {DNSName: !GetAtt Alias.DomainDescription.CloudFrontDistribution, HostedZoneId: Z2FDTNDATAQYW2}}}}`)}},
		{"scopes and an authorizer by a condition", byHand, edits{set("Parameters.Env", "{Type: String, AllowedValues: [dev, prod]}"), set("Conditions.Prod", "!Equals [!Ref Env, prod]"),
			set("Get.AuthorizationScopes", "!If [Prod, [orders/read], [orders/read, orders/write]]"), again("Authorizer", "Second"), set("Get.AuthorizerId", "!If [Prod, !Ref Authorizer, !Ref Second]")}},
		{"a default of a mapping", byHand, edits{set("Mappings.Minutes", "{eu-west-1: {access: 60}}"), set("Client.AccessTokenValidity", "{Fn::FindInMap: [Minutes, !Ref AWS::Region, access, {DefaultValue: 30}]}")}},
		{"API keys beside scopes", marked, edits{set("Get.ApiKeyRequired", "true"), add(`{Key: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true}},
			Plan: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Ref Api, Stage: !Ref Stage}]}}, PlanKey: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}}}`)}},
		{"a service that reads the secret", marked, edits{add(`{Reader: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Environment: {Variables: {SECRET_ARN: !Ref Secret, CLIENT_ID: !Ref Client}}}},
			Role: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "secretsmanager:GetSecretValue", Resource: !Ref Secret}]}}]}},
			Task: {Type: AWS::ECS::TaskDefinition, Properties: {ContainerDefinitions: [{Name: c, Secrets: [{Name: SECRET, ValueFrom: !Sub "${Secret}:secret::"}]}]}}}`)}},
		{"a custom resource that lists clients", byHand, edits{add(`{Seed: {Type: "Custom::Seed", Properties: {ServiceToken: !GetAtt Function.Arn, PoolId: !Ref Pool, ClientId: !Ref Client}},
			Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Code: {ZipFile: "cognito.list_user_pool_clients(UserPoolId=pool)"}}},
			Role: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "cognito-idp:ListUserPoolClients", Resource: !GetAtt Pool.Arn}]}}]}}}`)}},
		{"a prefix from the id of the stack", byHand, edits{set("Domain.Domain", `!Join ["-", [orders, !Select [0, !Split ["-", !Select [2, !Split ["/", !Ref AWS::StackId]]]]]]`)}},
		{"tokens by GetClientToken, without a domain", byHand, edits{set("Client.ExplicitAuthFlows", "[ALLOW_CLIENT_TOKEN_AUTH]"), without("Domain")}},
		{"the account's role with an API that is not protected", marked, edits{add(beside), add(account), set("Account.Metadata", "{aws:cdk:path: Orders/Beside/Account}")}},

		{"ID tokens of people", hand(`{` + idPool + anAPI + `Get: ` + get + ` AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer}},
			Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: prod}}}`), nil},
		{"ID tokens of people, and an open method", hand(`{` + idPool + anAPI + `Get: ` + get + ` AuthorizationType: NONE}},
			Put: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: PUT, AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer}}}`), nil},
		{"an API without authorization", hand(`{Api: {Type: AWS::ApiGateway::RestApi}, Get: ` + get + ` AuthorizationType: NONE}}, Account: {Type: AWS::ApiGateway::Account}}`), nil},
		{"an API with a Lambda authorizer", hand(`{Api: {Type: AWS::ApiGateway::RestApi}, Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Type: REQUEST, IdentityValidationExpression: x}},
			Get: ` + get + ` AuthorizationType: CUSTOM, AuthorizerId: !Ref Authorizer}}}`), nil},
		{"an HTTP API", hand(`{` + idPool + `Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: x, ProtocolType: HTTP}},
			Authorizer: {Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Api, Name: x, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization], JwtConfiguration: {Audience: [!Ref Web], Issuer: !GetAtt Pool.ProviderURL}}},
			Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /, AuthorizationType: NONE}}}`), nil},
		{"a pool of people who signed up, with a trigger", hand(`{Pool: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreTokenGenerationConfig: {LambdaVersion: V2_0, LambdaArn: f}}}},
			Web: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code, implicit], AllowedOAuthScopes: [openid, email, profile]}}}`), nil},
		{"the pool of another team by a parameter", func(t testing.TB) *system {
			return systemOf(t, `{Parameters: {PoolArn: {Type: String, Default: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"}}, Resources: {
				Api: {Type: AWS::ApiGateway::RestApi}, Authorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: [!Ref PoolArn]}},
				Get: `+get+` AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer, AuthorizationScopes: [reports/read]}},
				Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Api, StageName: v1}}}}`)
		}, nil},
		{"clients of a pool elsewhere", hand(`{Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !ImportValue pool, GenerateSecret: true, AllowedOAuthFlowsUserPoolClient: true,
			AllowedOAuthFlows: [client_credentials], AllowedOAuthScopes: [orders/read], ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]}}}`), nil},
		{"resources that are no concern of the rules", hand(`{Bucket: {Type: AWS::S3::Bucket}, Custom: {Type: "Custom::S3AutoDeleteObjects", Properties: {ServiceToken: t, BucketName: !Ref Bucket}}}`), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.good(t).with(test.edits...).mustFind("") })
	}
}
