package cfn

import (
	"fmt"
	"maps"
	"slices"

	"example.com/weather-events-api/internal/validation"
)

// Properties reads the properties of one resource, or of one object in them,
// as Go values. A property is resolved when it is read. Every problem is kept
// for Done, which also reports every property that nobody read: what a caller
// does not know cannot take effect without anybody noticing.
//
//	p := resolver.Properties(resource)
//	name := p.RequiredString("Name")
//	minutes := p.Int("AccessTokenValidity", 60)
//	p.Ignore("Tags")
//	if err := p.Done(); err != nil { … }
//
// A reading method returns the zero value, or the given default, when there is
// a problem, so that a caller can read on and report all problems at once.
type Properties struct {
	resolver *Resolver
	kind     string
	at       *place
	names    []string
	lookUp   func(name string) (value any, found bool, err error)
	read     map[string]bool
	// children are the objects inside that were read, by path and in order.
	children map[string]*Properties
	order    []*Properties
	// problems is shared with the objects inside.
	problems *validation.Collector
}

// Properties returns a reader of a resource's properties.
func (r *Resolver) Properties(resource *Resource) *Properties {
	return &Properties{
		resolver: r,
		kind:     resource.Type,
		at:       r.root.key(resource.LogicalID).key("Properties"),
		names:    resource.Properties.Names(),
		lookUp:   func(name string) (any, bool, error) { return r.property(resource, name) },
		read:     map[string]bool{},
		children: map[string]*Properties{},
		problems: &validation.Collector{},
	}
}

// inside returns the reader of an object in p, the same one every time.
func (p *Properties) inside(at *place, object map[string]any) *Properties {
	if child, found := p.children[at.String()]; found {
		return child
	}
	child := &Properties{
		resolver: p.resolver,
		kind:     p.kind,
		at:       at,
		names:    slices.Sorted(maps.Keys(object)),
		lookUp: func(name string) (any, bool, error) {
			value, found := object[name]
			return value, found, nil
		},
		read:     map[string]bool{},
		children: map[string]*Properties{},
		problems: p.problems,
	}
	p.children[at.String()] = child
	p.order = append(p.order, child)
	return child
}

// get resolves a property and marks it as read.
func (p *Properties) get(name string) (any, bool) {
	p.read[name] = true
	value, found, err := p.lookUp(name)
	if located, ok := err.(*validation.Error); ok {
		p.add(located.Problems...)
	}
	return value, found
}

// add keeps problems, each once.
func (p *Properties) add(problems ...validation.Problem) {
	for _, problem := range problems {
		if len(p.problems.Problems) < maxProblems && !slices.Contains(p.problems.Problems, problem) {
			p.problems.Problems = append(p.problems.Problems, problem)
		}
	}
}

// Problemf adds a problem with a property, such as a value that the caller
// does not allow.
func (p *Properties) Problemf(name, format string, args ...any) {
	p.problemf(p.at.key(name), format, args...)
}

func (p *Properties) problemf(at *place, format string, args ...any) {
	p.add(validation.Problem{Property: at.String(), Message: fmt.Sprintf(format, args...)})
}

// Names returns the names of the properties, those of a resource in template
// order and those of an object inside sorted.
func (p *Properties) Names() []string { return slices.Clone(p.names) }

// Has reports whether a property has a value. It counts as read only if it has
// none: one that was resolved to AWS::NoValue is not there.
func (p *Properties) Has(name string) bool {
	before := p.read[name]
	_, found := p.get(name)
	p.read[name] = before || !found
	return found
}

// Ignore marks properties as read that change nothing about what is served.
func (p *Properties) Ignore(names ...string) {
	for _, name := range names {
		p.read[name] = true
	}
}

// Refuse adds a problem for a property that has a value: it is not supported,
// for a reason that Done could not give.
func (p *Properties) Refuse(name, reason string) {
	if _, found := p.get(name); found {
		p.Problemf(name, "is not supported: %s", reason)
	}
}

// isLeftOut reports whether a property was resolved to AWS::NoValue.
func (p *Properties) isLeftOut(name string) bool {
	_, found, err := p.lookUp(name)
	return err == nil && !found
}

// Done returns an error with every problem so far, and with every property
// that was not read, here and in the objects that were; nil if there is none.
func (p *Properties) Done() error {
	p.reportUnread()
	return p.problems.Err(p.at.template())
}

func (p *Properties) reportUnread() {
	for _, name := range p.names {
		if !p.read[name] && !p.isLeftOut(name) {
			p.Problemf(name, "this property of %s is not supported", plain(p.kind))
		}
	}
	for _, child := range p.order {
		child.reportUnread()
	}
}
