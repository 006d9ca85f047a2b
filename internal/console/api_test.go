package console_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
)

func TestSystem(t *testing.T) {
	server := serve(t, weather)
	var system struct {
		URL             string
		UserPools, APIs []object
		Clients         []object
		Unserved        []string
		Steps           []walkthrough.Step
		NoSteps         string
	}
	if err := json.Unmarshal([]byte(call(t, server, "GET", "system", "").body), &system); err != nil {
		t.Fatal(err)
	}
	client, api := server.Clients()[0], server.APIs()[0]
	if diff := cmp.Diff([]object{{
		"key": client.Key, "name": "ServiceClient", "userPool": client.UserPool, "clientId": client.ID, "hasSecret": true,
		"scopes": []any{"weather-api/post", "weather-api/get"}, "tokenUrl": client.TokenURL, "tokenOperation": "",
	}}, system.Clients); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	methods, _ := system.APIs[0]["methods"].([]any)
	if system.APIs[0]["url"] != api.URL || system.APIs[0]["stage"] != "weather" || len(methods) != 2 {
		t.Errorf("APIs %v", system.APIs)
	}
	if system.URL != server.URL() || len(system.UserPools) != 1 || system.UserPools[0]["key"] != client.UserPool || system.Unserved == nil {
		t.Errorf("%+v", system)
	}
	if len(system.Steps) != 9 || system.NoSteps != "" || system.Steps[5].Shows != "A scope that the client may not have is refused: weather-api/delete" {
		t.Errorf("steps %+v, %q", system.Steps, system.NoSteps)
	}
}

func TestATemplateThatTheWalkThroughFitsInPart(t *testing.T) {
	server := serve(t, withoutPOST(t))
	var system struct {
		Steps   []walkthrough.Step
		LeftOut []walkthrough.LeftOut
	}
	if err := json.Unmarshal([]byte(call(t, server, "GET", "system", "").body), &system); err != nil {
		t.Fatal(err)
	}
	if len(system.Steps) != 8 || len(system.LeftOut) != 1 || system.LeftOut[0].Because != "the API has no POST that requires a token" {
		t.Errorf("%+v", system)
	}
	for _, step := range system.Steps {
		if got := call(t, server, "POST", "step", `{"step":"`+step.Name+`"}`); got.status != 200 || !strings.Contains(got.body, `"passed":true`) {
			t.Errorf("%+v", got)
		}
	}
	if got := call(t, server, "POST", "step", `{"step":"post-event"}`); got.status != 400 {
		t.Errorf("%+v", got)
	}
}

func TestATemplateThatTheWalkThroughDoesNotFit(t *testing.T) {
	server := serve(t, allPublic(t))
	var system object
	if err := json.Unmarshal([]byte(call(t, server, "GET", "system", "").body), &system); err != nil {
		t.Fatal(err)
	}
	if steps, _ := system["steps"].([]any); steps == nil || len(steps) != 0 || !strings.Contains(system["noSteps"].(string), "this template has none") {
		t.Errorf("steps %v, %v", system["steps"], system["noSteps"])
	}
	if got := call(t, server, "POST", "step", `{"step":"get-events"}`); got.status != 400 {
		t.Errorf("%+v", got)
	}
}

func TestEveryStepPasses(t *testing.T) {
	server := serve(t, weather)
	target := walkthrough.Target{APIURL: server.APIs()[0].URL, TokenURL: server.Clients()[0].TokenURL, ClientID: "id", ClientSecret: "secret"}
	steps, err := walkthrough.Plan(target)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range steps {
		got := ask[stepResult](t, server, "step", `{"step":"`+step.Name+`"}`)
		if !got.Step.Passed || got.Step.Name != step.Name || got.Step.Why == "" {
			t.Errorf("step %d: %+v", i+1, got.Step)
		}
		exchanges, more := []int{1, 2, 1, 2, 2, 1, 1, 2, 2}[i], []int{7: 19, 8: 4}[i]
		if len(got.Exchanges) != exchanges || got.More != more {
			t.Errorf("step %d: %d exchanges and %d more", i+1, len(got.Exchanges), got.More)
		}
	}
}

func TestAStepShowsWhatWasSent(t *testing.T) {
	server := serve(t, weather)
	got := ask[stepResult](t, server, "step", `{"step":"get-without-its-scope"}`)
	request, response := got.Exchanges[1].Request, got.Exchanges[1].Response
	path := strings.TrimPrefix(server.APIs()[0].URL, server.URL())
	host := strings.TrimPrefix(server.URL(), "http://")
	want := "GET " + path + " HTTP/1.1\nHost: " + host + "\nAccept: application/json\nAuthorization: Bearer eyJ"
	if !strings.HasPrefix(request, want) || !strings.HasSuffix(request, "…[redacted]\nContent-Type: application/json") {
		t.Errorf("request\n%s", request)
	}
	if !strings.HasPrefix(response, "HTTP/1.1 401 Unauthorized\n") || !strings.HasSuffix(response, "\n\n"+`{"message":"Unauthorized"}`) {
		t.Errorf("response\n%s", response)
	}
	if token := got.Exchanges[0]; !strings.Contains(token.Request, "client_secret=[redacted]") || !strings.Contains(token.Response, `…[redacted]","expires_in":3600`) {
		t.Errorf("token request\n%s\n%s", token.Request, token.Response)
	}
	if body := call(t, server, "POST", "step", `{"step":"get-without-its-scope"}`).body; strings.Contains(body, server.Clients()[0].Secret) || strings.Count(body, ".eyJ") > 0 {
		t.Errorf("a secret is in %s", body)
	}
}

// The console requests another client's token if the walk-through's client holds only the
// scopes that a method requires.
func TestTheSecretOfAnotherClientStaysOut(t *testing.T) {
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	resources := template["Resources"].(object)
	// copied adds a copy of the resource with this property value under id.
	copied := func(id, property string, value any) object {
		for _, resource := range resources {
			if properties, _ := resource.(object)["Properties"].(object); properties[property] == value {
				properties = maps.Clone(properties)
				resources[id] = object{"Type": resource.(object)["Type"], "DependsOn": resource.(object)["DependsOn"], "Properties": properties}
				return properties
			}
		}
		t.Fatalf("no resource with %s %v", property, value)
		return nil
	}
	method := copied("A", "HttpMethod", "GET")
	method["HttpMethod"], method["AuthorizationScopes"] = "DELETE", []string{"weather-api/get", "weather-api/post"}
	delete(resources["A"].(object), "DependsOn")
	copied("B", "ClientName", "ServiceClient")["AllowedOAuthScopes"] = []string{"weather-api/delete"}
	delete(template, "Outputs")
	file := filepath.Join(t.TempDir(), "template.json")
	data, _ = json.Marshal(template)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	got := ask[stepResult](t, serve(t, file), "step", `{"step":"every-method-refuses"}`)
	if request := got.Exchanges[1].Request; !got.Step.Passed || !strings.Contains(request, "client_secret=[redacted]&grant_type=client_credentials&scope=weather-api%2Fdelete") {
		t.Errorf("%+v", got)
	}
}

func TestToken(t *testing.T) {
	server := serve(t, weather)
	client := server.Clients()[0].LogicalID
	for scopes, want := range map[string]string{
		`[]`:                                     "weather-api/post weather-api/get",
		`["weather-api/get"]`:                    "weather-api/get",
		`["weather-api/get","weather-api/post"]`: "weather-api/get weather-api/post",
	} {
		got := ask[tokenAnswer](t, server, "token", `{"client":"`+client+`","scopes":`+scopes+`}`)
		_, claims, err := walkthrough.Decode(got.Token)
		if err != nil || got.Status != 200 || claims["scope"] != want {
			t.Errorf("%s: %v %+v", scopes, err, got)
		}
	}
	got := ask[tokenAnswer](t, server, "token", `{"client":"`+client+`","scopes":["weather-api/delete"]}`)
	if got != (tokenAnswer{Status: 400, Error: "invalid_grant"}) {
		t.Errorf("a scope that the client lacks: %+v", got)
	}
}

// A GetClientToken client gets its tokens by that operation, and no secret is shown.
func TestTokensByAnOperation(t *testing.T) {
	server := serve(t, withoutDomain)
	secret := server.Client("Client").Secret
	got := ask[tokenAnswer](t, server, "token", `{"client":"Client","scopes":["orders/post"]}`)
	if _, claims, err := walkthrough.Decode(got.Token); err != nil || got.Status != 200 || claims["scope"] != "orders/post" {
		t.Errorf("%v %+v", err, got)
	}
	if got := ask[tokenAnswer](t, server, "token", `{"client":"Client","scopes":["orders/delete"]}`); got != (tokenAnswer{Status: 400, Error: "InvalidParameterException"}) {
		t.Errorf("%+v", got)
	}
	body := call(t, server, "POST", "step", `{"step":"get-without-its-scope"}`).body
	if !strings.Contains(body, `\"Secret\":\"[redacted]\"`) || strings.Contains(body, secret) || strings.Contains(body, ".eyJ") {
		t.Errorf("%s", body)
	}
	if body := call(t, server, "GET", "system", "").body; !strings.Contains(body, `"tokenOperation":"GetClientToken"`) || strings.Contains(body, secret) {
		t.Errorf("%s", body)
	}
}

func TestInspect(t *testing.T) {
	server := serve(t, weather)
	issued := ask[tokenAnswer](t, server, "token", `{"client":"ServiceClient","scopes":["weather-api/post"]}`).Token
	type inspection struct {
		Header, Claims object
		Problem        string
		Verdicts       []struct {
			API, HTTPMethod, Path string
			Opens                 bool
			Reason                string
		}
	}
	for name, pasted := range map[string]string{
		"as it is": issued, "with Bearer": "Bearer " + issued + "\n", "over lines": issued[:80] + "\n  " + issued[80:],
	} {
		body, _ := json.Marshal(object{"token": pasted})
		got := ask[inspection](t, server, "inspect", string(body))
		if got.Header["alg"] != "RS256" || got.Claims["scope"] != "weather-api/post" || got.Problem != "" || len(got.Verdicts) != 2 {
			t.Errorf("%s: %+v", name, got)
		}
		for _, verdict := range got.Verdicts {
			want := map[string]string{"POST": "the token has the scope weather-api/post", "GET": "the token has none of the scopes weather-api/get"}[verdict.HTTPMethod]
			if verdict.Opens != (verdict.HTTPMethod == "POST") || verdict.Reason != want || verdict.Path != "/" || verdict.API == "" {
				t.Errorf("%s: %+v", name, verdict)
			}
		}
	}
	got := ask[inspection](t, server, "inspect", `{"token":"hello"}`)
	if got.Header != nil || got.Problem != "a JWT has 3 segments separated by dots, got 1" || len(got.Verdicts) != 2 || got.Verdicts[0].Opens {
		t.Errorf("no token: %+v", got)
	}
	// Another server's token decodes and opens nothing: its key is different.
	other := ask[tokenAnswer](t, serve(t, shop), "token", `{"client":"Client"}`).Token
	got = ask[inspection](t, server, "inspect", `{"token":"`+other+`"}`)
	if got.Claims["scope"] != "shop/read shop/write" || got.Verdicts[0].Opens || got.Verdicts[1].Opens || !strings.Contains(got.Verdicts[0].Reason, "not a key of the pool") {
		t.Errorf("a token of another pool: %+v", got)
	}
}
