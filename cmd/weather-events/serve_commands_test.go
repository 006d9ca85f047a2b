package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

const keyed = "../../local/testdata/events.yaml"

func TestTheCurlLinesWorkWhenPasted(t *testing.T) {
	out, log, stop := startServe(t, "--template", weather)
	_, answers := paste(t, out.String())
	for _, want := range []string{"200 OK", "Storms Malik and Corrie", `{"message":"success"}`, "401 Unauthorized", `{"error":"invalid_grant"}`} {
		if !strings.Contains(answers, want) {
			t.Errorf("no %s in\n%s", want, answers)
		}
	}
	stop()
	if strings.Contains(log.String(), "\x1b") {
		t.Errorf("colors in a log that no terminal shows:\n%s", log)
	}
	// The steps of the walk-through with one request each.
	var requests []string
	for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		words := strings.Fields(line)
		requests = append(requests, words[1]+" "+words[2])
	}
	want := []string{"200 POST", "200 GET", "200 POST", "401 GET", "200 POST", "400 POST", "401 GET"}
	if !slices.Equal(requests, want) || strings.Count(log.String(), "client=") != 6 {
		t.Errorf("access log %q, want %q:\n%s", requests, want, log)
	}
}

// An API other than weather events gets two commands: a token and a call.
func TestTheCurlLinesOfAnotherAPI(t *testing.T) {
	out, log, stop := startServe(t, "--template", "../../local/testdata/openapi.yaml", "--no-console")
	if commands, _ := paste(t, out.String()); strings.Contains(commands, "weather-api") {
		t.Error(commands)
	}
	stop()
	// The method accepted the token, whatever else it requires.
	if !strings.Contains(log.String(), ` GET "`) || strings.Count(log.String(), "client=") != 2 {
		t.Errorf("access log:\n%s", log)
	}
}

// A user pool without a domain has no token endpoint, so serve shows no token request.
func TestAClientWithoutTokenEndpoint(t *testing.T) {
	out, _, stop := startServe(t, "--template", changedTemplate(t, nil, func(resources map[string]map[string]any) {
		maps.DeleteFunc(resources, func(_ string, resource map[string]any) bool {
			return resource["Type"] == "AWS::Cognito::UserPoolDomain"
		})
	}))
	stop()
	if got := out.String(); !strings.Contains(got, "token URL      none: the user pool has no domain") || strings.Contains(got, "ACCESS_TOKEN=") {
		t.Error(got)
	}
}

// serve shows how a client gets a token by GetClientToken, and where to point an SDK.
func TestAClientOfGetClientToken(t *testing.T) {
	out, log, stop := startServe(t, "--template", withoutDomain, "--no-console")
	server, _, _ := strings.Cut(out.String()[strings.Index(out.String(), "token URL      ")+len("token URL      "):], "\n")
	if !strings.Contains(out.String(), "operation      GetClientToken: see the command below, or use an AWS SDK or the AWS CLI with --endpoint-url "+server+"\n") || !strings.HasPrefix(server, "http://127.0.0.1:") {
		t.Error(out)
	}
	if _, answers := paste(t, out.String()); !strings.Contains(answers, "200 OK") {
		t.Error(answers)
	}
	stop()
	if got := log.String(); !strings.Contains(got, ` 200 POST "/" `) || strings.Count(got, "client=") != 2 {
		t.Errorf("access log:\n%s", got)
	}

	got := runCommand(t, "token", "--template", withoutDomain, "--scope", "orders/post", "--decode")
	if got.status != statusPassed || !strings.Contains(got.out, `"scope": "orders/post"`) {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "token", "--template", withoutDomain, "--scope", "orders/delete"); got.status != statusUsage || !strings.Contains(got.err, `does not hold "orders/delete"`) {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--template", withoutDomain); got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") {
		t.Errorf("%+v", got)
	}
}

// The printed command calls a method that requires a token and a key, exactly as pasted.
func TestServePrintsACallWithAnAPIKey(t *testing.T) {
	out, _, stop := startServe(t, "--template", keyed, "--stub")
	defer stop()
	for _, want := range []string{
		"        API key: PUT /\n", "        AWS signature, which nobody has here: POST /\n",
		"API key Key (Key)\n        X-API-Key      abcdefghijklmnopqrst\n        stages         Api/prod\n",
		"--header 'X-API-Key: abcdefghijklmnopqrst'",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if _, answers := paste(t, out.String()); !strings.Contains(answers, "HTTP/1.1 200 OK") {
		t.Error(answers)
	}
}

func TestTheCallThatIsShown(t *testing.T) {
	const cognito = "COGNITO_USER_POOLS"
	api := local.API{URL: "http://127.0.0.1/id/v1/"}
	post := local.Method{HTTPMethod: "POST", Path: "/", Authorization: cognito, APIKeyRequired: true}
	get := local.Method{HTTPMethod: "GET", Path: "/orders", Authorization: cognito}
	open := local.Method{HTTPMethod: "GET", Path: "/", Authorization: "NONE"}
	custom := local.Method{HTTPMethod: "PUT", Path: "/", Authorization: "CUSTOM"}
	signed := local.Method{HTTPMethod: "GET", Path: "/", Authorization: "AWS_IAM"}
	any := local.Method{HTTPMethod: "ANY", Path: "/orders/{id}/{rest+}", Authorization: cognito}
	for _, test := range []struct {
		methods []local.Method
		want    string
	}{
		{nil, " "},
		{[]local.Method{signed}, " "},
		{[]local.Method{post, open, get, any, custom}, "GET http://127.0.0.1/id/v1/orders"},
		{[]local.Method{any, post}, "POST http://127.0.0.1/id/v1/ key"},
		{[]local.Method{open, any}, "GET http://127.0.0.1/id/v1/orders/id/rest"},
		{[]local.Method{open}, "GET http://127.0.0.1/id/v1/"},
		{[]local.Method{signed, custom}, "PUT http://127.0.0.1/id/v1/"},
	} {
		got, found := exampleCall(api, test.methods, "key")
		if text := strings.TrimSuffix(got.Method+" "+got.URL+" "+got.APIKey, " "); text != test.want || found != (test.want != " ") {
			t.Errorf("of %v: %s, want %s", test.methods, text, test.want)
		}
		// serve shows a token if any method requires one.
		if isOpen := len(test.methods) == 1 && test.methods[0].Authorization == "NONE"; found && strings.Contains(got.curl(), "ACCESS_TOKEN") == isOpen {
			t.Errorf("of %v: %s", test.methods, got.curl())
		}
	}
}
