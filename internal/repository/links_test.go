package repository

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^()\s]*)\)`)
	code     = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Every link leads to a file of the repository, to a heading, or to a well-formed
// external URL.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, page := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(page, ""), -1) {
			if err := follow(name, match[1]); err != nil {
				t.Errorf("%s links to %s: %v", name, match[1], err)
			}
		}
	}
}

// follow returns why a page's link is broken.
func follow(from, to string) error {
	target, err := url.Parse(to)
	if err != nil {
		return err
	}
	if target.IsAbs() {
		if target.Scheme != "https" && target.Hostname() != "127.0.0.1" || target.Host == "" {
			return fmt.Errorf("not https, or without a host")
		}
		return nil
	}
	file := from
	if target.Path != "" {
		file = path.Join(path.Dir(from), target.Path)
	}
	if _, err := os.Stat(filepath.Join(root, file)); err != nil {
		return err
	}
	if target.Fragment == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return err
	}
	if !anchors(string(data))[target.Fragment] {
		return fmt.Errorf("%s has no such heading", file)
	}
	return nil
}

// anchors returns the anchors that GitHub derives from a page's headings.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(regexp.MustCompile("(?s)```.*?```").ReplaceAllString(page, ""), -1) {
		text := noAnchor.ReplaceAllString(strings.ToLower(match[1]), "")
		anchor := strings.ReplaceAll(strings.TrimSpace(text), " ", "-")
		for n, unique := 1, anchor; ; n++ {
			if !found[unique] {
				found[unique] = true
				break
			}
			unique = fmt.Sprintf("%s-%d", anchor, n)
		}
	}
	return found
}

// The index has one line for each page in docs, with the page's title.
func TestTheIndexHasEveryPage(t *testing.T) {
	index := read(t, "docs/README.md")
	for name, page := range pages(t) {
		if !strings.HasPrefix(name, "docs/") || name == "docs/README.md" {
			continue
		}
		line := fmt.Sprintf("\n- [%s](%s)", heading.FindStringSubmatch(page)[1], strings.TrimPrefix(name, "docs/"))
		if strings.Count(index, line) != 1 {
			t.Errorf("docs/README.md has no line %q", strings.TrimSpace(line))
		}
	}
}
