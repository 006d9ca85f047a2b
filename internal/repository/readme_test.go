// Package repository holds the parts of the repository together: the README to
// the code, and the packages to their boundaries.
package repository

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
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

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// Every Go snippet is a part of an Example or of a program in examples, both of
// which are compiled and run.
func TestGoSnippetsAreCompiled(t *testing.T) {
	var compiled []string
	for _, pattern := range []string{"constructs/*/example_test.go", "examples/*/main.go"} {
		files, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compiled = append(compiled, unindented(string(data)))
		}
	}
	guides, _ := filepath.Glob(filepath.Join(root, "docs/*.md"))
	for _, file := range append(guides, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := goBlock.FindAllStringSubmatch(string(text), -1)
		if len(blocks) == 0 && filepath.Base(file) == "README.md" {
			t.Fatal("the README has no Go snippet")
		}
		for _, block := range blocks {
			if !strings.Contains(strings.Join(compiled, "\n"), unindented(block[1])) {
				t.Errorf("this snippet of %s is in no Example and no program of examples:\n%s", filepath.Base(file), block[1])
			}
		}
	}
}

func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)
)

func TestCommandsExist(t *testing.T) {
	targets := map[string]bool{}
	for _, match := range makeTarget.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[match[1]] = true
	}
	for _, block := range shellBlock.FindAllStringSubmatch(readme(t), -1) {
		for _, command := range strings.Split(strings.TrimSpace(block[1]), "\n") {
			words := strings.Fields(command)
			if words[0] != "make" || len(words) < 2 || !targets[words[1]] {
				t.Errorf("README: %q is not a target of the Makefile", command)
			}
		}
	}
}
