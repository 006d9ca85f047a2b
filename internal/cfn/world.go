package cfn

import (
	"fmt"
	"slices"
	"strings"
)

const (
	typeStack     = "AWS::CloudFormation::Stack"
	typeUserPool  = "AWS::Cognito::UserPool"
	typeAppClient = "AWS::Cognito::UserPoolClient"

	secretAttribute = "ClientSecret"
)

// World is what stacks come to, resolved together: exports, imports, parameters
// and outputs of nested stacks lead from one to the other. What nobody told is
// a symbol, or, where a condition asks for it, what the world assumes.
//
// It is not safe for concurrent use.
type World struct {
	// Assumed are the values that the world assumes, as a message may show them.
	Assumed []string

	stacks    []*Stack
	symbols   *symbols
	assumed   map[string]string
	resolvers map[*Stack]*Resolver
	// choices are the values that conditions compare a symbol with, by its key.
	choices map[string][]string
	exports map[string]func() (any, error)
	chain   []string
}

// NewWorld returns the world in which nothing is assumed: what nobody told is
// unlike everything that it is compared with.
func NewWorld(stacks []*Stack) *World {
	return newWorld(stacks, &symbols{byKey: map[string]int{}}, nil)
}

func newWorld(stacks []*Stack, symbols *symbols, assumed map[string]string) *World {
	w := &World{
		stacks: stacks, symbols: symbols, assumed: assumed,
		resolvers: map[*Stack]*Resolver{}, choices: map[string][]string{},
	}
	return w
}

// Stacks returns the stacks of the world, nested ones behind those they are in.
func (w *World) Stacks() []*Stack { return w.stacks }

// Resolver returns the resolver of a stack. It has no errors: what it cannot
// resolve is a symbol, unless values grow beyond all bounds.
func (w *World) Resolver(stack *Stack) *Resolver {
	if known := w.resolvers[stack]; known != nil {
		return known
	}
	r := &Resolver{
		template:  stack.Template,
		root:      &place{name: stack.Template.Name},
		names:     w.pseudo(stack),
		resources: map[string]*Resource{},
		known:     map[string]answer{},
		chain:     &w.chain,
		world:     w,
		stack:     stack,
		calls:     map[*Object]any{},
	}
	r.options.Ref = func(resource *Resource) (any, error) { return w.ref(r, resource), nil }
	r.options.GetAtt = func(resource *Resource, attribute string) (any, error) {
		return w.attribute(r, resource, attribute), nil
	}
	for _, resource := range stack.Template.Resources {
		r.resources[resource.LogicalID] = resource
	}
	w.resolvers[stack] = r
	return r
}

// pseudo returns what Ref answers for pseudo parameters. Stacks whose account
// or Region synthesis did not know share theirs: they are deployed together.
func (w *World) pseudo(stack *Stack) map[string]any {
	environment := stack.Environment
	values := Pseudo{}.withDefaults(environment).values()
	unknown := func(name, scope string) {
		values[name] = w.unknown(symbol{key: scope + "\x00" + name, shown: "${" + name + "}", simple: name != "AWS::StackId" && name != "AWS::URLSuffix"})
	}
	if environment.AccountID == "" {
		unknown("AWS::AccountId", "")
	}
	if environment.Region == "" {
		unknown("AWS::Region", "")
		unknown("AWS::Partition", "")
		unknown("AWS::URLSuffix", "")
	}
	if environment.StackName == "" {
		unknown("AWS::StackName", stack.ID)
	}
	unknown("AWS::StackId", stack.ID)
	unknown("AWS::NotificationARNs", stack.ID)
	return values
}

// parameter returns the value of a parameter: what the stack that it is nested
// in gives it, its default, or a symbol.
func (w *World) parameter(r *Resolver, p *Parameter) (any, error) {
	if parent := r.stack.Parent; parent != nil {
		given, _, err := w.Resolver(parent).property(r.stack.In, "Parameters")
		if err != nil {
			return nil, err
		}
		if values, ok := given.(map[string]any); ok {
			if value, found := values[p.Name]; found {
				if text, ok := scalarText(value); ok && p.isList() && IsKnown(text) {
					return p.parse(text), nil
				}
				return value, nil
			}
		}
	}
	if p.Default != nil && !p.fromSSM() {
		return p.parse(*p.Default), nil
	}
	return w.unknown(symbol{key: r.stack.ID + "\x00" + p.Name, shown: "${" + p.Name + "}", allowed: p.allowedValues}), nil
}

// ref answers Ref for a resource.
func (w *World) ref(r *Resolver, resource *Resource) any {
	if name := resource.RefProperty(); name != "" {
		if value, found, err := r.property(resource, name); err == nil && found {
			if _, ok := scalarText(value); ok {
				return value
			}
		}
	}
	return w.symbols.text(symbol{
		key:    r.stack.ID + "\x00" + resource.LogicalID,
		shown:  "${" + resource.LogicalID + "}",
		simple: strings.HasPrefix(resource.Type, "AWS::Cognito::") || strings.HasPrefix(resource.Type, "AWS::ApiGateway::"),
		fixed:  true,
	})
}

// attribute answers Fn::GetAtt.
func (w *World) attribute(r *Resolver, resource *Resource, name string) any {
	ref := func() any { return w.ref(r, resource) }
	pseudo := func(name string) any { return r.names["AWS::"+name] }
	switch {
	case resource.IsID(name):
		return ref()
	case resource.Type == typeUserPool && name == "Arn":
		return fmt.Sprintf("arn:%s:cognito-idp:%s:%s:userpool/%s", pseudo("Partition"), pseudo("Region"), pseudo("AccountId"), ref())
	case resource.Type == typeUserPool && name == "ProviderName":
		return fmt.Sprintf("cognito-idp.%s.%s/%s", pseudo("Region"), pseudo("URLSuffix"), ref())
	case resource.Type == typeStack:
		if value, found := w.nestedOutput(r.stack, resource, name); found {
			return value
		}
	case resource.Type == "Custom::CrossRegionExportReader":
		if value, found := w.crossRegionExport(name); found {
			return value
		}
	}
	return w.symbols.text(symbol{
		key:    r.stack.ID + "\x00" + resource.LogicalID + "." + name,
		shown:  "${" + resource.LogicalID + "." + w.Show(name) + "}",
		secret: strings.Contains(name, secretAttribute) || resource.Type == typeAppClient && !IsKnown(name),
		fixed:  true,
	})
}

// nestedOutput returns an output of a nested stack that was read.
func (w *World) nestedOutput(parent *Stack, in *Resource, attribute string) (any, bool) {
	name, isOutput := strings.CutPrefix(attribute, "Outputs.")
	for _, stack := range w.stacks {
		if isOutput && stack.Parent == parent && stack.In == in {
			return w.output(stack, name)
		}
	}
	return nil, false
}

// output returns the value of an output of a stack, and whether the stack has it.
func (w *World) output(stack *Stack, name string) (any, bool) {
	r := w.Resolver(stack)
	for _, output := range stack.Template.Outputs {
		if output.Name != name || !r.isPresent(output.Condition) {
			continue
		}
		at := r.root.key("Outputs").key(name)
		value, err := r.once("Outputs."+name, at, func() (any, error) { return evaluator{r, true}.resolve(at, output.value) })
		if _, isText := scalarText(value); err == nil && isText {
			return value, true
		}
	}
	return nil, false
}

// crossRegionExport returns what CDK's custom resources carry from a stack to
// one in another Region, under a name that both spell.
func (w *World) crossRegionExport(name string) (any, bool) {
	for _, stack := range w.stacks {
		for _, resource := range stack.Template.Resources {
			if resource.Type != "Custom::CrossRegionExportWriter" {
				continue
			}
			properties, _, _ := w.Resolver(stack).property(resource, "WriterProps")
			written, _ := properties.(map[string]any)
			exports, _ := written["exports"].(map[string]any)
			if value, found := exports[name]; found {
				if _, isText := scalarText(value); isText {
					return value, true
				}
			}
		}
	}
	return nil, false
}

// importValue returns the value of an export of any of the stacks, or a symbol
// for that of a stack elsewhere.
func (w *World) importValue(r *Resolver, name string) (any, error) {
	if w.exports == nil {
		w.exports = map[string]func() (any, error){}
		for _, stack := range w.stacks {
			w.addExports(stack)
		}
	}
	if export := w.exports[exportKey(r.stack, name)]; export != nil {
		return export()
	}
	return w.unknown(symbol{key: "Fn::ImportValue " + exportKey(r.stack, name), shown: "${Fn::ImportValue " + w.Show(name) + "}"}), nil
}

// exportKey: a name is exported once in an account and Region.
func exportKey(stack *Stack, name string) string {
	return stack.Environment.AccountID + "/" + stack.Environment.Region + "/" + name
}

func (w *World) addExports(stack *Stack) {
	r := w.Resolver(stack)
	for _, output := range stack.Template.Outputs {
		if output.exportName == nil || !r.isPresent(output.Condition) {
			continue
		}
		at := r.root.key("Outputs").key(output.Name)
		name, err := evaluator{r, true}.text(at.key("Export").key("Name"), output.exportName)
		if err != nil {
			continue
		}
		w.exports[exportKey(stack, name)] = func() (any, error) {
			value, found := w.output(stack, output.Name)
			if !found {
				return nil, at.errorf("the output has no text as its value")
			}
			return value, nil
		}
	}
}

// stackOutput answers Fn::GetStackOutput, by which CDK refers weakly to another stack.
func (w *World) stackOutput(r *Resolver, arguments map[string]any) (any, error) {
	stackName, _ := scalarText(arguments["StackName"])
	output, _ := scalarText(arguments["OutputName"])
	region, given := scalarText(arguments["Region"])
	for _, stack := range w.stacks {
		if stack.Parent != nil || stack.Environment.StackName != stackName ||
			given && region != stack.Environment.Region || !given && stack.Environment.Region != r.stack.Environment.Region {
			continue
		}
		if value, found := w.output(stack, output); found {
			return value, nil
		}
	}
	return nil, r.root.errorf("the stack is elsewhere")
}

// maxWorlds bounds how many worlds are looked at.
const maxWorlds = 32

// Others returns the worlds that differ from this one in what conditions asked
// for while this one was resolved, and whether this one can be at all: a
// parameter whose allowed values were all asked for has one of these.
func (w *World) Others() (others []*World, possible bool) {
	possible = true
	var keys []string
	values := map[string][]string{}
	total := 1
	for _, s := range w.symbols.all { // in the order in which they came up
		asked := w.choices[s.key]
		if len(asked) == 0 {
			continue
		}
		options := []string{}
		if s.allowed != nil {
			asked = slices.DeleteFunc(slices.Clone(asked), func(value string) bool { return !slices.Contains(s.allowed, value) })
			if !slices.ContainsFunc(s.allowed, func(value string) bool { return !slices.Contains(asked, value) }) {
				possible = false
			}
		}
		options = append(options, asked...)
		keys = append(keys, s.key)
		values[s.key] = options
		total *= len(options) + 1
	}
	add := func(assumed map[string]string) {
		if len(assumed) == 0 || len(others) >= maxWorlds {
			return
		}
		world := newWorld(w.stacks, w.symbols, assumed)
		for _, key := range keys {
			if value, found := assumed[key]; found {
				world.Assumed = append(world.Assumed, w.symbols.all[w.symbols.byKey[key]].shown+" = "+describe(value))
			}
		}
		others = append(others, world)
	}
	if total <= maxWorlds {
		combine(keys, values, map[string]string{}, add)
		return others, possible
	}
	for _, key := range keys { // too many to combine: each by itself
		for _, value := range values[key] {
			add(map[string]string{key: value})
		}
	}
	return others, true
}

// combine calls visit with every combination of values, and of none, for keys.
func combine(keys []string, values map[string][]string, chosen map[string]string, visit func(map[string]string)) {
	if len(keys) == 0 {
		copied := make(map[string]string, len(chosen))
		for key, value := range chosen {
			copied[key] = value
		}
		visit(copied)
		return
	}
	combine(keys[1:], values, chosen, visit)
	for _, value := range values[keys[0]] {
		chosen[keys[0]] = value
		combine(keys[1:], values, chosen, visit)
	}
	delete(chosen, keys[0])
}
