package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

const (
	poolTemplate   = "testdata/pool.template.yaml"
	ordersTemplate = "testdata/orders.template.yaml"
)

// withPolicy is a template with a resource policy and a stage cache.
const withPolicy = "testdata/policy.template.yaml"

// Every command takes several templates and follows references between them.
func TestTemplatesTogether(t *testing.T) {
	both := []string{"--template", poolTemplate, "--template", ordersTemplate}
	const arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab129faBb"
	elsewhere := []string{"--template", ordersTemplate, "--import", "company-pool=" + arn}
	for _, test := range []struct {
		command   string
		arguments []string
		status    int
		want      []string
	}{
		{"verify", both, statusPassed, []string{"pass"}},
		{"verify", elsewhere, statusPassed, []string{"pass", "note: the user pool " + arn + " is in none of the stacks"}},
		{"verify", append(elsewhere, "--template", poolTemplate, "--user-pool", arn+"=pool"), statusPassed, []string{"pass"}},
		{"verify", append(both, "--stack", "orders"), statusPassed, []string{"pass", "is in none of the stacks"}},
		{"verify", append(both, "--stack", "order"), statusUsage, []string{"there is no stack order: use one of orders, pool"}},
		{"token", append(both, "--decode"), statusPassed, []string{`"scope": "orders/get orders/post"`}},
		{"token", append(elsewhere, "--decode"), statusPassed, []string{`"scope": "orders/get orders/post"`, "a local pool"}},
		{"openapi", both, statusPassed, []string{"orders/get", "title: Orders"}},
		{"openapi", []string{"--template", poolTemplate}, statusUsage, []string{"there is no API"}},
	} {
		got := runCommand(t, append([]string{test.command}, test.arguments...)...)
		for _, want := range test.want {
			if got.status != test.status || !strings.Contains(got.out+got.err, want) {
				t.Errorf("%s %v: %+v, want %q", test.command, test.arguments, got, want)
			}
		}
		if !strings.Contains(strings.Join(test.want, " "), "none of the stacks") && strings.Contains(got.err, "none of the stacks") && test.command != "token" {
			t.Errorf("%s %v: %s", test.command, test.arguments, got.err)
		}
	}
}

func TestServeSaysWhatIsMadeUp(t *testing.T) {
	out, log, stop := startServe(t, "--template", ordersTemplate, "--json")
	stop()
	if !strings.Contains(out.String(), `"madeUp":true`) || !strings.Contains(log.String(), "note: the user pool arn:aws:cognito-idp:") {
		t.Errorf("%s\n%s", out, log)
	}
	out, _, stop = startServe(t, "--template", ordersTemplate)
	stop()
	if !strings.Contains(out.String(), "is in none of the stacks: a local pool stands in for it") {
		t.Errorf("%s", out)
	}
}

// API/STAGE names one stage of an API with several.
func TestAStageIsChosen(t *testing.T) {
	const template = "testdata/two-stages.yaml"
	for _, test := range []struct {
		command, api string
		status       int
		want         string
	}{
		{"verify", "", statusPassed, "No walk-through: there are 3 APIs: choose one of [Orders/v1 Orders/v2 Other/v1] with --api"},
		{"verify", "Orders", statusUsage, `want one; there are: Orders/v1 ("Orders API"), Orders/v2 ("Orders API"), Other/v1`},
		{"verify", "Orders/v3", statusUsage, "0 of 3 APIs"},
		{"verify", "Orders/v1", statusPassed, "/v1/'"},
		{"verify", "Orders API/v2", statusPassed, "/v2/'"},
		{"openapi", "", statusUsage, "choose one of [Orders Other] with --api"},
		{"openapi", "Orders", statusPassed, "Stage v1"},
		{"openapi", "Orders/v2", statusPassed, "Stage v2"},
		{"openapi", "Orders/v3", statusUsage, "0 of 2 APIs"},
	} {
		arguments := []string{test.command, "--template", template, "--api", test.api}
		if test.command == "verify" {
			arguments = append(arguments, "--curl")
		}
		got := runCommand(t, arguments...)
		if got.status != test.status || !strings.Contains(got.out+got.err, test.want) {
			t.Errorf("%v: %+v, want %q", arguments, got, test.want)
		}
		if other := map[string]string{"Orders/v1": "/v2", "Orders API/v2": "/v1", "Orders/v2": "/v1"}[test.api]; other != "" && strings.Contains(got.out, other) {
			t.Errorf("%v: holds %s:\n%s", arguments, other, got.out)
		}
	}
}

// Swagger 2.0 in Body: the console exports it, and most frameworks write it.
func TestASwaggerDocument(t *testing.T) {
	const template = "testdata/swagger-orders.template.yaml"
	server, _, _ := startServeJSON(t, "--template", template)
	api := server.APIs[0]
	if api.Stage != "prod" || len(server.Clients) != 1 || server.Clients[0].MadeUp {
		t.Fatalf("%+v", server)
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

// The user pool belongs to another team; its ARN is a parameter.
func TestAPoolElsewhere(t *testing.T) {
	const template = "testdata/pool-elsewhere.template.yaml"
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "got "+r.Method+" "+r.URL.Path)
	}))
	defer backend.Close()
	server, log, _ := startServeJSON(t, "--template", template, "--http", "https://internal.example.com="+backend.URL)
	api, client := server.APIs[0], server.Clients[0]
	if len(server.Clients) != 1 || !client.MadeUp || strings.Join(client.Scopes, " ") != "reports/admin reports/read" {
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

	production := writeFile(t, "production.yaml", readText(t, template))
	if got := runCommand(t, "openapi", "--template", production); got.status != statusUsage || !strings.Contains(got.err, "Api.Properties.Policy: is not supported: resource policies are not evaluated") {
		t.Errorf("in production: %+v", got)
	}
	if got := runCommand(t, "openapi", "--template", production, "--without", "resource-policy"); got.status != statusPassed || !strings.Contains(got.out, "reports/admin") {
		t.Errorf("in production, waived: %+v", got)
	}
}

// An AWS SAM template has one remedy, and every command names it once.
func TestSAM(t *testing.T) {
	for name, template := range map[string]string{
		"transform":          "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Timeout: 3}}\n",
		"list of transforms": "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nGlobals: {Function: {Timeout: 3}}\n",
		"no transform":       "",
	} {
		file := writeFile(t, "sam.yaml", template+"Resources: {Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}, F: {Type: AWS::Serverless::Function}}\n")
		for _, arguments := range [][]string{{"serve", "--template", file}, {"token", "--template", file}, {"openapi", "--template", file}, {"verify", "--template", file}, {"lint", file}} {
			got := runCommand(t, arguments...)
			const want = "Transform: only AWS expands the macro AWS::Serverless-2016-10-31"
			if got.status != statusUsage || strings.Count(got.err, "\n") != 1 || !strings.Contains(got.err, want) || !strings.Contains(got.err, "`aws cloudformation get-template --template-stage Processed ") {
				t.Errorf("%s: %v: %+v", name, arguments, got)
			}
		}
	}
}

func TestWithoutAWaiver(t *testing.T) {
	for _, command := range []string{"serve", "token", "openapi", "verify"} {
		got := runCommand(t, command, "--template", withPolicy)
		for _, want := range []string{"Api.Properties.Policy: is not supported: resource policies are not evaluated; with --without resource-policy ", "with --without cache "} {
			if got.status != statusUsage || strings.Count(got.err, want) != 1 || got.out != "" {
				t.Errorf("%s: %+v, want %q", command, got, want)
			}
		}
		got = runCommand(t, command, "--template", withPolicy, "--without", "policy")
		if got.status != statusUsage || !strings.Contains(got.err, `"policy": is not a waiver (there are resource-policy, mutual-tls, `) {
			t.Errorf("%s: %+v", command, got)
		}
	}
}

func TestWaiversAreSaid(t *testing.T) {
	waive := []string{"--template", withPolicy, "--without", "resource-policy,cache", "--without=canary"}
	const policy = "without resource-policy: callers that a resource policy refuses are let in (Api.Properties.Policy)\n"
	const canary = "without canary: nothing here needs this waiver\n"
	server, log, stop := startServeJSON(t, waive...)
	stop()
	want := []local.Waiver{
		{Name: "resource-policy", Effect: "callers that a resource policy refuses are let in", For: []string{"Api.Properties.Policy"}},
		{Name: "cache", Effect: "no response comes from a cache", For: []string{"Stage.Properties.CacheClusterEnabled"}},
		{Name: "canary", Effect: "no request goes to a canary", For: []string{}},
	}
	if diff := cmp.Diff(want, server.Waivers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := log.String(); !strings.Contains(got, "note: "+policy) || !strings.Contains(got, "note: "+canary) {
		t.Errorf("%s", got)
	}
	out, _, stop := startServe(t, waive...)
	stop()
	if got := out.String(); !strings.Contains(got, "\nW"+policy[1:]) || !strings.Contains(got, "\nW"+canary[1:]) {
		t.Errorf("%s", got)
	}
	for _, command := range []string{"token", "verify"} {
		got := runCommand(t, append([]string{command}, waive...)...)
		if got.status != statusPassed || !strings.Contains(got.err, "note: "+policy) {
			t.Errorf("%s: %+v", command, got)
		}
	}
	got := runCommand(t, append([]string{"openapi"}, waive...)...)
	if want := "x-waivers:\n  - name: resource-policy\n    effect: callers that a resource policy refuses are let in\n  - name: cache\n"; got.status != statusPassed || !strings.Contains(got.out, want) || strings.Contains(got.out, "canary") {
		t.Errorf("%+v, want %s", got, want)
	}
}

// The help names every waiver.
func TestHelpNamesTheWaivers(t *testing.T) {
	help := squeezed(runCommand(t, "serve", "--help").out)
	_, names, _ := strings.Cut(runCommand(t, "token", "--template", withPolicy, "--without=x").err, "(there are ")
	names, _, _ = strings.Cut(names, ")")
	if names == "" || !strings.Contains(help, "by default: "+names+";") {
		t.Errorf("the help does not name %s:\n%s", names, help)
	}
}
