package cfn

import (
	"errors"

	"example.com/weather-events-api/internal/validation"
)

// maxDeploymentBytes bounds what all values of a deployment come to.
const maxDeploymentBytes = 256 << 20

// Deployment resolves the values of several stacks as CloudFormation would if
// they were deployed together: exports and imports, and the parameters and
// outputs of nested stacks, lead from one to the other. What cannot be resolved
// is an error, as it is for a [Resolver] alone.
//
// It is not safe for concurrent use.
type Deployment struct {
	links
	resolvers map[*Stack]*Resolver
	checked   map[*Stack]bool
	problems  validation.Collector
}

// NewDeployment prepares to resolve the values of stacks, nested ones behind
// those they are in. options returns what AWS would know about each, and the
// parameters given to one that is not nested. The error is at name, and reports
// every problem that [NewResolver] reports of a template.
func NewDeployment(name string, stacks []*Stack, options func(*Stack) Options) (*Deployment, error) {
	d := &Deployment{
		links:     links{stacks: stacks, most: maxDeploymentBytes},
		resolvers: map[*Stack]*Resolver{},
		checked:   map[*Stack]bool{},
	}
	d.resolver = d.Resolver
	for _, stack := range stacks {
		r := newResolver(stack.Template, options(stack))
		r.stack, r.links, r.chain = stack, &d.links, &d.links.chain
		d.resolvers[stack] = r
	}
	for _, nested := range []bool{false, true} { // whose parameters lead to the others
		for _, stack := range stacks {
			if r := d.resolvers[stack]; r.isNested() == nested && (!nested || r.isDeployed()) {
				d.Resolver(stack)
			}
		}
		if err := d.problems.Err(name); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Resolver returns the resolver of a stack.
func (d *Deployment) Resolver(stack *Stack) *Resolver {
	r := d.resolvers[stack]
	if !d.checked[stack] {
		d.checked[stack] = true
		d.problems.Merge(r.check())
	}
	return r
}

// isNested reports whether another stack gives the parameters.
func (r *Resolver) isNested() bool { return r.stack != nil && r.stack.Parent != nil }

// isGivenByParent reports whether the stack that this one is nested in names a
// parameter.
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

// given returns the value that the stack which this one is nested in gives a
// parameter.
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
		return nil, at.because("the parameter "+p.Name, err)
	}
	text, isText := scalarText(value)
	if !isText {
		return nil, at.errorf("the parameter %s must be given a string, got %s", p.Name, e.describe(value))
	}
	if p.NoEcho {
		e.hide(text)
	}
	parsed := p.parse(text)
	if problem := p.check(parsed); problem != "" {
		return nil, at.errorf("the parameter %s %s", p.Name, problem)
	}
	return parsed, e.spend(at, sizeOf(parsed))
}

// linked returns an attribute that another stack gives a value.
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

// because returns an error for what another stack does not give. Where that
// failed there, the error is the one of that place: it is the cause.
func (p *place) because(what string, err error) error {
	if located, ok := errors.AsType[*validation.Error](err); ok {
		return located
	}
	return p.errorf("%s: %v", what, err)
}
