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
	// raw is the object as it stands in the template, nil if a function made it.
	raw    *Object
	lookUp func(name string) (value any, found bool, err error)
	read   map[string]bool
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
		raw:      resource.Properties,
		lookUp:   func(name string) (any, bool, error) { return r.property(resource, name) },
		read:     map[string]bool{},
		children: map[string]*Properties{},
		problems: &validation.Collector{},
	}
}

// inside returns the reader of an object in p that a function made, the same one
// every time.
func (p *Properties) inside(at *place, object map[string]any) *Properties {
	return p.child(at, slices.Sorted(maps.Keys(object)), nil, func(name string) (any, bool, error) {
		value, found := object[name]
		return value, found, nil
	})
}

// insideRaw returns the reader of an object that stands in the template, of which
// nothing is resolved that is not read.
func (p *Properties) insideRaw(at *place, object *Object) *Properties {
	known := map[string]answer{}
	return p.child(at, slices.Sorted(slices.Values(object.Names())), object, func(name string) (any, bool, error) {
		raw, found := object.Get(name)
		if !found {
			return nil, false, nil
		}
		resolved, isKnown := known[name]
		if !isKnown {
			resolved.value, resolved.err = p.resolver.final(at.key(name), raw)
			known[name] = resolved
		}
		_, left := resolved.value.(noValue)
		return resolved.value, resolved.err == nil && !left, resolved.err
	})
}

func (p *Properties) child(at *place, names []string, raw *Object, lookUp func(string) (any, bool, error)) *Properties {
	if child, found := p.children[at.String()]; found {
		return child
	}
	child := &Properties{
		resolver: p.resolver,
		kind:     p.kind,
		at:       at,
		names:    names,
		raw:      raw,
		lookUp:   lookUp,
		read:     map[string]bool{},
		children: map[string]*Properties{},
		problems: p.problems,
	}
	p.children[at.String()] = child
	p.order = append(p.order, child)
	return child
}

// standing returns a property as it stands in the template: of Fn::If, the value
// that its condition chooses. It returns nil for one that has to be resolved.
func (p *Properties) standing(name string) any {
	value, _ := p.raw.Get(name)
	return p.resolver.standing(value)
}

func (r *Resolver) standing(value any) any {
	for {
		object, isObject := value.(*Object)
		function, argument, isFunction := object.function()
		if !isObject || !isFunction {
			return value
		}
		list, _ := argument.([]any)
		if function != "Fn::If" || len(list) != 3 || object.Len() != 1 {
			return nil
		}
		condition, _ := list[0].(string)
		if _, found := r.template.conditions.Get(condition); !found {
			return nil
		}
		value = list[2]
		if r.isPresent(condition) {
			value = list[1]
		}
	}
}

// get resolves a property and marks it as read.
func (p *Properties) get(name string) (any, bool) {
	p.read[name] = true
	value, found, err := p.lookUp(name)
	p.keep(err)
	return value, found
}

func (p *Properties) keep(err error) {
	if located, ok := err.(*validation.Error); ok {
		p.add(located.Problems...)
	}
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

// Path returns where a property stands in the template, as messages say it.
func (p *Properties) Path(name string) string { return p.at.key(name).String() }

// Names returns the names of the properties, those of a resource in template
// order and those of an object inside sorted.
func (p *Properties) Names() []string { return slices.Clone(p.names) }

// Has reports whether a property has a value. It counts as read only if it has
// none: one that was resolved to AWS::NoValue is not there.
func (p *Properties) Has(name string) bool {
	if p.standing(name) != nil {
		return true
	}
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
	if p.Has(name) {
		p.Ignore(name)
		p.Problemf(name, "is not supported: %s", reason)
	}
}

// isLeftOut reports whether a property was resolved to AWS::NoValue.
func (p *Properties) isLeftOut(name string) bool {
	if p.standing(name) != nil {
		return false
	}
	_, found, err := p.lookUp(name)
	return err == nil && !found
}

// Done returns an error with every problem so far, and with every property
// that was not read, here and in the objects that were; nil if there is none.
func (p *Properties) Done() error {
	p.reportUnread()
	return p.problems.Err(p.at.template())
}

// hasFailed reports whether there is a problem with a value, or with one that it is
// in: that is why it was not read.
func (p *Properties) hasFailed(at *place) bool {
	for ; at.parent != nil; at = at.parent {
		path := at.String()
		if slices.ContainsFunc(p.problems.Problems, func(problem validation.Problem) bool { return problem.Property == path }) {
			return true
		}
	}
	return false
}

// missing are the names that were asked for and are not there: an unread one may be
// one of them, misspelt.
func (p *Properties) missing() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.read)), func(name string) bool { return slices.Contains(p.names, name) })
}

func (p *Properties) reportUnread() {
	for _, name := range p.names {
		if !p.read[name] && !p.isLeftOut(name) && !p.hasFailed(p.at.key(name)) {
			p.Problemf(name, "this property of %s is not supported%s", plain(p.kind), validation.DidYouMean(name, p.missing()))
		}
	}
	for _, child := range p.order {
		child.reportUnread()
	}
}
