package main

import (
	"cmp"
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/printable"
	"example.com/weather-events-api/rules"
)

// The columns of the tables. With two spaces between columns, a row of 80 cells
// leaves 47 for the place, which is never wrapped: editors open it. Details begin in
// the second column.
const (
	severityWidth = 8
	ruleWidth     = 22
	lintWidth     = 80
	detailIndent  = severityWidth + 2
)

type lintTable struct {
	text  strings.Builder
	color bool
}

// table returns the findings as a table, with a summary line.
func (r *lintReport) table(color bool) string {
	t := lintTable{color: color}
	if len(r.Findings) > 0 {
		t.header("Severity", "Rule", "Place")
	}
	for _, finding := range r.Findings {
		style := severityStyle(finding.Severity)
		if finding.Acknowledged != "" {
			style = faint
		}
		t.row(style, string(finding.Severity), finding.Rule, fmt.Sprintf("%s:%d", finding.File, finding.Line))
		t.detail("", cmp.Or(finding.ConstructPath, finding.LogicalID, finding.Property))
		t.detail("", finding.Message)
		if finding.Acknowledged != "" {
			t.detail("Acknowledged: ", finding.Acknowledged)
		} else {
			t.detail("Remedy: ", finding.Remedy)
		}
		t.text.WriteString("\n")
	}
	return t.text.String() + r.sum()
}

// sum returns one line with the number of findings, or "" if no path could be
// checked.
func (r *lintReport) sum() string {
	templates, read := 0, false
	for _, path := range r.Paths {
		templates += path.Templates
		read = read || path.Status != lintUnusable
	}
	if !read {
		return ""
	}
	severities := map[rules.Severity]int{}
	acknowledged := 0
	for _, finding := range r.Findings {
		if finding.Acknowledged != "" {
			acknowledged++
		} else {
			severities[finding.Severity]++
		}
	}
	var parts []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{severities[rules.Fatal], fmt.Sprintf("%d fatal", severities[rules.Fatal])},
		{severities[rules.Error], count(severities[rules.Error], "error")},
		{severities[rules.Warning], count(severities[rules.Warning], "warning")},
		{acknowledged, fmt.Sprintf("%d acknowledged", acknowledged)},
	} {
		if part.n > 0 {
			parts = append(parts, part.text)
		}
	}
	text := cmp.Or(strings.Join(parts, ", "), "No findings") + " in " + count(templates, "template")
	if severities[rules.Warning] > 0 && !r.strict {
		text += "; warnings fail with --strict only"
	}
	return text + "\n"
}

// count returns "1 error" or "2 errors".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// rulesTable returns the rules as a table.
func rulesTable(color bool) string {
	t := lintTable{color: color}
	t.header("Severity", "Rule", "")
	for _, rule := range rules.Table() {
		t.row(severityStyle(rule.Severity), string(rule.Severity), rule.ID, "")
		t.detail("", rule.Protects)
		t.line(strings.Repeat(" ", detailIndent) + rule.Source)
		t.text.WriteString("\n")
	}
	return strings.TrimSuffix(t.text.String(), "\n")
}

func severityStyle(severity rules.Severity) string {
	if severity == rules.Warning {
		return yellow
	}
	return red
}

func (t *lintTable) header(severity, rule, place string) {
	t.row(bold, severity, rule, place)
	line := func(width int) string { return strings.Repeat("-", width) }
	t.row("", line(severityWidth), line(ruleWidth), line(lintWidth-severityWidth-ruleWidth-4))
}

// row writes one line. The style applies to the first column.
func (t *lintTable) row(style, severity, rule, place string) {
	severity = printable.Pad(severity, severityWidth)
	if t.color && style != "" {
		severity = style + severity + reset
	}
	t.line(severity + "  " + printable.Pad(rule, ruleWidth) + "  " + printable.Text(place))
}

// detail writes wrapped text below a row.
func (t *lintTable) detail(label, text string) {
	for _, line := range printable.Wrap(label+text, lintWidth-detailIndent) {
		t.line(strings.Repeat(" ", detailIndent) + line)
	}
}

func (t *lintTable) line(text string) { t.text.WriteString(strings.TrimRight(text, " ") + "\n") }
