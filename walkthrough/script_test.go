package walkthrough_test

import (
	"strings"
	"testing"

	"example.com/weather-events-api/walkthrough"
)

func TestScriptIsTheStepsOfOneRequest(t *testing.T) {
	d := startDeployment(t)
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
		t.Fatalf("%d commands for %d steps, of which two send many requests:\n%s", len(commands), len(steps), script)
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

// The secret of the target, as a shell writes it, ends in "$ecret & more".
func TestScriptHoldsTheSecretOnlyIfAsked(t *testing.T) {
	target := startDeployment(t).target()
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
	got := walkthrough.CallCommand(target, "PUT")
	if !strings.HasPrefix(got, `curl --include --request PUT 'http://localhost/it'\''s'`) || !strings.HasSuffix(got, `"Authorization: Bearer $ACCESS_TOKEN"`) {
		t.Error(got)
	}
}
