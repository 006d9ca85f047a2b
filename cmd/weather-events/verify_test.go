package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever an API has is tried, and what it has not is said.
func TestVerifyTriesWhatThereIs(t *testing.T) {
	const (
		stages   = "testdata/two-stages.yaml"
		noPost   = "Left out: POST is let in with the same token: the API has no POST that requires a token"
		noGet    = "Left out: GET is let in with that token: the API has no GET that requires a token"
		noOther  = "Left out: GET is refused: the token lacks its scope: the client has no scope that GET does not take"
		both     = "Left out: GET is refused: the token lacks its scope: the scope that opens POST opens GET too"
		oneScope = "AllowedOAuthScopes: [orders/read]"
	)
	drop := func(name string) []string { return []string{"\n  " + name + ": {Type", "\n  # " + name + ": {Type"} }
	noDependency := []string{"DependsOn: [Get, Post]", "DependsOn: [Get]"}
	client := []string{"AllowedOAuthScopes: [orders/read, orders/write]", oneScope}
	for _, test := range []struct {
		name, template, api string
		changes             [][]string // old and new
		status              int
		want                []string
	}{
		{"nothing is missing", stages, "Orders/v1", nil, statusPassed, []string{"9 of 9 steps passed in"}},
		{"one method", stages, "Orders/v1", [][]string{drop("Post"), noDependency}, statusPassed, []string{noPost, "8 of 8 steps passed in", ", 1 left out"}},
		{"one method, the other stage", stages, "Orders/v2", [][]string{drop("Post"), noDependency}, statusPassed, []string{noPost, ", 1 left out"}},
		{"one method and one scope", stages, "Orders/v1", [][]string{drop("Post"), noDependency, client}, statusPassed, []string{noPost, noOther, "which no client", ", 2 left out"}},
		{"one method that is neither", stages, "Orders/v1", [][]string{drop("Post"), noDependency, {"HttpMethod: GET, AuthorizationType: COGNITO", "HttpMethod: DELETE, AuthorizationType: COGNITO"}}, statusPassed, []string{noGet, noPost, "4 of 4 steps passed in"}},
		{"the same scope", stages, "Orders/v1", [][]string{{"AuthorizationScopes: [orders/write]", "AuthorizationScopes: [orders/read]"}}, statusPassed, []string{both, "8 of 8 steps passed in"}},
		{"the same scope, and no other", stages, "Orders/v1", [][]string{{"AuthorizationScopes: [orders/write]", "AuthorizationScopes: [orders/read]"}, client}, statusPassed, []string{both, "which no client"}},
		{"a proxy", stages, "Orders/v1", [][]string{
			drop("Post"), noDependency, {"Orders.RootResourceId, HttpMethod: GET, AuthorizationType: COGNITO", "Orders.RootResourceId, HttpMethod: ANY, AuthorizationType: COGNITO"},
			{"ResourceId: !GetAtt Orders.RootResourceId", "ResourceId: !Ref Proxy"},
			{"\n  Deployment:", "\n  Proxy: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Orders, ParentId: !GetAtt Orders.RootResourceId, PathPart: '{proxy+}'}}\n  Deployment:"},
		}, statusPassed, []string{both, "8 of 8 steps passed in"}},
		{"an open method", stages, "Orders/v1", [][]string{{"HttpMethod: POST, AuthorizationType: COGNITO_USER_POOLS, AuthorizerId: !Ref Authorizer, AuthorizationScopes: [orders/write]", "HttpMethod: POST, AuthorizationType: NONE"}}, statusFailed, []string{"POST / without a token: 200"}},
		{"only an open method", stages, "Other/v1", nil, statusFailed, []string{"GET / without a token: 200", noPost}},
		{"no domain", withoutDomain, "", nil, statusPassed, []string{"9 of 9 steps passed in"}},
		{"no domain, the same scope", withoutDomain, "", [][]string{{"AuthorizationScopes: [orders/post]", "AuthorizationScopes: [orders/delete, orders/get]"}, {`["orders/get", "orders/post"]`, `["orders/get"]`}}, statusPassed, []string{both, "8 of 8 steps passed in"}},
		{"no domain, swapped scopes", withoutDomain, "", [][]string{{"AuthorizationScopes: [orders/get]", "AuthorizationScopes: [orders/x]"}, {"AuthorizationScopes: [orders/post]", "AuthorizationScopes: [orders/get]"}, {"AuthorizationScopes: [orders/x]", "AuthorizationScopes: [orders/post]"}}, statusFailed, []string{"not refused"}},
		{"no domain, one method with the scope of the other", withoutDomain, "", [][]string{{"HttpMethod: POST", "HttpMethod: PUT"}, {"AuthorizationScopes: [orders/get]", "AuthorizationScopes: [orders/post]"}}, statusFailed, []string{"not refused", noPost}},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := os.ReadFile(test.template)
			if err != nil {
				t.Fatal(err)
			}
			template := string(data)
			for _, change := range test.changes {
				if !strings.Contains(template, change[0]) {
					t.Fatalf("no %q", change[0])
				}
				template = strings.ReplaceAll(template, change[0], change[1])
			}
			file := filepath.Join(t.TempDir(), "template.yaml")
			if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
				t.Fatal(err)
			}
			arguments := []string{"verify", "--template", file, "--api", test.api}
			got := runCommand(t, arguments...)
			text := strings.Join(strings.Fields(got.out), " ")
			missing := slices.DeleteFunc(slices.Clone(test.want), func(want string) bool { return strings.Contains(text, want) })
			if got.status != test.status || len(missing) > 0 || got.err != "" {
				t.Errorf("got %d and %s, without %q:\n%s", got.status, got.err, missing, got.out)
			}
			asJSON := runCommand(t, append(arguments, "--json")...)
			if leftOut := strings.Contains(text, "Left out: "); asJSON.status != test.status || strings.Contains(asJSON.out, `"leftOut": [`) != leftOut {
				t.Errorf("got %d: %s", asJSON.status, asJSON.out)
			}
		})
	}
}
