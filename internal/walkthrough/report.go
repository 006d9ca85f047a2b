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

// Report is the outcome of a walk-through. As JSON it is
// {"passed": …, "steps": […]}, and "leftOut": […] if there are such steps.
type Report struct {
	// Steps are the steps that were taken, in order.
	Steps []Step
	// LeftOut are those that need what the API or the client has not.
	LeftOut []LeftOut
}

// LeftOut is a step that is not taken.
type LeftOut struct {
	// Name and Shows are those of [Step].
	Name  string `json:"name"`
	Shows string `json:"shows"`
	// Because is what there is not.
	Because string `json:"because"`
}

// Step is the outcome of one step. As JSON, its duration is durationMs, a
// number of milliseconds.
type Step struct {
	// Name identifies the step: short, stable, unique in a report.
	Name string `json:"name"`
	// Shows is what the step shows, for people.
	Shows string `json:"shows"`
	// Expected is what a right system answers.
	Expected string `json:"expected"`
	// Why is the rule behind what is expected.
	Why string `json:"why"`
	// Got is what the system answered, or why there is no answer.
	Got string `json:"got"`
	// Passed tells whether Got is as Expected.
	Passed bool `json:"passed"`
	// Curl does the same in a POSIX shell, over several lines. Unless
	// [Target.ShowSecrets] is set it takes the secret from the variable
	// CLIENT_SECRET, and the token of the latest token step from ACCESS_TOKEN.
	Curl string `json:"curl"`
	// Claims are those of the access token that the step obtained, if any. They
	// are not verified.
	Claims map[string]any `json:"claims,omitempty"`
	// Duration is how long the step took; 0 when it was not run.
	Duration time.Duration `json:"-"`
}

// Passed tells whether there are steps and all of them passed.
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

// MarshalJSON adds whether the report passed.
func (r Report) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Passed  bool      `json:"passed"`
		Steps   []Step    `json:"steps"`
		LeftOut []LeftOut `json:"leftOut,omitempty"`
	}{r.Passed(), r.Steps, r.LeftOut})
}

// MarshalJSON adds the duration in milliseconds.
func (s Step) MarshalJSON() ([]byte, error) {
	type fields Step
	return json.Marshal(struct {
		fields
		DurationMs float64 `json:"durationMs"`
	}{fields(s), float64(s.Duration.Microseconds()) / 1000})
}

// TableOptions are the options of [Report.WriteTable]. The zero value is plain
// text without commands.
type TableOptions struct {
	// Color marks the results with ANSI colours. Default: none.
	Color bool
	// Curl adds each step's command. Default: no commands.
	Curl bool
}

// The widths of the columns, in terminal cells: with two spaces between the
// columns, a line is at most 108 wide. Commands are never broken, so that they
// can be copied.
const (
	numberWidth   = 2
	showsWidth    = 34
	expectedWidth = 28
	gotWidth      = 30
	resultWidth   = 6
	detailIndent  = "      "
	detailWidth   = 108
)

// WriteTable writes the report as a table for people: a row for each step, with
// the claims of the token that it obtained, the steps that were left out, and a
// last line that sums it up.
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

// duration is how long the steps took, for people.
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

// table is the text of a table.
type table struct {
	text  strings.Builder
	color bool
}

// row writes the cells of one row, each over as many lines as it needs. The
// style is that of the result: the last cell, where a mark whose width the
// terminal takes for more than one cell moves nothing.
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

// claims writes claims in the order of their names.
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

// paragraph writes text behind a label, over as many lines as it needs.
func (t *table) paragraph(label, text string) {
	for _, line := range printable.Wrap(text, detailWidth-printable.Width(label)) {
		t.line(label + line)
		label = strings.Repeat(" ", printable.Width(label))
	}
}

// claimLabel returns what fits of a claim's name.
func claimLabel(name string) string {
	if lines := printable.Wrap(name, showsWidth); len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// claimText returns a text as it is, and any other value as JSON.
func claimText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

// command writes a shell command, its lines as they are.
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

// longestText bounds what a report quotes of an answer, in characters.
const longestText = 300

// secrets are the strings that a report must not hold.
type secrets struct {
	values []string
	// shown hides nothing.
	shown bool
}

// hide adds a secret: as it is, and as a form, JSON and a Go string write it.
// The newest come first, so that a token goes as a whole even if an older secret
// is a part of it.
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

// redactAll redacts every string inside of a JSON value, in place where it can.
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

// excerpt returns text without secrets, in one printable line of bounded length.
// Secrets go first: shortened before, a part of one could be left over.
func (s *secrets) excerpt(text string) string {
	runes := []rune(printable.Text(strings.Join(strings.Fields(s.redact(text)), " ")))
	if len(runes) > longestText {
		return string(runes[:longestText]) + "..."
	}
	return string(runes)
}
