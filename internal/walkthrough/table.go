package walkthrough

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/weather-events-api/internal/printable"
)

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
