package cfn

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/weather-events-api/internal/validation"
)

// place is the location of a value in a template. It is a linked list, so that a path
// is only formatted if there is a problem.
type place struct {
	parent *place
	// name is the key in an object. At the root, it is the template's name.
	name string
	// index is the position in a list when name is "".
	index int
	// stack is put before a path if there are several stacks. Only the root has it.
	stack string
}

func (p *place) key(name string) *place { return &place{parent: p, name: name} }
func (p *place) item(index int) *place  { return &place{parent: p, index: index} }

// simpleName matches keys that need no quotes in a path.
var simpleName = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// String returns the path below the root, such as Api.Properties.Types[0].
func (p *place) String() string {
	var steps []string
	for ; p.parent != nil; p = p.parent {
		switch {
		case p.name == "":
			steps = append(steps, "["+strconv.Itoa(p.index)+"]")
		case simpleName.MatchString(p.name):
			steps = append(steps, "."+p.name)
		default:
			steps = append(steps, "["+validation.Quote(p.name)+"]")
		}
	}
	slices.Reverse(steps)
	path := strings.TrimPrefix(strings.Join(steps, ""), ".")
	if p.stack != "" {
		return p.stack + "/" + path
	}
	return path
}

// Path formats a path of keys and indexes for a message, such as Properties.Types[0].
func Path(path ...any) string {
	at := &place{}
	for _, step := range path {
		switch step := step.(type) {
		case string:
			at = at.key(step)
		case int:
			at = at.item(step)
		}
	}
	return strings.TrimPrefix(at.String(), ".")
}

func (p *place) template() string {
	for p.parent != nil {
		p = p.parent
	}
	return p.name
}

// errorf returns an error with one problem at p.
func (p *place) errorf(format string, args ...any) error {
	var problems validation.Collector
	problems.Addf(p.String(), format, args...)
	return problems.Err(p.template())
}

// legible returns a printable name unchanged, and quotes any other.
func legible(name string) string {
	if len(name) <= 256 && !strings.ContainsFunc(name, unprintable) {
		return name
	}
	return validation.Quote(name)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// plain returns a short, simple name unchanged, and quotes any other.
func plain(name string) string {
	if len(name) <= 64 && simpleName.MatchString(name) {
		return name
	}
	return validation.Quote(name)
}
