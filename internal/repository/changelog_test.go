package repository

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// createOnly are the properties whose change makes CloudFormation replace a resource of
// the app, from the template reference ("Update requires: Replacement").
var createOnly = map[string][]string{
	"AWS::ApiGateway::Authorizer":          {"RestApiId"},
	"AWS::ApiGateway::Deployment":          {"RestApiId"},
	"AWS::ApiGateway::GatewayResponse":     {"ResponseType", "RestApiId"},
	"AWS::ApiGateway::Method":              {"HttpMethod", "ResourceId", "RestApiId"},
	"AWS::ApiGateway::Model":               {"ContentType", "Name", "RestApiId"},
	"AWS::ApiGateway::RequestValidator":    {"Name", "RestApiId"},
	"AWS::ApiGateway::RestApi":             nil,
	"AWS::ApiGateway::Stage":               {"RestApiId", "StageName"},
	"AWS::Cognito::UserPool":               nil,
	"AWS::Cognito::UserPoolClient":         {"GenerateSecret", "UserPoolId"},
	"AWS::Cognito::UserPoolDomain":         {"Domain", "UserPoolId"},
	"AWS::Cognito::UserPoolResourceServer": {"Identifier", "UserPoolId"},
	"AWS::Logs::LogGroup":                  {"LogGroupName"},
}

// The changelog tells the owner of a live stack which resources an upgrade replaces.
func TestChangelogNamesWhatAnUpgradeReplaces(t *testing.T) {
	_, unreleased, _ := strings.Cut(read(t, "CHANGELOG.md"), "\n## [Unreleased]\n")
	unreleased, _, _ = strings.Cut(unreleased, "\n## ")
	_, named, found := strings.Cut(unreleased, "What CloudFormation replaces:\n")
	if !found {
		t.Fatal("Unreleased does not say what CloudFormation replaces")
	}
	named, _, _ = strings.Cut(named, "\n### ")
	for _, replaced := range replacements(t, template(t, "testdata/released.template.json"), template(t, "testdata/weather-events-api.template.json")) {
		if !strings.Contains(named, "| `"+replaced+"`") {
			t.Errorf("an upgrade replaces a resource of type %s, which the changelog does not name", replaced)
		}
	}
}

// Each version first says what to do to upgrade.
func TestChangelogSaysWhatToDo(t *testing.T) {
	versions := regexp.MustCompile(`(?m)^## \[.*$`).Split(read(t, "CHANGELOG.md"), -1)[1:]
	for i, version := range versions {
		if !strings.HasPrefix(strings.TrimSpace(version), "### Upgrading\n") {
			t.Errorf("version %d from the top does not begin with Upgrading", i)
		}
	}
	if len(versions) == 0 {
		t.Error("it has no version")
	}
}

type resource struct {
	Type       string
	Properties map[string]any
}

func template(t *testing.T, name string) map[string]resource {
	t.Helper()
	var parsed struct{ Resources map[string]resource }
	if err := json.Unmarshal([]byte(read(t, name)), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed.Resources
}

// replacements returns the types of the resources that are removed, or that
// CloudFormation replaces because a property changed.
func replacements(t *testing.T, before, after map[string]resource) (types []string) {
	for id, old := range before {
		current, there := after[id]
		if !there {
			types = append(types, old.Type)
			continue
		}
		properties, known := createOnly[old.Type]
		if !known {
			t.Errorf("the test does not know which properties of %s replace it", old.Type)
		}
		for _, property := range properties {
			if !reflect.DeepEqual(old.Properties[property], current.Properties[property]) {
				types = append(types, old.Type)
			}
		}
	}
	return types
}
