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
	"regexp"
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
		t.Fatalf("no %q in the README", heading)
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
	if diff := cmp.Diff(want, table(t, readme(t), "## Configure the app")); diff != "" {
		t.Errorf("README (-want +got)\n%s", diff)
	}
}

func TestPropsTableIsThatOfTheCode(t *testing.T) {
	want := []string{"| prop | default |", "|---|---|"}
	for _, field := range fields(t, "constructs/weatherevents/props.go", "WeatherEventsApiProps") {
		want = append(want, fmt.Sprintf("| `%s` | %s |", field.name, field.byDefault))
	}
	if diff := cmp.Diff(want, table(t, readme(t), "### Props of WeatherEventsApi")); diff != "" {
		t.Errorf("README (-want +got)\n%s", diff)
	}
}

type field struct{ name, byDefault string }

// fields returns the fields of a struct with what their comments call the default.
func fields(t *testing.T, file, structName string) []field {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var found []field
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.TypeSpec)
		if !ok || spec.Name.Name != structName {
			return true
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			_, byDefault, documented := strings.Cut(f.Doc.Text(), "Default: ")
			if !documented {
				t.Errorf("%s.%s does not document its default", structName, f.Names[0].Name)
			}
			byDefault = strings.TrimSuffix(strings.Join(strings.Fields(byDefault), " "), ".")
			found = append(found, field{f.Names[0].Name, byDefault})
		}
		return false
	})
	return found
}

// The table that the README shows is what make run prints.
func TestWalkThroughTableIsThatOfTheCommand(t *testing.T) {
	_, shown, _ := strings.Cut(readme(t), "```text\n")
	shown, _, _ = strings.Cut(shown, "```")
	command := exec.Command("go", "run", "./cmd/weather-events", "verify", "--template", "testdata/weather-events-api.template.json")
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lasting(string(output)), lasting(shown)); diff != "" {
		t.Errorf("README (-printed +shown)\n%s", diff)
	}
}

// claims are the lines below a step that got a token.
var claims = regexp.MustCompile(`(?m)^ {6,8}\S.*\n`)

// lasting leaves out the claims of a table and how long it took.
func lasting(table string) string {
	table, _, _ = strings.Cut(table, " passed in ")
	return claims.ReplaceAllString(table, "")
}
