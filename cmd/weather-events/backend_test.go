package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// ordersWithFunction is a template whose one method leads to a Lambda function.
const ordersWithFunction = "../../local/testdata/orders.template.yaml"

// callOrders calls the method as an overview or JSON of serve says, with a token.
func callOrders(t *testing.T, api local.API, client local.Client) *http.Response {
	t.Helper()
	got := runCommand(t, "token", "--template", ordersWithFunction, "--addr", strings.Split(api.URL, "/")[2])
	if got.status != statusPassed {
		t.Fatal(got.err)
	}
	request, err := http.NewRequest("GET", api.URL+"orders/7", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", strings.TrimSpace(got.out))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func TestServeListsBackends(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "\nBackend Orders (lambda): missing (its code is neither an asset of an assembly nor a path from the template), answers 500: " +
			"--lambda Orders=http://127.0.0.1:3001 or --lambda Orders=./program connects it, --lambda-endpoint connects all such functions, --stub lets a stub answer\n"},
		{[]string{"--stub"}, "\nBackend Orders (lambda): missing (its code is neither an asset of an assembly nor a path from the template), a stub answers\n"},
		{[]string{"--lambda", "Orders=http://127.0.0.1:3001"}, "\nBackend Orders (lambda): connected to http://127.0.0.1:3001/2015-03-31/functions/Orders/invocations; no AWS::Lambda::Permission lets"},
		{[]string{"--lambda-endpoint", "http://127.0.0.1:3001/"}, "\nBackend Orders (lambda): connected to http://127.0.0.1:3001/2015-03-31/functions/Orders/invocations"},
	} {
		out, _, _ := startServe(t, append([]string{"--template", ordersWithFunction}, c.flags...)...)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: got %s", c.flags, out)
		}
	}
}

func TestServeWithStubs(t *testing.T) {
	for _, c := range []struct {
		flags  []string
		status int
		log    string
	}{
		{[]string{"--stub"}, 200, ""},
		{nil, 500, "the Lambda function Orders has no backend here"},
	} {
		out, log, stop := startServe(t, append([]string{"--template", ordersWithFunction, "--json"}, c.flags...)...)
		var ready struct {
			APIs     []local.API
			Clients  []local.Client
			Backends []local.Backend
		}
		if err := json.Unmarshal([]byte(out.String()), &ready); err != nil {
			t.Fatal(err)
		}
		if len(ready.Backends) != 1 || ready.Backends[0].Name != "Orders" || ready.Backends[0].State != "missing" {
			t.Errorf("got the backends %v", ready.Backends)
		}
		response := callOrders(t, ready.APIs[0], ready.Clients[0])
		if response.StatusCode != c.status || (response.Header.Get("X-Stub") == "true") != (c.status == 200) {
			t.Errorf("%v: got %d %v", c.flags, response.StatusCode, response.Header)
		}
		stop()
		if !strings.Contains(log.String(), c.log) {
			t.Errorf("%v: the log says %s", c.flags, log)
		}
	}
}

func TestContractWithoutBackends(t *testing.T) {
	got := runCommand(t, "openapi", "--template", ordersWithFunction)
	if got.status != statusPassed || !strings.Contains(got.out, "/orders/{id}") || !strings.Contains(got.out, "orders/read") {
		t.Errorf("got %d %s%s", got.status, got.out, got.err)
	}
}
