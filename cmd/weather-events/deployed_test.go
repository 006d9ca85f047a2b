package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// fakeAWS answers as the CloudFormation and Cognito APIs would for a stack whose
// API is served here.
func fakeAWS(t *testing.T, stack string, server *local.Server) {
	t.Helper()
	client := server.Clients()[0]
	handler := func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeUserPoolClient") {
			var input struct{ UserPoolId, ClientId string }
			json.NewDecoder(r.Body).Decode(&input)
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			if input.ClientId != client.ID || input.UserPoolId != "eu-west-1_AbCdEfGhI" {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"__type":"ResourceNotFoundException","message":"no such client"}`)
				return
			}
			fmt.Fprintf(w, `{"UserPoolClient":{"ClientSecret":%q}}`, client.Secret)
			return
		}
		r.ParseForm()
		w.Header().Set("Content-Type", "text/xml")
		if r.Form.Get("Action") != "DescribeStacks" || r.Form.Get("StackName") != stack {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`)
			return
		}
		var members strings.Builder
		for name, value := range outputsOf(server) {
			fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, value)
		}
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>%s</StackName><StackStatus>CREATE_COMPLETE</StackStatus>`+
			`<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, stack, members.String())
	}
	aws := httptest.NewServer(http.HandlerFunc(handler))
	t.Cleanup(aws.Close)
	t.Setenv("AWS_ENDPOINT_URL", aws.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "example")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
}

func outputsOf(server *local.Server) map[string]string {
	return map[string]string{
		"ApiUrl":     server.APIs()[0].URL,
		"TokenUrl":   server.Clients()[0].TokenURL,
		"ClientId":   server.Clients()[0].ID,
		"UserPoolId": "eu-west-1_AbCdEfGhI",
		"Scopes":     "weather-api/post weather-api/get",
	}
}

func TestVerifyADeployedStack(t *testing.T) {
	server := served(t, weather)
	fakeAWS(t, "weather-events-api", server)

	got := runCommand(t, "verify", "--deployed", "weather-events-api", "--region", "eu-west-1")
	if got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--deployed", "other", "--region", "eu-west-1"); got.status != statusUsage || !strings.Contains(got.err, "describe stack other") {
		t.Errorf("another stack: %+v", got)
	}
	if got := runCommand(t, "verify", "--deployed", "weather-events-api"); got.status != statusUsage || !strings.Contains(got.err, "no AWS Region: give --region, or set AWS_REGION") {
		t.Errorf("no Region: %+v", got)
	}
}

func TestVerifyAnOutputsFile(t *testing.T) {
	server := served(t, weather)
	fakeAWS(t, "weather-events-api", server)
	write := func(outputs any) string {
		data, err := json.Marshal(outputs)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "outputs.json")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}

	one := write(map[string]any{"weather-events-api": outputsOf(server)})
	if got := runCommand(t, "verify", "--outputs", one); got.status != statusPassed || !strings.Contains(got.out, "9 of 9 steps passed") {
		t.Errorf("%+v", got)
	}
	two := write(map[string]any{"weather-events-api": outputsOf(server), "other": map[string]string{"ApiUrl": "https://example.org"}})
	if got := runCommand(t, "verify", "--outputs", two, "--stack", "weather-events-api"); got.status != statusPassed {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--outputs", two); got.status != statusUsage || !strings.Contains(got.err, "has the outputs of [other weather-events-api]: choose one with --stack") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--outputs", two, "--stack", "other"); got.status != statusUsage || !strings.Contains(got.err, "stack other has no output TokenUrl, UserPoolId, ClientId") {
		t.Errorf("%+v", got)
	}
}
