package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/weather-events-api/local"
)

const (
	weather       = "../../testdata/weather-events-api.template.json"
	withoutDomain = "../../testdata/without-domain.template.yaml"
)

// result is what a command left.
type result struct {
	status   int
	out, err string
}

func runCommand(t *testing.T, arguments ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	status := run(t.Context(), arguments, terminal{out: &out, err: &err})
	return result{status, out.String(), err.String()}
}

// output is a buffer that one goroutine writes and another reads.
type output struct {
	lock   sync.Mutex
	buffer bytes.Buffer
	wrote  chan struct{}
}

func newOutput() *output { return &output{wrote: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	select {
	case o.wrote <- struct{}{}:
	default:
	}
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	return o.buffer.String()
}

// startServe runs serve until the returned function is called, which returns
// the exit status.
func startServe(t *testing.T, arguments ...string) (out, err *output, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, err = newOutput(), newOutput()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, arguments...), terminal{out: out, err: err})
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-status
	})
	t.Cleanup(func() { stop() })
	select {
	case <-out.wrote:
	case got := <-status:
		status <- got
		t.Fatalf("serve ended with %d: %s", got, err)
	}
	return out, err, stop
}

func TestServeAsJSONPrintsOneLine(t *testing.T) {
	out, _, stop := startServe(t, "--template", weather, "--json")
	var ready struct {
		APIs    []struct{ Key, Stack, LogicalID, Name, Stage, URL string }
		Clients []struct {
			Key, Stack, LogicalID, Name, UserPool, ClientID, ClientSecret, TokenURL string
			Scopes                                                                  []string
			Machine                                                                 bool
		}
		APIKeys  []local.APIKey
		Backends []local.Backend
		Waivers  []local.Waiver
	}
	decoder := json.NewDecoder(strings.NewReader(out.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&ready); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Errorf("more than one line: %s", out)
	}
	api, client := ready.APIs[0], ready.Clients[0]
	if api.Key != api.LogicalID || api.Stack != "weather-events-api" || api.LogicalID != "WeatherEventsRestApi4662D512" || api.Name != "Weather Events REST API" || api.Stage != "weather" || !strings.HasSuffix(api.URL, "/weather/") {
		t.Errorf("API %+v", api)
	}
	if client.LogicalID != "WeatherEventsAuthServiceClientEBBEA640" || client.Name != "ServiceClient" || client.UserPool != "WeatherEventsAuthUserPoolBD1FDA30" ||
		!client.Machine || client.ClientID == "" || client.ClientSecret == "" || len(client.Scopes) != 2 || !strings.HasSuffix(client.TokenURL, "/oauth2/token") {
		t.Errorf("client %+v", client)
	}
	if response, err := http.Get(api.URL); err != nil || response.StatusCode != 401 {
		t.Errorf("GET without token: %v %v", response, err)
	}
	if status := stop(); status != statusPassed {
		t.Errorf("exit status %d", status)
	}
}

// needShell skips a test where the programs of the printed commands are missing.
func needShell(t *testing.T) {
	t.Helper()
	for _, program := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s, which the printed commands use, is not installed", program)
		}
	}
}

func TestTheCurlLinesWorkWhenPasted(t *testing.T) {
	needShell(t)
	out, log, stop := startServe(t, "--template", weather)
	_, commands, found := strings.Cut(out.String(), "\n\n")
	commands, _, ended := strings.Cut(commands, "\n\nServing at ")
	if !found || !ended {
		t.Fatalf("no commands in\n%s", out)
	}
	pasted, err := exec.Command("sh", "-euc", commands).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, commands, pasted)
	}
	for _, want := range []string{"200 OK", "Storms Malik and Corrie", `{"message":"success"}`, "401 Unauthorized", `{"error":"invalid_grant"}`} {
		if !strings.Contains(string(pasted), want) {
			t.Errorf("no %s in\n%s", want, pasted)
		}
	}
	stop()
	if strings.Contains(log.String(), "\x1b") {
		t.Errorf("colors in a log that no terminal shows:\n%s", log)
	}
	// The steps of the walk-through, each with one request.
	var answers []string
	for _, line := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		words := strings.Fields(line)
		answers = append(answers, words[1]+" "+words[2])
	}
	want := []string{"200 POST", "200 GET", "200 POST", "401 GET", "200 POST", "400 POST", "401 GET"}
	if !slices.Equal(answers, want) || strings.Count(log.String(), "client=") != 6 {
		t.Errorf("access log %q, want %q:\n%s", answers, want, log)
	}
}

// An API that is none of weather events gets what holds for any: a token and a call.
func TestTheCurlLinesOfAnotherAPI(t *testing.T) {
	needShell(t)
	out, log, stop := startServe(t, "--template", "../../local/testdata/openapi.yaml", "--no-console")
	_, commands, _ := strings.Cut(out.String(), "\n\n")
	commands, _, ended := strings.Cut(commands, "\n\nServing at ")
	pasted, err := exec.Command("sh", "-euc", commands).CombinedOutput()
	if !ended || err != nil || strings.Contains(out.String(), "weather-api") {
		t.Errorf("%v\n%s\n%s", err, out, pasted)
	}
	stop()
	// The token was accepted, whatever else the method asks for.
	if !strings.Contains(log.String(), ` GET "`) || strings.Count(log.String(), "client=") != 2 {
		t.Errorf("access log:\n%s", log)
	}
}

// Without a domain of the user pool there is no token endpoint to show a request to.
func TestAClientWithoutTokenEndpoint(t *testing.T) {
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]map[string]any
	}
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(template.Resources, func(_ string, resource map[string]any) bool {
		return resource["Type"] == "AWS::Cognito::UserPoolDomain"
	})
	file := filepath.Join(t.TempDir(), "template.json")
	data, _ = json.Marshal(template)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, stop := startServe(t, "--template", file)
	stop()
	if got := out.String(); !strings.Contains(got, "token URL      none: the user pool has no domain") || strings.Contains(got, "ACCESS_TOKEN=") {
		t.Error(got)
	}
}

// A client that gets its tokens by GetClientToken is shown how, and so is where an
// SDK has to be pointed at.
func TestAClientOfGetClientToken(t *testing.T) {
	needShell(t)
	out, log, stop := startServe(t, "--template", withoutDomain, "--no-console")
	server, _, _ := strings.Cut(out.String()[strings.Index(out.String(), "token URL      ")+len("token URL      "):], "\n")
	if !strings.Contains(out.String(), "operation      GetClientToken: see the command below, or use an AWS SDK or the AWS CLI with --endpoint-url "+server+"\n") || !strings.HasPrefix(server, "http://127.0.0.1:") {
		t.Error(out)
	}
	_, commands, _ := strings.Cut(out.String(), "\n\n")
	commands, _, ended := strings.Cut(commands, "\n\nServing at ")
	pasted, err := exec.Command("sh", "-euc", commands).CombinedOutput()
	if !ended || err != nil || !strings.Contains(string(pasted), "200 OK") {
		t.Errorf("%v\n%s\n%s", err, out, pasted)
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
		// A token is shown unless nobody needs one.
		if isOpen := len(test.methods) == 1 && test.methods[0].Authorization == "NONE"; found && strings.Contains(got.curl(), "ACCESS_TOKEN") == isOpen {
			t.Errorf("of %v: %s", test.methods, got.curl())
		}
	}
}

// A name in a template adds no command to those that are pasted, and none for the terminal.
func TestServeOfHostileNames(t *testing.T) {
	out, _, stop := startServe(t, "--template", "testdata/hostile-names.yaml")
	stop()
	if got := out.String(); strings.Contains(got, "\x1b") || strings.Contains(got, "\necho") || strings.Count(got, "\ufffdecho hostile") != 4 || strings.Count(got, "\ufffd[2J") != 2 {
		t.Errorf("%q", got)
	}
}

func TestServeWarnsOfANetwork(t *testing.T) {
	_, log, stop := startServe(t, "--template", weather, "--addr", "0.0.0.0:0")
	stop()
	if !strings.Contains(log.String(), "warning: 0.0.0.0:0 is open to the network") {
		t.Errorf("standard error: %s", log)
	}
	_, log, stop = startServe(t, "--template", weather, "--addr", "localhost:0")
	stop()
	if strings.Contains(log.String(), "warning") {
		t.Errorf("standard error: %s", log)
	}
}

func TestVerifyPasses(t *testing.T) {
	got := runCommand(t, "verify", "--template", weather)
	if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || got.err != "" {
		t.Errorf("%+v", got)
	}
	client := served(t, weather).Client("ServiceClient")
	if strings.Contains(got.out, client.Secret) {
		t.Error("the table shows the secret")
	}
	if got := runCommand(t, "verify", "--template", weather, "--curl", "--show-secrets"); !strings.Contains(got.out, client.Secret) {
		t.Error("the table does not show the secret that was asked for")
	}
}

func TestVerifyAsJSON(t *testing.T) {
	got := runCommand(t, "verify", "--template", weather, "--json")
	var report struct {
		Passed bool
		Steps  []struct{ Name string }
		Matrix struct {
			Methods, Callers []struct{}
			Cells            [][]struct{ Expected, Got, Why string }
		}
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.status != statusPassed || !report.Passed || len(report.Steps) != 9 ||
		len(report.Matrix.Methods) != 2 || len(report.Matrix.Callers) != 5 || report.Matrix.Cells[0][0].Got != "closed" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestVerifyFails(t *testing.T) {
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.NewReplacer(`"AuthorizationScopes": [
     "weather-api/get"`, `"AuthorizationScopes": [
     "weather-api/post"`).Replace(string(data))
	if swapped == string(data) {
		t.Fatal("the template has changed, and this test with it")
	}
	file := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(file, []byte(swapped), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runCommand(t, "verify", "--template", file); got.status != statusFailed || !strings.Contains(got.out, "FAIL") || got.err != "" {
		t.Errorf("%+v", got)
	}
}

func TestTokenIsForTheServerAtTheAddress(t *testing.T) {
	server := served(t, weather)
	address := strings.TrimPrefix(server.URL(), "http://")
	got := runCommand(t, "token", "--template", weather, "--addr", address, "--scope", "weather-api/get")
	if got.status != statusPassed {
		t.Fatalf("%+v", got)
	}
	request, err := http.NewRequest("GET", server.API("RestApi").URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(got.out))
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("%v %v", response, err)
	}
}

func TestTokenDecoded(t *testing.T) {
	got := runCommand(t, "token", "--template", weather, "--scope", "weather-api/get", "--scope", "weather-api/post", "--decode")
	var decoded struct {
		Header struct{ Alg string }
		Claims struct{ Scope, Iss string }
	}
	if err := json.Unmarshal([]byte(got.out), &decoded); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	if decoded.Header.Alg != "RS256" || decoded.Claims.Scope != "weather-api/get weather-api/post" || !strings.HasPrefix(decoded.Claims.Iss, "http://127.0.0.1:8080/") {
		t.Errorf("%+v", decoded)
	}
}

func TestUnusableInput(t *testing.T) {
	empty := t.TempDir()
	notJSON := filepath.Join(empty, "outputs.json")
	if err := os.WriteFile(notJSON, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"no assembly", []string{"verify", "--assembly", empty}, "run cdk synth first (in this project: `make synth`)"},
		{"no template", []string{"serve", "--template", "nowhere.json"}, "nowhere.json"},
		{"one of two sources", []string{"serve", "--template", weather, "--assembly", empty}, "run cdk synth first"},
		{"two targets", []string{"verify", "--outputs", "a", "--deployed", "b"}, "can't be used together"},
		{"unknown command", []string{"sevre"}, "sevre"},
		{"unknown flag", []string{"serve", "--tempalte", "a"}, "--tempalte"},
		{"unknown parameter", []string{"verify", "--template", weather, "--parameter", "Nmae=x"}, "Nmae"},
		{"unknown client", []string{"token", "--template", weather, "--client", "Nobody"}, `0 of 1 clients are named "Nobody"`},
		{"unknown API", []string{"verify", "--template", weather, "--api", "Nothing"}, `0 of 1 APIs are named "Nothing"`},
		{"a scope that is refused", []string{"token", "--template", weather, "--scope", "weather-api/delete"}, `does not hold "weather-api/delete"; it holds weather-api/post, weather-api/get`},
		{"an address without a port", []string{"serve", "--template", weather, "--addr", "localhost"}, `--addr must be HOST:PORT, such as 127.0.0.1:8080, got "localhost"`},
		{"an address that is taken", []string{"serve", "--template", weather, "--addr", taken.Addr().String()}, "--addr names another host or port; port 0 picks one that is free"},
		{"a parameter without a value", []string{"verify", "--template", weather, "--parameter", "Env"}, `--parameter: must be KEY=VALUE, got "Env"`},
		{"a backend without a URL", []string{"serve", "--template", weather, "--http", "shop"}, `--http: must be FROM=TO, got "shop"`},
		{"a Region of nothing in AWS", []string{"verify", "--template", weather, "--region", "eu-west-1"}, "--region only applies to --deployed and --outputs"},
		{"two flags at once", []string{"verify", "--template", weather, "--timeout=-1s", "--call-allowed"}, "--timeout must be above 0, got -1s\n--call-allowed and --token-url only apply to --deployed"},
		{"no outputs", []string{"verify", "--outputs", "nowhere.json"}, "read the outputs"},
		{"outputs that are none", []string{"verify", "--outputs", notJSON}, "is not a file that cdk deploy --outputs-file wrote"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := runCommand(t, test.arguments...)
			if got.status != statusUsage || !strings.HasPrefix(got.err, "weather-events: ") || !strings.Contains(got.err, test.want) || got.out != "" {
				t.Errorf("%+v, want %q", got, test.want)
			}
		})
	}
}

// What a command says to whoever is stuck is what the guide looks for.
func TestTroubleshootingKnowsTheMessages(t *testing.T) {
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	sam := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(sam, []byte("Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: AWS::SNS::Topic}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for message, arguments := range map[string][]string{
		"no cloud assembly at cdk.out": {"lint"},
		"address already in use":       {"serve", "--template", sam, "--addr", taken.Addr().String()},
		"only AWS expands the macro":   {"serve", "--template", sam, "--addr", "127.0.0.1:0"},
	} {
		if got := runCommand(t, arguments...); !strings.Contains(got.err, message) || !strings.Contains(string(page), "`"+message+"`") {
			t.Errorf("%q: %s", message, got.err)
		}
	}
}

func TestHelp(t *testing.T) {
	if got := runCommand(t, "--help"); got.status != statusPassed || !strings.Contains(got.out, "serve") || !strings.Contains(got.out, "verify") || !strings.Contains(got.out, "token") || !strings.Contains(got.out, "openapi") {
		t.Errorf("%+v", got)
	}
	for command, defaults := range map[string][]string{"serve": {"127.0.0.1:8080", "10"}, "token": {"127.0.0.1:8080"}, "verify": {"10s", "10"}} {
		for _, value := range defaults {
			if got := runCommand(t, command, "--help"); !strings.Contains(strings.Join(strings.Fields(got.out), " "), "Default: "+value+".") {
				t.Errorf("%s does not tell the default %s", command, value)
			}
		}
	}
}

// served serves a template until the test ends.
func served(t *testing.T, file string) *local.System {
	t.Helper()
	server, err := local.New(local.FromTemplateFile(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

func TestServeHasAConsole(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      int
	}{{nil, 200}, {[]string{"--no-console"}, 404}} {
		out, _, stop := startServe(t, append([]string{"--template", weather}, test.arguments...)...)
		_, url, _ := strings.Cut(out.String(), "Serving at ")
		url, rest, _ := strings.Cut(url, " ")
		response, err := http.Get(url + "/_console/")
		if err != nil || response.StatusCode != test.want {
			t.Errorf("%v: %v %v", test.arguments, err, response)
		}
		if named := strings.Contains(rest, "Open in a browser: "+url+"/_console/\n"); named != (test.want == 200) {
			t.Errorf("%v: printed %q", test.arguments, rest)
		}
		stop()
	}
}
