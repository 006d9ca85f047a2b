package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever copies the folder of an example has all of it: in another place, with the
// replace line of go.mod led to the library, every package and module is found.
func TestAnExampleStandsAlone(t *testing.T) {
	library, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	outside := regexp.MustCompile(`\.\./\.\.`)
	index := read(t, "examples/README.md")
	folders, _ := filepath.Glob(filepath.Join(root, "examples/*/"))
	for _, folder := range folders {
		name := filepath.Base(folder)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(index, "\n| ["+name+"]") {
				t.Error("examples/README.md has no row for it")
			}
			list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
			list.Dir = folder
			files, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			copied := t.TempDir()
			isModule := false
			for _, file := range strings.Fields(string(files)) {
				content := read(t, filepath.Join("examples", name, file))
				isModule = isModule || file == "go.mod"
				// The Makefile of orders finds the repository's tools, or those on PATH.
				if file != "go.mod" && file != "Makefile" && outside.MatchString(content) {
					t.Errorf("%s names what is outside of the folder", file)
				}
				target := filepath.Join(copied, file)
				if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if !isModule {
				return
			}
			for _, arguments := range []string{
				"mod edit -replace example.com/weather-events-api=" + library,
				"list -mod=readonly -deps -test ./...",
			} {
				command := exec.Command("go", strings.Fields(arguments)...)
				command.Dir = copied
				if output, err := command.CombinedOutput(); err != nil {
					t.Errorf("go %s: %v\n%s", arguments, err, output)
				}
			}
		})
	}
}
