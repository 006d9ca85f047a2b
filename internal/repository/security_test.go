package repository

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+)`")

// Every claim about security names the test that shows it.
func TestSecurityClaimsAreTested(t *testing.T) {
	list := exec.Command("git", "grep", "-hoE", "^func Test[A-Za-z0-9]+", "--", "*_test.go")
	list.Dir = root
	output, err := list.Output()
	if err != nil {
		t.Skipf("the sources are not in a git repository: %v", err)
	}
	tests := map[string]bool{}
	for _, line := range strings.Split(string(output), "\n") {
		tests[strings.TrimPrefix(line, "func ")] = true
	}
	page := read(t, "docs/security.md")
	for _, match := range testName.FindAllStringSubmatch(page, -1) {
		if !tests[match[1]] {
			t.Errorf("docs/security.md names %s, which does not exist", match[1])
		}
	}
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "| ") && !strings.Contains(line, "shown by") && !testName.MatchString(line) {
			t.Errorf("docs/security.md claims without a test: %s", line)
		}
	}
}
