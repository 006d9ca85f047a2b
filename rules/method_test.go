package rules_test

import (
	"fmt"
	"strconv"
	"testing"
)

const (
	openHealth = `{Health: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET,
		Integration: {Type: HTTP_PROXY, IntegrationHttpMethod: GET, Uri: "https://orders.example.org/health"}}}}`
	otherPool = `{OtherPool: {Type: AWS::Cognito::UserPool, Properties: {AdminCreateUserConfig: {AllowAdminCreateUserOnly: true}}}}`
)

var methodCases = onBoth{
	{"authorization type NONE", edits{set("Get.AuthorizationType", "NONE")},
		"fatal method-open Get.Properties.AuthorizationType: method GET /orders is open to anyone: pass Require(scope) of its ProtectedApi as the method's options, or make it public with AllowUnauthenticated",
		"error method-open Get.Properties.AuthorizationType: method GET /orders is open to anyone, but other methods of the API require a scope: set AuthorizationType to COGNITO_USER_POOLS, and set AuthorizerId and AuthorizationScopes, or accept it with machineauth: {public: REASON} in the Metadata of the method"},
	{"authorization type left out", edits{remove("Get.AuthorizationType")},
		"fatal method-open Get", "error method-open Get"},
	{"authorization type deleted by NoValue", edits{set("Get.AuthorizationType", "!Ref AWS::NoValue")},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"everything left out", edits{remove("Get.AuthorizationType"), remove("Get.AuthorizerId"), remove("Get.AuthorizationScopes")},
		"fatal method-open Get", "error method-open Get"},
	{"another method", edits{add(openHealth)},
		"fatal method-open Health: method GET / is open", "error method-open Health"},
	{"any method", edits{add(openHealth), set("Health.HttpMethod", "ANY"), set("Health.AuthorizationType", "NONE")},
		"fatal method-open Health.Properties.AuthorizationType: method ANY /", "error method-open Health.Properties.AuthorizationType"},
	{"any method of the root, as CDK makes it", edits{add(openHealth), set("Health.HttpMethod", "ANY")},
		"fatal method-open Health: method ANY / is open to anyone: pass DefaultMethodOptions(scope) of its AuthorizationServer as the API's DefaultMethodOptions, or make it public with AllowUnauthenticated", "error method-open Health"},
	{"a proxy at the root", edits{add(openHealth), set("Health.HttpMethod", "ANY"), set("Health.ResourceId", "!Ref Orders"), set("Orders.PathPart", `"{proxy+}"`)},
		"fatal method-open Health: method ANY /{proxy+} is open to anyone: pass DefaultMethodOptions(scope) of its AuthorizationServer as the API's DefaultMethodOptions, or make", "error method-open Health"},
	{"a proxy below a resource", edits{
		add(`{Proxy: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{proxy+}"}}}`),
		add(openHealth), set("Health.HttpMethod", "ANY"), set("Health.ResourceId", "!Ref Proxy")},
		"fatal method-open Health: method ANY /orders/{proxy+} is open to anyone: pass Require(scope) of its ProtectedApi as the DefaultMethodOptions of the proxy, or make", "error method-open Health"},
	{"below a path parameter", edits{
		add(`{Order1: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}"}}}`),
		add(openHealth), set("Health.ResourceId", "!Ref Order1")},
		"fatal method-open Health: method GET /orders/{id} is open", "error method-open Health"},
	{"below a path in a circle, which CloudFormation refuses", edits{add(openHealth), set("Orders.ParentId", "!Ref Orders"), set("Health.ResourceId", "!Ref Orders")},
		"fatal method-open Health: method GET /orders is open", "error method-open Health"},
	{"of the API by its attribute", edits{add(openHealth), set("Health.RestApiId", "!GetAtt Api.RestApiId")},
		"fatal method-open Health", "error method-open Health"},
	{"of the API by Fn::Sub", edits{add(openHealth), set("Health.RestApiId", `!Sub "${Api}"`)},
		"fatal method-open Health", "error method-open Health"},
	{"of the API by Fn::Select", edits{add(openHealth), set("Health.RestApiId", `!Select [1, !Split ["/", !Sub "x/${Api}/y"]]`)},
		"fatal method-open Health", "error method-open Health"},
	{"of the API by the value of an SSM parameter", edits{add(openHealth), shareAPI, set("Health.RestApiId", "!GetAtt Share.Value")},
		"fatal method-open Health", "error method-open Health"},
	{"of the API by its URL", edits{add(openHealth), set("Health.RestApiId", `!Select [0, !Split [".", !Select [1, !Split ["//", !Sub "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/"]]]]`)},
		"fatal method-open Health", "error method-open Health"},
	{"an API key is no authorization", edits{add(openHealth), set("Health.ApiKeyRequired", "true")},
		"fatal method-open Health: method GET / requires only an API key, which is not authorization",
		"error method-open Health: method GET / requires only an API key, which is not authorization"},
	{"public by name", edits{add(openHealth), set("Health.Metadata.machineauth", "{public: health check of the load balancer}")},
		"", ""},
	{"public without a reason", edits{add(openHealth), set("Health.Metadata.machineauth", `{public: ""}`)},
		"fatal method-open Health", "error method-open Health"},
	{"public for a blank reason", edits{add(openHealth), set("Health.Metadata.machineauth", `{public: " \t"}`)},
		"fatal method-open Health", "error method-open Health"},
	{"public without words", edits{add(openHealth), set("Health.Metadata.machineauth", "{public: true}")},
		"fatal method-open Health", "error method-open Health"},
	{"an invalid mark", edits{add(openHealth), set("Health.Metadata.machineauth", "public")},
		"fatal method-open Health", "error method-open Health"},
	{"public is not another authorization", edits{set("Get.AuthorizationType", "AWS_IAM"), set("Get.Metadata.machineauth", "{public: a reason}")},
		"fatal method-authorization Get.Properties.AuthorizationType", "warning allowance-unused Get"},
	{"another authorization is not public", edits{set("Get.AuthorizationType", "NONE"), set("Get.Metadata.machineauth", "{otherAuthorization: a reason}")},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"the mark of the API was deleted", edits{set("Get.AuthorizationType", "NONE"), ifMarked(remove("Api.Metadata.machineauth"))},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"the mark of the API is no pool", edits{set("Get.AuthorizationType", "NONE"), set("Api.Metadata.machineauth", "{protectedBy: true}")},
		"fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"in a nested stack that is not here", edits{add(`{Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.org/t", Parameters: {Name: x, RestApiId: !Ref Api}}}}`)},
		"error template-unread Nested.Properties.Parameters.RestApiId: the nested stack gets the id of a protected API, but its template is missing: the methods that it adds were not checked: make the template part of the app (NestedStack), or acknowledge this on the stack",
		"warning template-unread Nested"},
	{"in an unrelated nested stack", edits{add(`{Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.org/t", Parameters: {PoolId: !Ref Pool}}}}`)},
		`warning template-unread Nested: the template "https://example.org/t" is missing: what it deploys was not checked: lint it separately`, "warning template-unread Nested"},
	{"in two nested stacks of one template", edits{add(`{Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.org/t"}}, Second: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.org/t"}}}`)},
		"warning template-unread Nested", "warning template-unread Nested"},
	{"in a nested stack where a parameter says so", edits{env("Default: prod"), set("Conditions.Dev", isDev), add(`{Nested: {Type: AWS::CloudFormation::Stack, Condition: Dev, Properties: {TemplateURL: "https://example.org/t"}}}`)},
		`warning template-unread Nested: what it deploys was not checked, when ${Env} = "dev"`, `warning template-unread Nested: what it deploys was not checked, when ${Env} = "dev"`},
	{"in a module", edits{add(`{Module: {Type: "Acme::Api::Routes::MODULE", Properties: {Api: !Ref Api}}}`)},
		"warning template-unread Module: the module Acme::Api::Routes::MODULE is missing", "warning template-unread Module"},
	{"in a stack set that is not here", edits{add(`{Set: {Type: AWS::CloudFormation::StackSet, Properties: {StackSetName: s, TemplateURL: "https://example.org/t"}}}`)},
		"warning template-unread Set", "warning template-unread Set"},
	{"in the text of a stack set that a function makes", edits{add(`{Set: {Type: AWS::CloudFormation::StackSet, Properties: {StackSetName: s, TemplateBody: !Sub "x"}}}`)},
		"warning template-unread Set: the template of Set is missing", "warning template-unread Set"},
	{"in a stack set", edits{add(`{Set: {Type: AWS::CloudFormation::StackSet, Properties: {StackSetName: s, Parameters: [{ParameterKey: Api, ParameterValue: !Ref Api}], TemplateBody: ` + inSet + `}}}`)},
		"fatal method-open Late: method DELETE / is open to anyone\nfatal stage-behind Deployment", "error method-open Late\nfatal stage-behind Deployment"},
	{"in a stack set whose text is no template", edits{add(`{Set: {Type: AWS::CloudFormation::StackSet, Properties: {StackSetName: s, TemplateBody: "x"}}}`)},
		"error template-unread : TemplateBody of Set", "error template-unread : TemplateBody of Set"},
	{"of an API beside it", edits{add(openHealth), set("Health.RestApiId", "!Ref Beside"), set("Health.ResourceId", "!GetAtt Beside.RootResourceId"),
		add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`)},
		"", ""},

	{"without scopes", edits{remove("Get.AuthorizationScopes")},
		"fatal method-without-scope Get: method GET /orders has a Cognito authorizer but no scope: API Gateway expects an ID token and rejects every machine: pass Require(scope) of its ProtectedApi as the method's options",
		"error method-without-scope Get: method GET /orders has a Cognito authorizer but no scope: API Gateway expects an ID token and rejects every machine: set AuthorizationType to COGNITO_USER_POOLS, and set AuthorizerId and AuthorizationScopes"},
	{"an empty list of scopes", edits{set("Get.AuthorizationScopes", "[]")},
		"fatal method-without-scope Get.Properties.AuthorizationScopes", "error method-without-scope Get.Properties.AuthorizationScopes"},
	{"scopes that are not there", edits{set("Get.AuthorizationScopes", "[!Ref AWS::NoValue]")},
		"fatal method-without-scope Get.Properties.AuthorizationScopes", "error method-without-scope Get.Properties.AuthorizationScopes"},
	{"scopes deleted by NoValue", edits{set("Get.AuthorizationScopes", "!Ref AWS::NoValue")},
		"fatal method-without-scope Get.Properties.AuthorizationScopes", "error method-without-scope Get.Properties.AuthorizationScopes"},
	{"without scopes by name", edits{remove("Get.AuthorizationScopes"), set("Get.Metadata.machineauth", "{otherAuthorization: people read their own orders by their ID token}")},
		"", ""},
	{"without scopes, and people sign in", edits{remove("Get.AuthorizationScopes"), add(people)},
		"fatal method-without-scope Get", ""},
	{"without scopes, and people sign in by OAuth alone", edits{remove("Get.AuthorizationScopes"), add(people), set("People.ExplicitAuthFlows", "[ALLOW_REFRESH_TOKEN_AUTH]")},
		"fatal method-without-scope Get", ""},
	{"without scopes, and people sign in through the API", edits{remove("Get.AuthorizationScopes"), add(people), remove("People.AllowedOAuthFlows"), set("People.ExplicitAuthFlows", "[ALLOW_USER_SRP_AUTH]")},
		"fatal method-without-scope Get", ""},
	{"without scopes, and people may sign in", edits{remove("Get.AuthorizationScopes"), add(people), remove("People.AllowedOAuthFlows"), set("Parameters.Flows", "{Type: CommaDelimitedList}"), set("People.ExplicitAuthFlows", "!Ref Flows")},
		"fatal method-without-scope Get", ""},
	{"without scopes, and a client signs nobody in", edits{remove("Get.AuthorizationScopes"), add(people), remove("People.AllowedOAuthFlows"), set("People.ExplicitAuthFlows", "[ALLOW_REFRESH_TOKEN_AUTH]")},
		"fatal method-without-scope Get", "error method-without-scope Get"},
	{"without scopes, and the pool is elsewhere", edits{remove("Get.AuthorizationScopes"), again("Authorizer", "Theirs"), set("Parameters.Theirs1", "{Type: String}"),
		set("Theirs.ProviderARNs", "[!Ref Theirs1]"), set("Get.AuthorizerId", "!Ref Theirs"), ifMarked(set("Get.Metadata.machineauth", "{otherAuthorization: a reason}"))},
		"", "warning method-without-scope Get"},
	{"a scope without text", edits{set("Get.AuthorizationScopes", `[""]`)},
		`fatal scope-undeclared Get.Properties.AuthorizationScopes: requires scope ""`, "fatal scope-undeclared Get.Properties.AuthorizationScopes"},

	{"IAM", edits{set("Get.AuthorizationType", "AWS_IAM")},
		"fatal method-authorization Get.Properties.AuthorizationType: method GET /orders has authorization type AWS_IAM, which accepts no token of the API's user pool: pass Require(scope) of its ProtectedApi as the method's options, or accept it with AllowOtherAuthorization",
		""},
	{"a Lambda authorizer", edits{add(lambdaAuthorizer), set("Get.AuthorizationType", "CUSTOM"), set("Get.AuthorizerId", "!Ref LambdaAuthorizer")},
		"fatal method-authorization Get.Properties.AuthorizationType: has authorization type CUSTOM", ""},
	{"a Lambda authorizer by name", edits{add(lambdaAuthorizer), set("Get.AuthorizationType", "CUSTOM"), set("Get.AuthorizerId", "!Ref LambdaAuthorizer"),
		set("Get.Metadata.machineauth", "{otherAuthorization: partners that have their own tokens}")},
		"", ""},
	{"a Lambda authorizer without a reason", edits{set("Get.AuthorizationType", "AWS_IAM"), set("Get.Metadata.machineauth", `{otherAuthorization: ""}`)},
		"fatal method-authorization Get.Properties.AuthorizationType", ""},
	{"another type that is not known", edits{set("Parameters.How", "{Type: String}"), set("Get.AuthorizationType", "!Ref How")},
		"fatal method-authorization Get.Properties.AuthorizationType: has an authorization type that the template does not show", ""},
	{"a type by a macro", edits{remove("Get.AuthorizationType"), set("Get.Fn::Transform", "{Name: AWS::Include, Parameters: {Location: x}}")},
		"fatal method-authorization Get: has an authorization type that the template does not show", "warning template-unread Get.Properties"},
	{"no authorizer", edits{remove("Get.AuthorizerId")},
		"fatal method-authorization Get.Properties.AuthorizationType: method GET /orders has authorization type COGNITO_USER_POOLS but no AuthorizerId: API Gateway refuses the method: pass Require(scope) of its ProtectedApi as the method's options",
		"fatal method-authorization Get.Properties.AuthorizationType: refuses the method: set AuthorizationType to COGNITO_USER_POOLS, and set AuthorizerId and AuthorizationScopes"},
	{"no authorizer in one outcome", edits{set("Parameters.Env", "{Type: String}"), set("Conditions.Prod", "!Equals [!Ref Env, prod]"), set("Get.AuthorizerId", "!If [Prod, !Ref Authorizer, !Ref AWS::NoValue]")},
		"fatal method-authorization Get.Properties.AuthorizationType: has authorization type COGNITO_USER_POOLS but no AuthorizerId", "fatal method-authorization Get.Properties.AuthorizationType"},
	{"a Lambda authorizer that is not there", edits{set("Get.AuthorizationType", "CUSTOM"), remove("Get.AuthorizerId")},
		"fatal method-authorization Get.Properties.AuthorizationType: has authorization type CUSTOM but no AuthorizerId", "fatal method-authorization Get.Properties.AuthorizationType"},
	{"no authorizer, by name", edits{set("Get.AuthorizationType", "CUSTOM"), remove("Get.AuthorizerId"), set("Get.Metadata.machineauth", "{otherAuthorization: a reason}")},
		"fatal method-authorization Get.Properties.AuthorizationType", "fatal method-authorization Get.Properties.AuthorizationType"},
	{"the type of an HTTP API", edits{set("Get.AuthorizationType", "JWT")},
		"fatal method-authorization Get.Properties.AuthorizationType: method GET /orders has authorization type JWT, which REST APIs do not support (use one of NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS): API Gateway refuses the method",
		"fatal method-authorization Get.Properties.AuthorizationType"},
	{"a type in another case", edits{set("Get.AuthorizationType", "aws_iam")}, "fatal method-authorization Get.Properties.AuthorizationType: type aws_iam, which", "fatal method-authorization Get.Properties.AuthorizationType"},
	{"open in another case", edits{set("Get.AuthorizationType", "none")}, "fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"an authorizer that is not known", edits{set("Parameters.Other", "{Type: String}"), set("Get.AuthorizerId", "!Ref Other")},
		"fatal method-authorization Get.Properties.AuthorizerId: names an authorizer that may not belong to the API", ""},
	{"an authorizer that is not there", edits{set("Get.AuthorizerId", "abc123")},
		`fatal method-authorization Get.Properties.AuthorizerId: names authorizer "abc123", which does not belong to the API`, ""},
	{"the authorizer of another API", edits{
		add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`),
		again("Authorizer", "BesideAuthorizer", set("BesideAuthorizer.RestApiId", "!Ref Beside")), set("Get.AuthorizerId", "!Ref BesideAuthorizer")},
		"fatal method-authorization Get.Properties.AuthorizerId: method GET /orders names an authorizer of another API: API Gateway refuses the method", "fatal method-authorization Get.Properties.AuthorizerId"},
	{"an authorizer of another pool", edits{add(otherPool),
		again("Authorizer", "OtherAuthorizer", set("OtherAuthorizer.ProviderARNs", "[!GetAtt OtherPool.Arn]")), set("Get.AuthorizerId", "!Ref OtherAuthorizer")},
		"fatal method-authorization Get.Properties.AuthorizerId: uses an authorizer of a user pool other than the one that protects the API",
		"fatal scope-undeclared Get.Properties.AuthorizationScopes: of user pool OtherPool declares"},
	{"another authorizer of the same pool", edits{again("Authorizer", "OtherAuthorizer"), set("Get.AuthorizerId", "!Ref OtherAuthorizer")}, "", ""},
	{"a scope of Cognito's own", edits{set("Get.AuthorizationScopes", "[orders/read, openid, aws.cognito.signin.user.admin]")},
		"fatal method-authorization Get.Properties.AuthorizationScopes: accepts one of Cognito's own scopes, which people get: openid, aws.cognito.signin.user.admin",
		""},
	{"only a scope of Cognito's own", edits{set("Get.AuthorizationScopes", "[profile]")},
		"fatal method-authorization Get.Properties.AuthorizationScopes", ""},
	{"a scope of Cognito's own by name", edits{set("Get.AuthorizationScopes", "[email]"), set("Get.Metadata.machineauth", "{otherAuthorization: people read their address}")},
		"", ""},

	{"a method requires an undeclared scope", edits{set("Get.AuthorizationScopes", "[orders/read, orders/delete]")},
		`fatal scope-undeclared Get.Properties.AuthorizationScopes: method GET /orders requires scope "orders/delete", which no resource server of user pool Pool declares: no client can hold it: use a declared scope: orders/read, orders/write`,
		"fatal scope-undeclared Get.Properties.AuthorizationScopes"},
	{"a method requires a scope of another identifier", edits{set("Get.AuthorizationScopes", "[read]")},
		"fatal scope-undeclared Get.Properties.AuthorizationScopes", "fatal scope-undeclared Get.Properties.AuthorizationScopes"},
	{"a client holds an undeclared scope", edits{set("Client.AllowedOAuthScopes", "[orders/read, orders/write, orders/delete]")},
		`fatal scope-undeclared Client.Properties.AllowedOAuthScopes: the client holds scope "orders/delete", which no resource server of user pool Pool declares: Cognito refuses the client: use a declared scope: orders/read, orders/write`,
		"fatal scope-undeclared Client.Properties.AllowedOAuthScopes"},
	{"nothing declares a scope", edits{remove("Resources.Server"), remove("Client.DependsOn")},
		`fatal scope-undeclared Get.Properties.AuthorizationScopes: declare the scope in an AWS::Cognito::UserPoolResourceServer of the pool
		 fatal scope-undeclared Post.Properties.AuthorizationScopes
		 fatal scope-undeclared Client.Properties.AllowedOAuthScopes: the client holds scope "orders/read", "orders/write", which`,
		`fatal scope-undeclared Get.Properties.AuthorizationScopes
		 fatal scope-undeclared Post.Properties.AuthorizationScopes
		 fatal scope-undeclared Client.Properties.AllowedOAuthScopes`},
	{"the scopes of the resource server are not known", edits{set("Parameters.Name", "{Type: String}"), set("Server.Scopes.0.ScopeName", "!Ref Name")}, "", ""},
	{"the identifier is not known", edits{set("Parameters.Name", "{Type: String}"), set("Server.Identifier", "!Ref Name")}, "", ""},
	{"all scopes of the resource server are not known", edits{set("Server.Scopes", "!Transform {Name: Scopes}")}, "", ""},
	{"one of the scopes is not known", edits{set("Server.Scopes.0", "!Transform {Name: Scope}")}, "", ""},
	{"the required scope is not known", edits{set("Parameters.Scope", "{Type: String}"), set("Get.AuthorizationScopes", "[!Ref Scope]")}, "", ""},
	{"all required scopes are not known", edits{set("Parameters.Scopes", "{Type: CommaDelimitedList}"), set("Get.AuthorizationScopes", "!Ref Scopes")}, "", ""},
	{"the pool is elsewhere", edits{remove("Resources.Server"), remove("Resources.Pool"), remove("Resources.Domain"), remove("Client.DependsOn"),
		set("Parameters.Pool", "{Type: String}"), set("Parameters.PoolArn", "{Type: String}"),
		set("Authorizer.ProviderARNs", "[!Ref PoolArn]"), ifMarked(set("Api.Metadata.machineauth", "{protectedBy: !Ref PoolArn}"))}, "", ""},

	{"an authorizer of another pool for all", edits{add(otherPool), set("Authorizer.ProviderARNs", "[!GetAtt OtherPool.Arn]")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs: the authorizer accepts tokens of user pool ${OtherPool}, not of the one user pool that protects the API (${Pool}): keep the ProviderARNs that the construct set",
		`fatal scope-undeclared Get.Properties.AuthorizationScopes
		 fatal scope-undeclared Post.Properties.AuthorizationScopes`},
	{"an authorizer with a second pool", edits{add(otherPool), set("Authorizer.ProviderARNs", "[!GetAtt Pool.Arn, !GetAtt OtherPool.Arn]")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs: accepts tokens of user pool ${Pool} and of ${OtherPool}, not of the one", ""},
	{"an authorizer of no pool", edits{remove("Authorizer.ProviderARNs")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs: accepts tokens of no known user pool", ""},
	{"an authorizer of a pool that is not known", edits{set("Parameters.PoolArn", "{Type: String}"), set("Authorizer.ProviderARNs", "[!Ref PoolArn]")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs", ""},
	{"an authorizer of pools that are not known", edits{set("Parameters.PoolArns", "{Type: CommaDelimitedList}"), set("Authorizer.ProviderARNs", "!Ref PoolArns")},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs: accepts tokens of no known user pool", ""},
	{"the pool by a raw id", edits{set("Authorizer.ProviderARNs", `["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"]`)},
		"fatal authorizer-changed Authorizer.Properties.ProviderARNs", ""},
	{"a Lambda function in its place", edits{set("Authorizer.Properties.Type", "TOKEN"), remove("Authorizer.ProviderARNs")},
		`fatal authorizer-changed Authorizer.Properties.Type: the authorizer is of type "TOKEN", not COGNITO_USER_POOLS: keep the Type that the construct set`, ""},
	{"another header", edits{set("Authorizer.IdentitySource", "method.request.header.X-Token")},
		`fatal authorizer-changed Authorizer.Properties.IdentitySource: the authorizer reads the token from "method.request.header.X-Token", where no client sends it: keep the IdentitySource that the construct set`, ""},
	{"no header", edits{remove("Authorizer.IdentitySource")}, "fatal authorizer-changed Authorizer.Properties.IdentitySource", ""},
	{"an identity validation expression", edits{set("Authorizer.IdentityValidationExpression", "^Bearer .+$")},
		`fatal authorizer-changed Authorizer.Properties.IdentityValidationExpression: the authorizer matches tokens against the identity validation expression "^Bearer .+$": access tokens have no audience, so every machine is rejected: remove IdentityValidationExpression`,
		"fatal authorizer-changed Authorizer.Properties.IdentityValidationExpression"},
	{"an expression that is not known", edits{set("Parameters.Expression", "{Type: String}"), set("Authorizer.IdentityValidationExpression", "!Ref Expression")},
		"fatal authorizer-changed Authorizer.Properties.IdentityValidationExpression", ""},
	{"an expression for ID tokens alone", edits{again("Authorizer", "IDs"), set("IDs.IdentityValidationExpression", "abc"), add(people), again("Get", "Me"),
		set("Me.HttpMethod", "PUT"), set("Me.AuthorizerId", "!Ref IDs"), remove("Me.AuthorizationScopes"), set("Me.Metadata.machineauth", "{otherAuthorization: ID tokens}")},
		"", ""},
	{"two changes of the authorizer", edits{set("Authorizer.IdentitySource", "method.request.header.X-Token"), set("Authorizer.IdentityValidationExpression", ".*")},
		`fatal authorizer-changed Authorizer.Properties.IdentitySource
		 fatal authorizer-changed Authorizer.Properties.IdentityValidationExpression`,
		"fatal authorizer-changed Authorizer.Properties.IdentityValidationExpression"},
	{"an authorizer that no method uses", edits{again("Authorizer", "Unused"), set("Unused.IdentityValidationExpression", ".*"), set("Unused.Properties.Type", "TOKEN")}, "", ""},

	{"the id of the pool in place of its ARN", edits{set("Authorizer.ProviderARNs", "[!Ref Pool]")},
		`fatal pool-region Authorizer.Properties.ProviderARNs[0]: "${Pool}" is not the ARN of a user pool`, "fatal pool-region Authorizer.Properties.ProviderARNs[0]"},
	{"the ARN of the pool in place of its id", edits{again("Client", "More"), set("More.UserPoolId", "!GetAtt Pool.Arn"), set("More.Metadata", "{}")},
		`fatal pool-region More.Properties.UserPoolId: "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountI"… (83 characters) is not a user pool id`,
		"fatal pool-region More.Properties.UserPoolId"},
	{"an id in place of the ARN", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", "[eu-west-1_Ab129faBb]")},
		`fatal pool-region Other.Properties.ProviderARNs[0]: "eu-west-1_Ab129faBb" is not the ARN of a user pool: use arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/ID, or Fn::GetAtt Arn of the pool`,
		"fatal pool-region Other.Properties.ProviderARNs[0]"},
	{"an ARN of something else", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", `[!Sub "arn:aws:cognito-identity:${AWS::Region}:${AWS::AccountId}:identitypool/x"]`)},
		"fatal pool-region Other.Properties.ProviderARNs[0]", "fatal pool-region Other.Properties.ProviderARNs[0]"},
	{"an ARN of a client", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A/client"]`)},
		"fatal pool-region Other.Properties.ProviderARNs[0]", "fatal pool-region Other.Properties.ProviderARNs[0]"},
	{"an ARN whose Regions differ", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/us-east-1_Ab129faBb"]`)},
		`fatal pool-region Other.Properties.ProviderARNs[0]: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/us-east-1_Ab"… (71 characters) contains Region eu-west-1, but the pool's id is from Region us-east-1: there is no such pool: copy the ARN from the Cognito console, or use Fn::GetAtt Arn of the pool`,
		"fatal pool-region Other.Properties.ProviderARNs[0]"},
	{"an ARN of another account", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:aws:cognito-idp:eu-west-1:999999999999:userpool/eu-west-1_Ab129faBb", "arn:aws-cn:cognito-idp:cn-north-1:999999999999:userpool/cn-north-1_A", "arn:aws-us-gov:cognito-idp:us-gov-west-1:999999999999:userpool/us-gov-west-1_A", "arn:aws-iso-b:cognito-idp:us-isob-east-1:999999999999:userpool/us-isob-east-1_A"]`)}, "", ""},
	{"an ARN in pieces", edits{set("Parameters.Account", "{Type: String}"), set("Parameters.Id", "{Type: String}"), again("Authorizer", "Other"), set("Other.ProviderARNs", `[!Sub "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${Account}:userpool/eu-west-1_A", !Sub "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${Id}"]`)}, "", ""},
	{"ARNs that are none", edits{again("Authorizer", "Other"), set("Other.ProviderARNs", `["arn:amazon:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A", "arn:aws:cognito:eu-west-1:123456789012:userpool/eu-west-1_A",
		"arn:aws:cognito-idp:europe:123456789012:userpool/eu-west-1_A", "arn:aws:cognito-idp:eu-west-1:12345:userpool/eu-west-1_A", "arn:aws:cognito-idp:eu-west-1:123456789012:pool/eu-west-1_A",
		"arn:aws:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_A", "arn:aws-cn:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A", "arn:aws-us-gov:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A",
		"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/orders", "urn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A"]`)}, noARNs, noARNs},
	{"a name in place of the id", edits{add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: orders}}}`)},
		`fatal pool-region More.Properties.UserPoolId: "orders" is not a user pool id: use an id such as eu-west-1_Ab129faBb, or Ref of the pool`,
		"fatal pool-region More.Properties.UserPoolId"},
	{"an ARN in place of the id", edits{add(`{More: {Type: AWS::Cognito::UserPoolDomain, Properties: {Domain: x, UserPoolId: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_A"}}}`)},
		"fatal pool-region More.Properties.UserPoolId", "fatal pool-region More.Properties.UserPoolId"},
	{"an id without a number", edits{add(`{More: {Type: AWS::Cognito::UserPoolResourceServer, Properties: {Identifier: x, Name: x, UserPoolId: eu-west-1_}}}`)},
		"fatal pool-region More.Properties.UserPoolId", "fatal pool-region More.Properties.UserPoolId"},
	{"an id by a parameter whose default is a placeholder", edits{set("Parameters.PoolId", "{Type: String, Default: REPLACE ME}"),
		add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Sub "${PoolId}"}}}`)}, "", ""},
	{"a pool by a valid ID", edits{add(`{More: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: eu-west-1_Ab129faBb}}}`)}, "", ""},
}

const (
	people = `{People: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code],
		AllowedOAuthScopes: [openid, email], CallbackURLs: ["https://example.org"], SupportedIdentityProviders: [COGNITO]}}}`
	lambdaAuthorizer = `{LambdaAuthorizer: {Type: AWS::ApiGateway::Authorizer, Properties: {RestApiId: !Ref Api, Name: lambda, Type: TOKEN, IdentitySource: method.request.header.Authorization,
		AuthorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/f/invocations"}}}`
)

// noARNs are the findings for ten invalid ARNs.
var noARNs = func() (lines string) {
	for i := range 10 {
		lines += fmt.Sprintf("fatal pool-region Other.Properties.ProviderARNs[%d]\n", i)
	}
	return lines
}()

func TestMethods(t *testing.T) { methodCases.run(t) }

// Another app's API is protected if its authorizer is marked.
func TestAnAPIElsewhere(t *testing.T) {
	imported := all(respell(func(r reference) any {
		if r.id == "Api" {
			return tree{"Fn::ImportValue": "their-" + r.name()}
		}
		return r.value()
	}), remove("Resources.Api"), ifMarked(set("Authorizer.Metadata.machineauth", "{protectedBy: !GetAtt Pool.Arn}")))
	onBoth{
		{"good", edits{imported}, "", ""},
		{"open", edits{set("Get.AuthorizationType", "NONE"), imported}, "fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
		{"open, and deployed elsewhere", edits{set("Get.AuthorizationType", "NONE"), without("Stage", "Deployment"), imported}, "fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
		{"another header", edits{set("Authorizer.IdentitySource", "method.request.header.X"), imported}, "fatal authorizer-changed Authorizer.Properties.IdentitySource", ""},
		{"by hand deployed", edits{add(second), imported}, "fatal stage-behind Deployment2", ""},
		{"no authorizer that says so", edits{set("Get.AuthorizationType", "NONE"), imported, ifMarked(drop("Authorizer.Metadata.machineauth"))}, "fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	}.run(t)
}

// preflight replaces the integration of a good template's OPTIONS method.
func preflight(responses string) edit {
	return set("Preflight.Integration", `{Type: MOCK, RequestTemplates: {application/json: "{statusCode:200}"}, IntegrationResponses: `+responses+`}`)
}

const headers = `ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}`

// A preflight requires no token and answers only what a browser asks for.
func TestPreflights(t *testing.T) {
	open := func(cases onBoth) (all onBoth) {
		for _, test := range cases {
			test.marked, test.byHand = "fatal method-open Preflight.Properties.AuthorizationType: method OPTIONS /orders is open", "error method-open Preflight.Properties.AuthorizationType"
			all = append(all, test)
		}
		return all
	}
	onBoth{
		{"without templates", edits{preflight(`[{StatusCode: "204", ` + headers + `}]`)}, "", ""},
		{"without responses", edits{set("Preflight.Integration", "{Type: MOCK}")}, "", ""},
		{"by the Serverless Framework", edits{set("Preflight.Integration", `{Type: MOCK, ContentHandling: CONVERT_TO_TEXT, RequestTemplates: {application/json: "{statusCode:200}"},
			IntegrationResponses: [{StatusCode: "200", ResponseParameters: {
				method.response.header.Access-Control-Allow-Origin: "'*'", method.response.header.Access-Control-Allow-Headers: "'Content-Type,Authorization'",
				method.response.header.Access-Control-Allow-Methods: "'OPTIONS,GET'", method.response.header.Access-Control-Allow-Credentials: "'true'",
				method.response.header.Access-Control-Max-Age: "'86400'", method.response.header.Cache-Control: "'max-age=86400'"},
				ResponseTemplates: {application/json: ""}}]}`)}, "", ""},
		{"by the Serverless Framework, for several origins", edits{preflight(`[{StatusCode: "200", ` + headers + `, ResponseTemplates: {application/json: '` +
			`#set($origin = $input.params("Origin")) #if($origin == "") #set($origin = $input.params("origin")) #end ` +
			`#if($origin.matches("http://[^.]*.example.org") || $origin == "x") #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin) #end'}}]`)}, "", ""},
		{"by SAM", edits{preflight(`[{StatusCode: "200", ` + headers + `, ResponseTemplates: {application/json: "{}\n"}}]`)}, "", ""},
		{"of several statuses", edits{preflight(`[{StatusCode: "204", ` + headers + `}, {StatusCode: "500", SelectionPattern: "5..", ResponseTemplates: {text/plain: "", application/json: " "}}]`)}, "", ""},
		{"with a comment", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "## answers nothing\n#set($x = 1)\n"}}]`)}, "", ""},
		{"that chooses the status", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "#set($context.responseOverride.status = 200)"}}]`)}, "", ""},
		{"that chooses it in the request", edits{set("Preflight.Integration.RequestTemplates", `{application/json: '{"statusCode": 204} #set($context.responseOverride.header.access-control-max-age = 5)'}`)}, "", ""},
		{"with a length", edits{preflight(`[{StatusCode: "204", ResponseParameters: {method.response.header.Content-Length: "'0'", method.response.header.VARY: "'Origin'"}}]`)}, "", ""},
		{"with a token, which browsers do not send", edits{set("Preflight.AuthorizationType", "COGNITO_USER_POOLS"), set("Preflight.AuthorizerId", "!Ref Authorizer"), set("Preflight.AuthorizationScopes", "[orders/read]")}, "", ""},
	}.run(t)
	open(onBoth{
		{"a body", edits{preflight(`[{StatusCode: "200", ` + headers + `, ResponseTemplates: {application/json: '{"orders": []}'}}]`)}, "", ""},
		{"a body of the second status", edits{preflight(`[{StatusCode: "204", ` + headers + `}, {StatusCode: "200", ResponseTemplates: {text/plain: orders}}]`)}, "", ""},
		{"a body after a directive", edits{preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: '#set($x = "a)")$x'}}]`)}, "", ""},
		{"a body in a branch", edits{preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: '#if(true)orders#end'}}]`)}, "", ""},
		{"a body below a comment", edits{preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: "## nothing\norders"}}]`)}, "", ""},
		{"a body by a loop", edits{preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: '#foreach($i in [1])#end'}}]`)}, "", ""},
		{"a body by a macro", edits{preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: {x: y}}}]`)}, "", ""},
		{"a body that is not known", edits{set("Parameters.Text", "{Type: String}"), preflight(`[{StatusCode: "200", ResponseTemplates: {application/json: !Ref Text}}]`)}, "", ""},
		{"another header", edits{preflight(`[{StatusCode: "204", ResponseParameters: {method.response.header.X-Orders: "'1'"}}]`)}, "", ""},
		{"a header with a longer name", edits{preflight(`[{StatusCode: "204", ResponseParameters: {method.response.header.X-Access-Control-: "'1'"}}]`)}, "", ""},
		{"no header", edits{preflight(`[{StatusCode: "204", ResponseParameters: {access-control-allow-origin: "'1'"}}]`)}, "", ""},
		{"another header by an override", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "#set($context.responseOverride.header.X-Orders = 1)"}}]`)}, "", ""},
		{"another header by the second override", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "#set($context.responseOverride.status = 200)#set($context.responseOverride.header.X-Orders = 1)"}}]`)}, "", ""},
		{"another header by an override in the request", edits{set("Preflight.Integration.RequestTemplates", `{application/json: '#set($context.responseOverride.header.X-Orders = 1){"statusCode": 204}'}`)}, "", ""},
		{"headers by a map", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "#set($h = $context.responseOverride.header)"}}]`)}, "", ""},
		{"overrides by a map", edits{preflight(`[{StatusCode: "204", ResponseTemplates: {application/json: "#set($o = $context.responseOverride)"}}]`)}, "", ""},
		{"a backend", edits{set("Preflight.Integration", `{Type: HTTP_PROXY, IntegrationHttpMethod: OPTIONS, Uri: "https://orders.example.org"}`)}, "", ""},
		{"a function", edits{set("Preflight.Integration.Type", "AWS_PROXY")}, "", ""},
		{"no integration", edits{remove("Preflight.Integration")}, "", ""},
	}).run(t)
	onBoth{
		{"another method", edits{set("Preflight.HttpMethod", "HEAD")}, "fatal method-open Preflight.Properties.AuthorizationType: method HEAD", "error method-open Preflight.Properties.AuthorizationType"},
		{"every method", edits{set("Preflight.HttpMethod", "ANY")}, "fatal method-open Preflight.Properties.AuthorizationType", "error method-open Preflight.Properties.AuthorizationType"},
		{"a method that is not known", edits{set("Parameters.Method", "{Type: String}"), set("Preflight.HttpMethod", "!Ref Method")},
			"fatal method-open Preflight.Properties.AuthorizationType: method ${Method} /orders", "error method-open Preflight.Properties.AuthorizationType"},
	}.run(t)
}

// inSet is a template inside another, quoted.
var inSet = strconv.Quote(`Parameters: {Api: {Type: String}}
Resources: {Late: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: {Ref: Api}, ResourceId: x, HttpMethod: DELETE, Integration: {Type: MOCK}}}}`)

// The API's mark names a pool of its stack by logical id instead of referring to it.
func TestAMarkThatNamesAPool(t *testing.T) {
	named := set("Api.Metadata.machineauth", "{protectedBy: Pool}")
	marked(t).with(named, set("Get.AuthorizationType", "NONE")).mustFind("fatal method-open Get.Properties.AuthorizationType")
	marked(t).with(named, add(otherPool), set("Authorizer.ProviderARNs", "[!GetAtt OtherPool.Arn]")).mustFind("fatal authorizer-changed Authorizer.Properties.ProviderARNs")
	marked(t).with(named).mustFind("")
}
