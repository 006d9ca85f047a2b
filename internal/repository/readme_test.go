package repository

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/config"
)

func TestContextTableIsThatOfTheCode(t *testing.T) {
	want := []string{"| key | allowed | default |", "|---|---|---|"}
	for _, key := range config.Keys() {
		want = append(want, fmt.Sprintf("| `%s` | %s | %s |", key.Name, key.Values, key.Default))
	}
	const page = "docs/configure-the-app.md"
	if diff := cmp.Diff(want, table(t, read(t, page), "# Configure the app")); diff != "" {
		t.Errorf("%s (-want +got)\n%s", page, diff)
	}
}

// The README is short enough for a newcomer to read to the end.
func TestTheREADMEIsShort(t *testing.T) {
	if lines := strings.Count(readme(t), "\n"); lines > 150 {
		t.Errorf("it has %d lines, at most 150 are read", lines)
	}
}

// The README shows the output of make run.
func TestWhatTheREADMEShowsIsPrinted(t *testing.T) {
	_, shown, _ := strings.Cut(readme(t), "```text\n")
	shown, _, _ = strings.Cut(shown, "```")
	command, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	output := run(t, root, command, "verify", "--template", "testdata/weather-events-api.template.json")
	if shown == "" || !strings.Contains(output, shown) {
		t.Errorf("README (-printed +shown)\n%s", cmp.Diff(output, shown))
	}
}
