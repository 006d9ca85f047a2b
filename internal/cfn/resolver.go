package cfn

import (
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

const (
	// maxResolvedBytes limits the total size of all values of one Resolver: a template
	// may refer to a long value any number of times.
	maxResolvedBytes = 32 << 20
	// maxChain limits the length of a chain of references.
	maxChain = 1000
)

// Resolver resolves the values of one template. It resolves each value when it is first
// needed, and caches it. It is not safe for concurrent use.
type Resolver struct {
	template *Template
	options  Options
	root     *place

	// names are the values of Ref that need no callback.
	names     map[string]any
	resources map[string]*Resource

	known map[subject]*answer
	// chain is what is currently being resolved, outermost first. The resolvers of a
	// world share it.
	chain    *[]subject
	resolved int
	// failure is the reason why some values were not resolved completely.
	failure error
	// suggestions counts the suggestions in messages.
	suggestions int
	secrets     []string

	// links resolve references to other stacks. links and stack are nil without other
	// stacks.
	links *links
	stack *Stack
	// world turns a value that cannot be resolved into a symbol. Without a world, it is
	// an error.
	world *World
	calls map[*Object]called // results of functions, in a world
}

// subject identifies a cached value: Ref of a resource, an attribute, a property or
// metadata entry of a resource, or an entry of a section.
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

// answer is a cached result. It is not done while it is being computed.
type answer struct {
	value any
	err   error
	done  bool
	notes []note
}

// called is the cached result of a function.
type called struct {
	value any
	notes []note
}

// NewResolver prepares to resolve the values of a template, and reports every problem
// that CloudFormation would report before it creates anything: missing or invalid
// parameter values, conditions that cannot be evaluated, references to missing
// resources, and circular dependencies.
//
// A parameter of an SSM type needs a value only if something refers to it. Nothing
// refers to the BootstrapVersion of CDK templates.
func NewResolver(t *Template, options Options) (*Resolver, error) {
	r := newResolver(t, options)
	if err := r.check(); err != nil {
		return nil, err
	}
	return r, nil
}

func newResolver(t *Template, options Options) *Resolver {
	return &Resolver{
		template:  t,
		options:   options,
		root:      &place{name: t.Name, stack: options.Label},
		names:     options.Pseudo.withDefaults(t.Environment).values(),
		resources: map[string]*Resource{},
		known:     map[subject]*answer{},
		chain:     &[]subject{},
	}
}

// check reports the problems that [NewResolver] lists.
func (r *Resolver) check() error {
	for _, step := range []func() error{r.setParameters, r.evaluateConditions, r.checkReferences} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Resources returns the resources of the stack, except those whose condition is false,
// in template order.
func (r *Resolver) Resources() []*Resource {
	var present []*Resource
	for _, resource := range r.template.Resources {
		if r.has(resource) {
			present = append(present, resource)
		}
	}
	return present
}

// Resource returns the resource with a logical id, and reports whether it exists in the
// stack.
func (r *Resolver) Resource(logicalID string) (*Resource, bool) {
	resource, found := r.resources[logicalID]
	if !found || !r.has(resource) {
		return nil, false
	}
	return resource, true
}

// has reports whether a resource exists in the stack. A world ignores
// AWS::CDK::Metadata, whose condition compares some thirty Regions.
func (r *Resolver) has(resource *Resource) bool {
	if r.world != nil && resource.Type == typeMetadata || !r.isDeployed() {
		return false
	}
	return r.isPresent(resource.Condition)
}

// isDeployed reports whether the parent stack, if any, creates this stack.
func (r *Resolver) isDeployed() bool {
	return !r.isNested() || r.links.resolver(r.stack.Parent).has(r.stack.In)
}

// isPresent reports whether a condition is met. The empty condition always is.
func (r *Resolver) isPresent(condition string) bool {
	if condition == "" {
		return true
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
			continue // resolved on first reference
		}
		if !given && p.Default != nil && !p.fromSSM() {
			text, given = *p.Default, true
		}
		if !given && p.fromSSM() {
			continue // resolved on first reference
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
		who := "set each of them"
		if r.isNested() {
			who = "set each of them in the parent stack"
		}
		problems.Addf(r.root.key("Parameters").String(), "no value for %s: %s", strings.Join(missing, ", "), who)
	}
	for _, name := range slices.Sorted(maps.Keys(r.options.Parameters)) {
		if !slices.Contains(names, name) {
			problems.Addf(r.root.key("Parameters").String(), "%s has a value, but is not a parameter of the template%s",
				plain(name), r.didYouMean(name, func() []string { return names }))
		}
	}
	return problems.Err(r.template.Name)
}

// once returns the cached answer for a subject, or computes it. A circular reference is
// an error that lists the circle.
func (r *Resolver) once(what subject, at *place, compute func() (any, error)) (any, error) {
	if kept, found := r.known[what]; found {
		if !kept.done {
			return nil, at.errorf("circular reference: %s", r.circleTo(what))
		}
		r.world.note(kept.notes...)
		return kept.value, kept.err
	}
	if len(*r.chain) >= maxChain {
		return nil, r.fail(at, "a chain of references has more than %d values", maxChain)
	}
	kept := &answer{}
	r.known[what] = kept
	*r.chain = append(*r.chain, what)
	kept.notes = r.world.kept(func() { kept.value, kept.err = compute() })
	*r.chain = (*r.chain)[:len(*r.chain)-1]
	kept.done = true
	return kept.value, kept.err
}

// circleTo returns the circle from a subject that is being resolved to itself.
func (r *Resolver) circleTo(what subject) string {
	var names []string
	for _, link := range (*r.chain)[slices.Index(*r.chain, what):] {
		names = append(names, link.String())
	}
	return strings.Join(append(names, what.String()), " -> ")
}

// fail returns an error that stops resolving, and keeps it.
func (r *Resolver) fail(at *place, format string, args ...any) error {
	err := at.errorf(format, args...)
	if r.failure == nil {
		r.failure = err
	}
	return err
}

// Failure returns an error if the values of the stack exceed a limit, so that some were
// not resolved completely.
func (r *Resolver) Failure() error { return r.failure }

// property returns the resolved value of a property, and reports whether it has one.
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

// final resolves a value, including dynamic references in it.
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

// describe describes a resolved value, unless it contains a secret.
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

// didYouMean suggests a name, but only for the first unknown names, because a broken
// template may have very many.
func (r *Resolver) didYouMean(name string, known func() []string) string {
	const most = 20
	if r.suggestions++; r.suggestions > most || r.world != nil {
		return ""
	}
	return validation.DidYouMean(name, known())
}
