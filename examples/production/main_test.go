//go:build !race

package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

var update = flag.Bool("update", false, "rewrite the list of reported findings")

func TestMain(m *testing.M) {
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// findings returns a rule pack's unaccepted findings, as "rule path".
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

// The HIPAA and NIST 800-53 rules are reported, not enforced: testdata/reported.txt lists
// their findings, and a finding that is not listed fails the test.
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

// Both generations of the service's client call the API, served as deployed, with the
// credentials from its secret. The reporting service may only read.
func TestServicesCallTheAPI(t *testing.T) {
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

	next := credentials(t, server, "ServiceClient/Secret")
	var stored struct {
		Previous machineclient.Credentials `json:"previous"`
	}
	if err := json.Unmarshal([]byte(server.Secret("ServiceClient/Secret").Value), &stored); err != nil {
		t.Fatal(err)
	}
	if stored.Previous.ClientID == "" || stored.Previous.ClientID == next.ClientID {
		t.Fatalf("no rotation is open: the previous client is %q", stored.Previous.ClientID)
	}
	current := stored.Previous
	current.TokenURL = next.TokenURL

	url := server.API("RestApi").URL
	for name, test := range map[string]struct {
		credentials machineclient.Credentials
		post        int
	}{
		"next generation":    {next, http.StatusOK},
		"current generation": {current, http.StatusOK},
		"reporting":          {credentials(t, server, "Reporting/Secret"), http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			client := machineclient.New(machineclient.Config{Credentials: machineclient.Static(test.credentials)})
			want(t, http.StatusOK)(client.Get(url))
			want(t, test.post)(client.Post(url, "application/json", strings.NewReader(`{"name": "Storm", "dateStart": "2026-01-14", "dateEnd": "2026-01-15"}`)))
		})
	}
}

// credentials returns the value of a secret, as a service reads it.
func credentials(t *testing.T, server *local.System, secret string) machineclient.Credentials {
	t.Helper()
	parsed, err := machineclient.ParseCredentials([]byte(server.Secret(secret).Value))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func want(t *testing.T, status int) func(*http.Response, error) {
	return func(response *http.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: got %s, want %d", response.Request.Method, response.Status, status)
		}
	}
}
