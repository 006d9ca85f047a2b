package repository

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A copy of an example's folder is complete: elsewhere, with go.mod's replace line
// pointing to the library, every package and module resolves.
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
			copied := t.TempDir()
			isModule := false
			for _, file := range strings.Fields(run(t, folder, "git", "ls-files", "--cached", "--others", "--exclude-standard")) {
				content := read(t, filepath.Join("examples", name, file))
				isModule = isModule || file == "go.mod"
				// The orders Makefile uses the repository's tools, or tools on PATH.
				if file != "go.mod" && file != "Makefile" && outside.MatchString(content) {
					t.Errorf("%s refers to a path outside the folder", file)
				}
				write(t, filepath.Join(copied, file), content)
			}
			if !isModule {
				return
			}
			for _, arguments := range []string{
				"mod edit -replace example.com/weather-events-api=" + library,
				"list -mod=readonly -deps -test ./...",
			} {
				run(t, copied, "go", strings.Fields(arguments)...)
			}
		})
	}
}
