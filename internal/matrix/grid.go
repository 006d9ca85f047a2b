package matrix

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/printable"
)

// Widths in terminal cells. A wider grid is split into several, one below the other.
const (
	maxNameWidth = 44
	columnWidth  = 4
	maxColumns   = 15
	textWidth    = 108
	maxWrong     = 50 // wrong cells to explain
)

// ANSI escape sequences; plain resets the others.
const (
	bold  = "\x1b[1m"
	faint = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

// Write writes the matrix as a grid for people: methods down, callers across by number, a
// legend of the numbers, and what is wrong and why.
func (m *Matrix) Write(w io.Writer, color bool) error {
	g := grid{color: color}
	for from := 0; from < len(m.Callers); from += maxColumns {
		g.columns(m, from, min(from+maxColumns, len(m.Callers)))
		g.line("")
	}
	for j, c := range m.Callers {
		text := c.Name
		if c.NoToken != "" {
			text += " (not tried: " + c.NoToken + ")"
		}
		g.paragraph(fmt.Sprintf("%3d  ", j+1), text)
	}
	g.line("")
	g.line(g.styled(green, "●") + " open   ○ open, not tried   " + g.styled(faint, "·") + " closed   " + g.styled(red, "✗") + " wrong   ? the templates do not say   - not tried")
	g.line("")
	g.explain(m)
	g.line(m.summary())
	_, err := io.WriteString(w, g.text.String())
	return err
}

type grid struct {
	text  strings.Builder
	color bool
}

// columns writes the grid for some callers.
func (g *grid) columns(m *Matrix, from, to int) {
	width := 0
	for _, method := range m.Methods {
		width = max(width, printable.Width(method.short()))
	}
	width = min(width, maxNameWidth)
	numbers := printable.Pad("", width)
	for j := from; j < to; j++ {
		numbers += fmt.Sprintf("%*d", columnWidth, j+1)
	}
	of := ""
	for i, method := range m.Methods {
		if stage := method.API + "/" + method.Stage; stage != of {
			of = stage
			g.line(g.styled(bold, printable.Text(stage)))
			g.line(numbers)
		}
		lines := printable.Wrap(method.short(), width)
		for n, line := range lines {
			text := printable.Pad(line, width)
			if n == 0 {
				for j := from; j < to; j++ {
					text += strings.Repeat(" ", columnWidth-1) + g.mark(m.Cells[i][j])
				}
			}
			g.line(text)
		}
	}
}

// short returns the name of the method in its row.
func (m Method) short() string {
	text := m.HTTPMethod + " " + m.Path
	if m.Called != m.HTTPMethod {
		text += " (" + m.Called + ")"
	}
	return text
}

// mark returns the character of a cell.
func (g *grid) mark(c Cell) string {
	switch {
	case c.Wrong:
		return g.styled(red, "✗")
	case c.Got == Open:
		return g.styled(green, "●")
	case c.Got == Closed:
		return g.styled(faint, "·")
	case c.Expected == Undecided:
		return "?"
	case c.Expected == Open:
		return "○"
	}
	return "-"
}

// wrong groups the cells of a method that are wrong for the same reason.
type wrong struct {
	method  Method
	callers []string
	cell    Cell
}

// explain writes what is wrong and why, and where the rules disagree.
func (g *grid) explain(m *Matrix) {
	var all []wrong
	for i, method := range m.Methods {
		var ofMethod []wrong
		for j, c := range m.Callers {
			cell := m.Cells[i][j]
			if !cell.Wrong {
				continue
			}
			at := slices.IndexFunc(ofMethod, func(w wrong) bool { return w.cell.Why == cell.Why && w.cell.Got == cell.Got })
			if at < 0 {
				at, ofMethod = len(ofMethod), append(ofMethod, wrong{method: method, cell: cell})
			}
			ofMethod[at].callers = append(ofMethod[at].callers, c.Name)
		}
		all = append(all, ofMethod...)
	}
	for _, w := range all[:min(len(all), maxWrong)] {
		g.paragraph(g.styled(red, "✗")+" ", w.String())
		if w.cell.Request != "" {
			g.paragraph("    ", w.cell.Request)
		}
		if w.cell.Answer != "" {
			g.paragraph("    ", w.cell.Answer)
		}
	}
	if more := len(all) - maxWrong; more > 0 {
		g.line(fmt.Sprintf("✗ and %d more: --json has them all", more))
	}
	for _, c := range m.Callers {
		if c.Problem != "" {
			g.paragraph(g.styled(red, "✗")+" ", c.Name+": "+c.Problem)
		}
	}
	for _, text := range m.Disagreements {
		g.paragraph(g.styled(red, "✗")+" ", "lint and the requests disagree, which is a fault of this program or of AWS, unless something else is deployed than the template: "+text)
	}
	if len(all) > 0 || !m.Passed() {
		g.line("")
	}
}

// String says what is wrong.
func (w wrong) String() string {
	is := "is " + string(w.cell.Got) + " to"
	switch w.cell.Got {
	case "":
		is = "is open by the templates to"
	case Failed:
		is = "tells nothing of"
	}
	const most = 5
	callers := w.callers
	more := ""
	if len(callers) > most {
		more = fmt.Sprintf(" and %d more", len(callers)-most)
		callers = callers[:most]
	}
	return fmt.Sprintf("%s %s %s%s, and should be %s: %s", w.method, is, strings.Join(callers, "; "), more, w.cell.Expected, w.cell.Why)
}

// summary says how many cells were tried, in one line.
func (m *Matrix) summary() string {
	tried, wrong, all := 0, 0, 0
	for _, row := range m.Cells {
		for _, c := range row {
			all++
			if c.Got != "" {
				tried++
			}
			if c.Wrong {
				wrong++
			}
		}
	}
	text := fmt.Sprintf("%s by %s: %d of %d tried", count(len(m.Methods), "method"), count(len(m.Callers), "caller"), tried, all)
	if wrong > 0 {
		return fmt.Sprintf("%s, %d wrong", text, wrong)
	}
	return text + ", none wrong"
}

// count returns a number with its noun: "1 method", "2 methods".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// paragraph writes text after a label, wrapped.
func (g *grid) paragraph(label, text string) {
	indent := printable.Width(strings.NewReplacer(red, "", plain, "").Replace(label))
	for _, line := range printable.Wrap(text, textWidth-indent) {
		g.line(label + line)
		label = strings.Repeat(" ", indent)
	}
}

func (g *grid) styled(style, text string) string {
	if !g.color {
		return text
	}
	return style + text + plain
}

func (g *grid) line(text string) { g.text.WriteString(strings.TrimRight(text, " ") + "\n") }
