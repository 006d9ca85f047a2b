package rules_test

import "testing"

const (
	shows  = "shows a client secret in plain text in "
	remedy = ": put it into the SecretString of a Secrets Manager secret, and give readers that secret's ARN"

	function = `{Function: {Type: AWS::Lambda::Function, Properties: {Role: r, Code: {S3Bucket: b, S3Key: k}, Environment: {Variables: {SECRET: !GetAtt Client.ClientSecret, ID: !Ref Client}}}}}`
	// describe is CDK's template for the getter userPoolClientSecret.
	describe = `{Describe: {Type: "Custom::DescribeCognitoUserPoolClient", Properties: {ServiceToken: "arn:aws:lambda:eu-west-1:123456789012:function:f",
		Create: {Fn::Join: ["", ['{"region":"', !Ref AWS::Region, '","service":"CognitoIdentityServiceProvider","action":"describeUserPoolClient","parameters":{"UserPoolId":"', !Ref Pool, '","ClientId":"', !Ref Client, '"}}']]}}}}`
	sees = "fatal secret-read-by-lambda Describe: the custom resource calls "
)

// secretCases have the same findings whether constructs or a person wrote the template.
var secretCases = same{
	{"an output", edits{set("Outputs.Secret", "{Value: !GetAtt Client.ClientSecret}")},
		"fatal secret-exposed Outputs.Secret.Value: " + shows + "output Secret" + remedy},
	{"the description of an output", edits{set("Outputs.Secret", `{Value: x, Description: x, Export: {Name: !Sub "x-${Client.ClientSecret}"}}`)},
		"fatal secret-exposed Outputs.Secret.Export.Name: " + shows + "output Secret"},
	{"an output and its name", edits{set("Outputs.Secret", "{Value: !GetAtt Client.ClientSecret, Export: {Name: !GetAtt Client.ClientSecret}}")},
		"fatal secret-exposed Outputs.Secret.Value\nfatal secret-exposed Outputs.Secret.Export.Name"},
	{"the environment of a function", edits{add(function)},
		"fatal secret-exposed Function.Properties.Environment.Variables.SECRET: " + shows + "Properties.Environment.Variables.SECRET" + remedy},
	{"Metadata of a resource", edits{set("Api.Metadata.Note", "!GetAtt Client.ClientSecret")}, "fatal secret-exposed Api.Metadata.Note: " + shows + "Metadata.Note"},
	{"Metadata of the template", edits{set("Metadata.Notes", "{Client: [!GetAtt Client.ClientSecret]}")}, "fatal secret-exposed Metadata.Notes.Client[0]: " + shows + "Metadata.Notes.Client[0]"},
	{"the mark of a resource", edits{set("Get.Metadata.machineauth", "{public: !GetAtt Client.ClientSecret}")}, "fatal secret-exposed Get.Metadata.machineauth.public"},
	{"a description", edits{set("Api.Description", `!Sub "of ${Client.ClientSecret}"`)}, "fatal secret-exposed Api.Properties.Description"},
	{"the description of the secret", edits{set("Secret.Description", `!Sub "of ${Client.ClientSecret}"`)}, "fatal secret-exposed Secret.Properties.Description"},
	{"the name of the secret", edits{set("Secret.Name", "!GetAtt Client.ClientSecret")}, "fatal secret-exposed Secret.Properties.Name"},
	{"a tag", edits{set("Secret.Tags", "[{Key: a, Value: b}, {Key: secret, Value: !GetAtt Client.ClientSecret}]")}, "fatal secret-exposed Secret.Properties.Tags[1].Value"},
	{"a tag after an omitted tag", edits{set("Secret.Tags", "[!Ref AWS::NoValue, {Key: secret, Value: !GetAtt Client.ClientSecret}]")}, "fatal secret-exposed Secret.Properties.Tags[1].Value"},
	{"two tags", edits{set("Api.Tags", "[{Key: secret, Value: !GetAtt Client.ClientSecret}, {Key: other, Value: !GetAtt Client.ClientSecret}]")}, "fatal secret-exposed Api.Properties.Tags[0].Value\nfatal secret-exposed Api.Properties.Tags[1].Value"},
	{"a parameter of Systems Manager", edits{add(`{Parameter: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Client.ClientSecret}}}`)}, "fatal secret-exposed Parameter.Properties.Value"},
	{"the SecretString of something else", edits{add(`{Other: {Type: AWS::SSM::Parameter, Properties: {SecretString: !GetAtt Client.ClientSecret}}}`)}, "fatal secret-exposed Other.Properties.SecretString"},
	{"beside the SecretString", edits{set("Secret.Metadata.SecretString", "!GetAtt Client.ClientSecret")}, "fatal secret-exposed Secret.Metadata.SecretString"},
	{"a stage variable", edits{set("Stage.Variables", "{secret: !GetAtt Client.ClientSecret}")}, "fatal secret-exposed Stage.Properties.Variables.secret"},
	{"a custom resource", edits{add(`{Custom: {Type: "Custom::Sync", Properties: {ServiceToken: t, Secret: !GetAtt Client.ClientSecret}}}`)}, "fatal secret-exposed Custom.Properties.Secret"},
	{"a parameter of a nested stack", edits{add(`{Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.org/t", Parameters: {Secret: !GetAtt Client.ClientSecret}}}}`)},
		"fatal secret-exposed Nested.Properties.Parameters.Secret\nwarning template-unread Nested"},
	{"CDK's export writer for another Region", edits{add(`{Writer: {Type: "Custom::CrossRegionExportWriter", Properties: {ServiceToken: t, WriterProps: {region: us-east-1, exports: {/cdk/exports/x: !GetAtt Client.ClientSecret}}}}}`)},
		`fatal secret-exposed Writer.Properties.WriterProps.exports["/cdk/exports/x"]`},
	{"a policy of updates", edits{func(s *system) {
		s.templates[alone]["Resources"].(tree)["Api"].(tree)["UpdatePolicy"] = tree{"X": tree{"Fn::GetAtt": "Client.ClientSecret"}}
	}}, "fatal secret-exposed Api.UpdatePolicy.X"},

	{"by Fn::GetAtt in text", edits{add(function), set("Function.Environment.Variables.SECRET", "{'Fn::GetAtt': Client.ClientSecret}")}, functionShows},
	{"by Fn::Sub", edits{add(function), set("Function.Environment.Variables.SECRET", `!Sub "x${Client.ClientSecret}y"`)}, functionShows},
	{"by a variable of Fn::Sub", edits{add(function), set("Function.Environment.Variables.SECRET", `!Sub ["x${v}", {v: !GetAtt Client.ClientSecret}]`)}, functionShows},
	{"by Fn::Join", edits{add(function), set("Function.Environment.Variables.SECRET", `!Join [":", [!Ref Client, !GetAtt Client.ClientSecret]]`)}, functionShows},
	{"as the delimiter of Fn::Join", edits{add(function), set("Function.Environment.Variables.SECRET", `!Join [!GetAtt Client.ClientSecret, [a, b]]`)}, functionShows},
	{"by Fn::Split", edits{add(function), set("Function.Environment.Variables.SECRET", `!Select [0, !Split [a, !GetAtt Client.ClientSecret]]`)}, functionShows},
	{"by Fn::Select", edits{add(function), set("Function.Environment.Variables.SECRET", `!Select [1, [a, !GetAtt Client.ClientSecret]]`)}, functionShows},
	{"by Fn::Base64", edits{add(function), set("Function.Environment.Variables.SECRET", "{'Fn::Base64': !GetAtt Client.ClientSecret}")}, functionShows},
	{"by Fn::ToJsonString", edits{add(function), set("Function.Environment.Variables.SECRET", "{'Fn::ToJsonString': {secret: !GetAtt Client.ClientSecret}}")}, functionShows},
	{"by a macro", edits{add(function), set("Function.Environment.Variables.SECRET", "!Transform {Name: M, Parameters: {secret: !GetAtt Client.ClientSecret}}")}, functionShows},
	{"by an unknown function", edits{add(function), set("Function.Environment.Variables.SECRET", "{'Fn::Encrypt': [!GetAtt Client.ClientSecret]}")}, functionShows},
	{"by Fn::If", edits{set("Conditions.Always", "!Equals [a, a]"), add(function), set("Function.Environment.Variables.SECRET", "!If [Always, !GetAtt Client.ClientSecret, none]")}, functionShows},
	{"by the other branch of Fn::If", edits{set("Conditions.Always", "!Equals [a, a]"), add(function), set("Function.Environment.Variables.SECRET", "!If [Always, none, !GetAtt Client.ClientSecret]")}, ""},
	{"by Fn::If, on an unknown parameter", edits{set("Parameters.Stage1", "{Type: String}"), set("Conditions.Test", "!Equals [!Ref Stage1, test]"), add(function),
		set("Function.Environment.Variables.SECRET", "!If [Test, !GetAtt Client.ClientSecret, none]")}, functionShows + ": in Properties.Environment.Variables.SECRET, when ${Stage1} = \"test\""},
	{"by an attribute that a parameter names", edits{set("Parameters.Attribute", "{Type: String, Default: ClientSecret}"), add(function),
		set("Function.Environment.Variables.SECRET", "{'Fn::GetAtt': [Client, !Ref Attribute]}")}, functionShows},
	{"by an attribute that is not known", edits{set("Parameters.Attribute", "{Type: String}"), add(function),
		set("Function.Environment.Variables.SECRET", "{'Fn::GetAtt': [Client, !Ref Attribute]}")}, functionShows},
	{"in a resource omitted by its condition", edits{set("Conditions.Never", "!Equals [a, b]"), add(function), set("Function.Condition", "Never")}, ""},
	{"in an output that a condition leaves out", edits{set("Conditions.Never", "!Equals [a, b]"), set("Outputs.Secret", "{Condition: Never, Value: !GetAtt Client.ClientSecret}")}, ""},

	{"another attribute of the client", edits{add(function), set("Function.Environment.Variables.SECRET", "!GetAtt Client.Name")}, ""},
	{"the ARN of the secret", edits{add(function), set("Function.Environment.Variables.SECRET", "!Ref Secret"), set("Outputs.Secret", "{Value: !Ref Secret}")}, ""},
	{"a dynamic reference", edits{add(function), set("Function.Environment.Variables.SECRET", `!Sub "{{resolve:secretsmanager:${Secret}}}"`)}, functionShows},
	{"a dynamic reference by name", edits{set("Secret.Name", "partner"), set("Secret.SecretString", `!Sub '{"id":"${Client}","secret":"${Client.ClientSecret}"}'`), set("Outputs.Secret", `{Value: "{{resolve:secretsmanager:partner:SecretString:secret}}"}`)},
		"fatal secret-exposed Outputs.Secret.Value"},
	{"a dynamic reference to the id of the client", edits{set("Secret.SecretString", `!Sub '{"id":"${Client}","secret":"${Client.ClientSecret}"}'`), add(function), set("Function.Environment.Variables.SECRET", `!Sub "{{resolve:secretsmanager:${Secret}:SecretString:id}}"`)}, ""},
	{"a dynamic reference to a secret elsewhere", edits{add(function), set("Function.Environment.Variables.SECRET", `"{{resolve:secretsmanager:partner-of-others:SecretString:secret}}"`)}, ""},
	{"a dynamic reference in another secret", edits{again("Secret", "Secret2", set("Secret2.Name", "second"), set("Secret2.SecretString", `!Sub "{{resolve:secretsmanager:${Secret}}}"`))}, ""},
	{"a dynamic reference where EventBridge keeps it", edits{add(connection), set("Connection.AuthParameters.OAuthParameters.ClientParameters.ClientSecret", `!Sub "{{resolve:secretsmanager:${Secret}}}"`)}, ""},
	{"the secret itself where EventBridge keeps it", edits{add(connection)}, "fatal secret-exposed Connection.Properties.AuthParameters.OAuthParameters.ClientParameters.ClientSecret"},
	{"a dynamic reference beside a property EventBridge protects", edits{add(connection), set("Connection.AuthParameters", "{}"), set("Connection.Description", `!Sub "{{resolve:secretsmanager:${Secret}}}"`)}, "fatal secret-exposed Connection.Properties.Description"},
	{"a dynamic reference where a load balancer keeps it", edits{add(listener)}, ""},
	{"a dynamic reference beside a property a load balancer protects", edits{add(listener), set("Listener.DefaultActions", `[{Type: fixed-response, FixedResponseConfig: {MessageBody: !Sub "{{resolve:secretsmanager:${Secret}}}"}}]`)}, "fatal secret-exposed Listener.Properties.DefaultActions[0].FixedResponseConfig.MessageBody"},
	{"read from a parameter of Systems Manager", edits{add(`{Parameter: {Type: AWS::SSM::Parameter, Properties: {Name: leak, Type: String, Value: !GetAtt Client.ClientSecret}}}`), add(function), set("Function.Environment.Variables.SECRET", `"{{resolve:ssm:leak:1}}"`)},
		"fatal secret-exposed Parameter.Properties.Value\n" + functionShows},
	{"the value of a parameter of Systems Manager", edits{add(`{Parameter: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub "x-${Client.ClientSecret}"}}}`), set("Outputs.Secret", "{Value: !GetAtt Parameter.Value}"), set("Outputs.Type", "{Value: !GetAtt Parameter.Type}")},
		"fatal secret-exposed Parameter.Properties.Value\nfatal secret-exposed Outputs.Secret.Value"},
	{"a template of a generated secret", edits{set("Secret.GenerateSecretString", `{GenerateStringKey: salt, SecretStringTemplate: !Sub '{"secret":"${Client.ClientSecret}"}'}`), remove("Secret.SecretString")}, ""},
	{"elsewhere in a generated secret", edits{set("Secret.GenerateSecretString", `{GenerateStringKey: !GetAtt Client.ClientSecret}`)}, "fatal secret-exposed Secret.Properties.GenerateSecretString.GenerateStringKey"},
	{"a whole generated secret", edits{set("Secret.GenerateSecretString", `!Transform {x: !GetAtt Client.ClientSecret}`)}, "fatal secret-exposed Secret.Properties.GenerateSecretString"},

	{"a custom resource reads it", edits{add(describe)}, sees + "describeUserPoolClient: its Lambda function sees the client secret, and may log it: read the secret with Fn::GetAtt ClientSecret of the client, which needs no function; in CDK, do not use userPoolClientSecret of UserPoolClient"},
	{"and shows it", edits{add(describe), set("Outputs.Secret", "{Value: !GetAtt Describe.UserPoolClient.ClientSecret}")},
		"fatal secret-read-by-lambda Describe\nfatal secret-exposed Outputs.Secret.Value"},
	{"and keeps it", edits{add(describe), set("Secret.SecretString", "!GetAtt Describe.UserPoolClient.ClientSecret")}, "fatal secret-read-by-lambda Describe"},
	{"a command of the SDK", edits{add(describe), set("Describe.Create", `'{"action":"DescribeUserPoolClientCommand"}'`)}, sees + "DescribeUserPoolClientCommand:"},
	{"a command of the CLI", edits{add(describe), set("Describe.Create", "aws cognito-idp describe-user-pool-client --client-id x")}, sees + "describe-user-pool-client:"},
	{"a call of boto", edits{add(describe), set("Describe.Create", "client.describe_user_pool_client(UserPoolId=pool)")}, sees + "describe_user_pool_client:"},
	{"a secret more, by boto", edits{add(describe), set("Describe.Create", "{Operation: add_user_pool_client_secret}")}, sees + "add_user_pool_client_secret:"},
	{"a domain, by boto", edits{add(describe), set("Describe.Properties", "{Create: {Operation: describe_user_pool_domain}}")}, ""},
	{"the secret that keeps it", edits{add(describe), set("Describe.Create", `!Sub '{"service":"SecretsManager","action":"getSecretValue","parameters":{"SecretId":"${Secret}"}}'`)},
		sees + "getSecretValue: its Lambda function sees the client secret, and may log it: remove the call: have the service read the secret from Secrets Manager when it runs"},
	{"several secrets", edits{add(describe), set("Describe.Properties", "{Create: {command: BatchGetSecretValueCommand}, Secrets: [!Ref Other, !Ref Secret]}"), add(otherSecret)}, sees + "BatchGetSecretValueCommand:"},
	{"another secret, not a client's", edits{add(describe), add(otherSecret), set("Describe.Properties", `{Create: !Sub '{"service":"SecretsManager","action":"getSecretValue","parameters":{"SecretId":"${Other}"}}'}`)}, ""},
	{"a call that does not return the secret's value", edits{add(describe), set("Describe.Properties", `{Create: !Sub '{"service":"SecretsManager","action":"tagResource","parameters":{"SecretId":"${Secret}"}}'}`)}, ""},
	{"a call in pieces", edits{add(describe), set("Describe.Create", `!Join ["", [describe, User, Pool, Client]]`)}, sees + "describeUserPoolClient:"},
	{"a call by a parameter", edits{set("Parameters.Call", "{Type: String, Default: createUserPoolClient}"), add(describe), set("Describe.Create", `!Sub '{"action":"${Call}"}'`)}, sees + "createUserPoolClient:"},
	{"a second secret", edits{add(describe), set("Describe.Create", "{action: addUserPoolClientSecret}")}, sees + "addUserPoolClientSecret:"},
	{"the ids of secrets", edits{add(describe), set("Describe.Properties", "{Create: {action: ListUserPoolClientSecrets}}")}, ""},
	{"a change of the client", edits{add(describe), set("Describe.Create", "[x, {action: updateUserPoolClient}]")}, sees + "updateUserPoolClient:"},
	{"by the type alone", edits{add(`{Describe: {Type: "Custom::DescribeUserPoolClient", Properties: {ServiceToken: t}}}`)}, sees + "DescribeUserPoolClient:"},
	{"by a resource of the other type", edits{add(describe), set("Describe.Properties", `{Create: '{"action":"describeUserPoolClient"}'}`), set("Describe.Type", "AWS::CloudFormation::CustomResource")}, "fatal secret-read-by-lambda Describe"},
	{"the domain", edits{add(describe), set("Describe.Properties", `{Create: '{"action":"describeUserPoolDomain"}'}`)}, ""},
	{"the pool", edits{add(describe), set("Describe.Properties", `{Create: '{"action":"describeUserPool"}'}`)}, ""},
	{"the names of clients", edits{add(describe), set("Describe.Properties", `{Create: '{"action":"listUserPoolClients"}'}`)}, ""},
	{"the end of a secret", edits{add(describe), set("Describe.Properties", `{Create: '{"action":"deleteUserPoolClientSecret"}'}`)}, ""},
	{"no custom resource", edits{add(`{Policy: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Action: "cognito-idp:DescribeUserPoolClient", Resource: "*"}]}}}}`)}, ""},
}

const (
	otherSecret = `{Other: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {}}}}`
	connection  = `{Connection: {Type: AWS::Events::Connection, Properties: {AuthorizationType: OAUTH_CLIENT_CREDENTIALS, AuthParameters: {OAuthParameters: {ClientParameters: {ClientID: !Ref Client, ClientSecret: !GetAtt Client.ClientSecret}}}}}}`
	listener    = `{Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {DefaultActions: [{Type: authenticate-oidc, AuthenticateOidcConfig: {ClientId: !Ref Client, ClientSecret: !Sub "{{resolve:secretsmanager:${Secret}}}"}}]}}}`
)

const functionShows = "fatal secret-exposed Function.Properties.Environment.Variables.SECRET"

// CDK copies a construct's tag to every resource below: one cause, one finding.
func TestATagOfManyResources(t *testing.T) {
	same{
		{"a tag of a stack, which CDK gives to each resource", edits{set("Pool.UserPoolTags", "{secret: !GetAtt Client.ClientSecret}"), set("Api.Tags", "[{Key: secret, Value: !GetAtt Client.ClientSecret}]"), set("Stage.Tags", "[{Key: a, Value: b}, {Key: secret, Value: !GetAtt Client.ClientSecret}]")},
			"fatal secret-exposed Api.Properties.Tags[0].Value: " + shows + "Properties.Tags[0].Value"},
	}.run(t)
}

func TestSecrets(t *testing.T) { secretCases.run(t) }

var accountCases = onBoth{
	{"a role of the account", edits{add(account)},
		"fatal account-role Account: sets the API Gateway CloudWatch role of the whole account and Region, and takes it from every API when the stack is deleted: create the RestApi with CloudWatchRole: false, or accept it with ProtectOptions.AllowAccountCloudWatchRole",
		"warning account-role Account: sets the API Gateway CloudWatch role of the whole account and Region, and takes it from every API when the stack is deleted: remove AWS::ApiGateway::Account, and set the role once for the account (CloudWatchRole: false of a RestApi in CDK)"},
	{"asked for", edits{add(account), set("Account.Metadata.machineauth", "{accountRole: true}")}, "", ""},
	{"not asked for", edits{add(account), set("Account.Metadata.machineauth", "{accountRole: false}")}, "fatal account-role Account", "warning account-role Account"},
	{"of an API that is not protected", edits{add(account), set("Account.Metadata", "{aws:cdk:path: Orders/Beside/Account}"), add(beside)}, "", ""},
	{"of the protected API, beside an unprotected one", edits{add(account), set("Account.Metadata", "{aws:cdk:path: Orders/Api/Account}"), set("Api.Metadata.aws:cdk:path", "Orders/Api/Resource"), add(beside)},
		"fatal account-role Account", "warning account-role Account"},
	{"beside an unprotected API", edits{add(account), add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`)}, "fatal account-role Account", "warning account-role Account"},
	{"of nothing by its path", edits{add(account), set("Account.Metadata", "{aws:cdk:path: Orders/Besides/Account}"), add(beside)}, "fatal account-role Account", "warning account-role Account"},
	{"two", edits{add(account), again("Account", "Account2")}, "fatal account-role Account\nfatal account-role Account2", "warning account-role Account\nwarning account-role Account2"},
	{"without a protected API", edits{add(account), without(theAPI...), without(theClients...), without("Server", "Domain", "Pool")}, "", ""},
}

const (
	account = `{Account: {Type: AWS::ApiGateway::Account, Properties: {CloudWatchRoleArn: "arn:aws:iam::123456789012:role/r"}}}`
	beside  = `{Beside: {Type: AWS::ApiGateway::RestApi, Metadata: {aws:cdk:path: Orders/Beside/Resource}, Properties: {Name: beside}}}`
)

func TestAccountRoles(t *testing.T) { accountCases.run(t) }
