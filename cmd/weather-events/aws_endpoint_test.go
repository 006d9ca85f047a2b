package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// servicesTemplate is a template with DynamoDB and SQS behind an API.
const servicesTemplate = "../../local/testdata/services.template.yaml"

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

// What the guide shows works where it is typed: at the root of the repository.
func TestGuideOfAWSEndpoints(t *testing.T) {
	guide, err := os.ReadFile("../../docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^go run ./cmd/weather-events (serve .*--aws-endpoint.*)$`).FindAllStringSubmatch(string(guide), -1)
	if len(commands) == 0 {
		t.Fatal("the guide shows no command")
	}
	t.Chdir("../..")
	for _, command := range commands {
		out, _, _ := startServe(t, strings.Fields(command[1])[1:]...)
		if !strings.Contains(out.String(), "\nBackend dynamodb (aws): connected to http://127.0.0.1:8000; Table is items\n") {
			t.Errorf("%s: got %s", command[1], out)
		}
	}
}

// A URL that is none is named by the variable that it comes from.
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
