package machineauth

import (
	"cmp"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/rules"
)

// plugin checks the cloud assembly that CDK wrote with the rules.
type plugin struct{ name string }

// thePlugin serves all apps. Even if it is added twice, CDK runs it once per app.
var thePlugin = &plugin{rules.Plugin}

// registerRules makes CDK check an app with the rules.
func registerRules(app *construction.App) {
	construction.Once(app, rules.Plugin, func() *plugin {
		awscdk.Validations_Of(app.Root()).AddPlugins(thePlugin)
		return thePlugin
	})
}

// Name implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Name() *string { return &p.name }

// Version implements awscdk.IPolicyValidationPlugin.
func (p *plugin) Version() *string { return nil }

// RuleIds implements awscdk.IPolicyValidationPlugin.
func (p *plugin) RuleIds() *[]*string { return nil }

// Validate implements awscdk.IPolicyValidationPlugin. CDK calls it once per app, after
// it wrote the templates of all stacks, including nested Stages.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	report := &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(true), Violations: &[]*awscdk.PolicyViolation{}}
	dir := *context.AppConstruct().(awscdk.Stage).Outdir()
	findings, err := rules.Check(rules.FromAssembly(dir))
	if err != nil {
		// CDK only prints the metadata of a report without violations.
		report.Success = jsii.Bool(false)
		report.Metadata = &map[string]*string{"error": jsii.String("the rules of protection cannot check the templates: " + err.Error())}
		return report
	}
	for _, finding := range findings {
		if finding.Severity != rules.Warning {
			report.Success = jsii.Bool(false)
		}
		*report.Violations = append(*report.Violations, violation(dir, finding, context))
	}
	return report
}

func violation(dir string, finding rules.Finding, context awscdk.IPolicyValidationContext) *awscdk.PolicyViolation {
	template := filepath.Join(dir, filepath.FromSlash(finding.File))
	resource := &awscdk.PolicyViolatingResource{
		// CDK finds the construct by the logical id.
		ResourceLogicalId: jsii.String(cmp.Or(finding.LogicalID, finding.Property)),
		TemplatePath:      &template,
		Locations:         jsii.Strings(finding.Property, finding.File+":"+strconv.Itoa(finding.Line)),
	}
	if finding.LogicalID == "" {
		for _, stack := range *context.StackTemplates() {
			if *stack.TemplatePath == template {
				resource.ConstructPath = stack.StackConstructPath
			}
		}
	}
	return &awscdk.PolicyViolation{
		RuleName:           jsii.String(finding.Name()),
		Description:        jsii.String(finding.Message),
		Fix:                jsii.String(finding.Remedy),
		Severity:           jsii.String(string(finding.Severity)),
		ViolatingResources: &[]*awscdk.PolicyViolatingResource{resource},
	}
}

// setMark writes a mark for the rules into the Metadata of a resource. A resource has
// one mark, with one field.
func setMark(resource awscdk.CfnResource, field string, value any) {
	resource.AddMetadata(jsii.String(mark.Key), map[string]any{field: value})
}

// UnusedScopeWarning returns the id of the warning that no client holds scope and no
// method requires it. To accept it:
//
//	awscdk.Validations_Of(auth).Acknowledge(&awscdk.Acknowledgment{
//		Id:     machineauth.UnusedScopeWarning(auth, scope),
//		Reason: jsii.String("kept for …"),
//	})
//
// It panics with a *[ValidationError] if auth does not declare scope.
func UnusedScopeWarning(auth AuthorizationServer, scope Scope) *string {
	return scopeWarning("scope-unused", auth, scope)
}

// ScopeWithoutClientWarning returns the id of the warning that a method requires scope,
// but no client of the authorization server holds it. Accept it as shown at
// [UnusedScopeWarning], for example if the clients are managed elsewhere. It panics
// with a *[ValidationError] if auth does not declare scope.
func ScopeWithoutClientWarning(auth AuthorizationServer, scope Scope) *string {
	return scopeWarning("scope-without-client", auth, scope)
}

func scopeWarning(rule string, auth AuthorizationServer, scope Scope) *string {
	return jsii.String(rules.Finding{Rule: rule, Subject: *auth.QualifiedName(scope)}.ID())
}
