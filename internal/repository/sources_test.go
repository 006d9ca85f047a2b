package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The local server and the client work without Node for anyone who imports them: only
// packages for CDK apps depend on CDK. Constructs and rules request no tokens, so they
// bring no OAuth client into a go.sum.
func TestPackagesDependOnNoMoreThanTheyNeed(t *testing.T) {
	for _, boundary := range []struct {
		what      string
		forbidden []string // prefixes of import paths
		allowed   []string // folders that may depend on it
		within    []string // folders that must not
	}{
		{"CDK", []string{"github.com/aws/aws-cdk-go/", "github.com/aws/constructs-go/", "github.com/aws/jsii-runtime-go"},
			[]string{"/bench/", "/constructs/", "/internal/cdktest/", "/internal/construction/", "/internal/properties/"}, []string{"/"}},
		{"an OAuth client", []string{"golang.org/x/oauth2"}, nil, []string{"/constructs/", "/rules/"}},
	} {
		checked := 0
		for line := range strings.Lines(run(t, root, "go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")) {
			packages := strings.Fields(line)
			folder := strings.TrimPrefix(packages[0], module) + "/"
			if folder == "/" || hasPrefix(boundary.allowed, folder) || !hasPrefix(boundary.within, folder) { // "/" is the app
				continue
			}
			checked++
			for _, dependency := range packages {
				if hasPrefix(boundary.forbidden, dependency) {
					t.Errorf("%s depends on %s: %s", packages[0], boundary.what, dependency)
				}
			}
		}
		if checked < 5 {
			t.Errorf("%s: %d packages were looked at", boundary.what, checked)
		}
	}
}

func hasPrefix(prefixes []string, text string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(text, prefix) })
}

// go doc alone must explain props, including what a nil field means.
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

// No file depends on the author's machine or mentions how the product is developed. The
// brackets keep this file from matching itself.
func TestTheRepositorySpeaksOfTheProduct(t *testing.T) {
	for what, pattern := range map[string]string{
		"a path of a machine":         `[/](tmp|home|work|Users)/[a-z]|[.][.]/shared`,
		"something that is not done":  `\b(TO[D]O|FIX[M]E|XX[X])\b`,
		"an issue of this repository": `\b([Ii]ssue|[Pp]ull request|PR) #[0-9]`,
		"a way of working":            `\b([Cc]laude|[Aa]nthropic|[Cc]hatGPT|[Cc]opilot|[Ll]anguage model|LL[M])\b`,
	} {
		grep := exec.Command("git", "grep", "-nIP", pattern, "--", ".", ":!*.sum", ":!*package-lock.json")
		grep.Dir = root
		output, err := grep.Output()
		if status := grep.ProcessState.ExitCode(); status > 1 || status < 0 {
			t.Fatalf("git grep: %v", err)
		}
		for line := range strings.Lines(string(output)) {
			t.Errorf("%s: %s", what, line)
		}
	}
}
