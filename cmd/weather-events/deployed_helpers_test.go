package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/fakeaws"
)

// stack is a stack deployed in an account.
type stack struct {
	*fakeaws.Account
	name    string
	outputs map[string]string
	client  *fakeaws.Client
}

// deployedStack is an account with a template deployed as weather-events-api. AWS calls
// go there until the test ends.
func deployedStack(t *testing.T, file string) *stack {
	t.Helper()
	const name = "weather-events-api"
	account := fakeaws.New(t, map[string]string{name: readText(t, file)})
	transport = account
	t.Cleanup(func() { transport = nil })
	outputs := account.Stacks[name].Outputs
	api, client := account.System.APIs()[0], account.System.Clients()[0]
	outputs["ApiUrl"] = fmt.Sprintf("https://%s.execute-api.%s.amazonaws.com/%s/", account.Stacks[name].Resources[api.LogicalID].ID, fakeaws.Region, api.Stage)
	outputs["UserPoolId"] = account.Stacks[name].Resources[client.UserPool].ID
	outputs["ClientId"], outputs["Scopes"] = client.ID, strings.Join(client.Scopes, " ")
	if pool := account.Pools[outputs["UserPoolId"]]; client.TokenOperation == "" {
		outputs["TokenUrl"] = fmt.Sprintf("https://%s.auth.%s.amazoncognito.com/oauth2/token", pool.Domain, fakeaws.Region)
	} else {
		outputs["TokenUrl"], outputs["TokenOperation"] = "https://cognito-idp."+fakeaws.Region+".amazonaws.com/", client.TokenOperation
	}
	return &stack{account, name, outputs, account.Pools[outputs["UserPoolId"]].Clients[client.ID]}
}

// verify returns the arguments of verify for the stack.
func (s *stack) verify(more ...string) []string {
	return append([]string{"verify", "--deployed", s.name, "--region", fakeaws.Region}, more...)
}

// verifications are the ways to verify a stack.
func (s *stack) verifications(t *testing.T) map[string][]string {
	return map[string][]string{
		"deployed": s.verify("--call-allowed=all"),
		"outputs":  {"verify", "--outputs", outputsFile(t, map[string]map[string]string{s.name: s.outputs})},
	}
}

// outputsFile writes the file of cdk deploy --outputs-file.
func outputsFile(t *testing.T, stacks map[string]map[string]string) string {
	t.Helper()
	data, err := json.Marshal(stacks)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "outputs.json", string(data))
}

// changedTemplate writes the weather events template with changed resources.
func changedTemplate(t *testing.T, renamed []string, change func(resources map[string]map[string]any)) string {
	t.Helper()
	original := readText(t, weather)
	text := strings.NewReplacer(renamed...).Replace(original)
	if len(renamed) > 0 && text == original {
		t.Fatal("the template has changed: update this test")
	}
	var template map[string]json.RawMessage
	var resources map[string]map[string]any
	if json.Unmarshal([]byte(text), &template) != nil || json.Unmarshal(template["Resources"], &resources) != nil {
		t.Fatal("no template")
	}
	if change != nil {
		change(resources)
	}
	template["Resources"], _ = json.Marshal(resources)
	delete(template, "Outputs")
	data, _ := json.Marshal(template)
	return writeFile(t, "template.json", string(data))
}

// propertiesOf returns the properties of a template's only resource of a type, or of its
// method for an HTTP method.
func propertiesOf(t *testing.T, resources map[string]map[string]any, kind string) map[string]any {
	t.Helper()
	for _, resource := range resources {
		properties, _ := resource["Properties"].(map[string]any)
		if resource["Type"] == kind || resource["Type"] == "AWS::ApiGateway::Method" && properties["HttpMethod"] == kind {
			return properties
		}
	}
	t.Fatalf("the template has no %s", kind)
	return nil
}

// moveTo puts a method at a path below the root of the API.
func moveTo(resources map[string]map[string]any, method map[string]any, path string) {
	if resources["At"+path] == nil {
		resources["At"+path] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
			"RestApiId": method["RestApiId"], "ParentId": method["ResourceId"], "PathPart": path,
		}}
	}
	method["ResourceId"] = map[string]any{"Ref": "At" + path}
}

func open(method map[string]any) {
	method["AuthorizationType"] = "NONE"
	delete(method, "AuthorizerId")
	delete(method, "AuthorizationScopes")
}
