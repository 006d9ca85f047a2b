package walkthrough_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"example.com/weather-events-api/internal/walkthrough"
	"example.com/weather-events-api/local"
)

// withoutDomain serves an API whose user pool has no domain.
func withoutDomain(t *testing.T) walkthrough.Target {
	t.Helper()
	server, err := local.New(local.FromTemplateFile("../../testdata/without-domain.template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	target, err := walkthrough.FindTarget(server)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestWithoutADomain(t *testing.T) {
	target := withoutDomain(t)
	report := run(t, t.Context(), target)
	var text bytes.Buffer
	if err := report.WriteTable(&text, walkthrough.TableOptions{Curl: true}); err != nil {
		t.Fatal(err)
	}
	if !report.Passed() || strings.Contains(text.String(), target.ClientSecret) {
		t.Errorf("not passed, or it shows the secret:\n%s", text.String())
	}
	for name, want := range map[string][2]string{
		"token-with-every-scope": {"200, a Bearer token with orders/get and orders/post, without orders/delete", "200, Bearer, ExpiresIn 3600, scope orders/get orders/post"},
		"scope-refused":          {"400 with InvalidParameterException, NotAuthorizedException or ScopeDoesNotExistException, no access token", "400 with error InvalidParameterException"},
		"token-reuse":            {"20 answers but 401, 403 and 5xx, 1 token request", "20 answers but 401, 403 and 5xx, 1 token request"},
	} {
		for _, step := range report.Steps {
			if step.Name == name && (step.Expected != want[0] || step.Got != want[1]) {
				t.Errorf("%s: expected %q, got %q", name, step.Expected, step.Got)
			}
		}
	}
}

// The commands do what the steps do, and the process list never shows the secret.
func TestCurlCommandsOfGetClientToken(t *testing.T) {
	target := withoutDomain(t)
	for _, shown := range []bool{false, true} {
		target.ShowSecrets = shown
		script, err := walkthrough.Script(target)
		if err != nil || strings.Contains(script, target.ClientSecret) != shown || strings.Contains(script, "$CLIENT_SECRET") == shown {
			t.Errorf("shown %t: %v\n%s", shown, err, script)
		}
		// This curl prints its arguments and then calls the real curl.
		command := exec.Command("sh", "-c", `curl() { printf '%s\n' "$@" >&2; command curl "$@"; }`+"\n"+script)
		command.Env = append(os.Environ(), "CLIENT_SECRET="+target.ClientSecret, "no_proxy=*")
		var called, printed bytes.Buffer
		command.Stderr, command.Stdout = &called, &printed
		if err := command.Run(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, called.String())
		}
		if strings.Contains(called.String(), target.ClientSecret) || strings.Count(called.String(), "@-\n") != 3 {
			t.Errorf("curl is called with\n%s", called.String())
		}
		var statuses []string
		for _, answer := range strings.Split(printed.String(), "HTTP/1.1 ")[1:] {
			statuses = append(statuses, answer[:3])
		}
		if got := strings.Join(statuses, " "); got != "200 401 200 400 401" {
			t.Errorf("got %s\n%s", got, printed.String())
		}
	}
}

func TestNothingThatIsGivenIsACommandOfGetClientToken(t *testing.T) {
	for _, text := range hostile {
		command := walkthrough.TokenCommand(walkthrough.Target{
			APIURL: "http://localhost/", TokenURL: "http://localhost/", TokenOperation: "GetClientToken", ClientID: text, ClientSecret: text, ShowSecrets: text != "",
		})
		for _, r := range command {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%q has %U:\n%s", text, r, command)
			}
		}
		shell := exec.Command("sh", "-c", "curl() { cat >&2; }\n"+command)
		var sent, printed bytes.Buffer
		shell.Stdout, shell.Stderr = &printed, &sent
		if err := shell.Run(); err != nil || printed.Len() > 0 {
			t.Fatalf("%q: %v, it prints %q\n%s", text, err, printed.String(), command)
		}
		var body struct{ ClientID, Secret string }
		want := strings.ToValidUTF8(text, "\ufffd")
		if err := json.Unmarshal(sent.Bytes(), &body); err != nil || body.ClientID != want || body.Secret != want {
			t.Errorf("%q: %v, sends %s", text, err, sent.String())
		}
	}
}

// altering is a transport that alters the answers to token requests.
type altering func(body string) string

func (a altering) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.URL.Path != "/" {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(strings.NewReader(a(string(body))))
	response.ContentLength = -1
	return response, err
}

func TestFaultsOfGetClientToken(t *testing.T) {
	replace := func(old, replacement string) altering {
		return func(body string) string { return strings.Replace(body, old, replacement, 1) }
	}
	for _, test := range []struct {
		name  string
		alter altering
		step  string
		want  string
	}{
		{"another token type", replace("Bearer", "mac"), "token-with-every-scope", `200, but TokenType is "mac"`},
		{"no life", replace("3600", "0"), "token-with-every-scope", "200, but ExpiresIn is 0"},
		{"no token", replace("AccessToken", "Token"), "token-with-every-scope", "200 with members [ClientAuthenticationResult]"},
		{"no result", replace("ClientAuthenticationResult", "access_token"), "token-with-every-scope", "200 with members [access_token]"},
		{"no JSON", func(string) string { return "<html>" }, "token-with-every-scope", "200, but the body is not a JSON object"},
		{"an error and a token", replace(`{"__type"`, `{"ClientAuthenticationResult":{"AccessToken":"a.token.that-is-none"},"__type"`), "scope-refused", "400 with error InvalidParameterException, and with an access token"},
		{"no token to use", replace(`"AccessToken"`, `"Token"`), "token-reuse", "no token: no usable answer: the answer has no AccessToken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := withoutDomain(t)
			target.Transport = test.alter
			step, err := walkthrough.RunStep(t.Context(), target, test.step)
			if err != nil || step.Passed || !strings.HasPrefix(step.Got, test.want) {
				t.Errorf("%v: passed %t, got %q, want %q", err, step.Passed, step.Got, test.want)
			}
		})
	}
}

func TestTokenOperationIsValidated(t *testing.T) {
	target := withoutDomain(t)
	target.TokenOperation = "InitiateAuth"
	target.Methods = []walkthrough.Method{{HTTPMethod: "GET", Path: "/", Refused: walkthrough.Grant{
		TokenURL: target.TokenURL, TokenOperation: "x", ClientID: "other", ClientSecret: "0th3r", Scope: "orders/post",
	}}}
	err := target.Validate()
	for _, want := range []string{
		`TokenOperation: must be GetClientToken, or empty for a token endpoint, got "InitiateAuth"`,
		`Methods[0].Refused.TokenOperation: must be GetClientToken, or empty for a token endpoint, got "x"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
