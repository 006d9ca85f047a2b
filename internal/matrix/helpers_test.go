package matrix

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/weather-events-api/internal/cfn"
	"example.com/weather-events-api/local"
)

// load reads a template and runs the rules on it. All templates share one name and so the
// same keys, which are computed once.
func load(t testing.TB, file string, options ...local.Option) (Target, *local.System) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stacks, unread, err := local.FromTemplate("orders", data)()
	if err != nil {
		t.Fatal(err)
	}
	same := func() ([]*cfn.Stack, []*cfn.UnreadError, error) { return stacks, unread, nil }
	system, err := local.Load(same, append(options, local.WithoutBackends())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { system.Close() })
	target, err := Of(system).HeldTo(same)
	if err != nil {
		t.Fatal(err)
	}
	return target, system
}

// try tries a matrix with requests through a transport.
func try(t testing.TB, target Target, transport http.RoundTripper) *Matrix {
	t.Helper()
	m := target.Expect()
	if err := m.Try(t.Context(), Options{Transport: transport, Skip: OnlyDecided}); err != nil {
		t.Fatal(err)
	}
	return m
}

// templates are the files of testdata.
func templates(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d templates, %v", len(files), err)
	}
	return files
}

// gridOf reads the grid in a template's opening comments: the callers, and one line per
// method.
func gridOf(t *testing.T, file string) (callers string, rows []string) {
	t.Helper()
	data, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	lines := bufio.NewScanner(data)
	for lines.Scan() {
		text, isComment := strings.CutPrefix(lines.Text(), "# ")
		if found, is := strings.CutPrefix(text, "callers: "); is {
			callers = found
		} else if isComment && callers != "" {
			rows = append(rows, strings.Join(strings.Fields(text), " "))
		}
	}
	return callers, rows
}

// drawn is a matrix as a template's comments draw it.
func drawn(m *Matrix) (callers string, rows []string) {
	var names []string
	for _, c := range m.Callers {
		names = append(names, shortName(m, c))
	}
	for i, method := range m.Methods {
		var marks strings.Builder
		for _, cell := range m.Cells[i] {
			marks.WriteString(markOf(cell))
		}
		rows = append(rows, method.short()+" "+marks.String())
	}
	return strings.Join(names, ", "), rows
}

func shortName(m *Matrix, c Caller) string {
	switch c.Kind {
	case NobodyWithKey:
		return "key"
	case Foreign:
		return "foreign"
	case Keyless:
		return "keyless"
	case Client:
		if len(c.Scopes) == 1 && !c.all {
			return c.Client + " " + c.Scopes[0]
		}
		return c.Client + " *"
	}
	return string(c.Kind)
}

func markOf(c Cell) string {
	switch {
	case c.Wrong:
		return "X"
	case c.Expected == Undecided:
		return "?"
	case c.Got == Open:
		return "o"
	case c.Got == "" && c.Expected == Open:
		return "O"
	case c.Got == Closed:
		return "."
	}
	return "-"
}

// wrongCells names every wrong cell.
func wrongCells(m *Matrix) map[string]bool {
	found := map[string]bool{}
	for i, method := range m.Methods {
		for j, c := range m.Callers {
			if m.Cells[i][j].Wrong {
				found[cellName(method, c)] = true
			}
		}
	}
	return found
}

func cellName(m Method, c Caller) string { return fmt.Sprintf("%s by %s", m, c.Name) }
