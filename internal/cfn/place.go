package cfn

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/weather-events-api/internal/validation"
)

// place is where a value stands in a template. It is a chain, so that a path
// is only written out when there is a problem to report.
type place struct {
	parent *place
	// name is the key in an object. In the root it names the template.
	name string
	// index is the position in a list when name is "".
	index int
	// stack, of the root, is what a path begins with if there are several stacks.
	stack string
}

func (p *place) key(name string) *place { return &place{parent: p, name: name} }
func (p *place) item(index int) *place  { return &place{parent: p, index: index} }

// simpleName matches keys that read well behind a dot.
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

// Path returns a path of keys and indexes as a message shows it, such as
// Properties.Types[0].
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

// legible returns a name of one line as it is, and any other quoted.
func legible(name string) string {
	if len(name) <= 256 && !strings.ContainsFunc(name, unprintable) {
		return name
	}
	return validation.Quote(name)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// plain returns a name as it is where that reads well, and quoted otherwise.
func plain(name string) string {
	if len(name) <= 64 && simpleName.MatchString(name) {
		return name
	}
	return validation.Quote(name)
}
