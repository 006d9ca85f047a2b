package cdktest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// MustPassRulesOfCDK checks synthesized apps and template files with CDK's own
// rules. These take two seconds to start, and one more for each set of resource
// types: call it once, with everything.
func MustPassRulesOfCDK(t testing.TB, apps []awscdk.App, files ...string) {
	t.Helper()
	invalid := filepath.Join(t.TempDir(), "invalid.template.json")
	if err := os.WriteFile(invalid, []byte(`{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"MfaConfiguration": "SOMETIMES"}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	all := &templateFiles{append(slices.Clone(files), invalid)}
	appOf := map[string]awscdk.App{}
	for _, app := range apps {
		for _, file := range templatesOf(t, app) {
			all.paths, appOf[file] = append(all.paths, file), app
		}
	}
	rules := awscdk.NewCloudFormationValidatePlugin(nil)
	rulesAreOn, broken := false, map[awscdk.App]bool{}
	for _, violation := range *rules.Validate(all).Violations {
		for _, resource := range *violation.ViolatingResources {
			switch file := *resource.TemplatePath; {
			case file == invalid:
				rulesAreOn = true
			case appOf[file] != nil:
				broken[appOf[file]] = true
			default:
				t.Errorf("%s: resource %s: %s: %s", file, *resource.ResourceLogicalId, *violation.RuleName, *violation.Description)
			}
		}
	}
	if !rulesAreOn {
		t.Error("the rules of CDK find nothing in an invalid template")
	}
	for app := range broken { // the synthesis applies acknowledgments
		awscdk.Validations_Of(app).AddPlugins(rules)
		Equal(t, "findings of the rules of CDK", Findings(t, app), []Finding(nil))
	}
}

// templatesOf returns the template files of a synthesized app.
func templatesOf(t testing.TB, app awscdk.App) (files []string) {
	t.Helper()
	err := filepath.WalkDir(*app.Outdir(), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".template.json") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// templateFiles implements the context that CDK passes to a plugin.
type templateFiles struct{ paths []string }

func (f *templateFiles) AccountId() *string                  { return nil }
func (f *templateFiles) Region() *string                     { return nil }
func (f *templateFiles) AppConstruct() constructs.IConstruct { return nil }
func (f *templateFiles) TemplatePaths() *[]*string           { return jsii.Strings(f.paths...) }

func (f *templateFiles) StackTemplates() *[]*awscdk.PolicyValidationStack {
	stacks := []*awscdk.PolicyValidationStack{}
	for _, path := range f.paths {
		stacks = append(stacks, &awscdk.PolicyValidationStack{StackConstructPath: &path, TemplatePath: &path})
	}
	return &stacks
}
