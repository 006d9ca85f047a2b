package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// servicesTemplate is a template with DynamoDB and SQS behind an API.
const servicesTemplate = "../../local/testdata/services.template.yaml"

// ordersWithFunction is a template with one method, backed by a Lambda function.
const ordersWithFunction = "../../local/testdata/orders.template.yaml"

// shopTemplate is a template with one method, behind a VPC link.
const shopTemplate = "../../local/testdata/shop.template.yaml"

const shop = "https://shop.internal.example.com"

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

func TestServeListsHTTPBackends(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{nil, "\nBackend https://shop.internal.example.com (http): missing (a VPC link leads there), answers 500: --http https://shop.internal.example.com=URL connects it, --stub lets a stub answer\n"},
		{[]string{"--stub"}, "\nBackend https://shop.internal.example.com (http): missing (a VPC link leads there), a stub answers\n"},
		{[]string{"--http", shop + "/v1=http://127.0.0.1:9000/base"}, "\nBackend https://shop.internal.example.com/v1 (http): connected to http://127.0.0.1:9000/base\n"},
	} {
		out, _, _ := startServe(t, append([]string{"--template", shopTemplate}, c.flags...)...)
		if !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: got %s", c.flags, out)
		}
	}
}

func TestServeSaysWhereAWSServicesAre(t *testing.T) {
	const table, queue = "; Table is services-Table-FC34A1FD4177\n", "/123456789012/services-Queue-BB9D342D457C\n"
	for name, c := range map[string]struct {
		flags, environment []string
		want               []string
	}{
		"nowhere": {nil, nil, []string{
			"\nBackend dynamodb (aws): missing, answers 500: --aws-endpoint dynamodb=http://127.0.0.1:4566 connects it, --aws-endpoint http://127.0.0.1:4566 connects all such services, --stub lets a stub answer" + table,
			"\nBackend sqs (aws): missing, answers 500: --aws-endpoint sqs=", "Queue is https://sqs.us-east-1.amazonaws.com" + queue,
		}},
		"a stub": {[]string{"--stub"}, nil, []string{"\nBackend dynamodb (aws): missing, a stub answers" + table}},
		"by flags": {[]string{"--aws-endpoint", "http://127.0.0.1:2", "--aws-endpoint", "dynamodb=http://127.0.0.1:1"}, nil, []string{
			"\nBackend dynamodb (aws): connected to http://127.0.0.1:1" + table, "\nBackend sqs (aws): connected to http://127.0.0.1:2; Queue is http://127.0.0.1:2" + queue,
		}},
		"by the environment": {nil, []string{"AWS_ENDPOINT_URL=http://127.0.0.1:2", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "AWS_ENDPOINT_URL_SNS="}, []string{
			"\nBackend dynamodb (aws): connected to http://127.0.0.1:1" + table, "\nBackend sqs (aws): connected to http://127.0.0.1:2;",
		}},
		"by flags before the environment": {[]string{"--aws-endpoint", "dynamodb=http://127.0.0.1:3"}, []string{"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1"}, []string{
			"\nBackend dynamodb (aws): connected to http://127.0.0.1:3" + table,
		}},
		"by an environment that leads elsewhere": {nil, []string{"AWS_ENDPOINT_URL=http://localstack.example.com:4566", "AWS_ENDPOINT_URL_SQS=http://127.0.0.1:1"}, []string{
			"\nBackend dynamodb (aws): missing, answers 500: ", "--allow-remote uses AWS_ENDPOINT_URL from the environment, which is not on this machine, --stub",
			"\nBackend sqs (aws): connected to http://127.0.0.1:1;",
		}},
		"by an environment that may lead elsewhere": {[]string{"--allow-remote"}, []string{"AWS_ENDPOINT_URL=http://localstack.example.com:4566"}, []string{
			"\nBackend dynamodb (aws): connected to http://localstack.example.com:4566",
		}},
		"by an environment to ignore": {nil, []string{"AWS_ENDPOINT_URL=http://127.0.0.1:2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, []string{
			"\nBackend dynamodb (aws): missing,",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range c.environment {
				name, value, _ := strings.Cut(variable, "=")
				t.Setenv(name, value)
			}
			out, _, _ := startServe(t, append([]string{"--template", servicesTemplate}, c.flags...)...)
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("there is no %q in %s", want, out)
				}
			}
		})
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
		server, log, stop := startServeJSON(t, append([]string{"--template", ordersWithFunction}, c.flags...)...)
		if len(server.Backends) != 1 || server.Backends[0].Name != "Orders" || server.Backends[0].State != "missing" {
			t.Errorf("got the backends %v", server.Backends)
		}
		response, _ := callWith(t, "GET", server.APIs[0].URL+"orders/7", tokenFor(t, ordersWithFunction, server.APIs[0]))
		if response.StatusCode != c.status || (response.Header.Get("X-Stub") == "true") != (c.status == 200) {
			t.Errorf("%v: got %d %v", c.flags, response.StatusCode, response.Header)
		}
		stop()
		if !strings.Contains(log.String(), c.log) {
			t.Errorf("%v: the log says %s", c.flags, log)
		}
	}
}

func TestServeWithAnHTTPBackend(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.RequestURI) }))
	defer backend.Close()
	server, _, _ := startServeJSON(t, "--template", shopTemplate, "--http", shop+"="+backend.URL)
	response, body := callWith(t, "POST", server.APIs[0].URL+"orders?a=1", tokenFor(t, shopTemplate, server.APIs[0]))
	if response.StatusCode != 200 || body != "POST /v1/orders?a=1" {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
}

func TestHTTPBackendsThatAreNone(t *testing.T) {
	for _, c := range []struct{ flag, want string }{
		{"https://other.example.com=http://127.0.0.1:1", `the Uri of no integration begins with "https://other.example.com"; there are: https://shop.internal.example.com`},
		{shop + "=http://10.0.0.1:1", "must be on this machine, and 10.0.0.1:1 is not: WithRemote, or --allow-remote, allows backends elsewhere"},
		{shop + "=", "must be an absolute http or https URL"},
		{"shop=http://127.0.0.1:1", "must be an absolute http or https URL"},
	} {
		got := runCommand(t, "serve", "--template", shopTemplate, "--addr", "127.0.0.1:0", "--http", c.flag)
		if got.status == statusPassed || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: got %d %s", c.flag, got.status, got.err)
		}
	}
}

func TestAWSEndpointsThatAreNone(t *testing.T) {
	for _, c := range []struct{ flag, want string }{
		{"dynamodb=https://dynamodb.us-east-1.amazonaws.com", "endpoint of dynamodb: must be on this machine, and dynamodb.us-east-1.amazonaws.com is not: WithRemote, or --allow-remote, allows backends elsewhere"},
		{"dynamodb", "endpoint of all AWS services: must be an absolute http or https URL"},
		{"dynamodb=", "endpoint of dynamodb: must be an absolute http or https URL"},
		{"sqs=http://user:pass@127.0.0.1:1", "endpoint of sqs: must be an absolute http or https URL without a user name"},
	} {
		got := runCommand(t, "serve", "--template", servicesTemplate, "--addr", "127.0.0.1:0", "--aws-endpoint", c.flag)
		if got.status == statusPassed || !strings.Contains(got.err, c.want) || strings.Contains(got.err, "pass@") {
			t.Errorf("%s: got %d %s", c.flag, got.status, got.err)
		}
	}
}

// The message names the variable that holds the invalid URL.
func TestUnusableEndpointOfTheEnvironment(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "localstack:4566")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://me:hush@127.0.0.1:8000")
	want := "weather-events: AWS_ENDPOINT_URL must be an absolute http or https URL, got \"localstack:4566\"\n" +
		"AWS_ENDPOINT_URL_DYNAMODB must have no user name or password in it, got \"http://…@127.0.0.1:8000\"\n"
	for _, command := range []string{"serve", "verify"} {
		if got := runCommand(t, command, "--template", ordersWithFunction); got.status != statusUsage || got.err != want {
			t.Errorf("%s: got %d %s", command, got.status, got.err)
		}
	}
}

// The guide's commands work at the root of the repository.
func TestGuideOfBackends(t *testing.T) {
	guide := readText(t, "../../docs/backends.md")
	t.Chdir("../..")
	for flag, want := range map[string]string{
		"--aws-endpoint": "\nBackend dynamodb (aws): connected to http://127.0.0.1:8000; Table is items\n",
		"--http":         "\nBackend https://shop.internal.example.com (http): connected to http://127.0.0.1:9000\n",
	} {
		commands := regexp.MustCompile(`(?m)^go run ./cmd/weather-events serve (.*`+flag+` .*)$`).FindAllStringSubmatch(guide, -1)
		if len(commands) == 0 {
			t.Errorf("the guide shows no command with %s", flag)
		}
		for _, command := range commands {
			if out, _, _ := startServe(t, strings.Fields(command[1])...); !strings.Contains(out.String(), want) {
				t.Errorf("%s: got %s", command[1], out)
			}
		}
	}
}

func TestContractWithoutBackends(t *testing.T) {
	got := runCommand(t, "openapi", "--template", ordersWithFunction)
	if got.status != statusPassed || !strings.Contains(got.out, "/orders/{id}") || !strings.Contains(got.out, "orders/read") {
		t.Errorf("got %d %s%s", got.status, got.out, got.err)
	}
}
