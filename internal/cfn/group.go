package cfn

import (
	"errors"
	"path"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// maxGroupBytes limits the total size of all values of a group.
const maxGroupBytes = 256 << 20

// Group resolves the values of several stacks as CloudFormation would if they were
// deployed together: it follows exports and imports, and the parameters and outputs of
// nested stacks. What it cannot resolve is an error, as for a single [Resolver].
//
// It is not safe for concurrent use.
type Group struct {
	links
	resolvers map[*Stack]*Resolver
	checked   map[*Stack]bool
	problems  validation.Collector
}

// NewGroup prepares to resolve the values of stacks. A nested stack comes after its
// parent. options returns what AWS would know about each stack, and the parameters of a
// stack that is not nested. The error has the path name, and reports every problem that
// [NewResolver] reports for a template.
func NewGroup(name string, stacks []*Stack, options func(*Stack) Options) (*Group, error) {
	g := &Group{
		links:     links{stacks: stacks, most: maxGroupBytes},
		resolvers: map[*Stack]*Resolver{},
		checked:   map[*Stack]bool{},
	}
	g.resolver = g.Resolver
	for _, stack := range stacks {
		r := newResolver(stack.Template, options(stack))
		r.stack, r.links, r.chain = stack, &g.links, &g.links.chain
		g.resolvers[stack] = r
	}
	for _, nested := range []bool{false, true} { // nested stacks get parameters from the others
		for _, stack := range stacks {
			if r := g.resolvers[stack]; r.isNested() == nested && (!nested || r.isDeployed()) {
				g.Resolver(stack)
			}
		}
		if err := g.problems.Err(name); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Resolver returns the resolver of a stack.
func (g *Group) Resolver(stack *Stack) *Resolver {
	r := g.resolvers[stack]
	if !g.checked[stack] {
		g.checked[stack] = true
		g.problems.Merge(r.check())
	}
	return r
}

// isNested reports whether another stack sets the parameters.
func (r *Resolver) isNested() bool { return r.stack != nil && r.stack.Parent != nil }

// isGivenByParent reports whether the parent stack sets a parameter.
func (r *Resolver) isGivenByParent(p *Parameter) bool {
	if r.stack.In.Type == typeStackSet {
		_, found := r.links.resolver(r.stack.Parent).givenIn(r.stack.In, p.Name)
		return found
	}
	given, _ := r.stack.In.Properties.Get("Parameters")
	object, _ := given.(*Object)
	_, found := object.Get(p.Name)
	_, _, isFunction := object.function()
	return found || isFunction
}

// given returns the value that the parent stack gives a parameter.
func (e evaluator) given(at *place, p *Parameter) (any, error) {
	parent := e.links.resolver(e.stack.Parent)
	value, err := parent.lookInside(e.stack.In, "Parameters", p.Name)
	if e.stack.In.Type == typeStackSet {
		value, _ = parent.givenIn(e.stack.In, p.Name)
		err = nil
	}
	if err == errNone && p.Default != nil {
		return p.parse(*p.Default), nil
	}
	if err != nil {
		return nil, at.because("parameter "+p.Name, err)
	}
	text, isText := scalarText(value)
	if !isText {
		return nil, at.errorf("the value of parameter %s must be a string, got %s", p.Name, e.describe(value))
	}
	if p.NoEcho {
		e.hide(text)
	}
	parsed := p.parse(text)
	if problem := p.check(parsed); problem != "" {
		return nil, at.errorf("parameter %s %s", p.Name, problem)
	}
	return parsed, e.spend(at, sizeOf(parsed))
}

// linked returns an attribute whose value comes from another stack.
func (e evaluator) linked(at *place, resource *Resource, attribute string) (any, error) {
	read := e.links.nestedOutput
	if resource.Type == typeExportReader {
		read = func(stack *Stack, _ *Resource, name string) (any, error) {
			return e.links.carriedTo(stack, name)
		}
	}
	value, err := read(e.stack, resource, attribute)
	if err != nil {
		return nil, at.because(resource.LogicalID+"."+plain(attribute), err)
	}
	return value, e.spend(at, sizeOf(value))
}

// because returns an error for a value that another stack does not provide. If
// resolving it failed in that stack, that error is the cause and is returned as it is.
func (p *place) because(what string, err error) error {
	if located, ok := errors.AsType[*validation.Error](err); ok {
		return located
	}
	return p.errorf("%s: %v", what, err)
}

// links resolve references from one stack to another.
type links struct {
	stacks   []*Stack
	resolver func(*Stack) *Resolver
	// world is the world of the stacks, or nil.
	world *World
	// exports are the exported outputs, by export name.
	exports map[string][]source
	// carried are the values of SSM parameters, by name.
	carried map[string][]source
	// inExports and inIndex are the notes of the names of exports and SSM parameters.
	inExports, inIndex []note
	// chain is what is currently being resolved, outermost first.
	chain []subject
	// resolved is the total size of all values in bytes, and most its limit.
	resolved, most int
}

// spend counts bytes of a stack's values towards the limit of all values.
func (l *links) spend(r *Resolver, at *place, bytes int) error {
	if l.resolved += bytes; l.resolved > l.most {
		return r.fail(at, "the resolved values of all templates exceed %d MB", l.most>>20)
	}
	return nil
}

// source is a value that another stack may refer to: an output, an SSM parameter, a
// secret, or an export to another Region.
type source struct {
	stack *Stack
	value func() (any, error)
	// account and region say who may refer to it, "" for stacks of any or of an unknown one.
	account, region string
}

// errNone reports that no stack has the value that another refers to.
var errNone = errors.New("none of the stacks has it")

// choose returns the value that a stack refers to, if several sources have it. A name
// is unique in an account and Region, but the stages of an app, deployed to several,
// may all use it. Sources in the same environment and assembly win. It is an error if
// several values are left.
func (l *links) choose(from *Stack, sources []source) (any, error) {
	closest, failure := -1, errNone
	var values []any
	for _, candidate := range sources {
		if !mayBe(candidate.account, from.Environment.AccountID) || !mayBe(candidate.region, from.Environment.Region) {
			continue
		}
		environment := candidate.stack.Environment
		closeness := 0
		if environment.AccountID == from.Environment.AccountID && environment.Region == from.Environment.Region {
			closeness++
		}
		if candidate.stack.assembly() == from.assembly() {
			closeness += 2
		}
		if closeness < closest {
			continue
		}
		value, err := candidate.value()
		if err != nil {
			failure = err
			continue
		}
		if closeness > closest {
			closest, values = closeness, nil
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if len(values) == 1 {
		return values[0], nil
	}
	for _, value := range values {
		if l.world != nil && l.world.symbols.secret(value) {
			return value, nil // any of them
		}
	}
	if len(values) > 1 {
		return nil, errors.New("several of the stacks have it, with different values")
	}
	return nil, failure
}

// assembly returns the folder of a stack's assembly.
func (s *Stack) assembly() string {
	for s.Parent != nil {
		s = s.Parent
	}
	return path.Dir(s.Name)
}

// mayBe reports whether two accounts or Regions may be the same. "" is unknown.
func mayBe(a, b string) bool { return a == "" || b == "" || a == b }

// output returns the value of a stack's output.
func (l *links) output(stack *Stack, output *Output) (any, error) {
	r := l.resolver(stack)
	if !r.hasOutput(output) {
		return nil, errNone
	}
	at := r.root.key("Outputs").key(output.Name).key("Value")
	value, err := r.once(subject{kind: "Outputs", id: output.Name}, at, func() (any, error) {
		return evaluator{r, true}.resolve(at, output.value)
	})
	if _, isText := scalarText(value); err == nil && !isText {
		err = at.errorf("must be a string, got %s", r.describe(value))
	}
	return value, err
}

func (r *Resolver) hasOutput(output *Output) bool {
	return r.isPresent(output.Condition) && r.isDeployed()
}

// outputsOf returns the outputs with a name of the stacks that isMeant selects.
func (l *links) outputsOf(name string, isMeant func(*Stack) bool) []source {
	var sources []source
	for _, stack := range l.stacks {
		if !isMeant(stack) {
			continue
		}
		for _, output := range stack.Template.Outputs {
			if output.Name == name {
				sources = append(sources, source{stack: stack, value: func() (any, error) { return l.output(stack, output) }})
			}
		}
	}
	return sources
}

// nestedOutput returns an output of a nested stack.
func (l *links) nestedOutput(parent *Stack, in *Resource, attribute string) (any, error) {
	name, isOutput := strings.CutPrefix(attribute, "Outputs.")
	if !isOutput {
		return nil, errNone
	}
	return l.choose(parent, l.outputsOf(name, func(stack *Stack) bool { return stack.Parent == parent && stack.In == in }))
}

// stackOutput resolves Fn::GetStackOutput, which CDK uses for a weak reference to
// another stack. Only with a role may that stack be in another account.
func (l *links) stackOutput(r *Resolver, arguments map[string]any) (any, error) {
	name, _ := scalarText(arguments["OutputName"])
	region, isGiven := arguments["Region"]
	if !isGiven {
		region = r.names["AWS::Region"]
	}
	_, byRole := arguments["RoleArn"]
	return l.choose(r.stack, l.outputsOf(name, func(stack *Stack) bool {
		names := l.resolver(stack).names
		return stack.Parent == nil && names["AWS::StackName"] == arguments["StackName"] && names["AWS::Region"] == region &&
			(byRole || mayBe(stack.Environment.AccountID, r.stack.Environment.AccountID))
	}))
}

// importValue resolves Fn::ImportValue for an export of any of the stacks.
func (l *links) importValue(from *Stack, name string) (any, error) {
	l.world.note(l.inExports...)
	if l.exports == nil {
		l.exports = map[string][]source{}
		l.inExports = l.world.kept(func() {
			for _, stack := range l.stacks {
				l.addExports(stack)
			}
		})
	}
	return l.choose(from, l.exports[name])
}

func (l *links) addExports(stack *Stack) {
	r := l.resolver(stack)
	for _, output := range stack.Template.Outputs {
		if output.exportName == nil {
			continue
		}
		at := r.root.key("Outputs").key(output.Name).key("Export").key("Name")
		if name, err := (evaluator{r, true}).text(at, output.exportName); err == nil {
			l.exports[name] = append(l.exports[name], source{stack, func() (any, error) { return l.output(stack, output) }, stack.Environment.AccountID, stack.Environment.Region})
		}
	}
}

// inside returns the value at a path of names in the properties of a resource. It
// resolves nothing else, because the rest may refer back to the caller.
func (r *Resolver) inside(resource *Resource, names ...string) (any, bool) {
	value, err := r.lookInside(resource, names...)
	return value, err == nil
}

// lookInside is inside with an error that says why there is no value.
func (r *Resolver) lookInside(resource *Resource, names ...string) (any, error) {
	at := r.root.key(resource.LogicalID).key("Properties")
	return evaluator{r, true}.inside(at, resource.Properties, names)
}

func (e evaluator) inside(at *place, value any, names []string) (any, error) {
	if object, _ := value.(*Object); len(names) > 0 {
		if inner, found := object.Get(names[0]); found {
			return e.inside(at.key(names[0]), inner, names[1:])
		}
		if _, _, isFunction := object.function(); !isFunction {
			return nil, errNone
		}
	}
	resolved, err := e.resolve(at, value)
	for _, name := range names {
		if text, isText := resolved.(string); isText && !IsKnown(text) {
			break // its fields are unknown too
		}
		fields, _ := resolved.(map[string]any)
		resolved = fields[name]
	}
	if _, left := resolved.(noValue); err == nil && (resolved == nil || left) {
		err = errNone
	}
	return resolved, err
}
