package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// served are the parts of what serve prints as JSON that tests look at.
type servedJSON struct {
	APIs    []local.API
	Clients []local.Client
}

// startServeJSON starts serve, and reads what it prints.
func startServeJSON(t *testing.T, arguments ...string) (servedJSON, *output) {
	t.Helper()
	out, log, _ := startServe(t, append(arguments, "--json")...)
	var ready servedJSON
	if err := json.Unmarshal([]byte(out.String()), &ready); err != nil {
		t.Fatal(err)
	}
	return ready, log
}

// tokenFor prints a token of the only client, with some of its scopes or all.
func tokenFor(t *testing.T, template string, api local.API, scopes ...string) string {
	t.Helper()
	arguments := []string{"token", "--template", template, "--addr", strings.Split(api.URL, "/")[2]}
	for _, scope := range scopes {
		arguments = append(arguments, "--scope", scope)
	}
	got := runCommand(t, arguments...)
	if got.status != statusPassed {
		t.Fatal(got.err)
	}
	return strings.TrimSpace(got.out)
}

func callWith(t *testing.T, method, url, token string) (response *http.Response, body string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err = http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// Swagger 2.0 in Body, as the console exports it and most frameworks write it.
func TestASwaggerDocument(t *testing.T) {
	const template = "testdata/swagger-orders.template.yaml"
	ready, _ := startServeJSON(t, "--template", template)
	api := ready.APIs[0]
	if api.Stage != "prod" || len(ready.Clients) != 1 || ready.Clients[0].MadeUp {
		t.Fatalf("%+v", ready)
	}
	orders := api.URL + "orders"
	if got, body := callWith(t, "GET", orders, ""); got.StatusCode != 401 || body != `{"message":"Unauthorized"}` {
		t.Errorf("without a token: %d %s", got.StatusCode, body)
	}
	if got, body := callWith(t, "GET", orders, tokenFor(t, template, api, "orders/read")); got.StatusCode != 200 || body != `[{"item":"umbrella"}]` || got.Header.Get("X-Total") != "2" {
		t.Errorf("with a token: %d %s %v", got.StatusCode, body, got.Header)
	}
	if got, _ := callWith(t, "OPTIONS", orders, ""); got.StatusCode != 200 || got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight: %d %v", got.StatusCode, got.Header)
	}
	contract := runCommand(t, "openapi", "--template", template)
	for _, want := range []string{"- oauth2:\n            - orders/read\n", "orders/read: Read", "\n    Order:\n", "\n    Empty:\n", "X-Total:"} {
		if contract.status != statusPassed || !strings.Contains(contract.out, want) {
			t.Errorf("the contract lacks %q: %+v", want, contract)
		}
	}
}

// A user pool of another team, whose ARN is a parameter.
func TestAPoolElsewhere(t *testing.T) {
	const template = "testdata/pool-elsewhere.template.yaml"
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "got "+r.Method+" "+r.URL.Path)
	}))
	defer backend.Close()
	ready, log := startServeJSON(t, "--template", template, "--http", "https://internal.example.com="+backend.URL)
	api, client := ready.APIs[0], ready.Clients[0]
	if len(ready.Clients) != 1 || !client.MadeUp || strings.Join(client.Scopes, " ") != "reports/admin reports/read" {
		t.Errorf("%+v", client)
	}
	if want := "note: the user pool arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb is in none of the stacks; a local pool"; !strings.Contains(log.String(), want) {
		t.Errorf("the log lacks %q: %s", want, log)
	}
	if got, body := callWith(t, "GET", api.URL, ""); got.StatusCode != 401 || body != `{"message":"Unauthorized"}` {
		t.Errorf("without a token: %d %s", got.StatusCode, body)
	}
	for _, scope := range client.Scopes {
		if got, body := callWith(t, "GET", api.URL, tokenFor(t, template, api, scope)); got.StatusCode != 200 || body != "got GET /reports" {
			t.Errorf("with %s: %d %s", scope, got.StatusCode, body)
		}
	}
	if got, _ := callWith(t, "HEAD", api.URL, ""); got.StatusCode != 500 || !strings.Contains(log.String(), "https://pool-elsewhere.example.com") {
		t.Errorf("without a backend: %d\n%s", got.StatusCode, log)
	}

	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	production := writeFile(t, "production.yaml", string(text))
	if got := runCommand(t, "openapi", "--template", production); got.status != statusUsage || !strings.Contains(got.err, "Api.Properties.Policy: is not supported: resource policies are not evaluated") {
		t.Errorf("in production: %+v", got)
	}
	if got := runCommand(t, "openapi", "--template", production, "--without", "resource-policy"); got.status != statusPassed || !strings.Contains(got.out, "reports/admin") {
		t.Errorf("in production, waived: %+v", got)
	}
}
