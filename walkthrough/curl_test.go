package walkthrough_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The commands have to do what the steps did, pasted into a shell as they are.
func TestCurlCommandsWorkInAShell(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "sed", "seq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
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
			d := startDeployment(t)
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
