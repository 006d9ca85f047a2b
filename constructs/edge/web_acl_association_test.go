package edge_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/edge"
	"example.com/weather-events-api/internal/cdktest"
)

const webACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id"

func namedAPI(stack awscdk.Stack, id string, deploy bool) awsapigateway.RestApi {
	api := awsapigateway.NewRestApi(stack, &id, &awsapigateway.RestApiProps{CloudWatchRole: jsii.Bool(false), Deploy: &deploy})
	api.Root().AddMethod(jsii.String("GET"), nil, nil)
	return api
}

func addStage(api awsapigateway.RestApi, name string) awsapigateway.Stage {
	stack := awscdk.Stack_Of(api)
	deployment := awsapigateway.NewDeployment(stack, jsii.String(name+"-deployment"), &awsapigateway.DeploymentProps{Api: api})
	return awsapigateway.NewStage(stack, &name, &awsapigateway.StageProps{Deployment: deployment, StageName: &name})
}

// associated returns the names of the API and the stage, or of the pool, by web ACL ARN,
// ordered by the associations' paths.
func associated(template *cdktest.Template) (all []string) {
	for _, association := range template.OfType("AWS::WAFv2::WebACLAssociation") {
		arn := association.Get("ResourceArn")
		text := association.Path + " →"
		parts, ok := arn.(map[string]any)["Fn::Join"].([]any)
		if !ok {
			parts = []any{"", []any{arn}}
		}
		for _, part := range parts[1].([]any) {
			switch part := part.(type) {
			case string:
				if i := strings.Index(part, "/restapis/"); i >= 0 && len(part) > i+len("/restapis/") {
					text += " " + part[i:]
				}
			case map[string]any:
				for _, name := range part {
					if list, ok := name.([]any); ok {
						name = list[0]
					}
					if id, _ := name.(string); template.Resources[id] != nil {
						text += " " + template.Resources[id].Path
					}
				}
			}
		}
		all = append(all, text)
	}
	return all
}

func TestManyStagesBehindOneWebAcl(t *testing.T) {
	stack := cdktest.NewStack()
	orders, billing, bare := namedAPI(stack, "Orders", true), namedAPI(stack, "Billing", true), namedAPI(stack, "Bare", false)
	beta, blue, green := addStage(orders, "beta"), addStage(bare, "blue"), addStage(bare, "green")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	staff := awscognito.NewUserPool(stack, jsii.String("Staff"), nil)
	acl := edge.NewWebAcl(stack, jsii.String("WebAcl"), nil).Arn()

	edge.AssociateWebAcl(stack, acl, orders, pool)
	edge.AssociateWebAcl(stack, acl, billing, pool) // both share it
	edge.AssociateStage(stack, acl, beta)
	bare.SetDeploymentStage(blue)
	edge.AssociateWebAcl(stack, acl, bare, nil)
	edge.AssociateStage(stack, acl, green)
	another := namedAPI(stack, "Another", true)
	edge.AssociateWebAcl(stack, acl, another, staff)
	edge.AssociateStage(stack, acl, awsapigateway.Stage_FromStageAttributes(stack, jsii.String("Imported"), &awsapigateway.StageAttributes{
		RestApi: awsapigateway.RestApi_FromRestApiId(stack, jsii.String("ImportedApi"), jsii.String("abc123")), StageName: jsii.String("prod"),
	}))

	template := cdktest.Synth(t, stack)
	cdktest.Equal(t, "associations", associated(template), []string{
		"StageWebAcl → Orders Orders/DeploymentStage.prod",
		"StageWebAcl-Test-Another-DeploymentStage.prod → Another Another/DeploymentStage.prod",
		"StageWebAcl-Test-Billing-DeploymentStage.prod → Billing Billing/DeploymentStage.prod",
		"StageWebAcl-Test-Imported → /restapis/abc123/stages/prod",
		"StageWebAcl-Test-beta → Orders beta",
		"StageWebAcl-Test-blue → Bare blue",
		"StageWebAcl-Test-green → Bare green",
		"UserPoolWebAcl → Pool",
		"UserPoolWebAcl-Test-Staff → Staff",
	})
	for _, association := range template.OfType("AWS::WAFv2::WebACLAssociation") {
		cdktest.Equal(t, association.Path, association.Get("WebACLArn"), template.At("WebAcl").GetAtt("Arn"))
	}
	if warnings := cdktest.Warnings(t, stack); len(warnings) > 0 {
		t.Errorf("every stage has the web ACL, but got warnings: %v", warnings)
	}
}

// A new stage or API leaves the existing associations alone. CloudFormation would create
// a moved association first, and then delete the old one.
func TestAnAssociationStaysWhereItIs(t *testing.T) {
	synth := func(more bool) *cdktest.Template {
		stack := cdktest.NewStack()
		orders := namedAPI(stack, "Orders", true)
		beta := addStage(orders, "beta")
		if more {
			edge.AssociateStage(stack, jsii.String(webACL), addStage(orders, "alpha"))
		}
		edge.AssociateStage(stack, jsii.String(webACL), beta)
		edge.AssociateWebAcl(stack, jsii.String(webACL), orders, nil)
		if more {
			edge.AssociateWebAcl(stack, jsii.String(webACL), namedAPI(stack, "Billing", true), nil)
		}
		return cdktest.Synth(t, stack)
	}
	changes := synth(false).Changes(synth(true))
	cdktest.Equal(t, "removed", changes.Removed, []string(nil))
	cdktest.Equal(t, "updated", changes.Updated, []string(nil))
}

func TestAnApiInAnotherStackThanItsWebAcl(t *testing.T) {
	app := cdktest.NewApp(nil)
	apis, edges := awscdk.NewStack(app, jsii.String("Apis"), nil), awscdk.NewStack(app, jsii.String("Edge"), nil)
	acl := edge.NewWebAcl(edges, jsii.String("WebAcl"), nil).Arn()
	edge.AssociateWebAcl(edges, acl, namedAPI(apis, "Orders", true), nil)
	edge.AssociateWebAcl(edges, acl, namedAPI(apis, "Billing", true), nil)
	assembly := app.Synth(nil)
	template := cdktest.Parse(t, assembly.GetStackArtifact(edges.ArtifactId()).Template().(map[string]any))
	seen := map[string]bool{}
	for _, association := range template.OfType("AWS::WAFv2::WebACLAssociation") {
		parts := association.Get("ResourceArn").(map[string]any)["Fn::Join"].([]any)[1].([]any)
		api, stage := parts[5].(map[string]any)["Fn::ImportValue"].(string), parts[7].(map[string]any)["Fn::ImportValue"].(string)
		seen[api+" "+stage] = true
		cdktest.Equal(t, "ARN", parts[4], any("::/restapis/"))
	}
	cdktest.Equal(t, "stages", len(seen), 2)
}

func TestAStageBesideTheWebAcl(t *testing.T) {
	for _, test := range []struct {
		name   string
		accept func(stack awscdk.Stack, beta awsapigateway.Stage)
		want   int
	}{
		{"left out", func(awscdk.Stack, awsapigateway.Stage) {}, 1},
		{"associated", func(stack awscdk.Stack, beta awsapigateway.Stage) {
			edge.AssociateStage(stack, jsii.String(strings.Replace(webACL, "name", "other", 1)), beta)
		}, 0},
		{"acknowledged", func(_ awscdk.Stack, beta awsapigateway.Stage) {
			awscdk.Validations_Of(beta).Acknowledge(&awscdk.Acknowledgment{
				Id: edge.StageWithoutWebAclWarning(), Reason: jsii.String("the office's network alone leads to it"),
			})
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := cdktest.NewStack()
			orders := namedAPI(stack, "Orders", true)
			namedAPI(stack, "Open", true) // no stage has a web ACL
			edge.AssociateWebAcl(stack, jsii.String(webACL), orders, nil)
			test.accept(stack, addStage(orders, "beta"))
			warnings := cdktest.Warnings(t, stack)
			cdktest.Equal(t, "number of warnings", len(warnings), test.want)
			if test.want > 0 && !strings.Contains(warnings[0], "pass it to edge.AssociateStage") {
				t.Error(warnings[0])
			}
		})
	}
}

func TestRejectedAssociations(t *testing.T) {
	stack := awscdk.NewStack(cdktest.NewApp(nil), jsii.String("Test"), &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}})
	orders, bare := namedAPI(stack, "Orders", true), namedAPI(stack, "Bare", false)
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	another := strings.Replace(webACL, "name", "other", 1)
	imported := func(id string) awsapigateway.IStage {
		return awsapigateway.Stage_FromStageAttributes(stack, &id, &awsapigateway.StageAttributes{
			RestApi: awsapigateway.RestApi_FromRestApiId(stack, jsii.String(id+"Api"), jsii.String("abc123")), StageName: jsii.String("prod"),
		})
	}
	const arn = "webAclArn: must be the ARN of a regional web ACL, such as arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name/id, got "
	for _, test := range []struct {
		arn, want string
	}{
		{"arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id", arn + `"arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id"`},
		{"arn:aws:waf-regional:eu-west-1:123456789012:webacl/id", arn + `"arn:aws:waf-regional:eu-west-1:123456789012:webacl/id"`},
		{"arn:aws:wafv2:eu-west-1:123456789012:regional/rulegroup/name/id", arn},
		{"arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/name", arn},
		{"name", arn + `"name"`},
		{strings.Replace(webACL, "eu-west-1", "us-east-1", 1), "webAclArn: must be in eu-west-1, the stack's Region, got one in us-east-1"},
	} {
		cdktest.MustPanic(t, func() { edge.AssociateWebAcl(stack, &test.arn, orders, pool) }, "Test/AssociateWebAcl: "+test.want)
	}
	cdktest.MustPanic(t, func() { edge.AssociateWebAcl(stack, nil, nil, nil) }, "Test/AssociateWebAcl: 2 problems:",
		"1. api: is required: pass the API whose stage to put behind the web ACL",
		"2. webAclArn: is required: pass the ARN of a regional web ACL, such as NewWebAcl(…).Arn()")
	cdktest.MustPanic(t, func() { edge.AssociateStage(stack, jsii.String(webACL), nil) },
		"Test/AssociateStage: stage: is required: pass the stage to put behind the web ACL")
	cdktest.MustPanic(t, func() { edge.AssociateWebAcl(nil, jsii.String(webACL), orders, nil) }, "AssociateWebAcl: scope is nil")
	cdktest.MustPanic(t, func() { edge.AssociateStage(nil, jsii.String(webACL), orders.DeploymentStage()) }, "AssociateStage: scope is nil")
	cdktest.MustPanic(t, func() { edge.AssociateWebAcl(stack, jsii.String(webACL), bare, pool) },
		"Test/AssociateWebAcl: api: Test/Bare has no stage of its own: pass each of its stages to AssociateStage")
	cdktest.MustPanic(t, func() {
		edge.AssociateWebAcl(stack, jsii.String(webACL), awsapigateway.RestApi_FromRestApiId(stack, jsii.String("Imported"), jsii.String("xyz")), nil)
	}, "api: Test/Imported has no stage of its own: pass each of its stages to AssociateStage")

	edge.AssociateWebAcl(stack, jsii.String(webACL), orders, pool)
	edge.AssociateStage(stack, jsii.String(webACL), imported("Once"))
	failure := cdktest.MustPanic(t, func() { edge.AssociateWebAcl(stack, jsii.String(webACL), orders, pool) },
		"Test/AssociateWebAcl: api: Test/Orders/DeploymentStage.prod is already behind this web ACL: remove one of the two calls")
	cdktest.MustPanic(t, func() { edge.AssociateStage(stack, jsii.String(webACL), orders.DeploymentStage()) },
		"Test/AssociateStage: stage: Test/Orders/DeploymentStage.prod is already behind this web ACL")
	cdktest.MustPanic(t, func() { edge.AssociateStage(stack, jsii.String(webACL), imported("Twice")) },
		"stage: Test/Twice is already behind this web ACL")
	cdktest.MustPanic(t, func() { edge.AssociateWebAcl(stack, &another, orders, pool) }, "Test/AssociateWebAcl: 2 problems:",
		"1. api: Test/Orders/DeploymentStage.prod is already behind another web ACL, and AWS WAF accepts one for each: remove one of the two",
		"2. userPool: Test/Pool is already behind another web ACL")
	var invalid *edge.ValidationError
	if err, ok := failure.(error); !ok || !errors.As(err, &invalid) {
		t.Errorf("panicked with a %T, want a *ValidationError", failure)
	}
	cdktest.Equal(t, "associations: none but those that were right", len(cdktest.Synth(t, stack).OfType("AWS::WAFv2::WebACLAssociation")), 3)
}
