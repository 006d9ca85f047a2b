package walkthrough_test

import (
	"bytes"
	"encoding/json"
	neturl "net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"

	"example.com/weather-events-api/internal/walkthrough"
)

// The commands, pasted into a shell unchanged, do what the steps did.
func TestCurlCommandsWorkInAShell(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "sed", "seq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("a tool of the printed commands is not installed: %v", err)
		}
	}
	for _, test := range []struct {
		name        string
		showSecrets bool
		secret      string // in the environment
	}{
		{name: "with variables", secret: clientSecret},
		{name: "with secrets", showSecrets: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := startFake(t)
			target := d.target()
			target.ShowSecrets = test.showSecrets
			token := ""
			for i, step := range run(t, t.Context(), target).Steps {
				command := exec.Command("sh", "-c", step.Curl)
				command.Env = append(os.Environ(), "CLIENT_SECRET="+test.secret, "ACCESS_TOKEN="+token, "no_proxy=*")
				printed, err := command.Output()
				if err != nil {
					t.Fatalf("step %d: %v\n%s", i+1, err, step.Curl)
				}
				status, times := "HTTP/1.1 "+step.Expected[:3]+" ", 1
				switch step.Name {
				case "token-reuse":
					status, times = "HTTP/1.1 200 ", 20
				case "every-method-refuses":
					times = 4
				}
				if got := strings.Count(string(printed), status); got != times {
					t.Errorf("step %d: got %d times %q\n%s\n%s", i+1, got, status, step.Curl, printed)
				}
				if _, body, _ := strings.Cut(string(printed), "\r\n\r\n"); step.Claims != nil {
					var answer struct {
						AccessToken string `json:"access_token"`
					}
					if err := json.Unmarshal([]byte(body), &answer); err != nil {
						t.Errorf("step %d: %v", i+1, err)
					}
					if !test.showSecrets {
						token = answer.AccessToken
					}
				}
			}
		})
	}
}

// hostile are texts that a template or a person may supply.
var hostile = []string{
	"a\necho hostile", "$(echo hostile)", "`echo hostile`", "'; echo hostile; '", `"; echo hostile; "`, `\`, `\'`, "a;b", "a b", "$HOME", "!!", "-o file", "@file",
	"\x1b[2J", "\x9b", "\u009b2J", "\u202e", "\r", "\t", "\x00", "\x7f", "é", "[a-z]{1,2}", "a\\\nb", "",
}

// Every text reaches curl unchanged, or as net/http would send it, and is neither a shell
// command nor a terminal command.
func TestNothingThatIsGivenIsACommand(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skipf("no shell is installed: %v", err)
	}
	for _, text := range hostile {
		target := walkthrough.Target{
			APIURL: "http://localhost/" + text, TokenURL: "http://localhost/" + text, ClientID: text, ClientSecret: text, ShowSecrets: true,
		}
		for name, command := range map[string]string{
			"token": walkthrough.TokenCommand(target), "call": walkthrough.CallCommand(target, "GET"+text, false),
		} {
			for _, r := range command {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("%s of %q has %U:\n%s", name, text, r, command)
				}
			}
			// Without its continuations, the command is one line.
			if lines := strings.Count(strings.ReplaceAll(command, " \\\n  ", " "), "\n"); lines > 0 {
				t.Errorf("%s of %q has %d extra lines", name, text, lines)
			}
			shell := exec.Command("sh", "-c", `curl() { for argument; do printf '%s\n' "$argument" >&2; done; }`+"\n"+command)
			var arguments, printed bytes.Buffer
			shell.Stdout, shell.Stderr = &printed, &arguments
			if err := shell.Run(); err != nil || printed.Len() > 0 {
				t.Fatalf("%s of %q: %v, it prints %q\n%s", name, text, err, printed.String(), command)
			}
			got := strings.Split(arguments.String(), "\n")
			url := slices.IndexFunc(got, func(argument string) bool { return strings.HasPrefix(argument, "http://localhost/") })
			if url < 0 {
				t.Fatalf("%s of %q: %q", name, text, got)
			}
			if decoded, err := neturl.PathUnescape(strings.TrimPrefix(got[url], "http://localhost/")); err != nil || decoded != text {
				t.Errorf("%s of %q: the URL is %q", name, text, got[url])
			}
			if name == "token" {
				if id := parameter(t, got, "client_id"); id != text {
					t.Errorf("%q: the client id is %q", text, id)
				}
				if secret := parameter(t, got, "client_secret"); secret != text && text != "" {
					t.Errorf("%q: the secret is %q", text, secret)
				}
			}
		}
	}
}

// parameter returns a form parameter as curl sends it.
func parameter(t *testing.T, arguments []string, name string) string {
	t.Helper()
	for i, argument := range arguments {
		value, found := strings.CutPrefix(argument, name+"=")
		switch {
		case !found:
		case arguments[i-1] == "--data-urlencode":
			return value
		case arguments[i-1] == "--data":
			decoded, err := neturl.QueryUnescape(value)
			if err != nil {
				t.Fatal(err)
			}
			return decoded
		}
	}
	return ""
}

func TestScriptIsTheStepsOfOneRequest(t *testing.T) {
	d := startFake(t)
	target := d.target()
	script, err := walkthrough.Script(target)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := walkthrough.Plan(target)
	if err != nil {
		t.Fatal(err)
	}
	commands := strings.Split(script, "\n\n")
	if len(commands) != len(steps)-2 {
		t.Fatalf("%d commands for %d steps; two steps send many requests:\n%s", len(commands), len(steps), script)
	}
	for i, command := range commands {
		step := steps[i]
		comment := "# " + step.Shows + ".\n# Expected: " + step.Expected + "\n"
		keepsToken := strings.HasPrefix(step.Name, "token-with-")
		if !strings.HasPrefix(command, comment) || strings.Contains(command, "ACCESS_TOKEN=$(curl --silent") != keepsToken {
			t.Errorf("step %s:\n%s", step.Name, command)
		}
	}
	if d.tokenRequests.Load() != 0 || d.apiCalls.Load() != 0 {
		t.Error("something was sent")
	}
}

// In shell syntax, the target's secret ends in "$ecret & more".
func TestScriptHoldsTheSecretOnlyIfAsked(t *testing.T) {
	target := startFake(t).target()
	for _, shown := range []bool{false, true} {
		target.ShowSecrets = shown
		script, err := walkthrough.Script(target)
		if err != nil || strings.Contains(script, "$ecret & more") != shown || strings.Contains(script, "$CLIENT_SECRET") == shown {
			t.Errorf("shown %t: %v\n%s", shown, err, script)
		}
	}
	if _, err := walkthrough.Script(walkthrough.Target{}); err == nil || !strings.Contains(err.Error(), "APIURL: is required") {
		t.Errorf("got %v", err)
	}
}

func TestCommandsOfAnyAPI(t *testing.T) {
	target := walkthrough.Target{
		APIURL: "http://localhost/it's", TokenURL: "http://localhost/token", ClientID: "id", ClientSecret: "s3cret",
	}
	for _, shown := range []bool{false, true} {
		target.ShowSecrets = shown
		got := walkthrough.TokenCommand(target)
		if !strings.HasPrefix(got, "ACCESS_TOKEN=$(curl --silent --request POST 'http://localhost/token'") ||
			strings.Contains(got, "'client_secret=s3cret'") != shown || strings.Contains(got, `"client_secret=$CLIENT_SECRET"`) == shown || strings.Contains(got, "scope=") {
			t.Errorf("shown %t:\n%s", shown, got)
		}
	}
	got := walkthrough.CallCommand(target, "PUT", false)
	if !strings.HasPrefix(got, `curl --include --request PUT 'http://localhost/it'\''s'`) || !strings.HasSuffix(got, `"Authorization: Bearer $ACCESS_TOKEN"`) {
		t.Error(got)
	}
}
