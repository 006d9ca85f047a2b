package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/internal/fakeaws"
)

// stack is a deployed stack of an account.
type stack struct {
	*fakeaws.Account
	name    string
	outputs map[string]string
	client  *fakeaws.Client
}

// deployedStack is an account to which a template was deployed as weather-events-api.
// Requests lead there until the test ends.
func deployedStack(t *testing.T, file string) *stack {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const name = "weather-events-api"
	account := fakeaws.New(t, map[string]string{name: string(data)})
	transport = account
	t.Cleanup(func() { transport = nil })
	outputs := account.Stacks[name].Outputs
	api, client := account.System.APIs()[0], account.System.Clients()[0]
	outputs["ApiUrl"] = fmt.Sprintf("https://%s.execute-api.%s.amazonaws.com/%s/", account.Stacks[name].Resources[api.LogicalID].ID, fakeaws.Region, api.Stage)
	outputs["UserPoolId"] = account.Stacks[name].Resources[client.UserPool].ID
	outputs["ClientId"], outputs["Scopes"] = client.ID, strings.Join(client.Scopes, " ")
	if pool := account.Pools[outputs["UserPoolId"]]; client.TokenOperation == "" {
		outputs["TokenUrl"] = fmt.Sprintf("https://%s.auth.%s.amazoncognito.com/oauth2/token", pool.Domain, fakeaws.Region)
	} else {
		outputs["TokenUrl"], outputs["TokenOperation"] = "https://cognito-idp."+fakeaws.Region+".amazonaws.com/", client.TokenOperation
	}
	return &stack{account, name, outputs, account.Pools[outputs["UserPoolId"]].Clients[client.ID]}
}

// verify are the arguments of verify for the stack.
func (s *stack) verify(more ...string) []string {
	return append([]string{"verify", "--deployed", s.name, "--region", fakeaws.Region}, more...)
}

// outputsFile writes what cdk deploy --outputs-file would.
func outputsFile(t *testing.T, stacks map[string]map[string]string) string {
	t.Helper()
	data, err := json.Marshal(stacks)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "outputs.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// verifications are the ways to walk through a stack.
func (s *stack) verifications(t *testing.T) map[string][]string {
	return map[string][]string{
		"deployed": s.verify("--call-allowed=all"),
		"outputs":  {"verify", "--outputs", outputsFile(t, map[string]map[string]string{s.name: s.outputs})},
	}
}

func TestVerifyADeployedStack(t *testing.T) {
	s := deployedStack(t, weather)
	for flag, want := range map[string][]string{
		"":                   {"GET / · · ○ · ○", "POST / · · ○ ○ ·", "10 cells: 6 tried, none wrong", "No walk-through: it calls GET and POST with tokens that open them: allow that with --call-allowed=all"},
		"--call-allowed":     {"GET / · · ● · ●", "POST / · · ○ ○ ·", "10 cells: 8 tried, none wrong"},
		"--call-allowed=all": {"GET / · · ● · ●", "POST / · · ● ● ·", "10 cells: 10 tried, none wrong", "9 of 9 steps passed"},
	} {
		arguments := s.verify()
		if flag != "" {
			arguments = s.verify(flag)
		}
		got := runCommand(t, arguments...)
		text := strings.Join(strings.Fields(got.out), " ")
		for _, want := range want {
			want = strings.NewReplacer("10 cells: ", "2 methods by 5 callers: ", "6 tried", "6 of 10 tried", "8 tried", "8 of 10 tried", "10 tried", "10 of 10 tried").Replace(want)
			if got.status != statusPassed || !strings.Contains(text, want) {
				t.Errorf("%s: no %q: %d %s\n%s", flag, want, got.status, got.err, got.out)
			}
		}
		if strings.Contains(got.out, s.client.Secret) || !strings.Contains(got.err, "token requests that Cognito bills ($0.0") {
			t.Errorf("%s: %s", flag, got.err)
		}
	}
	if got := runCommand(t, s.verify("--call-allowed=some")...); got.status != statusUsage || !strings.Contains(got.err, `must be reading (the default value) or all, got "some"`) {
		t.Errorf("%+v", got)
	}
	for _, flags := range [][]string{s.verify("--stack", "x"), s.verify("--user-pool", "a=b"), s.verify("--without", "cache"), s.verify("--no-lambda"), s.verify("--call-backends"), {"verify", "--call-allowed"}, {"verify", "--token-url", "https://example.org/"}} {
		if got := runCommand(t, flags...); got.status != statusUsage || !strings.Contains(got.err, "--deployed") {
			t.Errorf("%v: %+v", flags, got)
		}
	}
	for _, url := range []string{"http://auth.example.org/oauth2/token", "https://user:password@auth.example.org/", "auth.example.org", "https://"} {
		if got := runCommand(t, s.verify("--client", "x", "--token-url", url)...); got.status != statusUsage || !strings.Contains(got.err, "--token-url must be an https URL") || strings.Contains(got.err, "password") {
			t.Errorf("%s: %+v", url, got)
		}
	}
	if got := runCommand(t, "verify", "--deployed", "other", "--region", "eu-west-1"); got.status != statusUsage || !strings.Contains(got.err, "DescribeStacks of other: ") {
		t.Errorf("another stack: %+v", got)
	}
	if got := runCommand(t, "verify", "--deployed", s.name); got.status != statusUsage || !strings.Contains(got.err, "no AWS Region: pass --region, or set AWS_REGION") {
		t.Errorf("no Region: %+v", got)
	}
	s.Denied = []string{"cloudformation:GetTemplate", "cognito-idp:DescribeUserPoolClient"}
	if got := runCommand(t, s.verify()...); got.status != statusUsage || !strings.Contains(got.err, "the credentials lack permissions:\n- cloudformation:GetTemplate on weather-events-api") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, s.verify("--template", weather)...); got.status != statusUsage || !strings.Contains(got.err, "\n- cognito-idp:DescribeUserPoolClient on ") || strings.Contains(got.err, "GetTemplate") {
		t.Errorf("%+v", got)
	}
	s.Denied = s.Denied[:1]
	if got := runCommand(t, s.verify("--template", weather)...); got.status != statusPassed {
		t.Errorf("a template that is given: %+v", got)
	}
}

// What is deployed is not what the template says: the command exits with 1.
func TestVerifyFindsWhatIsDeployedOtherwise(t *testing.T) {
	s := deployedStack(t, holes+"swapped-scopes.yaml")
	file := filepath.Join(t.TempDir(), "right.yaml")
	right := strings.NewReplacer("AuthorizationScopes: [orders/write]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/write]").Replace(s.Stacks[s.name].Template)
	if err := os.WriteFile(file, []byte(right), 0o600); err != nil {
		t.Fatal(err)
	}
	got := runCommand(t, s.verify("--template", file)...)
	if text := strings.Join(strings.Fields(got.out), " "); got.status != statusFailed ||
		!strings.Contains(text, "✗ GET /orders of Api/v1 is open to Writer with orders/write, and should be closed: requires orders/read; the token has orders/write") {
		t.Errorf("%+v", got)
	}
}

// A client of a user pool that is in none of the stacks is named by its id.
func TestVerifyWithAClientOfAPoolElsewhere(t *testing.T) {
	data, err := os.ReadFile(ordersTemplate)
	if err != nil {
		t.Fatal(err)
	}
	const pool = "eu-west-1_Ab129faBb"
	s := deployedStack(t, holes+"open-method.yaml")
	account := fakeaws.New(t, map[string]string{"orders": strings.ReplaceAll(string(data), "!ImportValue company-pool", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"+pool)})
	transport = account
	client := account.System.Clients()[0]
	s.name = "orders"
	if got := runCommand(t, s.verify()...); got.status != statusPassed || !strings.Contains(got.err, "note: the user pool "+pool+" is in none of the stacks") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, s.verify("--client", client.ID, "--call-allowed")...); got.status != statusPassed || !strings.Contains(got.out, client.ID+" with orders/get") || !strings.Contains(got.out, "●") {
		t.Errorf("%+v", got)
	}
	account.Denied = []string{"cognito-idp:DescribeUserPool"}
	url := "https://" + account.Pools[pool].Domain + ".auth.eu-west-1.amazoncognito.com/oauth2/token"
	t.Setenv("CLIENT_SECRET", client.Secret)
	if got := runCommand(t, s.verify("--client", client.ID, "--token-url", url)...); got.status != statusPassed || strings.Contains(got.out+got.err, client.Secret) {
		t.Errorf("%+v", got)
	}
	t.Setenv("CLIENT_SECRET", "wrong")
	if got := runCommand(t, s.verify("--client", client.ID, "--token-url", url)...); got.status != statusFailed || !strings.Contains(got.out, "no token: 400 invalid_client") {
		t.Errorf("%+v", got)
	}
}

func TestVerifyADeployedStackWithoutADomain(t *testing.T) {
	s := deployedStack(t, withoutDomain)
	for name, arguments := range s.verifications(t) {
		got := runCommand(t, append(arguments, "--any-answer", "--curl")...)
		if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || !strings.Contains(got.out, "AWSCognitoIdentityProviderService.GetClientToken") || strings.Contains(got.out, s.client.Secret) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	s.outputs["TokenOperation"] = "InitiateAuth"
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, arguments...); got.status != statusUsage || !strings.Contains(got.err, `TokenOperation: must be GetClientToken, or empty for a token endpoint, got "InitiateAuth"`) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestVerifyAnOutputsFile(t *testing.T) {
	s := deployedStack(t, weather)
	one := outputsFile(t, map[string]map[string]string{s.name: s.outputs})
	got := runCommand(t, "verify", "--outputs", one, "--json")
	if got.status != statusPassed || !strings.Contains(got.out, "not tried: methods other than GET and POST, which are unknown: the outputs do not list them") {
		t.Errorf("%+v", got)
	}
	two := outputsFile(t, map[string]map[string]string{s.name: s.outputs, "other": {"ApiUrl": "https://example.org"}})
	if got := runCommand(t, "verify", "--outputs", two, "--stack", s.name); got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--outputs", two); got.status != statusUsage || !strings.Contains(got.err, "has the outputs of [\"other\" \"weather-events-api\"]: choose one with --stack") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--outputs", two, "--stack", "other"); got.status != statusUsage || !strings.Contains(got.err, "stack other has no output TokenUrl, UserPoolId, ClientId") {
		t.Errorf("%+v", got)
	}
}

// Outputs have the OutputPrefix of the construct in front of their names.
func TestVerifyOutputsWithAPrefix(t *testing.T) {
	s := deployedStack(t, weather)
	prefixed := map[string]string{}
	for name, value := range s.outputs {
		prefixed["Storms"+name] = value
	}
	s.outputs, s.Stacks[s.name].Outputs = prefixed, prefixed
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, arguments...); got.status != statusPassed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, value := range prefixed {
		prefixed[strings.TrimPrefix(name, "Storms")] = value
	}
	for name, arguments := range s.verifications(t) {
		want := map[string]int{"deployed": statusPassed, "outputs": statusUsage}[name] // of which the matrix needs none
		if got := runCommand(t, arguments...); got.status != want || !strings.Contains(got.out+got.err, `has outputs with the prefixes ["" "Storms"]: choose one with --output-prefix`) {
			t.Errorf("%s: %+v", name, got)
		}
		for _, prefix := range []string{"", "Storms"} {
			if got := runCommand(t, append(arguments, "--output-prefix="+prefix)...); got.status != statusPassed {
				t.Errorf("%s: prefix %q: %+v", name, prefix, got)
			}
		}
	}
	if got := runCommand(t, s.verify("--call-allowed=all", "--output-prefix", "Rain")...); got.status != statusUsage || !strings.Contains(got.err, "has no output RainApiUrl, RainTokenUrl") {
		t.Errorf("%+v", got)
	}
}

// changedTemplate writes the template of weather events with changes to its resources.
func changedTemplate(t *testing.T, renamed []string, change func(resources map[string]map[string]any)) string {
	t.Helper()
	data, err := os.ReadFile(weather)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(renamed...).Replace(string(data))
	if len(renamed) > 0 && text == string(data) {
		t.Fatal("the template has changed, and this test with it")
	}
	var template map[string]json.RawMessage
	var resources map[string]map[string]any
	if json.Unmarshal([]byte(text), &template) != nil || json.Unmarshal(template["Resources"], &resources) != nil {
		t.Fatal("no template")
	}
	if change != nil {
		change(resources)
	}
	template["Resources"], _ = json.Marshal(resources)
	delete(template, "Outputs")
	data, _ = json.Marshal(template)
	file := filepath.Join(t.TempDir(), "template.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// propertiesOf returns the properties of the one resource of a type in a template,
// or of its method for an HTTP method.
func propertiesOf(t *testing.T, resources map[string]map[string]any, kind string) map[string]any {
	t.Helper()
	for _, resource := range resources {
		properties, _ := resource["Properties"].(map[string]any)
		if resource["Type"] == kind || resource["Type"] == "AWS::ApiGateway::Method" && properties["HttpMethod"] == kind {
			return properties
		}
	}
	t.Fatalf("the template has no %s", kind)
	return nil
}

// moveTo puts a method at a path below the root of the API.
func moveTo(resources map[string]map[string]any, method map[string]any, path string) {
	if resources["At"+path] == nil {
		resources["At"+path] = map[string]any{"Type": "AWS::ApiGateway::Resource", "Properties": map[string]any{
			"RestApiId": method["RestApiId"], "ParentId": method["ResourceId"], "PathPart": path,
		}}
	}
	method["ResourceId"] = map[string]any{"Ref": "At" + path}
}

func open(method map[string]any) {
	method["AuthorizationType"] = "NONE"
	delete(method, "AuthorizerId")
	delete(method, "AuthorizationScopes")
}

// The walk-through takes every name from what it walks through.
func TestVerifyWhateverTheNames(t *testing.T) {
	for _, test := range []struct {
		name    string
		renamed []string
		change  func(resources map[string]map[string]any)
		// local is whether the outputs do not say what was changed.
		local bool
	}{
		{name: "the identifier", renamed: []string{"weather-api", "storm-api"}},
		{name: "the scopes", renamed: []string{
			`"weather-api/get"`, `"weather-api/read"`, `"weather-api/post"`, `"weather-api/write"`, `"weather-api/delete"`, `"weather-api/erase"`,
			`"ScopeName": "get"`, `"ScopeName": "read"`, `"ScopeName": "post"`, `"ScopeName": "write"`, `"ScopeName": "delete"`, `"ScopeName": "erase"`,
		}},
		{name: "client, API and stage", renamed: []string{`"ServiceClient"`, `"storms"`, `"Weather Events REST API"`, `"Storms"`, `"StageName": "weather"`, `"StageName": "v1"`}},
		{name: "the paths", change: func(resources map[string]map[string]any) {
			moveTo(resources, propertiesOf(t, resources, "GET"), "events")
			moveTo(resources, propertiesOf(t, resources, "POST"), "event")
		}, local: true},
		{name: "the path", change: func(resources map[string]map[string]any) {
			moveTo(resources, propertiesOf(t, resources, "GET"), "events")
			moveTo(resources, propertiesOf(t, resources, "POST"), "events")
		}, local: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := changedTemplate(t, test.renamed, test.change)
			arguments := map[string][]string{"here": {"verify", "--template", file}}
			s := deployedStack(t, file)
			arguments["deployed"] = s.verifications(t)["deployed"]
			if !test.local {
				arguments["outputs"] = s.verifications(t)["outputs"]
			}
			for name, arguments := range arguments {
				if got := runCommand(t, arguments...); got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || !strings.Contains(got.out, "article's 2 events") {
					t.Errorf("%s: %+v", name, got)
				}
			}
			if test.local {
				return
			}
			s.client.Scopes = nil
			for name, arguments := range s.verifications(t) {
				if got := runCommand(t, arguments...); got.status != statusPassed {
					t.Errorf("%s, of a client that does not tell its scopes: %+v", name, got)
				}
			}
		})
	}
}

// serve prints the whole walk-through of the article's API, whatever it is called.
func TestServePrintsTheWalkThroughWhateverTheNames(t *testing.T) {
	out, _, stop := startServe(t, "--template", changedTemplate(t, []string{"weather-api", "storm-api"}, nil))
	stop()
	for _, want := range []string{"# Expected: 200, application/json, the article's 2 events", "scope=storm-api/post", "scope=storm-api/delete"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

// Another API than that of the article has answers of its own.
func TestVerifyAnAPIWithOtherAnswers(t *testing.T) {
	file := changedTemplate(t, []string{"Storms", "Rains"}, nil)
	if got := runCommand(t, "verify", "--template", file); got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	s := deployedStack(t, file)
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, append(arguments, "--any-answer")...); got.status != statusPassed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := runCommand(t, s.verifications(t)["outputs"]...); got.status != statusFailed {
		t.Errorf("the article's events are expected of outputs: %+v", got)
	}
}

// A method that opens to anybody is found, whatever the others answer.
func TestVerifyFindsHoles(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(resources map[string]map[string]any)
		want    string
		outputs bool // tell of the method
	}{
		{"POST without authorization", func(resources map[string]map[string]any) { open(propertiesOf(t, resources, "POST")) }, "POST / without a token: 400", true},
		{"GET without authorization", func(resources map[string]map[string]any) { open(propertiesOf(t, resources, "GET")) }, "GET / without a token: 200", true},
		{"a method that the walk-through does not know", func(resources map[string]map[string]any) {
			added := maps.Clone(propertiesOf(t, resources, "GET"))
			added["HttpMethod"] = "DELETE"
			resources["Added"] = map[string]any{"Type": "AWS::ApiGateway::Method", "Properties": added}
			moveTo(resources, added, "events")
			open(added)
		}, "DELETE /events without a token: 200", false},
		{"an authorizer of another pool", func(resources map[string]map[string]any) {
			resources["Other"] = map[string]any{"Type": "AWS::Cognito::UserPool"}
			propertiesOf(t, resources, "AWS::ApiGateway::Authorizer")["ProviderARNs"] = []any{map[string]any{"Fn::GetAtt": []string{"Other", "Arn"}}}
		}, `401 {\"message\":\"Unauthorized\"}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := changedTemplate(t, nil, test.change)
			s := deployedStack(t, file)
			arguments := s.verifications(t)
			if !test.outputs {
				delete(arguments, "outputs")
			}
			arguments["here"] = []string{"verify", "--template", file}
			for name, arguments := range arguments {
				if got := runCommand(t, append(arguments, "--json")...); got.status != statusFailed || !strings.Contains(got.out, test.want) {
					t.Errorf("%s: %+v", name, got)
				}
			}
		})
	}
}

// Without credentials, the message says how to get some, and nothing else is printed.
func TestVerifyWithoutCredentials(t *testing.T) {
	s := deployedStack(t, weather)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	want := "weather-events: AWS configuration and credentials: none were found: log in (aws sso login), name a profile in AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: "
	if got := runCommand(t, s.verify()...); got.status != statusUsage || !strings.HasPrefix(got.err, want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
		t.Errorf("%+v", got)
	}
}

// Whoever accepts a call and never answers is waited for as long as was asked
// for, and the message says who it was.
func TestVerifyWaitsForNobodyForEver(t *testing.T) {
	for silent, want := range map[string]string{
		"credentials":            "AWS configuration and credentials: no answer within 3s",
		"DescribeStacks":         "DescribeStacks of weather-events-api: no answer within 3s",
		"DescribeUserPoolClient": ": no answer within 3s",
	} {
		t.Run(silent, func(t *testing.T) {
			s := deployedStack(t, weather)
			if s.Silence(silent); silent == "credentials" {
				t.Setenv("AWS_ACCESS_KEY_ID", "")
				t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", os.Getenv("AWS_ENDPOINT_URL"))
			}
			if silent == "DescribeUserPoolClient" {
				want = "DescribeUserPoolClient of " + s.outputs["ClientId"] + want
			}
			if got := runCommand(t, s.verify("--timeout", "3s")...); got.status != statusUsage || !strings.Contains(got.err, want) {
				t.Errorf("%+v, want %q", got, want)
			}
			ctx, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, interrupt)
			var out, log strings.Builder
			started := time.Now()
			if status := run(ctx, s.verify("--timeout", "1h"), terminal{out: &out, err: &log}); status != statusUsage ||
				!strings.Contains(log.String(), "interrupted before there was an answer") || time.Since(started) > time.Minute {
				t.Errorf("interrupted: %d %s", status, log.String())
			}
		})
	}
	s := deployedStack(t, weather)
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer api.Close()
	transport = nil
	s.outputs["ApiUrl"] = api.URL
	if got := runCommand(t, append(s.verifications(t)["outputs"], "--timeout", "2s")...); got.status != statusFailed || !strings.Contains(got.out, "no answer within 2s") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--template", weather, "--timeout", "0s"); got.status != statusUsage || !strings.Contains(got.err, "--timeout must be above 0, got 0s") {
		t.Errorf("%+v", got)
	}
}

func TestOutputsAreReadWithinBounds(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big.json")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, maxOutputs+1); err != nil {
		t.Fatal(err)
	}
	if got := runCommand(t, "verify", "--outputs", big); got.status != statusUsage || !strings.Contains(got.err, "has more than 10485760 bytes") {
		t.Errorf("%+v", got)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	defer writer.Close()
	pipe := fmt.Sprintf("/dev/fd/%d", reader.Fd())
	if _, err := os.Stat(pipe); err != nil {
		t.Skip(err)
	}
	if got := runCommand(t, "verify", "--outputs", pipe, "--timeout", "100ms"); got.status != statusUsage || !strings.Contains(got.err, "read the outputs: no answer within 100ms") {
		t.Errorf("%+v", got)
	}
}
