package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestVerifyPasses(t *testing.T) {
	got := runCommand(t, "verify", "--template", weather)
	if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || got.err != "" {
		t.Errorf("%+v", got)
	}
	client := served(t, weather).Client("ServiceClient")
	if strings.Contains(got.out, client.Secret) {
		t.Error("the table shows the secret")
	}
	if got := runCommand(t, "verify", "--template", weather, "--curl", "--show-secrets"); !strings.Contains(got.out, client.Secret) {
		t.Error("the table does not show the secret despite the flag")
	}
}

func TestVerifyAsJSON(t *testing.T) {
	got := runCommand(t, "verify", "--template", weather, "--json")
	var report struct {
		Passed bool
		Steps  []struct{ Name string }
		Matrix struct {
			Methods, Callers []struct{}
			Cells            [][]struct{ Expected, Got, Why string }
		}
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.status != statusPassed || !report.Passed || len(report.Steps) != 9 ||
		len(report.Matrix.Methods) != 2 || len(report.Matrix.Callers) != 5 || report.Matrix.Cells[0][0].Got != "closed" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestVerifyFails(t *testing.T) {
	const scopes = "\"AuthorizationScopes\": [\n     \"weather-api/"
	swapped := changedTemplate(t, []string{scopes + "get", scopes + "post"}, nil)
	if got := runCommand(t, "verify", "--template", swapped); got.status != statusFailed || !strings.Contains(got.out, "FAIL") || got.err != "" {
		t.Errorf("%+v", got)
	}
}

// A report shows a placeholder instead of the key.
func TestVerifySendsAnAPIKey(t *testing.T) {
	got := runCommand(t, "verify", "--template", keyed, "--curl")
	if got.status != statusPassed || !strings.Contains(got.out, `X-API-Key: $API_KEY`) || strings.Contains(got.out+got.err, "abcdefghijklmnopqrst") {
		t.Errorf("%+v", got)
	}
}

// verify tries what the API has and says what it lacks.
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
		{"no domain, both methods with the same scope", withoutDomain, "", [][]string{{"HttpMethod: POST", "HttpMethod: PUT"}, {"AuthorizationScopes: [orders/get]", "AuthorizationScopes: [orders/post]"}}, statusFailed, []string{"not refused", noPost}},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := readText(t, test.template)
			for _, change := range test.changes {
				if !strings.Contains(template, change[0]) {
					t.Fatalf("no %q", change[0])
				}
				template = strings.ReplaceAll(template, change[0], change[1])
			}
			arguments := []string{"verify", "--template", writeFile(t, "template.yaml", template), "--api", test.api}
			got := runCommand(t, arguments...)
			text := squeezed(got.out)
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

// The walk-through takes every name from the template or the outputs.
func TestVerifyWhateverTheNames(t *testing.T) {
	for _, test := range []struct {
		name    string
		renamed []string
		change  func(resources map[string]map[string]any)
		// local is true if the outputs do not show the change.
		local bool
	}{
		{name: "the identifier", renamed: []string{"weather-api", "storm-api"}},
		{name: "the scopes", renamed: []string{
			`"weather-api/get"`, `"weather-api/read"`, `"weather-api/post"`, `"weather-api/write"`, `"weather-api/delete"`, `"weather-api/erase"`,
			`"ScopeName": "get"`, `"ScopeName": "read"`, `"ScopeName": "post"`, `"ScopeName": "write"`, `"ScopeName": "delete"`, `"ScopeName": "erase"`,
		}},
		{name: "client, API and stage", renamed: []string{`"ServiceClient"`, `"storms"`, `"Weather Events REST API"`, `"Storms"`, `"StageName": "weather"`, `"StageName": "v1"`}},
		{name: "the paths", change: func(resources map[string]map[string]any) {
			moveTo(resources, propertiesOf(t, resources, "GET"), "events")
			moveTo(resources, propertiesOf(t, resources, "POST"), "event")
		}, local: true},
		{name: "the path", change: func(resources map[string]map[string]any) {
			moveTo(resources, propertiesOf(t, resources, "GET"), "events")
			moveTo(resources, propertiesOf(t, resources, "POST"), "events")
		}, local: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := changedTemplate(t, test.renamed, test.change)
			arguments := map[string][]string{"here": {"verify", "--template", file}}
			s := deployedStack(t, file)
			arguments["deployed"] = s.verifications(t)["deployed"]
			if !test.local {
				arguments["outputs"] = s.verifications(t)["outputs"]
			}
			for name, arguments := range arguments {
				if got := runCommand(t, arguments...); got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || !strings.Contains(got.out, "article's 2 events") {
					t.Errorf("%s: %+v", name, got)
				}
			}
			if test.local {
				return
			}
			s.client.Scopes = nil
			for name, arguments := range s.verifications(t) {
				if got := runCommand(t, arguments...); got.status != statusPassed {
					t.Errorf("%s, of a client that does not tell its scopes: %+v", name, got)
				}
			}
		})
	}
}

// An API other than the article's has other answers.
func TestVerifyAnAPIWithOtherAnswers(t *testing.T) {
	file := changedTemplate(t, []string{"Storms", "Rains"}, nil)
	if got := runCommand(t, "verify", "--template", file); got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	s := deployedStack(t, file)
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, append(arguments, "--any-answer")...); got.status != statusPassed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := runCommand(t, s.verifications(t)["outputs"]...); got.status != statusFailed {
		t.Errorf("the walk-through of outputs expects the article's events: %+v", got)
	}
}

// verify finds a method that is open to anyone, whatever the other methods answer.
func TestVerifyFindsHoles(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(resources map[string]map[string]any)
		want    string
		outputs bool // show the method
	}{
		{"POST without authorization", func(resources map[string]map[string]any) { open(propertiesOf(t, resources, "POST")) }, "POST / without a token: 400", true},
		{"GET without authorization", func(resources map[string]map[string]any) { open(propertiesOf(t, resources, "GET")) }, "GET / without a token: 200", true},
		{"a method that the walk-through does not know", func(resources map[string]map[string]any) {
			added := maps.Clone(propertiesOf(t, resources, "GET"))
			added["HttpMethod"] = "DELETE"
			resources["Added"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": added}
			moveTo(resources, added, "events")
			open(added)
		}, "DELETE /events without a token: 200", false},
		{"an authorizer of another pool", func(resources map[string]map[string]any) {
			resources["Other"] = map[string]any{"Type": "AWS::Cognito::UserPool"}
			propertiesOf(t, resources, "AWS::ApiGateway::Authorizer")["ProviderARNs"] = []any{map[string]any{"Fn::GetAtt": []string{"Other", "Arn"}}}
		}, `401 {\"message\":\"Unauthorized\"}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := changedTemplate(t, nil, test.change)
			s := deployedStack(t, file)
			arguments := s.verifications(t)
			if !test.outputs {
				delete(arguments, "outputs")
			}
			arguments["here"] = []string{"verify", "--template", file}
			for name, arguments := range arguments {
				if got := runCommand(t, append(arguments, "--json")...); got.status != statusFailed || !strings.Contains(got.out, test.want) {
					t.Errorf("%s: %+v", name, got)
				}
			}
		})
	}
}
