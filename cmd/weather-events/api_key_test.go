package main

import (
	"os/exec"
	"strings"
	"testing"
)

const keyed = "../../local/testdata/events.yaml"

// What serve prints calls a method that requires a token and a key: as it is pasted.
func TestServePrintsACallWithAnAPIKey(t *testing.T) {
	out, _, stop := startServe(t, "--template", keyed, "--stub")
	defer stop()
	for _, want := range []string{
		"        API key: PUT /\n", "        AWS signature, which nobody has here: POST /\n",
		"API key Key (Key)\n        X-API-Key      abcdefghijklmnopqrst\n        stages         Api/prod\n",
		"--header 'X-API-Key: abcdefghijklmnopqrst'",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	_, commands, _ := strings.Cut(out.String(), "\n# A token")
	commands, _, _ = strings.Cut(commands, "\nServing at ")
	answer, err := exec.Command("sh", "-c", "# A token"+commands).CombinedOutput()
	if err != nil || !strings.Contains(string(answer), "HTTP/1.1 200 OK") {
		t.Errorf("%v\n%s", err, answer)
	}
}

// A report shows no key, and has what stands for it.
func TestVerifySendsAnAPIKey(t *testing.T) {
	got := runCommand(t, "verify", "--template", keyed, "--curl")
	if got.status != statusPassed || !strings.Contains(got.out, `X-API-Key: $API_KEY`) || strings.Contains(got.out+got.err, "abcdefghijklmnopqrst") {
		t.Errorf("%+v", got)
	}
}
