package repository

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "example.com/weather-events-api/"

// What serves a template and what calls an API work without Node, for whoever
// imports them: no package of theirs may depend on CDK.
func TestTheRuntimeHalfDoesNotImportCDK(t *testing.T) {
	for _, dependencies := range packages(t) {
		if !isRuntime(dependencies[0]) {
			continue
		}
		for _, dependency := range dependencies {
			if isCDK(dependency) {
				t.Errorf("%s depends on %s", dependencies[0], dependency)
			}
		}
	}
}

// Constructs and rules get no tokens: whoever imports them needs no OAuth client
// in a go.sum.
func TestConstructsAndRulesDoNotImportAnOAuthClient(t *testing.T) {
	for _, dependencies := range packages(t) {
		importPath := dependencies[0] + "/"
		if !strings.HasPrefix(importPath, module+"constructs/") && !strings.HasPrefix(importPath, module+"rules/") {
			continue
		}
		for _, dependency := range dependencies {
			if strings.HasPrefix(dependency, "golang.org/x/oauth2") {
				t.Errorf("%s depends on %s", dependencies[0], dependency)
			}
		}
	}
}

// packages returns the packages of the module, each before what it depends on.
func packages(t *testing.T) (found [][]string) {
	t.Helper()
	command := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(output)), "\n") {
		found = append(found, strings.Fields(line))
	}
	return found
}

func isRuntime(importPath string) bool {
	for _, folder := range []string{"local", "machineclient", "internal/walkthrough", "internal/console", "cmd", "rules", "internal/cfn", "internal/mark", "internal/limits", "internal/loopback", "internal/validation", "internal/config"} {
		if strings.HasPrefix(importPath+"/", module+folder+"/") {
			return true
		}
	}
	return false
}

func isCDK(importPath string) bool {
	for _, prefix := range []string{"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go"} {
		if strings.HasPrefix(importPath, prefix) {
			return true
		}
	}
	return false
}
