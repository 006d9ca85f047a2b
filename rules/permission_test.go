package rules_test

import "testing"

// provider is a handwritten custom resource; its function has a role.
var provider = add(`{
	Custom: {Type: "Custom::Setup", Properties: {ServiceToken: !GetAtt Setup.Arn}},
	Setup: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, Code: {S3Bucket: b, S3Key: k}}},
	Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}}}`)

// allow adds one inline statement to the role.
func allow(statement string) edit {
	return all(provider, set("Role.Policies", `[{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, `+statement+`}]}}]`))
}

const (
	mayRead       = " secret-read-by-lambda Custom.Properties.ServiceToken: function Setup behind the custom resource may call cognito-idp:"
	mayReadStored = " secret-read-by-lambda Custom.Properties.ServiceToken: function Setup behind the custom resource may call secretsmanager:GetSecretValue on secret Secret, whose answer contains a client secret"
	mayDescribe   = mayRead + "DescribeUserPoolClient on user pool ${Pool}, whose answer contains a client secret: allow its role only the operations that it needs, and none of DescribeUserPoolClient, CreateUserPoolClient, UpdateUserPoolClient, AddUserPoolClientSecret"
	describes     = `Action: "cognito-idp:DescribeUserPoolClient", Resource: "*"`
)

func TestFunctionsThatMayReadASecret(t *testing.T) {
	narrow := func(name string, changes ...edit) onBoth {
		return onBoth{{name, changes, "error" + mayDescribe + ", or acknowledge this on the custom resource with a reason", "warning" + mayDescribe}}
	}
	other := func(operation string, statement string) onBoth {
		return onBoth{{operation, edits{allow(statement)}, "error" + mayRead + operation, "warning" + mayRead + operation}}
	}
	broad := func(name string, changes ...edit) onBoth {
		return onBoth{{name, changes, "warning" + mayDescribe, "warning" + mayDescribe}}
	}
	good := func(name string, changes ...edit) onBoth { return onBoth{{name, changes, "", ""}} }
	policy := func(kind, properties string) edit {
		return all(provider, add(`{Policy: {Type: "AWS::IAM::`+kind+`", Properties: {PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, `+describes+`}}, `+properties+`}}}`))
	}
	inline := allow(describes)
	for _, cases := range []onBoth{
		narrow("in a list", allow(`Action: [s3:GetObject, "cognito-idp:DescribeUserPoolClient"], Resource: ["arn:aws:s3:::b/*", "*"]`)),
		narrow("of the pool", allow(`Action: "cognito-idp:DescribeUserPoolClient", Resource: !GetAtt Pool.Arn`)),
		narrow("of the pool by its id", allow(`Action: "cognito-idp:DescribeUserPoolClient", Resource: !Sub "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${Pool}"`)),
		narrow("of all pools", allow(`Action: "COGNITO-IDP:describeuserpoolclient", Resource: "arn:aws:cognito-idp:*:*:userpool/*"`)),
		narrow("all of Cognito", allow(`Action: "cognito-idp:*", Resource: "*"`)),
		narrow("all that describes", allow(`Action: "cognito-idp:Describe*", Resource: "*"`)),
		narrow("by a character", allow(`Action: "cognito-idp:?escribeUserPool*t", Resource: "*"`)),
		narrow("by what is not another resource", allow(`Action: "cognito-idp:DescribeUserPoolClient", NotResource: "arn:aws:cognito-idp:*:*:userpool/eu-west-1_X"`)),
		narrow("beside what is denied for some", allow(describes+`}, {Effect: Deny, Action: "cognito-idp:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}`)),
		narrow("on a condition", allow(describes+`, Condition: {StringEquals: {"aws:RequestedRegion": eu-west-1}}`)),
		other("CreateUserPoolClient", `Action: "cognito-idp:CreateUserPoolClient", Resource: "*"`),
		other("UpdateUserPoolClient", `Action: "cognito-idp:UpdateUserPoolClient", Resource: "*"`),
		other("AddUserPoolClientSecret", `Action: "cognito-idp:Add*", Resource: "*"`),
		other("AddUserPoolClientSecret", `Action: "cognito-idp:*", Resource: "*"}, {Effect: Deny, Action: ["cognito-idp:*UserPoolClient"], Resource: "*"`),
		broad("everything", allow(`Action: "*", Resource: "*"`)),
		broad("everything but", allow(`NotAction: ["iam:*"], Resource: "*"`)),

		narrow("by a policy", policy("Policy", "Roles: [!Ref Role]")),
		narrow("by a policy of a role with a name", policy("Policy", "Roles: [setup]"), set("Role.RoleName", "setup")),
		narrow("by a policy of one role", policy("RolePolicy", "RoleName: !Ref Role")),
		narrow("by a managed policy", policy("ManagedPolicy", "Roles: [!Ref Role]")),
		narrow("by a managed policy of the role", policy("ManagedPolicy", "Path: /"), set("Role.ManagedPolicyArns", "[!Ref Policy]")),
		narrow("by a policy of AWS", provider, set("Role.ManagedPolicyArns", `[!Sub "arn:${AWS::Partition}:iam::aws:policy/AmazonCognitoPowerUser"]`)),
		broad("by a policy of AWS for everything", provider, set("Role.ManagedPolicyArns", `["arn:aws:iam::aws:policy/AdministratorAccess"]`)),

		narrow("a resource of the other type", inline, set("Custom.Type", "x"), func(s *system) {
			s.templates[alone]["Resources"].(tree)["Custom"].(tree)["Type"] = "AWS::CloudFormation::CustomResource"
		}),
		narrow("two resources of one function", inline, again("Custom", "Custom2")),
		narrow("a function with a name", inline, set("Setup.FunctionName", "setup"), set("Custom.ServiceToken", `!Sub "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:setup"`)),
		narrow("a role with a name", inline, set("Role.RoleName", "setup"), set("Setup.Role", `!Sub "arn:aws:iam::${AWS::AccountId}:role/setup"`)),
		narrow("an alias", inline, add(`{Alias: {Type: AWS::Lambda::Alias, Properties: {Name: live, FunctionName: !Ref Setup}}}`), set("Custom.ServiceToken", "!Ref Alias")),
		narrow("a version", inline, add(`{Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !GetAtt Setup.Arn}}}`), set("Custom.ServiceToken", "!Ref Version")),
		narrow("a topic", inline, add(`{Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: lambda, Endpoint: !GetAtt Setup.Arn}]}}}`), set("Custom.ServiceToken", "!Ref Topic")),
		narrow("a topic with a subscription", inline, add(`{Topic: {Type: AWS::SNS::Topic}, Sub: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: lambda, Endpoint: !GetAtt Setup.Arn}}}`), set("Custom.ServiceToken", "!Ref Topic")),
		narrow("a Provider of CDK", inline, add(`{Framework: {Type: AWS::Lambda::Function, Properties: {Role: r, Environment: {Variables: {USER_ON_EVENT_FUNCTION_ARN: !GetAtt Setup.Arn}}}}}`), set("Custom.ServiceToken", "!GetAtt Framework.Arn")),
		narrow("a Trigger of CDK", inline, set("Custom.Properties", "{ServiceToken: t, HandlerArn: !Ref Version}"), add(`{Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Setup}}}`)),
		narrow("functions that call each other", inline, set("Setup.Environment", "{Variables: {OTHER: !GetAtt Other.Arn}}"), add(`{Other: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {OTHER: !GetAtt Setup.Arn}}}}}`)),

		good("no permission", provider),
		good("what answers with no secret", allow(`Action: ["cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolDomain", "cognito-idp:List*", "cognito-idp:DeleteUserPoolClientSecret"], Resource: "*"`)),
		good("another service", allow(`Action: ["cognito-identity:*", "dynamodb:*"], Resource: "*"`)),
		good("a permission that is not known", set("Parameters.Action", "{Type: String}"), allow(`Action: !Ref Action, Resource: "*"`)),
		good("a pool that is not known", set("Parameters.Arn", "{Type: String}"), allow(`Action: "cognito-idp:*", Resource: !Ref Arn`)),
		good("another pool", add(otherPool), allow(`Action: "cognito-idp:*", Resource: !GetAtt OtherPool.Arn`)),
		good("another pool by its id", allow(`Action: "cognito-idp:*", Resource: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_X"`)),
		good("everything in S3", allow(`Action: "*", Resource: "arn:aws:s3:::userpool/*"`)),
		good("all but this pool", allow(`Action: "cognito-idp:*", NotResource: !GetAtt Pool.Arn`)),
		good("all but Cognito", allow(`NotAction: ["cognito-idp:*"], Resource: "*"`)),
		good("denied", allow(`Action: "*", Resource: "*"}, {Effect: Deny, Action: "cognito-idp:*", Resource: "*"`)),
		good("a policy of another role", policy("Policy", "Roles: [other]")),
		good("a policy of AWS for something else", provider, set("Role.ManagedPolicyArns", `["arn:aws:iam::aws:policy/AmazonS3FullAccess"]`)),
		good("a function that is no provider", inline, remove("Resources.Custom")),
		good("a function beside the provider", inline, add(`{Other: {Type: AWS::Lambda::Function, Properties: {Role: r}}}`), set("Custom.ServiceToken", "!GetAtt Other.Arn")),
		good("a provider elsewhere", inline, set("Custom.ServiceToken", "arn:aws:lambda:eu-west-1:123456789012:function:other")),
		good("a role elsewhere", inline, set("Setup.Role", "arn:aws:iam::123456789012:role/other")),
		{{"the secret that keeps it", edits{allow(`Action: "secretsmanager:GetSecretValue", Resource: [!Ref Secret]`)},
			"error" + mayReadStored + ": take this operation on the secret from its role, or acknowledge", "warning" + mayReadStored}},
		{{"anything of the secret that keeps it", edits{allow(`Action: "secretsmanager:*", Resource: !Ref Secret`)}, "error" + mayReadStored, "warning" + mayReadStored}},
		good("the description of the secret that keeps it", allow(`Action: "secretsmanager:DescribeSecret", Resource: !Ref Secret`)),
		good("a secret that is no client's", add(otherSecret), allow(`Action: "secretsmanager:GetSecretValue", Resource: !Ref Other`)),
		good("the secret that keeps it, denied", allow(`Action: s3:GetObject, Resource: "*"}, {Effect: Deny, Action: "secretsmanager:GetSecretValue", Resource: !Ref Secret`)),
		{{"code that reads it", edits{provider, set("Setup.Code", `{ZipFile: "cognito.describe_user_pool_client(UserPoolId=pool)"}`)},
			"fatal secret-read-by-lambda Custom: the custom resource calls describe_user_pool_client: its Lambda function sees", "fatal secret-read-by-lambda Custom"}},
		{{"code that reads it, of two resources", edits{inline, set("Setup.Code", `{ZipFile: !Sub "await client.send(new DescribeUserPoolClientCommand({UserPoolId: '${Pool}'}))"}`), again("Custom", "Custom2")},
			"fatal secret-read-by-lambda Custom: calls DescribeUserPoolClientCommand", "fatal secret-read-by-lambda Custom"}},
		good("code that reads something else", provider, set("Setup.Code", `{ZipFile: "cognito.describe_user_pool(UserPoolId=pool)"}`)),
		good("code of a function that is no provider", provider, set("Setup.Code", `{ZipFile: "cognito.describe_user_pool_client(UserPoolId=pool)"}`), remove("Resources.Custom")),
		{{"a function that reads one already", edits{inline, set("Custom.Call", "describeUserPoolClient"), again("Custom", "Custom2"), remove("Custom2.Call")},
			"fatal secret-read-by-lambda Custom: calls", "fatal secret-read-by-lambda Custom: calls"}},
	} {
		cases.run(t)
	}
}

// A pool whose clients have no secret exposes none.
func TestFunctionsOfAPoolWithoutSecrets(t *testing.T) {
	systemOf(t, `{Resources: {Pool: {Type: AWS::Cognito::UserPool}, Web: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool, GenerateSecret: false}}}}`).
		with(allow(`Action: "cognito-idp:*", Resource: "*"`), set("Setup.Code", `{ZipFile: "cognito.update_user_pool_client(UserPoolId=pool)"}`)).mustFind("")
}

// A permission counts in whatever stack it is granted.
func TestAFunctionInAnotherStack(t *testing.T) {
	onBoth{{"by an export", edits{exportPool, addTo("Other", `{
		Custom: {Type: "Custom::Setup", Properties: {ServiceToken: !GetAtt Setup.Arn}},
		Setup: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}},
		Role: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: "cognito-idp:Describe*", Resource: !Sub ["arn:aws:cognito-idp:*:*:userpool/${Id}", {Id: !ImportValue "Main:PoolZ"}]}}}]}}}`),
		in(stack{name: alone}, stack{name: "Other", dependsOn: []string{alone}})},
		"error secret-read-by-lambda Other/Custom.Properties.ServiceToken", "warning secret-read-by-lambda Other/Custom.Properties.ServiceToken"}}.run(t)
}
