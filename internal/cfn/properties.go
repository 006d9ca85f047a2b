package cfn

import (
	"fmt"
	"maps"
	"slices"

	"example.com/weather-events-api/internal/validation"
)

// Properties reads the properties of one resource, or of an object in them, as Go
// values. It resolves a property when it is read. It collects every problem for Done,
// which also reports every property that nobody read: an unknown property must not be
// ignored silently.
//
//	p := resolver.Properties(resource)
//	name := p.RequiredString("Name")
//	minutes := p.Int("AccessTokenValidity", 60)
//	p.Ignore("Tags")
//	if err := p.Done(); err != nil { … }
//
// If there is a problem, a reading method returns the zero value or the given default,
// so that a caller can continue and report all problems at once.
type Properties struct {
	resolver *Resolver
	kind     string
	at       *place
	names    []string
	// raw is the object in the template, nil if a function created it.
	raw    *Object
	lookUp func(name string) (value any, found bool, err error)
	read   map[string]bool
	// children are the objects inside that were read, by path; order has them in order.
	children map[string]*Properties
	order    []*Properties
	// problems is shared with all children.
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

// inside returns the reader of an object in p that a function created. Each call
// returns the same one.
func (p *Properties) inside(at *place, object map[string]any) *Properties {
	return p.child(at, slices.Sorted(maps.Keys(object)), nil, func(name string) (any, bool, error) {
		value, found := object[name]
		return value, found, nil
	})
}

// insideRaw returns the reader of an object in the template. It only resolves what is
// read.
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

// standing returns a property as written in the template, following Fn::If. It returns
// nil if the property must be resolved.
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

// Path returns the path of a property, as messages show it.
func (p *Properties) Path(name string) string { return p.at.key(name).String() }

// Names returns the names of the properties: in template order for a resource, sorted
// for an object inside.
func (p *Properties) Names() []string { return slices.Clone(p.names) }

// Has reports whether a property has a value; AWS::NoValue is none. Has does not mark a
// property with a value as read.
func (p *Properties) Has(name string) bool {
	if p.standing(name) != nil {
		return true
	}
	before := p.read[name]
	_, found := p.get(name)
	p.read[name] = before || !found
	return found
}

// Ignore marks properties as read, because they do not affect what is served.
func (p *Properties) Ignore(names ...string) {
	for _, name := range names {
		p.read[name] = true
	}
}

// Refuse adds a problem if a property has a value, with the reason why it is not
// supported.
func (p *Properties) Refuse(name, reason string) {
	if p.Has(name) {
		p.Ignore(name)
		p.Problemf(name, "is not supported: %s", reason)
	}
}

// isLeftOut reports whether a property resolves to AWS::NoValue.
func (p *Properties) isLeftOut(name string) bool {
	if p.standing(name) != nil {
		return false
	}
	_, found, err := p.lookUp(name)
	return err == nil && !found
}

// Done returns an error with every problem, including every property that was not read,
// here and in the objects inside, or nil.
func (p *Properties) Done() error {
	p.reportUnread()
	return p.problems.Err(p.at.template())
}

// hasFailed reports whether there is a problem with a value or with one around it,
// which explains why it was not read.
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
