// Package company tests a company's apps together, as deployed: it synthesizes, checks
// and serves all four, and calls both APIs with tokens.
package company

import (
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/company/scopes"
	"example.com/weather-events-api/local"
	"example.com/weather-events-api/machineclient"
)

// apps are in deployment order.
var apps = []string{"auth", "orders", "billing", "shop"}

func TestMain(m *testing.M) {
	if err := synthesize(); err != nil {
		println(err.Error())
		os.Exit(1)
	}
	m.Run()
}

// synthesize writes the assembly of each app to its cdk.out, as the CDK CLI does.
func synthesize() error {
	programs, err := os.MkdirTemp("", "company")
	if err != nil {
		return err
	}
	defer os.RemoveAll(programs)
	build := []string{"build", "-o", programs + "/"}
	for _, app := range apps {
		build = append(build, "./"+app)
		if _, err := os.Stat(app + "/main.go"); err != nil { // go test reruns when a file it looked at changes
			return err
		}
	}
	if output, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		return errors.Join(err, errors.New(string(output)))
	}
	for _, app := range apps {
		synth := exec.Command(filepath.Join(programs, app))
		synth.Dir = app
		synth.Env = append(os.Environ(), "CDK_OUTDIR=cdk.out")
		if output, err := synth.CombinedOutput(); err != nil {
			return errors.Join(err, errors.New(string(output)))
		}
	}
	return nil
}

var guideCommand = regexp.MustCompile(`(?m)^go (run \./cmd/weather-events .*)$`)

// The guide's commands pass on these apps without even a warning. Guide and command come
// from the library version in go.mod, the apps from this folder.
func TestTheCommandsOfTheGuide(t *testing.T) {
	output, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "example.com/weather-events-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	library := strings.TrimSpace(string(output))
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(library, "docs", "several-teams.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := guideCommand.FindAllStringSubmatch(string(page), -1)
	wanted := []string{"No findings in 4 templates", "9 of 9 steps passed"}
	if len(commands) != len(wanted) {
		t.Fatalf("%d commands in the guide, want %d", len(commands), len(wanted))
	}
	for i, command := range commands {
		var arguments []string
		for _, argument := range strings.Fields(command[1]) {
			if app, isApp := strings.CutPrefix(argument, "examples/company/"); isApp {
				argument = filepath.Join(here, app)
			}
			arguments = append(arguments, argument)
		}
		run := exec.Command("go", arguments...)
		run.Dir = library
		if output, err := run.CombinedOutput(); err != nil || !strings.Contains(string(output), wanted[i]) {
			t.Errorf("%s: %v\n%s", command[0], err, output)
		}
	}
}

// company is all four apps, deployed locally.
type company struct {
	t               *testing.T
	server          *local.System
	orders, billing string // URLs of the stages
	tokenRequests   atomic.Int64
}

func deploy(t *testing.T) *company {
	t.Helper()
	var sources []local.Source
	for _, app := range apps {
		sources = append(sources, local.FromAssembly(app+"/cdk.out"))
	}
	c := &company{t: t}
	server, err := local.New(local.Together(sources...), local.WithUserPool(*scopes.UserPoolArn, "company-auth"),
		local.WithAccessLog(func(access local.Access) {
			if strings.HasSuffix(access.Path, "/oauth2/token") {
				c.tokenRequests.Add(1)
			}
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	c.server, c.orders, c.billing = server, server.API("Orders").URL, server.API("Billing").URL
	return c
}

// shop returns a client with the credentials from the service's secret. It requests
// scope, or the secret's scopes if scope is empty.
func (c *company) shop(scope string) *http.Client {
	c.t.Helper()
	credentials, err := machineclient.ParseCredentials([]byte(c.server.Secret("Shop/Secret").Value))
	if err != nil {
		c.t.Fatal(err)
	}
	if scope != "" {
		credentials.Scope = scope
	}
	return machineclient.New(machineclient.Config{Credentials: machineclient.Static(credentials)})
}

// expect calls an API.
func (c *company) expect(client *http.Client, method, url string, status int) http.Header {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Origin", "https://office.example.com")
	response, err := client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != status {
		c.t.Errorf("%s %s is answered with %d, want %d", method, url, response.StatusCode, status)
	}
	return response.Header
}

func TestOneTokenOpensBothAPIs(t *testing.T) {
	c := deploy(t)
	shop := c.shop("")
	c.expect(shop, "GET", c.orders+"orders", 200)
	c.expect(shop, "POST", c.orders+"orders", 200)
	c.expect(shop, "POST", c.billing, 200)
	c.expect(shop, "GET", c.billing+"charges/1", 200)
	if got := c.tokenRequests.Load(); got != 1 {
		t.Errorf("%d token requests, want 1", got)
	}
}

func TestAScopeOpensItsOwnAPI(t *testing.T) {
	c := deploy(t)
	orders, billing := c.shop("orders/read"), c.shop("billing/charge")
	c.expect(orders, "GET", c.orders+"orders", 200)
	c.expect(orders, "POST", c.orders+"orders", 401)
	c.expect(orders, "POST", c.billing+"charges", 401)
	c.expect(billing, "POST", c.billing+"charges", 200)
	c.expect(billing, "GET", c.orders+"orders", 401)
}

func TestOnlyPreflightsNeedNoToken(t *testing.T) {
	c := deploy(t)
	answer := c.expect(http.DefaultClient, "OPTIONS", c.orders+"orders", 204)
	if got := answer.Get("Access-Control-Allow-Origin"); got != "https://office.example.com" {
		t.Errorf("the preflight allows the origin %q", got)
	}
	c.expect(http.DefaultClient, "GET", c.orders+"orders", 401)
	c.expect(http.DefaultClient, "OPTIONS", c.billing+"charges", 401)
	answer = c.expect(c.shop(""), "GET", c.orders+"orders", 200)
	if got := answer.Get("Access-Control-Allow-Origin"); got != "https://office.example.com" {
		t.Errorf("the answer allows the origin %q", got)
	}
}
