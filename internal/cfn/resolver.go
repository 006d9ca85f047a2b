package cfn

import (
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

const (
	// maxResolvedBytes bounds what all values of one Resolver come to: a template
	// may refer to a long value any number of times.
	maxResolvedBytes = 32 << 20
	// maxChain bounds how many values lead one to the next.
	maxChain = 1000
)

// Resolver resolves the values of one template. Each value is resolved when it
// is first needed, and then kept. It is not safe for concurrent use.
type Resolver struct {
	template *Template
	options  Options
	root     *place

	// names are what Ref answers without a callback.
	names      map[string]any
	resources  map[string]*Resource
	conditions map[string]bool

	known map[subject]*answer
	// chain is what is being resolved right now, outermost first. The resolvers
	// of a world share it.
	chain    *[]subject
	resolved int
	// failure is why there are values that were not resolved to the end.
	failure error
	// suggestions counts the names that were looked up for a message.
	suggestions int
	secrets     []string

	// links lead to the other stacks. They and stack are nil if there are none.
	links *links
	stack *Stack
	// world makes a symbol of what cannot be resolved. Without it, that is an error.
	world *World
	calls map[*Object]called // results of functions, in a world
}

// subject is what is resolved once: a resource by Ref, an attribute, a property
// or an entry of metadata of one, or an entry of a section.
type subject struct{ kind, id, name string }

func (s subject) String() string {
	switch s.kind {
	case "Ref":
		return s.id
	case "Fn::GetAtt":
		return s.id + "." + s.name
	case "Properties", "Metadata":
		return Path(s.id, s.kind, s.name)
	}
	return s.kind + "." + s.id
}

// answer is a kept result. It is not done while it is being computed.
type answer struct {
	value any
	err   error
	done  bool
	notes []note
}

// called is the kept result of a function.
type called struct {
	value any
	notes []note
}

// NewResolver prepares to resolve the values of a template, and reports every
// problem that CloudFormation would report before it creates anything:
// parameters without a value or with one that is not allowed, conditions that
// cannot be evaluated, references to what is not there, and resources that
// depend on each other in a circle.
//
// A parameter of an SSM type has to have a value only where it is referred to:
// the BootstrapVersion of every CDK template is not.
func NewResolver(t *Template, options Options) (*Resolver, error) {
	r := newResolver(t, options)
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

func newResolver(t *Template, options Options) *Resolver {
	return &Resolver{
		template:   t,
		options:    options,
		root:       &place{name: t.Name, stack: options.Label},
		names:      options.Pseudo.withDefaults(t.Environment).values(),
		resources:  map[string]*Resource{},
		conditions: map[string]bool{},
		known:      map[subject]*answer{},
		chain:      &[]subject{},
	}
}

// check reports what [NewResolver] does.
func (r *Resolver) check() error {
	for _, step := range []func() error{r.setParameters, r.evaluateConditions, r.checkReferences} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Resources returns the resources that the stack has: those without condition
// and those whose condition is true, in template order.
func (r *Resolver) Resources() []*Resource {
	var present []*Resource
	for _, resource := range r.template.Resources {
		if r.has(resource) {
			present = append(present, resource)
		}
	}
	return present
}

// Resource returns the resource with a logical id, and whether the stack has it.
func (r *Resolver) Resource(logicalID string) (*Resource, bool) {
	resource, found := r.resources[logicalID]
	if !found || !r.has(resource) {
		return nil, false
	}
	return resource, true
}

// has reports whether the stack has a resource. A world leaves out what CDK tells
// AWS about itself: its condition asks for some thirty Regions.
func (r *Resolver) has(resource *Resource) bool {
	if r.world != nil && resource.Type == typeMetadata || !r.isDeployed() {
		return false
	}
	return r.isPresent(resource.Condition)
}

// isDeployed reports whether the stack that a stack is nested in has it.
func (r *Resolver) isDeployed() bool {
	return !r.isNested() || r.links.resolver(r.stack.Parent).has(r.stack.In)
}

// isPresent reports whether what has a condition, or "", is in the stack.
func (r *Resolver) isPresent(condition string) bool {
	if r.world == nil || condition == "" {
		return condition == "" || r.conditions[condition]
	}
	met, _ := evaluator{r, false}.condition(r.root.key("Conditions"), condition)
	return met
}

// setParameters gives every parameter its value.
func (r *Resolver) setParameters() error {
	var problems validation.Collector
	var names, missing []string
	for _, p := range r.template.Parameters {
		names = append(names, p.Name)
		text, given := r.options.Parameters[p.Name]
		if r.isNested() && !given && r.isGivenByParent(p) {
			continue // resolved where it is referred to
		}
		if !given && p.Default != nil && !p.fromSSM() {
			text, given = *p.Default, true
		}
		if !given && p.fromSSM() {
			continue // resolved where it is referred to
		}
		var isMadeUp bool
		if !given && r.options.MissingParameter != nil && !r.isNested() {
			text, isMadeUp = r.options.MissingParameter(p)
		}
		if !given && !isMadeUp {
			missing = append(missing, p.Name)
			continue
		}
		value := p.parse(text)
		if problem := p.check(value); problem != "" && !isMadeUp {
			problems.Addf(r.root.key("Parameters").key(p.Name).String(), "%s", problem)
		}
		if p.NoEcho {
			r.hide(text)
		}
		r.names[p.Name] = value
	}
	if len(missing) > 0 {
		who := "give each one"
		if r.isNested() {
			who = "the stack that it is nested in has to give each one"
		}
		problems.Addf(r.root.key("Parameters").String(), "no value for %s: %s", strings.Join(missing, ", "), who)
	}
	for _, name := range slices.Sorted(maps.Keys(r.options.Parameters)) {
		if !slices.Contains(names, name) {
			problems.Addf(r.root.key("Parameters").String(), "a value is given for %s, which is not a parameter of the template%s",
				plain(name), r.didYouMean(name, func() []string { return names }))
		}
	}
	return problems.Err(r.template.Name)
}

// once returns the kept answer for a subject, or computes it. What needs itself
// is an error that names the whole circle.
func (r *Resolver) once(what subject, at *place, compute func() (any, error)) (any, error) {
	if kept, found := r.known[what]; found {
		if !kept.done {
			return nil, at.errorf("circular reference: %s", r.circleTo(what))
		}
		r.world.note(kept.notes...)
		return kept.value, kept.err
	}
	if len(*r.chain) >= maxChain {
		return nil, r.fail(at, "more than %d values lead one to the next", maxChain)
	}
	kept := &answer{}
	r.known[what] = kept
	*r.chain = append(*r.chain, what)
	kept.notes = r.world.kept(func() { kept.value, kept.err = compute() })
	*r.chain = (*r.chain)[:len(*r.chain)-1]
	kept.done = true
	return kept.value, kept.err
}

// circleTo names what leads from a subject, which is being resolved, to itself.
func (r *Resolver) circleTo(what subject) string {
	var names []string
	for _, link := range (*r.chain)[slices.Index(*r.chain, what):] {
		names = append(names, link.String())
	}
	return strings.Join(append(names, what.String()), " -> ")
}

// fail returns an error for which resolving ends, and keeps it.
func (r *Resolver) fail(at *place, format string, args ...any) error {
	err := at.errorf(format, args...)
	if r.failure == nil {
		r.failure = err
	}
	return err
}

// Failure returns an error if the values of the stack are beyond all bounds, so
// that what was resolved is not all there is.
func (r *Resolver) Failure() error { return r.failure }

// property returns the resolved value of a property, and whether it has one.
func (r *Resolver) property(resource *Resource, name string) (any, bool, error) {
	raw, found := resource.Properties.Get(name)
	if !found && r.world != nil {
		value, found := r.inside(resource, name) // a function may stand for all properties
		return value, found, nil
	}
	if !found {
		return nil, false, nil
	}
	at := r.root.key(resource.LogicalID).key("Properties").key(name)
	value, err := r.once(subject{"Properties", resource.LogicalID, name}, at, func() (any, error) {
		return r.final(at, raw)
	})
	_, left := value.(noValue)
	return value, err == nil && !left, err
}

// final resolves a value, dynamic references in it too.
func (r *Resolver) final(at *place, raw any) (any, error) {
	value, err := evaluator{r, true}.resolve(at, raw)
	if err != nil || r.world != nil {
		return value, err
	}
	return r.resolveDynamic(at, value)
}

// hide keeps a secret out of messages.
func (r *Resolver) hide(secret string) {
	if secret != "" {
		r.secrets = append(r.secrets, secret)
	}
}

// describe says what a resolved value is, unless it holds a secret.
func (r *Resolver) describe(value any) string {
	if text, ok := scalarText(value); ok {
		for _, secret := range r.secrets {
			if strings.Contains(text, secret) {
				return "a value that is not shown because it is secret"
			}
		}
	}
	return describe(value)
}

// didYouMean suggests a name for the first unknown ones only: a broken template
// may have very many.
func (r *Resolver) didYouMean(name string, known func() []string) string {
	const most = 20
	if r.suggestions++; r.suggestions > most || r.world != nil {
		return ""
	}
	return validation.DidYouMean(name, known())
}
