package rules_test

import "testing"

// second is a handwritten deployment of the API with a separate stage.
const second = `{
	Deployment2: {Type: AWS::ApiGateway::Deployment, DependsOn: [Authorizer, Get, Order, Post, Preflight, Unauthorized, Validator], Properties: {RestApiId: !Ref Api}},
	Stage2: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref Deployment2, StageName: second}}}`

const late = `: CloudFormation may create this copy of the API before it creates `

var deploymentCases = onBoth{
	{"no dependency", edits{afterwards(remove("Deployment.DependsOn"))},
		"fatal stage-behind Deployment" + late + "Authorizer, Get, Order, Post, Preflight and 2 more: the stage then lacks them, and later changes never reach it: pass each, or the nested stack that contains it, to Node().AddDependency of the deployment",
		"fatal stage-behind Deployment: add each, or the nested stack that contains it, to the DependsOn of the deployment"},
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
	{"dependencies through other resources", edits{afterwards(set("Deployment.DependsOn", "[Bucket, Unauthorized, Preflight]")),
		add(`{Bucket: {Type: AWS::S3::Bucket, DependsOn: [Topic]}, Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Get}${Post}"}}}`)}, "", ""},
	{"dependencies through a missing resource", edits{set("Conditions.Never", "!Equals [a, b]"), afterwards(set("Deployment.DependsOn", "[Bucket, Get, Unauthorized, Preflight]")),
		add(`{Bucket: {Type: AWS::S3::Bucket, Condition: Never, DependsOn: [Post]}}`)},
		"fatal stage-behind Deployment" + late + "Order, Post, Validator: the stage", "fatal stage-behind Deployment"},
	{"a method that is not there", edits{set("Conditions.Never", "!Equals [a, b]"), set("Get.Condition", "Never"), afterwards(set("Deployment.DependsOn", "[Unauthorized, Preflight, Post]"))},
		"", ""},

	{"a logical id that does not follow", edits{set("Deployment.Metadata.aws:cdk:path", "Orders/Api/Deployment/Resource")},
		"fatal stage-behind Deployment: the deployment's logical id was overridden and no longer follows the API: its stage would keep the API as it was before: keep the logical id that CDK generates",
		""},
	{"a second deployment", edits{add(second)},
		"fatal stage-behind Deployment2: the deployment does not follow the API: its stage keeps the API as it was first deployed: pass the deployment to Follow of the ProtectedApi, or use the one that the RestApi creates",
		""},
	{"a second deployment too early", edits{add(second), remove("Deployment2.DependsOn")},
		"fatal stage-behind Deployment2: does not follow the API", "fatal stage-behind Deployment2" + late},
	{"a second deployment that no stage uses", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2")}, "", ""},
	{"a second deployment that makes its stage itself", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2"), set("Deployment2.StageName", "second")},
		"fatal stage-behind Deployment2: does not follow the API", "fatal stage-behind Deployment2" + late},
	{"a second deployment for a canary", edits{add(second), remove("Deployment2.DependsOn"), remove("Resources.Stage2"),
		set("Stage.CanarySetting", "{DeploymentId: !Ref Deployment2, PercentTraffic: 100}")},
		"fatal stage-behind Deployment2: does not follow the API", "fatal stage-behind Deployment2" + late},
	{"a second deployment by its attribute", edits{add(second), remove("Deployment2.DependsOn"), set("Stage2.DeploymentId", "!GetAtt Deployment2.DeploymentId")},
		"fatal stage-behind Deployment2: does not follow the API", "fatal stage-behind Deployment2" + late},
	{"two stages of one deployment", edits{add(second), remove("Resources.Deployment2"), set("Stage2.DeploymentId", "!Ref Deployment")}, "", ""},
	{"a deployment of an API beside it", edits{add(second), add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), remove("Deployment2.DependsOn"),
		set("Deployment2.RestApiId", "!Ref Beside"), set("Stage2.RestApiId", "!Ref Beside")}, "", ""},
	{"a deployment that no template holds", edits{set("Parameters.Old", "{Type: String}"), set("Stage.DeploymentId", "!Ref Old")},
		`fatal stage-behind Stage.Properties.DeploymentId: the stage uses deployment "${Old}", which is in no template: it keeps the API as it was then: use the deployment that the RestApi creates, or pass your own to Follow of the ProtectedApi`, ""},
	{"a deployment by a raw id", edits{set("Stage.DeploymentId", "abc123")},
		`fatal stage-behind Stage.Properties.DeploymentId: deployment "abc123"`, ""},
	{"a canary of a deployment by a raw id", edits{set("Stage.CanarySetting", "{DeploymentId: abc123}")},
		`fatal stage-behind Stage.Properties.CanarySetting.DeploymentId: deployment "abc123"`, ""},
	{"the deployment of another API", edits{add(second), add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), remove("Resources.Stage2"),
		set("Deployment2.RestApiId", "!Ref Beside"), set("Stage.DeploymentId", "!Ref Deployment2")},
		`fatal stage-behind Stage.Properties.DeploymentId: deployment "${Deployment2}"`, ""},

	{"a scope by a raw override", edits{afterwards(set("Get.AuthorizationScopes", "[orders/write]"))},
		"fatal stage-behind Get.Properties: deployment Deployment does not follow this AWS::ApiGateway::Method: its stage keeps the API as it was before: set it through the construct or its L1, not with a raw override",
		""},
	{"an authorizer by a raw override", edits{afterwards(set("Authorizer.AuthorizerResultTtlInSeconds", "0"))},
		"fatal stage-behind Authorizer.Properties: does not follow this AWS::ApiGateway::Authorizer", ""},
	{"a model by a raw override", edits{afterwards(set("Order.Schema.required", "[]"))}, "fatal stage-behind Order.Properties", ""},
	{"a validator by a raw override", edits{afterwards(remove("Validator.ValidateRequestBody"))}, "fatal stage-behind Validator.Properties", ""},
	{"a gateway response by a raw override", edits{afterwards(set("Unauthorized.StatusCode", `"200"`))}, "fatal stage-behind Unauthorized.Properties", ""},
	{"two by a raw override", edits{afterwards(set("Get.AuthorizationScopes", "[orders/write]"), set("Post.AuthorizationScopes", "[orders/read]"))},
		"fatal stage-behind Get.Properties\nfatal stage-behind Post.Properties", ""},
	{"a backend by a raw override", edits{afterwards(set("Get.Integration.Uri", "https://new.example.org"), set("Get.MethodResponses", "[]"))}, "", ""},
	{"a method that came later", edits{afterwards(add(openHealth), set("Health.Metadata.machineauth", "{public: a reason}"), set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized, Health]"))},
		"fatal stage-behind Health.Properties: create it with a construct or an L1 before the app is synthesized, and pass it to Node().AddDependency of the deployment", ""},
	{"an override that opens a method", edits{afterwards(set("Get.AuthorizationType", "NONE"))}, "fatal method-open Get.Properties.AuthorizationType", "error method-open Get.Properties.AuthorizationType"},
	{"an open method that came later", edits{afterwards(add(openHealth), set("Deployment.DependsOn", "[Get, Post, Preflight, Unauthorized, Health]"))},
		"fatal method-open Health\nfatal stage-behind Health.Properties", "error method-open Health"},

	{"a gateway response twice", edits{again("Unauthorized", "Unauthorized2")},
		`fatal gateway-response-twice Unauthorized2.Properties.ResponseType: the API already has gateway response "UNAUTHORIZED", Unauthorized: API Gateway refuses the second: remove one of the two`, "fatal gateway-response-twice Unauthorized2.Properties.ResponseType"},
	{"gateway responses of two types", edits{again("Unauthorized", "Other", set("Other.ResponseType", "DEFAULT_4XX"))}, "", ""},
	{"a gateway response of another API", edits{add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), again("Unauthorized", "Other", set("Other.RestApiId", "!Ref Beside"))}, "", ""},
	{"gateway responses of a type that is not known", edits{set("Parameters.Kind", "{Type: String}"), set("Unauthorized.ResponseType", "!Ref Kind"), again("Unauthorized", "Other", set("Other.ResponseType", "UNAUTHORIZED"))}, "", ""},
	{"a stage twice", edits{again("Stage", "Stage2")},
		`fatal stage-twice Stage2.Properties.StageName: the API already has stage "prod", Stage: API Gateway refuses the second: remove one of the two`, "fatal stage-twice Stage2.Properties.StageName"},
	{"a stage in a deployment and as a resource", edits{set("Deployment.StageName", "prod")},
		`fatal stage-twice Deployment.Properties.StageName: the deployment creates stage "prod", and so does Stage: API Gateway refuses the second: remove StageName from the deployment`, "fatal stage-twice Deployment.Properties.StageName"},
	{"a stage of a deployment beside it", edits{set("Deployment.StageName", "dummy")}, "", ""},
	{"two stages of two APIs", edits{add(`{Beside: {Type: AWS::ApiGateway::RestApi, Properties: {Name: beside}}}`), again("Stage", "Other", set("Other.RestApiId", "!Ref Beside"), set("Other.DeploymentId", "abc123"))}, "", ""},
	{"the deployment's mark was deleted", edits{afterwards(set("Deployment.Metadata", "{}"))}, "fatal stage-behind Deployment: does not follow the API", ""},
	{"the deployment's mark is not a list", edits{afterwards(set("Deployment.Metadata.machineauth", "{deploys: true}"))}, "fatal stage-behind Deployment: does not follow the API", ""},
	{"a second deployment that follows, too", edits{add(second), afterwards(follow("Deployment2"))}, "", ""},
	{"two deployments that one override leaves behind", edits{add(second), afterwards(follow("Deployment2"), set("Get.AuthorizationScopes", "[orders/write]"))},
		"fatal stage-behind Get.Properties: deployment Deployment does", ""},
}

// follow ties a deployment to everything the good deployment follows.
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
