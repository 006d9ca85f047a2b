package walkthrough

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/weather-events-api/internal/printable"
)

// Report is the outcome of a walk-through. As JSON it is {"passed": …, "steps":
// […]}, and "leftOut": […] if steps were left out.
type Report struct {
	// Steps are the steps that were run, in order.
	Steps []Step
	// LeftOut are the steps that need something that the API or the client does not
	// have.
	LeftOut []LeftOut
}

// LeftOut is a step that was not run.
type LeftOut struct {
	// Name and Shows are those of the [Step].
	Name  string `json:"name"`
	Shows string `json:"shows"`
	// Because says what is missing.
	Because string `json:"because"`
}

// Step is the outcome of one step. As JSON, the duration is durationMs, in
// milliseconds.
type Step struct {
	// Name identifies the step: short, stable, unique in a report.
	Name string `json:"name"`
	// Shows says what the step shows.
	Shows string `json:"shows"`
	// Expected is the right answer.
	Expected string `json:"expected"`
	// Why explains the expected answer.
	Why string `json:"why"`
	// Got is the answer, or why there is none.
	Got string `json:"got"`
	// Passed reports whether Got is as Expected.
	Passed bool `json:"passed"`
	// Curl is a command for a POSIX shell that does the same, over several lines.
	// Unless [Target.ShowSecrets] is set, it reads the secret from the variable
	// CLIENT_SECRET, and the token of the latest token step from ACCESS_TOKEN.
	Curl string `json:"curl"`
	// Claims are the claims of the access token that the step got, if any. They are not
	// verified.
	Claims map[string]any `json:"claims,omitempty"`
	// Duration is the time that the step took; 0 if it was not run.
	Duration time.Duration `json:"-"`
}

// Passed reports whether there are steps and all of them passed.
func (r Report) Passed() bool {
	return len(r.Steps) > 0 && r.passed() == len(r.Steps)
}

func (r Report) passed() int {
	passed := 0
	for _, step := range r.Steps {
		if step.Passed {
			passed++
		}
	}
	return passed
}

func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Passed  bool      `json:"passed"`
		Steps   []Step    `json:"steps"`
		LeftOut []LeftOut `json:"leftOut,omitempty"`
	}{r.Passed(), r.Steps, r.LeftOut})
}

func (s Step) MarshalJSON() ([]byte, error) {
	type fields Step
	return json.Marshal(struct {
		fields
		DurationMs float64 `json:"durationMs"`
	}{fields(s), float64(s.Duration.Microseconds()) / 1000})
}

// TableOptions are the options of [Report.WriteTable]. The zero value writes plain
// text without commands.
type TableOptions struct {
	// Color marks the results with ANSI colors.
	Color bool
	// Curl adds the command of each step.
	Curl bool
}

// The widths of the columns, in terminal cells. With two spaces between columns, a
// line has at most 108 cells. Commands are never wrapped, so that they can be
// copied.
const (
	numberWidth   = 2
	showsWidth    = 34
	expectedWidth = 28
	gotWidth      = 30
	resultWidth   = 6
	detailIndent  = "      "
	detailWidth   = 108
)

// WriteTable writes the report as a table: a row for each step with the claims of
// its token, the steps that were left out, and a summary line.
func (r Report) WriteTable(w io.Writer, options TableOptions) error {
	t := table{color: options.Color}
	t.row(bold, "#", "What it shows", "Expected", "Got", "Result")
	rule := func(width int) string { return strings.Repeat("-", width) }
	t.row("", rule(numberWidth), rule(showsWidth), rule(expectedWidth), rule(gotWidth), rule(resultWidth))
	for i, step := range r.Steps {
		result, style := "✗ FAIL", red
		if step.Passed {
			result, style = "✓ pass", green
		}
		t.row(style, fmt.Sprint(i+1), step.Shows, step.Expected, step.Got, result)
		t.claims(step.Claims)
		if options.Curl {
			t.command(step.Curl)
		}
	}
	t.line("")
	leftOut := ""
	for _, step := range r.LeftOut {
		t.paragraph("Left out: ", step.Shows+": "+step.Because)
		leftOut = fmt.Sprintf(", %d left out", len(r.LeftOut))
	}
	t.line(fmt.Sprintf("%d of %d steps passed in %s%s", r.passed(), len(r.Steps), r.duration(), leftOut))
	_, err := io.WriteString(w, t.text.String())
	return err
}

// duration returns the total time of the steps as text.
func (r Report) duration() string {
	var total time.Duration
	for _, step := range r.Steps {
		total += step.Duration
	}
	if total < time.Second {
		return fmt.Sprintf("%d ms", total.Round(time.Millisecond).Milliseconds())
	}
	return fmt.Sprintf("%.1f s", total.Seconds())
}

// ANSI escape sequences, and what ends them.
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

type table struct {
	text  strings.Builder
	color bool
}

// row writes one row, wrapping each cell. The style applies to the result only: it
// is the last cell, so a terminal that shows its mark wider moves nothing.
func (t *table) row(style, number, shows, expected, got, result string) {
	columns := [][]string{printable.Wrap(shows, showsWidth), printable.Wrap(expected, expectedWidth), printable.Wrap(got, gotWidth)}
	lines := max(1, len(columns[0]), len(columns[1]), len(columns[2]))
	for i := range lines {
		line := printable.Pad(number, numberWidth)
		for column, width := range []int{showsWidth, expectedWidth, gotWidth} {
			cell := ""
			if i < len(columns[column]) {
				cell = columns[column][i]
			}
			line += "  " + printable.Pad(cell, width)
		}
		if i == 0 {
			line += "  " + t.styled(style, result)
		}
		t.line(line)
		number = ""
	}
}

// claims writes claims sorted by name.
func (t *table) claims(claims map[string]any) {
	if len(claims) == 0 {
		return
	}
	t.line(detailIndent + t.styled(faint, "claims, not verified here:"))
	names := slices.Sorted(maps.Keys(claims))
	longest := 0
	for _, name := range names {
		longest = max(longest, printable.Width(claimLabel(name)))
	}
	for _, name := range names {
		t.paragraph(detailIndent+"  "+printable.Pad(claimLabel(name), longest)+"  ", claimText(claims[name]))
	}
}

// paragraph writes wrapped text after a label.
func (t *table) paragraph(label, text string) {
	for _, line := range printable.Wrap(text, detailWidth-printable.Width(label)) {
		t.line(label + line)
		label = strings.Repeat(" ", printable.Width(label))
	}
}

// claimLabel returns the part of a claim's name that fits.
func claimLabel(name string) string {
	if lines := printable.Wrap(name, showsWidth); len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// claimText returns a string as it is, and any other value as JSON.
func claimText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// command writes a shell command without wrapping its lines.
func (t *table) command(text string) {
	for line := range strings.Lines(text) {
		t.line(detailIndent + t.styled(faint, printable.Text(strings.TrimSuffix(line, "\n"))))
	}
}

func (t *table) styled(style, text string) string {
	if !t.color || style == "" {
		return text
	}
	return style + text + plain
}

func (t *table) line(text string) {
	t.text.WriteString(strings.TrimRight(text, " ") + "\n")
}

// longestText bounds the text of an answer in a report, in characters.
const longestText = 300

// secrets are the strings that must not appear in a report.
type secrets struct {
	values []string
	// shown turns redaction off.
	shown bool
}

// hide adds a secret in plain, form-encoded, JSON and Go-quoted form. Newer secrets
// come first, so that a token is redacted as a whole even if it contains an older
// secret.
func (s *secrets) hide(secret string) {
	if s.shown || secret == "" {
		return
	}
	encoded, _ := json.Marshal(secret)
	inJSON, quoted := string(encoded), strconv.Quote(secret)
	forms := []string{secret, url.QueryEscape(secret), inJSON[1 : len(inJSON)-1], quoted[1 : len(quoted)-1]}
	s.values = append(forms, s.values...)
}

// redact returns text without secrets.
func (s *secrets) redact(text string) string {
	for _, secret := range s.values {
		text = strings.ReplaceAll(text, secret, "[redacted]")
	}
	return text
}

// redactAll redacts every string in a JSON value, in place where possible.
func (s *secrets) redactAll(value any) any {
	switch value := value.(type) {
	case string:
		return s.redact(value)
	case []any:
		for i := range value {
			value[i] = s.redactAll(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = s.redactAll(value[name])
		}
	}
	return value
}

// excerpt returns text without secrets as one printable line of bounded length. It
// redacts before it shortens: otherwise part of a secret could remain.
func (s *secrets) excerpt(text string) string {
	runes := []rune(printable.Text(strings.Join(strings.Fields(s.redact(text)), " ")))
	if len(runes) > longestText {
		return string(runes[:longestText]) + "..."
	}
	return string(runes)
}
