package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// documents are the pages whose snippets and commands have to be true.
func documents(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{"README.md": readme(t), "examples/README.md": read(t, "examples/README.md")}
	guides, err := filepath.Glob(filepath.Join(root, "docs/*.md"))
	if err != nil || len(guides) == 0 {
		t.Fatalf("no guides: %v", err)
	}
	for _, guide := range guides {
		name := "docs/" + filepath.Base(guide)
		pages[name] = read(t, name)
	}
	return pages
}

// Every Go snippet is a part of an Example or of a program in examples, both of
// which are compiled and run.
func TestGoSnippetsAreCompiled(t *testing.T) {
	var compiled []string
	for _, pattern := range []string{"*/example_test.go", "constructs/*/example_test.go", "examples/*/main.go", "examples/company/*/*.go"} {
		files, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compiled = append(compiled, unindented(string(data)))
		}
	}
	for name, page := range documents(t) {
		for _, block := range goBlock.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(strings.Join(compiled, "\n"), strings.TrimSpace(unindented(block[1]))) {
				t.Errorf("this snippet of %s is in no Example and no program of examples:\n%s", name, block[1])
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

// Every command is a target of the Makefile, a command of cmd/weather-events with
// flags that it has, or one that TestPublishingUnderAnotherPath,
// TestTheCommandWithoutGo or TestImportIt runs.
func TestCommandsExist(t *testing.T) {
	targets := map[string]bool{}
	for _, match := range makeTarget.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[match[1]] = true
	}
	elsewhere := map[string]bool{}
	for _, page := range []string{read(t, publishing), read(t, withoutGo), startingPoint(t)} {
		for _, command := range commandsOf(page) {
			elsewhere[command] = true
		}
	}
	binary := filepath.Join(t.TempDir(), "weather-events")
	build := exec.Command("go", "build", "-o", binary, "./cmd/weather-events")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, page := range documents(t) {
		for _, command := range commandsOf(page) {
			arguments, ours := strings.CutPrefix(command, "go run ./cmd/weather-events ")
			words := strings.Fields(command)
			switch {
			case elsewhere[command] || len(words) > 1 && words[0] == "make" && targets[words[1]]:
			case ours:
				if output, err := exec.Command("sh", "-euc", binary+" "+arguments+" --help").CombinedOutput(); err != nil {
					t.Errorf("%s: %q: %s", name, command, output)
				}
			default:
				t.Errorf("%s: %q is neither a target of the Makefile nor a command", name, command)
			}
		}
	}
}

// commandsOf returns the commands that a page shows.
func commandsOf(page string) (commands []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(page, -1) {
		commands = append(commands, strings.Split(unindented(strings.TrimSpace(block[1])), "\n")...)
	}
	return commands
}

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

// Pages whose commands tests of their own run.
const withoutGo = "docs/without-go.md"

const publishing = "docs/publish-under-your-own-path.md"

// The guide's commands turn a copy of the sources into another module, in which
// every import is found. Compiling it takes too long for a test.
func TestPublishingUnderAnotherPath(t *testing.T) {
	fork := t.TempDir()
	list := exec.Command("git", "ls-files", "*.go", "*.mod", "*.sum", "*.json", "*.html")
	list.Dir = root
	files, err := list.Output()
	if err != nil {
		t.Skipf("the sources are not in a git repository: %v", err)
	}
	for _, file := range strings.Fields(string(files)) {
		path := filepath.Join(fork, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(read(t, file)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	commands := strings.Replace(shellBlock.FindStringSubmatch(read(t, publishing))[1], "go vet ./...", "go list -deps -test ./... > packages", 1)
	run := exec.Command("sh", "-euc", commands)
	run.Dir = fork
	if output, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	rest := exec.Command("grep", "-rl", strings.TrimSuffix(module, "/"), "--include=*.go", "--include=go.mod", ".")
	rest.Dir = fork
	if output, _ := rest.Output(); len(output) > 0 {
		t.Errorf("the old path is left in\n%s", output)
	}
}
