//go:build !race

package repository

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/config"
)

const (
	deploying       = "docs/deploy-to-aws.md"
	troubleshooting = "docs/troubleshooting.md"
)

// Each of the guide's commands passes the CDK CLI valid arguments, and makes the AWS
// calls that the guide describes.
func TestDeployingAsTheGuideSays(t *testing.T) {
	commands := commandsOf(read(t, deploying))
	for _, test := range []struct {
		command string
		asks    string // an AWS operation
		never   string
	}{
		{"make bootstrap", "CreateChangeSet CDKToolkit", "GetObject"},
		{`make deploy ARGS="--outputs-file outputs.json"`, "ExecuteChangeSet weather-events-api", ""},
		{`make deploy ARGS="-c accountCloudWatchRole=create --yes"`, "ExecuteChangeSet weather-events-api", ""},
		{"make diff", "CreateChangeSet weather-events-api", ""},
		{`make diff ARGS="--method=template"`, "GetTemplate weather-events-api", "PUT, CreateChangeSet, deploy-role"},
		{`make destroy ARGS="--yes"`, "DeleteStack arn:aws:cloudformation:eu-west-1:123456789012:stack/weather-events-api/1", ""},
	} {
		t.Run(test.command, func(t *testing.T) {
			t.Parallel()
			if !slices.Contains(commands, test.command) {
				t.Errorf("%s does not show it", deploying)
			}
			account := &awsAccount{bootstrapped: true}
			output := account.run(t, test.command)
			calls := strings.Join(account.calls, "\n")
			if !strings.Contains(calls, test.asks) {
				t.Errorf("it does not ask for %s, but for\n%s\n%s", test.asks, calls, output)
			}
			for _, never := range strings.Split(test.never, ", ") {
				if never != "" && strings.Contains(calls, never) {
					t.Errorf("it asks for %s:\n%s", never, calls)
				}
			}
		})
	}
}

// The troubleshooting page lists the CDK CLI's errors.
func TestTroubleshootingKnowsTheMessagesOfTheCLI(t *testing.T) {
	rows := strings.Join(table(t, read(t, troubleshooting), "## Deploying"), "\n")
	for _, test := range []struct {
		command, message string
		account          *awsAccount
	}{
		{"make bootstrap", "Unable to resolve AWS account to use", &awsAccount{stranger: true}},
		{"make deploy", "Unable to resolve AWS account to use", &awsAccount{stranger: true}},
		{"make diff", "Unable to resolve AWS account to use", &awsAccount{stranger: true}},
		{"make deploy", "SSM parameter /cdk-bootstrap/hnb659fds/version not found", &awsAccount{}},
		{"make deploy", "requires bootstrap stack version", &awsAccount{bootstrapped: true, old: true}},
		{`make deploy ARGS="-c accountCloudWatchRole=create"`, "terminal (TTY) is not attached", &awsAccount{bootstrapped: true}},
		{"make destroy", "terminal (TTY) is not attached", &awsAccount{bootstrapped: true}},
	} {
		t.Run(test.command+": "+test.message, func(t *testing.T) {
			t.Parallel()
			if output := test.account.run(t, test.command); !strings.Contains(output, test.message) {
				t.Errorf("it prints\n%s", output)
			}
			if !strings.Contains(rows, "`"+test.message+"`") {
				t.Errorf("%s does not know %s", troubleshooting, test.message)
			}
		})
	}
}

var contextArgument = regexp.MustCompile(`-c ([A-Za-z]+)=`)

// The app reads every context key that a page or a message of make sets.
func TestContextKeysOfCommandsExist(t *testing.T) {
	known := map[string]bool{}
	for _, key := range config.Keys() {
		known[key.Name] = true
	}
	for name, page := range pages(t) {
		for _, match := range contextArgument.FindAllStringSubmatch(page, -1) {
			if !known[match[1]] && match[1] != "key" { // -c key=value is a placeholder
				t.Errorf("%s sets %s, which the app does not read", name, match[1])
			}
		}
	}
}
