package rules_test

import "testing"

// second is a deployment of the API by hand, with a stage of its own.
const second = `{
	Deployment2: {Type: AWS::ApiGateway::Deployment, DependsOn: [Authorizer, Get, Order, Post, Preflight, Unauthorized, Validator], Properties: {RestApiId: !Ref Api}},
	Stage2: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment2, StageName: second}}}`

const late = `: CloudFormation may take this copy of the API before it creates `

var deploymentCases = onBoth{
	{"no dependency", edits{afterwards(remove("Deployment.DependsOn"))},
		"fatal stage-behind Deployment" + late + "Authorizer, Get, Order, Post, Preflight and 2 more: the stage would be without, and later changes of them never reach it: make the deployment depend on each (DependsOn, or Node().AddDependency)",
		"fatal stage-behind Deployment"},
	{"dependencies on two", edits{afterwards(set("Deployment.DependsOn", "[Preflight, Unauthorized]"))},
		"fatal stage-behind Deployment" + late + "Authorizer, Get, Order, Post, Validator: the stage", "fatal stage-behind Deployment"},
	{"no dependency on a method", edits{afterwards(set("Deployment.DependsOn", "[Authorizer, Order, Post, Preflight, Unauthorized, Validator]"))},
		"fatal stage-behind Deployment" + late + "Get: the stage", "fatal stage-behind Deployment" + late + "Get: the stage"},
	{"no dependency on a preflight", edits{afterwards(set("Deployment.DependsOn", "[Authorizer, Get, Order, Post, Unauthorized, Validator]"))},
		"fatal stage-behind Deployment" + late + "Preflight: the stage", "fatal stage-behind Deployment"},
	{"no dependency on a gateway response", edits{afterwards(set("Deployment.DependsOn", "[Get, Post, Preflight]"))},
		"fatal stage-behind Deployment" + late + "Unauthorized: the stage", "fatal stage-behind Deployment"},
	{"no dependency on a model", edits{remove("Post.RequestModels"), afterwards(set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized]"))},
		"fatal stage-behind Deployment" + late + "Order: the stage", "fatal stage-behind Deployment"},
	{"no dependency on a validator", edits{remove("Post.RequestValidatorId"), afterwards(set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized]"))},
		"fatal stage-behind Deployment" + late + "Validator: the stage", "fatal stage-behind Deployment"},
	{"no dependency on an authorizer that no method uses", edits{again("Authorizer", "Unused"), afterwards(set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized]"))},
		"fatal stage-behind Deployment" + late + "Unused: the stage", "fatal stage-behind Deployment"},
	{"dependencies by way of others", edits{afterwards(set("Deployment.DependsOn", "[Bucket, Unauthorized, Preflight]")),
		add(`{Bucket: {Type: AWS::S3::Bucket, DependsOn: [Topic]}, Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Get}${Post}"}}}`)}, "", ""},
	{"dependencies by way of what is not there", edits{set("Conditions.Never", "!Equals [a, b]"), afterwards(set("Deployment.DependsOn", "[Bucket, Get, Unauthorized, Preflight]")),
		add(`{Bucket: {Type: AWS::S3::Bucket, Condition: Never, DependsOn: [Post]}}`)},
		"fatal stage-behind Deployment" + late + "Order, Post, Validator: the stage", "fatal stage-behind Deployment"},
	{"a method that is not there", edits{set("Conditions.Never", "!Equals [a, b]"), set("Get.Condition", "Never"), afterwards(set("Deployment.DependsOn", "[Unauthorized, Preflight, Post]"))},
		"", ""},

	{"a logical id that does not follow", edits{set("Deployment.Metadata.aws:cdk:path", "Orders/Api/Deployment/Resource")},
		"fatal stage-behind Deployment: the logical id of the deployment was overridden: it does not follow what the API asks for, so that its stage would keep what was deployed before: leave the logical id as CDK makes it",
		""},
	{"a second deployment", edits{add(second)},
		"fatal stage-behind Deployment2: the deployment was made by hand: its stage keeps what the API was when it was deployed first: call Follow of the ProtectedApi with the deployment, or use the one that the RestApi makes",
		""},
	{"a second deployment too early", edits{add(second), remove("Deployment2.DependsOn")},
		"fatal stage-behind Deployment2: made by hand", "fatal stage-behind Deployment2" + late},
	{"a second deployment that no stage uses", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2")}, "", ""},
	{"a second deployment that makes its stage itself", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2"), set("Deployment2.StageName", "second")},
		"fatal stage-behind Deployment2: made by hand", "fatal stage-behind Deployment2" + late},
	{"a second deployment for a canary", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2"),
		set("Stage.CanarySetting", "{DeploymentId: !Ref Deployment2, PercentTraffic: 100}")},
		"fatal stage-behind Deployment2: made by hand", "fatal stage-behind Deployment2" + late},
	{"a second deployment by its attribute", edits{add(second), remove("Deployment2.DependsOn"), set("Stage2.DeploymentId", "!GetAtt Deployment2.DeploymentId")},
		"fatal stage-behind Deployment2: made by hand", "fatal stage-behind Deployment2" + late},
	{"two stages of one deployment", edits{add(second), remove("Resources.Deployment2"), set("Stage2.DeploymentId", "!Ref Deployment")}, "", ""},
	{"a deployment of an API beside it", edits{add(second), add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), remove("Deployment2.DependsOn"),
		set("Deployment2.RestApiId", "!Ref Beside"), set("Stage2.RestApiId", "!Ref Beside")}, "", ""},
	{"a deployment that no template holds", edits{set("Parameters.Old", "{Type: String}"), set("Stage.DeploymentId", "!Ref Old")},
		`fatal stage-behind Stage.Properties.DeploymentId: the stage has the deployment "${Old}", which no template holds: it keeps what the API was then: use the deployment that the RestApi makes, or one that Follow of the ProtectedApi was called with`, ""},
	{"a deployment by a raw id", edits{set("Stage.DeploymentId", "abc123")},
		`fatal stage-behind Stage.Properties.DeploymentId: the deployment "abc123"`, ""},
	{"a canary of a deployment by a raw id", edits{set("Stage.CanarySetting", "{DeploymentId: abc123}")},
		`fatal stage-behind Stage.Properties.CanarySetting.DeploymentId: the deployment "abc123"`, ""},
	{"the deployment of another API", edits{add(second), add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), remove("Resources.Stage2"),
		set("Deployment2.RestApiId", "!Ref Beside"), set("Stage.DeploymentId", "!Ref Deployment2")},
		`fatal stage-behind Stage.Properties.DeploymentId: the deployment "${Deployment2}"`, ""},

	{"a scope by a raw override", edits{afterwards(set("Get.AuthorizationScopes", "[orders/write]"))},
		"fatal stage-behind Get.Properties: the deployment Deployment does not follow what this AWS::ApiGateway::Method has come to: its stage would keep what was deployed before: set properties by the construct or its L1, not by a raw override, and add resources of the API in the stack of its deployment",
		""},
	{"an authorizer by a raw override", edits{afterwards(set("Authorizer.AuthorizerResultTtlInSeconds", "0"))},
		"fatal stage-behind Authorizer.Properties: what this AWS::ApiGateway::Authorizer has come to", ""},
	{"a model by a raw override", edits{afterwards(set("Order.Schema.required", "[]"))}, "fatal stage-behind Order.Properties", ""},
	{"a validator by a raw override", edits{afterwards(remove("Validator.ValidateRequestBody"))}, "fatal stage-behind Validator.Properties", ""},
	{"a gateway response by a raw override", edits{afterwards(set("Unauthorized.StatusCode", `"200"`))}, "fatal stage-behind Unauthorized.Properties", ""},
	{"two by a raw override", edits{afterwards(set("Get.AuthorizationScopes", "[orders/write]"), set("Post.AuthorizationScopes", "[orders/read]"))},
		"fatal stage-behind Get.Properties\nfatal stage-behind Post.Properties", ""},
	{"a backend by a raw override", edits{afterwards(set("Get.Integration.Uri", "https://new.example.org"), set("Get.MethodResponses", "[]"))}, "", ""},
	{"a method that came later", edits{afterwards(add(openHealth), set("Health.Metadata.machineauth", "{public: a reason}"), set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized, Health]"))},
		"fatal stage-behind Health.Properties", ""},
	{"what the deployment follows was deleted", edits{afterwards(set("Deployment.Metadata", "{}"))}, "fatal stage-behind Deployment: made by hand", ""},
	{"what the deployment follows is no list", edits{afterwards(set("Deployment.Metadata.machineauth", "{deploys: true}"))}, "fatal stage-behind Deployment: made by hand", ""},
	{"a second deployment that follows, too", edits{add(second), afterwards(follow("Deployment2"))}, "", ""},
	{"two deployments that one override leaves behind", edits{add(second), afterwards(follow("Deployment2"), set("Get.AuthorizationScopes", "[orders/write]"))},
		"fatal stage-behind Get.Properties: the deployment Deployment does", ""},
}

// follow gives a deployment what the good one follows.
func follow(id string) edit {
	return func(s *system) {
		if s.marked {
			resources := s.templateOf(id)["Resources"].(tree)
			resources[id].(tree)["Metadata"] = resources["Deployment"].(tree)["Metadata"]
		}
	}
}

func TestDeployments(t *testing.T) { deploymentCases.run(t) }

func TestDeploymentsOfAnUnprotectedAPI(t *testing.T) {
	byHand(t).with(afterwards(remove("Deployment.DependsOn")), set("Get.AuthorizationType", "NONE"), set("Post.AuthorizationType", "AWS_IAM")).mustFind("")
}
