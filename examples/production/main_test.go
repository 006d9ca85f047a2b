//go:build !race

package main

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/walkthrough"
)

var update = flag.Bool("update", false, "rewrite the list of reported findings")

func TestMain(m *testing.M) {
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// findings returns what a rule pack finds that was not accepted, as "rule path".
func findings(t *testing.T, packs ...awscdk.IAspect) []string {
	t.Helper()
	stack := newProductionStack(awscdk.NewApp(nil))
	for _, pack := range packs {
		awscdk.Aspects_Of(stack).Add(pack, nil)
	}
	annotations := assertions.Annotations_FromStack(stack)
	var found []string
	messages := *annotations.FindError(jsii.String("*"), assertions.Match_AnyValue())
	messages = append(messages, *annotations.FindWarning(jsii.String("*"), assertions.Match_AnyValue())...)
	for _, message := range messages {
		rule, _, _ := strings.Cut(message.Entry.Data.(string), ":") //lint:ignore SA1019 the type that replaces it is not in Go yet
		found = append(found, rule+" "+*message.Id)                 //lint:ignore SA1019 as above
	}
	slices.Sort(found)
	return found
}

func TestAwsSolutionsFindNothing(t *testing.T) {
	if found := findings(t, cdknag.NewAwsSolutionsChecks(nil)); len(found) > 0 {
		t.Errorf("fix these, or accept each where it concerns the code, with a reason:\n%s", strings.Join(found, "\n"))
	}
}

// The HIPAA and NIST 800-53 rules are reported, not enforced: testdata/reported.txt
// is the list, and a finding that is not on it fails.
func TestReportedFindings(t *testing.T) {
	const file = "testdata/reported.txt"
	got := strings.Join(findings(t, cdknag.NewHIPAASecurityChecks(nil), cdknag.NewNIST80053R5Checks(nil)), "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what is found (go test . -update rewrites it):\n%s", file, got)
	}
}

// Both services walk through the API as it would be deployed, with the
// credentials from their secrets.
func TestWalkThrough(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{"aws:cdk:enable-path-metadata": true}})
	stack := newProductionStack(app)
	template := app.Synth(nil).GetStackArtifact(stack.ArtifactId()).Template()
	data, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	server, err := local.New(local.FromTemplate("production", data))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	type credentials struct {
		ID       string `json:"client_id"`
		Secret   string `json:"client_secret"`
		TokenURL string `json:"token_url"`
		Previous *struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		} `json:"previous"`
	}
	var stored credentials
	if err := json.Unmarshal([]byte(server.Secret("ServiceClient/Secret").Value), &stored); err != nil {
		t.Fatal(err)
	}
	if stored.Previous == nil {
		t.Fatal("no rotation is open")
	}
	for name, target := range map[string]walkthrough.Target{
		"next generation":    {ClientID: stored.ID, ClientSecret: stored.Secret},
		"current generation": {ClientID: stored.Previous.ID, ClientSecret: stored.Previous.Secret},
	} {
		t.Run(name, func(t *testing.T) {
			target.APIURL, target.TokenURL = server.API("RestApi").URL, stored.TokenURL
			report, err := walkthrough.Run(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if !report.Passed() {
				report.WriteTable(testWriter{t}, walkthrough.TableOptions{})
				t.Fail()
			}
		})
	}

	reporting := server.Client("Reporting")
	if got := strings.Join(reporting.Scopes, " "); got != "weather-api/get" {
		t.Errorf("the reporting service has %s", got)
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(string(p))
	return len(p), nil
}
