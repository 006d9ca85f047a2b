// Package repository holds the parts of the repository together: the README to
// the code, and the packages to their boundaries.
package repository

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/internal/config"
)

const root = "../.."

func readme(t *testing.T) string { return read(t, "README.md") }

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// table returns the rows of the first table after heading.
func table(t *testing.T, text, heading string) []string {
	t.Helper()
	_, text, found := strings.Cut(text, heading)
	if !found {
		t.Fatalf("no %q", heading)
	}
	var rows []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "|") {
			rows = append(rows, line)
		} else if len(rows) > 0 {
			break
		}
	}
	return rows
}

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

// A newcomer reads it to the end.
func TestTheREADMEIsShort(t *testing.T) {
	if lines := strings.Count(readme(t), "\n"); lines > 150 {
		t.Errorf("it has %d lines, at most 150 are read", lines)
	}
}

// Props are explained by go doc alone, which has to tell what becomes of a nil field.
func TestEveryPropSaysItsDefault(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "constructs/*/*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no constructs: %v", err)
	}
	props := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok || !ast.IsExported(spec.Name.Name) || !strings.HasSuffix(spec.Name.Name, "Props") {
				return true
			}
			for _, field := range spec.Type.(*ast.StructType).Fields.List {
				props++
				if doc := field.Doc.Text(); !strings.Contains(doc, "Default: ") && !strings.Contains(doc, "Required") {
					t.Errorf("%s.%s says neither its default nor that it is required", spec.Name.Name, field.Names[0].Name)
				}
			}
			return false
		})
	}
	if props < 50 {
		t.Errorf("it found %d props, want all", props)
	}
}

// What the README shows of make run is what it prints.
func TestWhatTheREADMEShowsIsPrinted(t *testing.T) {
	_, shown, _ := strings.Cut(readme(t), "```text\n")
	shown, _, _ = strings.Cut(shown, "```")
	command := exec.Command("go", "run", "./cmd/weather-events", "verify", "--template", "testdata/weather-events-api.template.json")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if shown == "" || !strings.Contains(string(output), shown) {
		t.Errorf("README (-printed +shown)\n%s", cmp.Diff(string(output), shown))
	}
}
