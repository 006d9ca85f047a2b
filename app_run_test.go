package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/cdktest"
	"example.com/weather-events-api/internal/config"
)

func TestStackOptionsReachTheManifest(t *testing.T) {
	process := runApp(t, "app", map[string]any{
		"stackName": "weather-test", "account": "123456789012", "region": "eu-west-1", "terminationProtection": true,
	})
	if process.status != 0 {
		t.Fatal(process.stderr)
	}
	manifest, err := os.ReadFile(filepath.Join(process.outdir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"aws://123456789012/eu-west-1"`, `"terminationProtection": true`, `"weather-test.template.json"`} {
		if !bytes.Contains(manifest, []byte(want)) {
			t.Errorf("manifest.json has no %s", want)
		}
	}
}

func TestEveryBadValueIsReportedAtOnce(t *testing.T) {
	process := runApp(t, "app", map[string]any{
		"stackName":           "1st stack",
		"account":             "12345",
		"region":              "Ireland",
		"stageName":           "a/b",
		"domainPrefix":        "my-aws-api",
		"userPoolName":        "pool!",
		"removalPolicy":       "destory",
		"accessTokenValidity": "2m",
		"authorizerResultTtl": "2h",
		"throttlingRateLimit": "0",
		"stageNmae":           "v1",
	})
	if process.status != 1 {
		t.Errorf("exit status %d, want 1", process.status)
	}
	cdktest.Equal(t, "standard error", process.stderr, `CDK context (cdk.json, cdk.context.json, -c key=value): 11 problems:
   1. removalPolicy: must be destroy or retain, got "destory": did you mean destroy?
   2. stackName: must be 1 to 128 characters of letters, digits and -, a letter first, got "1st stack"
   3. account: must be 12 characters of digits, got "12345"
   4. region: must be 1 to 32 characters of a-z, 0-9 and -, such as eu-west-1, got "Ireland"
   5. stageNmae: is not a context key of this app: did you mean stageName?
   6. userPoolName: must be 1 to 128 characters of ASCII letters, digits, spaces and _ + = , . @ -, got "pool!"
   7. domainPrefix: must not contain "aws", which Cognito reserves, got "my-aws-api"
   8. accessTokenValidity: must be 5m0s to 24h0m0s in whole minutes, got 2m0s
   9. authorizerResultTtl: must be 0s to 1h0m0s in whole seconds, got 2h0m0s
  10. stageName: must be 1 to 128 characters of a-z, A-Z, 0-9, _ and -, got "a/b"
  11. throttlingRateLimit: must be a number above 0 to 10000, got 0`)
	if written, _ := filepath.Glob(filepath.Join(process.outdir, "*")); len(written) > 0 {
		t.Errorf("bad values left %v behind", written)
	}
}

// newBrokenStack is the app's stack after somebody added a method to it.
func newBrokenStack(scope constructs.Construct, cfg config.Config) awscdk.Stack {
	stack := newWeatherEventsStack(scope, cfg)
	api := stack.Node().FindChild(jsii.String("WeatherEvents")).Node().FindChild(jsii.String("RestApi")).(awsapigateway.RestApi)
	api.Root().AddMethod(jsii.String("DELETE"), nil, nil)
	return stack
}

func TestABrokenRuleIsAShortMessage(t *testing.T) {
	process := runApp(t, "broken", map[string]any{"accountCloudWatchRole": "existing"})
	cdktest.Equal(t, "exit status", process.status, 1)
	message, report, _ := strings.Cut(process.stderr, "; the report is in ")
	cdktest.Equal(t, "report", filepath.Base(report), "validation-report.json")
	cdktest.Equal(t, "standard error", message, `FATAL method DELETE / is open to anyone (machineauth)
   weather-events-api/WeatherEvents/RestApi/Default/DELETE/Resource (WeatherEventsRestApiDELETE284D327C) aws-cdk-lib.aws_apigateway.CfnMethod
   Suggested fix: pass Require(scope) of its ProtectedApi as the method's options, or make it public with AllowUnauthenticated
   Rule machineauth::method-open
synthesis failed: the template breaks the rules above, do not deploy it`)
}

// Synthesis runs CDK's own rules on the app. Starting them takes seconds, so only the
// tests of machineauth run them, on the golden template and on more apps.
func TestTheRulesOfCDKAreOn(t *testing.T) {
	cdktest.Equal(t, "validateAgainstDefaultRules", contextOfCdkJSON(t)["@aws-cdk/core:validateAgainstDefaultRules"], any(true))
}

// process is the outcome of a run of the app.
type process struct {
	status         int
	stderr, outdir string
}

// runApp runs the app in a separate process, as the CDK CLI does.
func runApp(t *testing.T, as string, context map[string]any) process {
	t.Helper()
	encoded, err := json.Marshal(context)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	outdir := t.TempDir()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), runAs+"="+as, "CDK_CONTEXT_JSON="+string(encoded), "CDK_OUTDIR="+outdir)
	command.Stderr = &stderr
	if err := command.Run(); command.ProcessState == nil {
		t.Fatal(err)
	}
	return process{status: command.ProcessState.ExitCode(), stderr: strings.TrimRight(stderr.String(), "\n"), outdir: outdir}
}
