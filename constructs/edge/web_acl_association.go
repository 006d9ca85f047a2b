package edge

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/limits"
	"example.com/weather-events-api/internal/validation"
)

// Ids of the associations in their scope. They are part of the logical ids: if an
// association moves, CloudFormation creates it with the new id, then deletes it with the
// old one, which removes the web ACL.
const (
	stageAssociationID = "StageWebAcl"
	poolAssociationID  = "UserPoolWebAcl"
)

// AssociateWebAcl puts a regional web ACL in front of the stage that api deploys itself
// to and, unless userPool is nil, in front of userPool and its token endpoint. The ids
// in scope are StageWebAcl and UserPoolWebAcl. The web ACL refuses requests with 403.
//
// Call it for any number of APIs, with the user pool that they share. After the first
// call in a scope, the ids contain the path of the stage or pool. The first call must
// stay first: if APIs come and go, use [AssociateStage], whose ids depend on the stage
// only.
//
// Use [AssociateStage] for an API's other stages; [StageWithoutWebAclWarning] is about a
// stage that has no web ACL.
//
// AssociateWebAcl panics with a *[ValidationError] if webAclArn is not the ARN of a
// regional web ACL in the stack's Region, if api is nil or has no stage of its own, or
// if the stage or the user pool already has a web ACL: AWS WAF accepts one for each.
//
// Source: "Associate an AWS WAF web ACL with a user pool", Amazon Cognito Developer
// Guide; AssociateWebACL, AWS WAF API reference.
func AssociateWebAcl(scope constructs.Construct, webAclArn *string, api awsapigateway.IRestApi, userPool awscognito.IUserPool) {
	const caller = "AssociateWebAcl"
	construction.RequireScope(caller, scope)
	var problems validation.Collector
	var resources []shielded
	if api == nil {
		problems.Addf("api", "is required: pass the API whose stage to put behind the web ACL")
	} else if stage := deploymentStage(api); stage == nil {
		problems.Addf("api", "%s has no stage of its own: pass each of its stages to AssociateStage", *api.Node().Path())
	} else {
		resources = append(resources, shieldedStage(stage, "api"))
	}
	if userPool != nil {
		resources = append(resources, shielded{
			construct: userPool, property: "userPool", id: poolAssociationID,
			key: *userPool.UserPoolId(), arn: *userPool.UserPoolArn(), isPool: true,
		})
	}
	associate(scope, caller, webAclArn, resources, &problems)
}

// AssociateStage puts a regional web ACL in front of one stage: an additional stage of
// a REST API, or an imported one. The association's id in scope is StageWebAcl and the
// path of the stage.
//
// It panics with a *[ValidationError] as [AssociateWebAcl] does.
func AssociateStage(scope constructs.Construct, webAclArn *string, stage awsapigateway.IStage) {
	const caller = "AssociateStage"
	construction.RequireScope(caller, scope)
	var problems validation.Collector
	var resources []shielded
	if stage == nil {
		problems.Addf("stage", "is required: pass the stage to put behind the web ACL")
	} else {
		s := shieldedStage(stage, "stage")
		s.id = s.longID()
		resources = append(resources, s)
	}
	associate(scope, caller, webAclArn, resources, &problems)
}

// deploymentStage returns the stage that an API deploys itself to, or the one from
// SetDeploymentStage. It returns nil if there is none, for which jsii panics.
func deploymentStage(api awsapigateway.IRestApi) (stage awsapigateway.IStage) {
	defer func() {
		if recover() != nil {
			stage = nil
		}
	}()
	return api.DeploymentStage()
}

// shielded is a stage or user pool that an association puts behind a web ACL.
type shielded struct {
	construct constructs.IConstruct
	property  string // parameter that it was passed as
	id        string // of the association, unless it is taken
	key       string // identifies it; a token is the same string wherever it is read
	arn       string
	apiID     string // of the API, for a stage
	isPool    bool   // APIs may share it
}

func shieldedStage(stage awsapigateway.IStage, property string) shielded {
	apiID, name := *stage.RestApi().RestApiId(), *stage.StageName()
	return shielded{
		construct: stage, property: property, id: stageAssociationID, key: stageKey(apiID, name), apiID: apiID,
		arn: *awscdk.Stack_Of(stage).FormatArn(&awscdk.ArnComponents{
			ArnFormat: awscdk.ArnFormat_SLASH_RESOURCE_SLASH_RESOURCE_NAME,
			Service:   jsii.String("apigateway"), Account: jsii.String(""), Resource: jsii.String("restapis"),
			ResourceName: jsii.String(apiID + "/stages/" + name),
		}),
	}
}

func stageKey(apiID, name string) string { return apiID + "/" + name }

// longID returns the id of an association that is not the only one in its scope.
func (s shielded) longID() string {
	base := stageAssociationID
	if s.isPool {
		base = poolAssociationID
	}
	return base + "-" + strings.ReplaceAll(*s.construct.Node().Path(), "/", "-")
}

// associations are all associations of an app.
type associations struct {
	webAcls map[string]string // ARN, by the key of the stage or pool
	apis    map[string]bool   // ids of APIs with a stage behind a web ACL
}

// associate creates the associations, or none if there are problems.
func associate(scope constructs.Construct, caller string, webAclArn *string, resources []shielded, problems *validation.Collector) {
	made := construction.Once(construction.AppOf(scope), "web ACL associations", func() *associations {
		return &associations{webAcls: map[string]string{}, apis: map[string]bool{}}
	})
	validateWebAclArn(problems, webAclArn, *awscdk.Stack_Of(scope).Region())
	var wanted []shielded
	for _, r := range resources {
		switch other, taken := made.webAcls[r.key]; {
		case !taken:
			wanted = append(wanted, r)
		case webAclArn != nil && other != *webAclArn:
			problems.Addf(r.property, "%s is already behind another web ACL, and AWS WAF accepts one for each: remove one of the two", *r.construct.Node().Path())
		case !r.isPool:
			problems.Addf(r.property, "%s is already behind this web ACL: remove one of the two calls", *r.construct.Node().Path())
		}
	}
	construction.PanicIfInvalid(scope, caller, problems)
	for _, r := range wanted {
		made.webAcls[r.key] = *webAclArn
		if scope.Node().TryFindChild(&r.id) != nil {
			r.id = r.longID()
		}
		awswafv2.NewCfnWebACLAssociation(scope, &r.id, &awswafv2.CfnWebACLAssociationProps{
			WebAclArn: webAclArn, ResourceArn: &r.arn,
		})
		if !r.isPool && !made.apis[r.apiID] {
			made.apis[r.apiID] = true
			r.construct.Node().AddValidation(&otherStages{made: made, apiID: r.apiID, of: r.construct})
		}
	}
}

func validateWebAclArn(problems *validation.Collector, arn *string, region string) {
	if arn == nil {
		problems.Addf("webAclArn", "is required: pass the ARN of a regional web ACL, such as NewWebAcl(…).Arn()")
		return
	}
	problems.String("webAclArn", arn, limits.WebAclArn)
	limits.WebAclRegion(problems, "webAclArn", *arn, region)
}

// otherStages looks for stages without a web ACL once the app is complete.
type otherStages struct {
	made  *associations
	apiID string
	of    constructs.IConstruct
}

// Validate implements constructs.IValidation. It only warns, and returns no error.
func (o *otherStages) Validate() *[]*string {
	for _, node := range *awscdk.Stage_Of(o.of).Node().FindAll(constructs.ConstructOrder_PREORDER) {
		stage, ok := node.(awsapigateway.CfnStage)
		if ok && *stage.RestApiId() == o.apiID && o.made.webAcls[stageKey(o.apiID, *stage.Ref())] == "" {
			awscdk.Annotations_Of(stage).AddWarningV2(StageWithoutWebAclWarning(), jsii.String(
				"this stage is not behind a web ACL, but another stage of its API is: pass it to edge.AssociateStage, or acknowledge this warning"), nil)
		}
	}
	return &[]*string{}
}

// StageWithoutWebAclWarning returns the id of the warning that a stage has no web ACL
// although another stage of its API has one. To accept it:
//
//	awscdk.Validations_Of(stage).Acknowledge(&awscdk.Acknowledgment{
//		Id:     edge.StageWithoutWebAclWarning(),
//		Reason: jsii.String("…"),
//	})
func StageWithoutWebAclWarning() *string {
	return jsii.String("@weather-events-api/edge:stageWithoutWebAcl")
}
