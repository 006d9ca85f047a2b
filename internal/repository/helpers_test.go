// Package repository checks the repository's parts against each other: the README against
// the code, and the packages against their boundaries.
package repository

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

const (
	root   = "../.."
	module = "example.com/weather-events-api"
)

// scratch is a folder that all tests of this package share for slow builds.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "repository"); err != nil {
		panic(err)
	}
	status := m.Run()
	os.RemoveAll(scratch)
	os.Exit(status)
}

// binary returns the path of the command, compiled once.
var binary = sync.OnceValues(func() (string, error) {
	file := filepath.Join(scratch, "weather-events")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "./cmd/weather-events")
	build.Dir, build.Stderr = root, os.Stderr
	return file, build.Run()
})

// run runs a program in a folder and returns its output. The program must succeed.
func run(t *testing.T, folder, program string, arguments ...string) string {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = folder
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command.Args, " "), err, output)
	}
	return string(output)
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func readme(t *testing.T) string { return read(t, "README.md") }

// write writes a file and creates its folders.
func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pages returns the repository's Markdown pages for people, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{"README.md": readme(t), "CHANGELOG.md": read(t, "CHANGELOG.md")}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(file string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(file, ".md") {
			name, _ := filepath.Rel(root, file)
			found[filepath.ToSlash(name)] = read(t, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Other tests run the commands of these pages and sections.
const (
	withoutGo  = "docs/without-go.md"
	publishing = "docs/publish-under-your-own-path.md"
)

// startingPoint returns the section whose program and commands TestImportIt runs.
func startingPoint(t *testing.T) string {
	t.Helper()
	_, section, found := strings.Cut(read(t, "docs/protect-your-own-api.md"), "\n## An app to start from\n")
	if !found {
		t.Fatal("the guide has no app to start from")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

var (
	goBlock    = regexp.MustCompile("(?s)```go\n(.*?)```")
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
)

// commandsOf returns the commands that a page shows.
func commandsOf(page string) (commands []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		commands = append(commands, strings.Split(unindented(strings.TrimSpace(block[1])), "\n")...)
	}
	return commands
}

func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
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
