package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/weather-events-api/internal/fakeaws"
)

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
		text := squeezed(got.out)
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

// The deployed API differs from the template: the command exits with 1.
func TestVerifyFindsWhatIsDeployedOtherwise(t *testing.T) {
	s := deployedStack(t, holes+"swapped-scopes.yaml")
	right := strings.NewReplacer("AuthorizationScopes: [orders/write]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/read]", "AuthorizationScopes: [orders/write]").Replace(s.Stacks[s.name].Template)
	got := runCommand(t, s.verify("--template", writeFile(t, "right.yaml", right))...)
	if text := squeezed(got.out); got.status != statusFailed ||
		!strings.Contains(text, "✗ GET /orders of Api/v1 is open to Writer with orders/write, and should be closed: requires orders/read; the token has orders/write") {
		t.Errorf("%+v", got)
	}
}

// A client whose user pool is in none of the stacks is named by its id.
func TestVerifyWithAClientOfAPoolElsewhere(t *testing.T) {
	const pool = "eu-west-1_Ab129faBb"
	s := deployedStack(t, holes+"open-method.yaml")
	account := fakeaws.New(t, map[string]string{"orders": strings.ReplaceAll(readText(t, ordersTemplate), "!ImportValue company-pool", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"+pool)})
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

// The construct's OutputPrefix precedes the names of the outputs.
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
		want := map[string]int{"deployed": statusPassed, "outputs": statusUsage}[name] // the matrix needs no outputs
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

// Without credentials, the message says how to get them, and nothing else is printed.
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

// silentAPI is an account whose APIs accept calls and never answer.
type silentAPI struct{ http.RoundTripper }

func (s silentAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Host, ".execute-api.") {
		return s.RoundTripper.RoundTrip(r)
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A call that gets no answer times out after the given time, and the message names the
// call.
func TestVerifyWaitsForNobodyForEver(t *testing.T) {
	for _, test := range []struct{ silent, timeout, want string }{
		{"credentials", "100ms", "AWS configuration and credentials: no answer within 100ms"},
		{"DescribeStacks", "100ms", "DescribeStacks of weather-events-api: no answer within 100ms"},
		{"DescribeUserPoolClient", "1s", "DescribeUserPoolClient of $CLIENT: no answer within 1s"}, // the account answers the earlier calls
	} {
		t.Run(test.silent, func(t *testing.T) {
			s := deployedStack(t, weather)
			if s.Silence(test.silent); test.silent == "credentials" {
				t.Setenv("AWS_ACCESS_KEY_ID", "")
				t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", os.Getenv("AWS_ENDPOINT_URL"))
			}
			want := strings.Replace(test.want, "$CLIENT", s.outputs["ClientId"], 1)
			if got := runCommand(t, s.verify("--timeout", test.timeout)...); got.status != statusUsage || !strings.Contains(got.err, want) {
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
	transport = silentAPI{s.Account}
	if got := runCommand(t, append(s.verifications(t)["outputs"], "--timeout", "250ms")...); got.status != statusFailed || !strings.Contains(got.out, "no answer within 250ms") {
		t.Errorf("%+v", got)
	}
	if got := runCommand(t, "verify", "--template", weather, "--timeout", "0s"); got.status != statusUsage || !strings.Contains(got.err, "--timeout must be above 0, got 0s") {
		t.Errorf("%+v", got)
	}
}

func TestOutputsAreReadWithinBounds(t *testing.T) {
	big := writeFile(t, "big.json", "")
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
		t.Skipf("this system has no files for open pipes: %v", err)
	}
	if got := runCommand(t, "verify", "--outputs", pipe, "--timeout", "100ms"); got.status != statusUsage || !strings.Contains(got.err, "read the outputs: no answer within 100ms") {
		t.Errorf("%+v", got)
	}
}
