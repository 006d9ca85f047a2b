package machineauth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/constructs/machineauth"
	"example.com/weather-events-api/internal/cdktest"
)

// The rules run once per app, however many authorization servers it has. They also read
// its Stages and nested stacks.
func TestEveryFaultIsReportedOnce(t *testing.T) {
	app := cdktest.NewApp(nil)
	stage := awscdk.NewStage(awscdk.NewStage(app, jsii.String("Outer"), nil), jsii.String("Inner"), nil)
	stacks := []awscdk.Stack{
		newStackIn(app, "Test"),
		awscdk.NewStack(stage, jsii.String("Staged"), nil),
	}
	for _, outer := range stacks {
		stacks = append(stacks, awscdk.NewNestedStack(outer, jsii.String("Nested"), nil))
	}
	for _, stack := range stacks {
		api, _ := use(stack, newOrdersIn(stack).auth)
		addMethod(api.Root(), "PUT", nil)
	}
	var paths []string
	for _, finding := range cdktest.Findings(t, app) {
		paths = append(paths, finding.Rule+" "+finding.Path)
	}
	slices.Sort(paths)
	cdktest.Equal(t, "findings", paths, []string{
		"method-open Outer/Inner/Staged/Api/Default/PUT",
		"method-open Outer/Inner/Staged/Nested/Api/Default/PUT",
		"method-open Test/Api/Default/PUT",
		"method-open Test/Nested/Api/Default/PUT",
	})
}

func TestAppsThatAreMadeByTurns(t *testing.T) {
	apps := []awscdk.App{cdktest.NewApp(nil), cdktest.NewApp(nil)}
	for _, id := range []string{"First", "Second"} {
		for _, app := range apps {
			stack := newStackIn(app, id)
			api, _ := use(stack, newOrdersIn(stack).auth)
			addMethod(api.Root(), "PUT", nil)
		}
	}
	for _, app := range apps {
		cdktest.Equal(t, "findings", len(cdktest.Findings(t, app)), 2)
	}
}

// A full stack's calls within one callback do not exhaust Node.
func TestRulesOfAFullStack(t *testing.T) {
	a := newOrdersApp(t)
	for i := range 220 { // each with its resource; CloudFormation allows 500
		addMethod(a.newResource("r"+strings.Repeat("i", i)), "GET", a.protected.Require(a.read))
	}
	addMethod(a.api.Root(), "PUT", nil)
	cdktest.Equal(t, "rules", cdktest.Rules(cdktest.Findings(t, a.app)), []string{"method-open"})
}

// CDK calls no plugin for a Stage alone; the rules refuse its app.
func TestAStageAloneIsNotTheEnd(t *testing.T) {
	app := cdktest.NewApp(nil)
	stage := awscdk.NewStage(app, jsii.String("Production"), nil)
	stack := awscdk.NewStack(stage, jsii.String("Test"), nil)
	api, _ := use(stack, newOrdersIn(stack).auth)
	addMethod(api.Root(), "PUT", nil)
	stage.Synth(nil)
	cdktest.Equal(t, "rules", cdktest.Rules(cdktest.Findings(t, app)), []string{"method-open"})
}

func TestTemplateAssertionsHoldTheRules(t *testing.T) {
	a := newOrdersApp(t)
	addMethod(a.ordersResource(), "GET", nil)
	cdktest.MustPanic(t, func() { assertions.Template_FromStack(a.stack, nil) },
		"FATAL method GET /orders is open to anyone (machineauth)",
		"Test/Api/Default/orders/GET/Resource",
		"Suggested fix: pass Require(scope) of its ProtectedApi as the method's options",
		"Rule machineauth::method-open")
}

// The report shows where in the template a finding is.
func TestTheReportHasPropertyAndLine(t *testing.T) {
	a := newOrdersApp(t)
	override(a.get, "AuthorizationType", "NONE")
	cdktest.Findings(t, a.app)
	report, err := os.ReadFile(filepath.Join(*a.app.Outdir(), "validation-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`"propertyPaths": \[\s+"Properties.AuthorizationType",\s+"Test.template.json:[0-9]+"`).Match(report) {
		t.Errorf("the report is %s", report)
	}
}

// A finding without a resource names its stack.
func TestAFindingInAnOutput(t *testing.T) {
	a := newOrdersApp(t)
	a.output("Leak", a.secret())
	cdktest.MustFailSynth(t, a.stack, "shows a client secret in plain text in output Leak (machineauth)\n   Test (Outputs.Leak.Value)")
}

func TestAnAssemblyThatCannotBeReadFailsTheSynthesis(t *testing.T) {
	app := cdktest.NewApp(nil)
	awscdk.Validations_Of(app).AddPlugins(&vandal{name: "vandal"}) // runs first
	newOrdersIn(newStackIn(app, "Test"))
	failure := cdktest.MustPanic(t, func() { app.Synth(nil) }, "ERROR the rules of protection cannot check the templates: ", "manifest.json")
	if text := fmt.Sprint(failure); strings.Contains(text, "goroutine") || strings.Contains(text, "    at ") {
		t.Error("there is a stack trace in", text)
	}
}

// vandal is a plugin that corrupts the assembly.
type vandal struct{ name string }

func (v *vandal) Name() *string       { return &v.name }
func (v *vandal) Version() *string    { return nil }
func (v *vandal) RuleIds() *[]*string { return nil }
func (v *vandal) Validate(context awscdk.IPolicyValidationContext) *awscdk.PolicyValidationPluginReport {
	manifest := filepath.Join(*context.AppConstruct().(awscdk.App).Outdir(), "manifest.json")
	if err := os.WriteFile(manifest, []byte("{"), 0o600); err != nil {
		panic(err)
	}
	return &awscdk.PolicyValidationPluginReport{Success: jsii.Bool(true), Violations: &[]*awscdk.PolicyViolation{}}
}

func acknowledge(scope constructs.IConstruct, id string) {
	awscdk.Validations_Of(scope).Acknowledge(&awscdk.Acknowledgment{Id: &id, Reason: jsii.String("a test")})
}

func TestWhatProtectsCannotBeAcknowledged(t *testing.T) {
	a := newOrdersApp(t)
	addMethod(a.ordersResource(), "GET", nil)
	acknowledge(a.app, "machineauth::method-open")
	cdktest.Equal(t, "rules", cdktest.Rules(cdktest.Findings(t, a.app)), []string{"method-open"})
}

// An acknowledgement covers errors below its construct and nowhere else.
func TestAcknowledgedWhereItStands(t *testing.T) {
	app := cdktest.NewApp(nil)
	for _, id := range []string{"First", "Second"} {
		stack := newStackIn(app, id)
		auth := newOrdersIn(stack).auth
		use(stack, auth)
		override(auth.UserPool(), "AdminCreateUserConfig.AllowAdminCreateUserOnly", false)
		if id == "First" {
			acknowledge(auth, "machineauth::pool-sign-up")
		}
	}
	findings := cdktest.Findings(t, app)
	cdktest.Equal(t, "rules", cdktest.Rules(findings), []string{"pool-sign-up"})
	cdktest.Equal(t, "path", findings[0].Path, "Second/Auth/UserPool")
}

func TestAWarningIsAcknowledgedForOneScope(t *testing.T) {
	stack := cdktest.NewStack()
	spare, odd, left := machineauth.NewScope("spare", "Not used"), machineauth.NewScope("odd::(scope", "Not used"), machineauth.NewScope("left", "Not used")
	props := ordersProps(spare, odd, left)
	props.Identifier = jsii.String("https://api.example.org")
	auth := machineauth.NewAuthorizationServer(stack, jsii.String("Auth"), props)
	acknowledge(auth, *machineauth.UnusedScopeWarning(auth, spare))
	acknowledge(auth, *machineauth.UnusedScopeWarning(auth, odd))
	cdktest.Equal(t, "rules", cdktest.Rules(cdktest.Findings(t, stack)), []string{"scope-unused:https%3A//api.example.org/left"})
}

func TestAWarningOfARequiredScopeIsAcknowledged(t *testing.T) {
	a := newOrdersApp(t)
	a.cfnClient().SetAllowedOAuthScopes(jsii.Strings("orders/read"))
	acknowledge(a.auth, *machineauth.ScopeWithoutClientWarning(a.auth, a.write))
	cdktest.Equal(t, "findings", cdktest.Findings(t, a.app), []cdktest.Finding(nil))
}

func TestScopeWarningsAreOfDeclaredScopes(t *testing.T) {
	o := newOrders()
	failure := cdktest.MustPanic(t, func() { machineauth.UnusedScopeWarning(o.auth, machineauth.NewScope("other", "Another")) })
	mustBeInvalid(t, failure.(error), `Test/Auth/QualifiedName: scope: "other" is not a scope of resource server "orders": use a scope value from its Scopes (read, write), not one of another server or a new one`)
}
