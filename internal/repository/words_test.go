package repository

import (
	"os/exec"
	"strings"
	"testing"
)

// Nothing in the repository depends on the machine that it was written on, or
// tells how it is developed. The brackets keep this file from finding itself.
func TestTheRepositorySpeaksOfTheProduct(t *testing.T) {
	for what, pattern := range map[string]string{
		"a path of a machine":         `[/](tmp|home|work|Users)/[a-z]|[.][.]/shared`,
		"something that is not done":  `\b(TO[D]O|FIX[M]E|XX[X])\b`,
		"an issue of this repository": `\b([Ii]ssue|[Pp]ull request|PR) #[0-9]`,
		"a way of working":            `\b([Cc]laude|[Aa]nthropic|[Cc]hatGPT|[Cc]opilot|[Ll]anguage model|LL[M])\b`,
	} {
		grep := exec.Command("git", "grep", "-nIP", pattern, "--", ".", ":!*.sum", ":!*package-lock.json")
		grep.Dir = root
		output, err := grep.Output()
		if status := grep.ProcessState.ExitCode(); status > 1 || status < 0 {
			t.Fatalf("git grep: %v", err)
		}
		for line := range strings.Lines(string(output)) {
			t.Errorf("%s: %s", what, line)
		}
	}
}
