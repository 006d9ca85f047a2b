package walkthrough_test

import (
	"bytes"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/walkthrough"
)

var update = flag.Bool("update", false, "write the golden files")

// table returns the table of a report, with every duration 5 ms.
func table(t *testing.T, report *walkthrough.Report, options walkthrough.TableOptions) string {
	t.Helper()
	for i := range report.Steps {
		report.Steps[i].Duration = 5 * time.Millisecond
	}
	var text bytes.Buffer
	if err := report.WriteTable(&text, options); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestTable(t *testing.T) {
	for _, test := range []struct {
		name    string
		options walkthrough.TableOptions
		fault   func(d *fake)
	}{
		{name: "passed", fault: func(*fake) {}},
		{name: "passed-with-curl", options: walkthrough.TableOptions{Curl: true}, fault: func(*fake) {}},
		{name: "failed", fault: func(d *fake) {
			d.unchecked = true
			d.intercept = onScope("", func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) })
		}},
		{name: "failed-in-color", options: walkthrough.TableOptions{Color: true}, fault: func(d *fake) {
			d.refusal = http.StatusForbidden
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := startFake(t)
			test.fault(d)
			got := table(t, run(t, t.Context(), d.target()), test.options)
			got = strings.ReplaceAll(got, d.URL, "http://127.0.0.1:3000")
			golden := filepath.Join("testdata", test.name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("run with -update if this is right: got (+), want (-):\n%s", diff)
			}
		})
	}
}

func TestColorOnlyAddsColor(t *testing.T) {
	report := run(t, t.Context(), startFake(t).target())
	plain := table(t, report, walkthrough.TableOptions{Curl: true})
	colored := table(t, report, walkthrough.TableOptions{Curl: true, Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("the table has unrequested colours")
	}
	if diff := cmp.Diff(plain, regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(colored, "")); diff != "" {
		t.Error(diff)
	}
}

// For any report, the table keeps its columns and sends no command to the terminal.
func TestTableKeepsItsColumns(t *testing.T) {
	report := &walkthrough.Report{Steps: []walkthrough.Step{{
		Shows:    strings.Repeat("w", 80),
		Expected: strings.Repeat("天気 ", 20),
		Got:      "e\u0301\u0301 \x1b]0;title\x07 \u202e " + strings.Repeat("🌩", 40),
		Claims: map[string]any{
			"scope": strings.Repeat("weather-api/get ", 20), strings.Repeat("n", 90): "v", "": 0,
			"list": []any{"a", 1}, "none": nil, "\x1b[2J": strings.Repeat("0", 200),
		},
	}}}
	text := table(t, report, walkthrough.TableOptions{Curl: true})
	if strings.ContainsAny(text, "\x1b\x07\u202e") {
		t.Errorf("a control character is in:\n%s", text)
	}
	for line := range strings.Lines(text) {
		// Each wide character takes two cells, each accent none.
		cells := len([]rune(strings.TrimSuffix(line, "\n")))
		for _, r := range line {
			switch {
			case r == '天' || r == '気' || r == '🌩':
				cells++
			case r == '\u0301':
				cells--
			}
		}
		if cells > 108 {
			t.Errorf("%d cells: %s", cells, line)
		}
	}
	for _, want := range []string{
		"1   " + strings.Repeat("w", 34) + "  天気 天気 天気 天気 天気      e\u0301\u0301 \uFFFD]0;title\uFFFD \uFFFD                  ✗ FAIL\n",
		"    wwwwwwwwwwww                        天気 天気 天気 天気 天気      " + strings.Repeat("🌩", 15) + "\n",
		`["a",1]`, "null", "\n        " + strings.Repeat("n", 34) + "  v\n", "\n" + strings.Repeat(" ", 44) + "0\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

func TestTableSumsUp(t *testing.T) {
	passed, failed := walkthrough.Step{Passed: true, Duration: 600 * time.Millisecond}, walkthrough.Step{Duration: 35 * time.Millisecond}
	for _, test := range []struct {
		name  string
		steps []walkthrough.Step
		want  string
	}{
		{"nothing", nil, "\n0 of 0 steps passed in 0 ms\n"},
		{"milliseconds", []walkthrough.Step{failed, passed}, "\n1 of 2 steps passed in 635 ms\n"},
		{"one second", []walkthrough.Step{{Duration: time.Second}}, "\n0 of 1 steps passed in 1.0 s\n"},
		{"seconds", []walkthrough.Step{passed, failed, passed}, "\n2 of 3 steps passed in 1.2 s\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text bytes.Buffer
			if err := (walkthrough.Report{Steps: test.steps}).WriteTable(&text, walkthrough.TableOptions{}); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(text.String(), test.want) {
				t.Errorf("got %s, want %s at its end", text.String(), test.want)
			}
		})
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteTableReturnsTheWritersError(t *testing.T) {
	if err := (walkthrough.Report{}).WriteTable(brokenWriter{}, walkthrough.TableOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}
