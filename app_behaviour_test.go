package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/oauth2/clientcredentials"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/internal/testhttp"
	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// walk serves a template and walks through it as the service client. A refused template
// does not pass: the report says why.
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

// Each mutation is a mistake that a template assertion may overlook and the walk-through
// must find.
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
			delete(raw, "Outputs") // outputs may refer to what a mutation removes
			test.mutate(cdktest.Parse(t, raw))
			passed, report := walk(t, raw)
			if passed {
				t.Error("the walk-through passes")
			}
			t.Log(report)
		})
	}
}

const (
	validEvent = `{"name":"Storm Eunice","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`
	success    = `{"message":"success"}`
	invalid    = `{"message":"Invalid request body","detail":"a weather event is a JSON object with name (1 to 200 characters), dateStart and dateEnd (YYYY-MM-DD), and nothing else"}`
)

// A client sees the model of a weather event at work.
func TestPostTakesAWeatherEventAndNothingElse(t *testing.T) {
	post := poster(t, rawTemplate(t))
	for name, body := range map[string]string{
		"empty":             ``,
		"no JSON":           `name=Eunice`,
		"empty object":      `{}`,
		"no object":         `[]`,
		"no name":           `{"dateStart":"2022-02-18","dateEnd":"2022-02-18"}`,
		"no end":            `{"name":"Storm Eunice","dateStart":"2022-02-18"}`,
		"empty name":        `{"name":"","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`,
		"blank name":        `{"name":"  ","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`,
		"name too long":     `{"name":"` + strings.Repeat("x", 201) + `","dateStart":"2022-02-18","dateEnd":"2022-02-18"}`,
		"name not a string": `{"name":7,"dateStart":"2022-02-18","dateEnd":"2022-02-18"}`,
		"month 13":          `{"name":"Storm Eunice","dateStart":"2022-13-18","dateEnd":"2022-02-18"}`,
		"day 32":            `{"name":"Storm Eunice","dateStart":"2022-02-18","dateEnd":"2022-02-32"}`,
		"with a time":       `{"name":"Storm Eunice","dateStart":"2022-02-18T00:00:00Z","dateEnd":"2022-02-18"}`,
		"unknown field":     `{"name":"Storm Eunice","dateStart":"2022-02-18","dateEnd":"2022-02-18","\"quoted\"":true}`,
	} {
		if status, answer, _ := post("Bearer", body); status != 400 || answer != invalid {
			t.Errorf("%s: got %d %s", name, status, answer)
		}
	}
	for name, body := range map[string]string{
		"event":        validEvent,
		"longest name": `{"name":"` + strings.Repeat("é", 200) + `","dateStart":"2022-02-18","dateEnd":"2022-12-31"}`,
	} {
		if status, answer, _ := post("Bearer", body); status != 200 || answer != success {
			t.Errorf("%s: got %d %s", name, status, answer)
		}
	}
}

// A call without a token gets the challenge of RFC 6750, whatever the body.
func TestUnauthorizedCarriesTheBearerChallenge(t *testing.T) {
	post := poster(t, rawTemplate(t))
	for _, body := range []string{validEvent, "{}"} {
		status, answer, header := post("", body)
		if status != 401 || answer != `{"message":"Unauthorized"}` || header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("got %d %s, WWW-Authenticate: %s", status, answer, header.Get("WWW-Authenticate"))
		}
	}
	if _, _, header := post("Bearer", "{}"); header.Get("WWW-Authenticate") != "" {
		t.Error("an invalid body is answered with a challenge")
	}
}

// The two tests above notice a missing validator and a missing challenge.
func TestMutationsOfTheErrorAnswersAreSeen(t *testing.T) {
	for _, test := range []struct {
		name   string
		mutate func(*cdktest.Template)
		status int
	}{
		{"validator removed", func(template *cdktest.Template) {
			delete(template.At(api+"/Default/POST").Properties, "RequestValidatorId")
		}, 200},
		{"validator off", func(template *cdktest.Template) {
			template.At(api + "/BodyValidator").Properties["ValidateRequestBody"] = false
		}, 200},
		{"model removed", func(template *cdktest.Template) {
			delete(template.At(api+"/Default/POST").Properties, "RequestModels")
		}, 200},
		{"detail removed", func(template *cdktest.Template) { template.Remove(api + "/BadRequestBody") }, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw := clone(t, rawTemplate(t))
			test.mutate(cdktest.Parse(t, raw))
			if status, answer, _ := poster(t, raw)("Bearer", "{}"); status != test.status || answer == invalid {
				t.Errorf("got %d %s", status, answer)
			}
		})
	}
	raw := clone(t, rawTemplate(t))
	cdktest.Parse(t, raw).Remove(api + "/Unauthorized")
	if _, _, header := poster(t, raw)("", "{}"); header.Get("WWW-Authenticate") != "" {
		t.Error("there is a challenge without its gateway response")
	}
}

// poster serves a template and returns a function that posts a body, with a
// token if a scheme is given.
func poster(t *testing.T, raw map[string]any) func(scheme, body string) (int, string, http.Header) {
	t.Helper()
	raw = clone(t, raw)
	for _, resource := range raw["Resources"].(map[string]any) {
		if deployment := resource.(map[string]any); deployment["Type"] == "AWS::ApiGateway::Deployment" {
			delete(deployment, "DependsOn") // it may name what a mutation removes
		}
	}
	data, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	server, err := local.New(local.FromTemplate("app", data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	client := server.Client("ServiceClient")
	credentials := clientcredentials.Config{ClientID: client.ID, ClientSecret: client.Secret, TokenURL: client.TokenURL}
	token, err := credentials.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(scheme, body string) (int, string, http.Header) {
		t.Helper()
		request, err := http.NewRequest("POST", server.API("RestApi").URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		if scheme != "" {
			request.Header.Set("Authorization", scheme+" "+token.AccessToken)
		}
		response, answer := testhttp.Do(t, request)
		return response.StatusCode, answer, response.Header
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
