package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stack is a deployed stack whose API is served here, as the CloudFormation and
// Cognito APIs describe it.
type stack struct {
	name    string
	outputs map[string]string
	// template is what GetTemplate answers. "": the caller may not call it.
	template string
	secret   string
	// scopes are those that DescribeUserPoolClient tells.
	scopes []string
	// silent is a call that is accepted and never answered.
	silent string
}

const userPoolID = "eu-west-1_AbCdEfGhI"

// deployed serves a template and returns what AWS says of it.
func deployed(t *testing.T, file string) *stack {
	t.Helper()
	server := served(t, file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	client := server.Clients()[0]
	s := &stack{
		name: "weather-events-api",
		outputs: map[string]string{
			"ApiUrl":     server.APIs()[0].URL,
			"TokenUrl":   client.TokenURL,
			"ClientId":   client.ID,
			"UserPoolId": userPoolID,
			"Scopes":     strings.Join(client.Scopes, " "),
		},
		template: string(data),
		secret:   client.Secret,
		scopes:   client.Scopes,
	}
	if client.TokenOperation != "" {
		s.outputs["TokenOperation"] = client.TokenOperation
	}
	s.start(t)
	return s
}

// start has the AWS configuration lead to a server that answers as AWS would.
func (s *stack) start(t *testing.T) {
	t.Helper()
	ended := make(chan struct{})
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if call = cmp.Or(call, r.Form.Get("Action"), "credentials"); call == s.silent {
			select {
			case <-ended:
			case <-r.Context().Done():
			}
			return
		}
		s.answer(w, r, call)
	}))
	t.Cleanup(aws.Close)
	t.Cleanup(func() { close(ended) })
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	if s.silent == "credentials" {
		t.Setenv("AWS_ACCESS_KEY_ID", "")
		t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws.URL)
	}
}

func (s *stack) answer(w http.ResponseWriter, r *http.Request, call string) {
	if call == "DescribeUserPoolClient" {
		var input struct{ UserPoolId, ClientId string }
		json.NewDecoder(r.Body).Decode(&input)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if input.UserPoolId != userPoolID {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ResourceNotFoundException","message":"no such client"}`)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"UserPoolClient": map[string]any{"ClientSecret": s.secret, "AllowedOAuthScopes": s.scopes}})
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	if r.Form.Get("StackName") != s.name || call == "GetTemplate" && s.template == "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`)
		return
	}
	if call == "GetTemplate" {
		fmt.Fprintf(w, `<GetTemplateResponse><GetTemplateResult><TemplateBody>%s</TemplateBody></GetTemplateResult></GetTemplateResponse>`, html.EscapeString(s.template))
		return
	}
	var members strings.Builder
	for name, value := range s.outputs {
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, value)
	}
	fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>%s</StackName><StackStatus>CREATE_COMPLETE</StackStatus>`+
		`<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>%s</Outputs><Parameters><member><ParameterKey>BootstrapVersion</ParameterKey>`+
		`<ParameterValue>/cdk-bootstrap/hnb659fds/version</ParameterValue><ResolvedValue>28</ResolvedValue></member></Parameters>`+
		`</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, s.name, members.String())
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

// verifications are the ways to verify a stack, and the step that says what was
// tried: all the API's methods, or those that the outputs tell of.
func (s *stack) verifications(t *testing.T) map[string][]string {
	return map[string][]string{
		"deployed": {"verify", "--deployed", s.name, "--region", "eu-west-1"},
		"outputs":  {"verify", "--outputs", outputsFile(t, map[string]map[string]string{s.name: s.outputs})},
	}
}

func TestVerifyADeployedStack(t *testing.T) {
	s := deployed(t, weather)
	got := runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1")
	if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || strings.Contains(got.out, "not tried") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--deployed", "other", "--region", "eu-west-1"); got.status != statusUsage || !strings.Contains(got.err, "DescribeStacks of other: ") {
		t.Errorf("another stack: %+v", got)
	}
	if got := runCommand(t, "verify", "--deployed", s.name); got.status != statusUsage || !strings.Contains(got.err, "no AWS Region: give --region, or set AWS_REGION") {
		t.Errorf("no Region: %+v", got)
	}
	s.template = ""
	got = runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1", "--json")
	if got.status != statusPassed || !strings.Contains(got.out, "not tried: other methods than GET and POST, which are not known: GetTemplate of weather-events-api: ") {
		t.Errorf("a template that may not be read: %+v", got)
	}
	s.outputs["UserPoolId"] = "eu-west-1_Other"
	if got := runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1"); got.status != statusUsage || !strings.Contains(got.err, "DescribeUserPoolClient of ") {
		t.Errorf("another client: %+v", got)
	}
}

func TestVerifyADeployedStackWithoutADomain(t *testing.T) {
	s := deployed(t, withoutDomain)
	for name, arguments := range s.verifications(t) {
		got := runCommand(t, append(arguments, "--any-answer", "--curl")...)
		if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") || !strings.Contains(got.out, "AWSCognitoIdentityProviderService.GetClientToken") || strings.Contains(got.out, s.secret) {
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
	s := deployed(t, weather)
	one := outputsFile(t, map[string]map[string]string{s.name: s.outputs})
	got := runCommand(t, "verify", "--outputs", one, "--json")
	if got.status != statusPassed || !strings.Contains(got.out, "not tried: other methods than GET and POST, which are not known: the outputs name none") {
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
	s := deployed(t, weather)
	prefixed := map[string]string{}
	for name, value := range s.outputs {
		prefixed["Storms"+name] = value
	}
	s.outputs = prefixed
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, arguments...); got.status != statusPassed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, value := range prefixed {
		prefixed[strings.TrimPrefix(name, "Storms")] = value
	}
	for name, arguments := range s.verifications(t) {
		if got := runCommand(t, arguments...); got.status != statusUsage || !strings.Contains(got.err, `has outputs with the prefixes ["" "Storms"]: choose one with --output-prefix`) {
			t.Errorf("%s: %+v", name, got)
		}
		for _, prefix := range []string{"", "Storms"} {
			if got := runCommand(t, append(arguments, "--output-prefix="+prefix)...); got.status != statusPassed {
				t.Errorf("%s: prefix %q: %+v", name, prefix, got)
			}
		}
	}
	if got := runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1", "--output-prefix", "Rain"); got.status != statusUsage || !strings.Contains(got.err, "has no output RainApiUrl, RainTokenUrl") {
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
			s := deployed(t, file)
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
			s.template, s.scopes = "", nil
			for name, arguments := range s.verifications(t) {
				if got := runCommand(t, arguments...); got.status != statusPassed {
					t.Errorf("%s, without a template: %+v", name, got)
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
	s := deployed(t, file)
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
			s := deployed(t, file)
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

// Whoever accepts a call and never answers is waited for as long as was asked
// for, and the message says who it was.
func TestVerifyWaitsForNobodyForEver(t *testing.T) {
	for silent, want := range map[string]string{
		"credentials":            "AWS configuration and credentials: no answer within 3s",
		"DescribeStacks":         "DescribeStacks of weather-events-api: no answer within 3s",
		"DescribeUserPoolClient": "DescribeUserPoolClient of " + served(t, weather).Clients()[0].ID + ": no answer within 3s",
	} {
		t.Run(silent, func(t *testing.T) {
			s := deployed(t, weather)
			s.silent = silent
			s.start(t)
			if got := runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1", "--timeout", "3s"); got.status != statusUsage || !strings.Contains(got.err, want) {
				t.Errorf("%+v, want %q", got, want)
			}
			ctx, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, interrupt)
			var out, log strings.Builder
			started := time.Now()
			if status := run(ctx, []string{"verify", "--deployed", s.name, "--region", "eu-west-1", "--timeout", "1h"}, terminal{out: &out, err: &log}); status != statusUsage ||
				!strings.Contains(log.String(), "interrupted before there was an answer") || time.Since(started) > time.Minute {
				t.Errorf("interrupted: %d %s", status, log.String())
			}
		})
	}
	s := deployed(t, weather)
	s.silent = "GetTemplate"
	if got := runCommand(t, "verify", "--deployed", s.name, "--region", "eu-west-1", "--timeout", "3s", "--json"); got.status != statusPassed ||
		!strings.Contains(got.out, "GetTemplate of weather-events-api: no answer within 3s") {
		t.Errorf("%+v", got)
	}
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer api.Close()
	s.silent, s.outputs["ApiUrl"] = "", api.URL
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
