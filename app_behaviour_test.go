//go:build !race

package main

import (
	"encoding/json"
	"testing"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

// walk serves a template and walks through it as the service client. A template
// that is refused has not passed either: the report says why.
func walk(t *testing.T, raw map[string]any) (passed bool, report string) {
	t.Helper()
	data, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	server, err := local.New(local.FromTemplate("app", data))
	if err != nil {
		return false, err.Error()
	}
	defer server.Close()
	client := server.Client("ServiceClient")
	steps, err := walkthrough.Run(t.Context(), walkthrough.Target{
		APIURL: server.API("RestApi").URL, TokenURL: client.TokenURL, ClientID: client.ID, ClientSecret: client.Secret,
	})
	if err != nil {
		return false, err.Error()
	}
	for _, step := range steps.Steps {
		if !step.Passed {
			report += step.Name + ": expected " + step.Expected + ", got " + step.Got + "\n"
		}
	}
	return steps.Passed(), report
}

func TestTheWalkThroughPasses(t *testing.T) {
	if passed, report := walk(t, rawTemplate(t)); !passed {
		t.Error(report)
	}
}

// Each mutation is a mistake that a template assertion may overlook and that
// the walk-through must not.
func TestTheWalkThroughFailsOnAMutatedTemplate(t *testing.T) {
	const get, post = api + "/Default/GET", api + "/Default/POST"
	for _, test := range []struct {
		name   string
		mutate func(*cdktest.Template)
	}{
		{"authorizer removed", func(template *cdktest.Template) {
			delete(template.At(get).Properties, "AuthorizerId")
		}},
		{"scopes swapped between GET and POST", func(template *cdktest.Template) {
			g, p := template.At(get).Properties, template.At(post).Properties
			g["AuthorizationScopes"], p["AuthorizationScopes"] = p["AuthorizationScopes"], g["AuthorizationScopes"]
		}},
		{"scopes removed", func(template *cdktest.Template) {
			delete(template.At(get).Properties, "AuthorizationScopes")
		}},
		{"scope dropped from the client", func(template *cdktest.Template) {
			template.At(auth + "/ServiceClient").Properties["AllowedOAuthScopes"] = []any{"weather-api/post"}
		}},
		{"scope too many on the client", func(template *cdktest.Template) {
			template.At(auth + "/ServiceClient").Properties["AllowedOAuthScopes"] = []any{"weather-api/post", "weather-api/get", "weather-api/delete"}
		}},
		{"wrong pool on the authorizer", func(template *cdktest.Template) {
			pool := template.Add("OtherPool", "AWS::Cognito::UserPool", map[string]any{})
			template.At(api + "/MachineAuthorizer").Properties["ProviderARNs"] = []any{pool.GetAtt("Arn")}
		}},
		{"open to everybody", func(template *cdktest.Template) {
			properties := template.At(get).Properties
			properties["AuthorizationType"] = "NONE"
			delete(properties, "AuthorizerId")
			delete(properties, "AuthorizationScopes")
		}},
		{"client without secret", func(template *cdktest.Template) {
			template.At(auth + "/ServiceClient").Properties["GenerateSecret"] = false
		}},
		{"OAuth off", func(template *cdktest.Template) {
			template.At(auth + "/ServiceClient").Properties["AllowedOAuthFlowsUserPoolClient"] = false
		}},
		{"another flow", func(template *cdktest.Template) {
			template.At(auth + "/ServiceClient").Properties["AllowedOAuthFlows"] = []any{"code"}
		}},
		{"integration response dropped", func(template *cdktest.Template) {
			template.At(get).Get("Integration").(map[string]any)["IntegrationResponses"] = []any{}
		}},
		{"content type dropped", func(template *cdktest.Template) {
			template.At(post).Get("Integration").(map[string]any)["RequestTemplates"] = map[string]any{"text/plain": `{"statusCode": 200}`}
		}},
		{"domain dropped", func(template *cdktest.Template) {
			template.Remove(auth + "/Domain")
		}},
		{"stage renamed to nothing", func(template *cdktest.Template) {
			template.Remove(api + "/DeploymentStage.weather")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw := clone(t, rawTemplate(t))
			delete(raw, "Outputs") // they refer to what a mutation may remove
			test.mutate(cdktest.Parse(t, raw))
			passed, report := walk(t, raw)
			if passed {
				t.Error("the walk-through passes")
			}
			t.Log(report)
		})
	}
}

func clone(t *testing.T, raw map[string]any) map[string]any {
	t.Helper()
	data, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	var copied map[string]any
	if err := json.Unmarshal(data, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}
