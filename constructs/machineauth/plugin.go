package machineauth

import (
	"cmp"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/construction"
	"example.com/weather-events-api/rules"
)

// plugin holds the rules on the cloud assembly that CDK wrote.
type plugin struct{ name string }

// thePlugin is one for all apps: CDK runs a plugin once for an app, should it
// have been added twice.
var thePlugin = &plugin{rules.Plugin}

// registerRules has CDK hold the rules on an app.
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

// Validate implements awscdk.IPolicyValidationPlugin. CDK calls it for an app,
// after it wrote the templates of all stacks, those of nested Stages too.
func (p *plugin) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	report := &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(true), Violations: &[]*awscdk.PolicyViolation{}}
	dir := *context.AppConstruct().(awscdk.Stage).Outdir()
	findings, err := rules.Check(rules.FromAssembly(dir))
	if err != nil {
		// CDK prints an error in the metadata of a report that has no violation.
		report.Success = jsii.Bool(false)
		report.Metadata = &map[string]*string{"error": jsii.String("the rules of protection cannot be held on the templates: " + err.Error())}
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
		// CDK looks for the construct by the logical id.
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
