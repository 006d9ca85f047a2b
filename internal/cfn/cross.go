package cfn

import (
	"path"
	"slices"
	"strings"
)

// source is an output of a stack, or what a stack exports to another Region,
// that another stack may refer to.
type source struct {
	stack *Stack
	value func() (any, bool)
	// account and region are where an SSM parameter is, "" if they are not known.
	account, region string
}

// choose returns the value that a stack refers to, of several that it may mean:
// a name is used once in an account and Region, but stages of an app, which are
// deployed to several, may all use it. It is a symbol if that leaves several.
func (w *World) choose(from *Stack, sources []source) (any, bool) {
	closest := -1
	var values []any
	for _, candidate := range sources {
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
		value, found := candidate.value()
		if found && closeness > closest {
			closest, values = closeness, nil
		}
		if found && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	if len(values) == 1 {
		return values[0], true
	}
	for _, value := range values {
		if w.symbols.secret(value) {
			return value, true // whichever it is
		}
	}
	return nil, false
}

// assembly returns the folder of the assembly that a stack is in.
func (s *Stack) assembly() string {
	for s.Parent != nil {
		s = s.Parent
	}
	return path.Dir(s.Name)
}

// mayBe reports whether two accounts or Regions, "" if they are not known, may
// be the same.
func mayBe(a, b string) bool { return a == "" || b == "" || a == b }

// output returns the value of an output of a stack, and whether the stack has it.
func (w *World) output(stack *Stack, output *Output) (any, bool) {
	r := w.Resolver(stack)
	if !r.hasOutput(output) {
		return nil, false
	}
	at := r.root.key("Outputs").key(output.Name)
	value, err := r.once(subject{kind: "Outputs", id: output.Name}, at, func() (any, error) {
		return evaluator{r, true}.resolve(at, output.value)
	})
	_, isText := scalarText(value)
	return value, err == nil && isText
}

func (r *Resolver) hasOutput(output *Output) bool {
	return r.isPresent(output.Condition) && r.isDeployed()
}

// outputsOf returns the outputs of stacks with a name.
func (w *World) outputsOf(name string, isMeant func(*Stack) bool) []source {
	var sources []source
	for _, stack := range w.stacks {
		if !isMeant(stack) {
			continue
		}
		for _, output := range stack.Template.Outputs {
			if output.Name == name {
				sources = append(sources, source{stack: stack, value: func() (any, bool) { return w.output(stack, output) }})
			}
		}
	}
	return sources
}

// nestedOutput returns an output of a nested stack that was read.
func (w *World) nestedOutput(parent *Stack, in *Resource, attribute string) (any, bool) {
	name, isOutput := strings.CutPrefix(attribute, "Outputs.")
	if !isOutput {
		return nil, false
	}
	return w.choose(parent, w.outputsOf(name, func(stack *Stack) bool { return stack.Parent == parent && stack.In == in }))
}

// stackOutput answers Fn::GetStackOutput, by which CDK refers weakly to another
// stack. Only with a role may that be in another account.
func (w *World) stackOutput(r *Resolver, arguments map[string]any) (any, bool) {
	name, _ := scalarText(arguments["OutputName"])
	region, isGiven := arguments["Region"]
	if !isGiven {
		region = r.names["AWS::Region"]
	}
	_, byRole := arguments["RoleArn"]
	return w.choose(r.stack, w.outputsOf(name, func(stack *Stack) bool {
		names := w.Resolver(stack).names
		return stack.Parent == nil && names["AWS::StackName"] == arguments["StackName"] && names["AWS::Region"] == region &&
			(byRole || mayBe(stack.Environment.AccountID, r.stack.Environment.AccountID))
	}))
}

// importValue answers Fn::ImportValue for an export of any of the stacks.
func (w *World) importValue(from *Stack, name string) (any, bool) {
	w.note(w.inExports...)
	if w.exports == nil {
		w.exports = map[string][]source{}
		w.inExports = w.kept(func() {
			for _, stack := range w.stacks {
				w.addExports(stack)
			}
		})
	}
	var sources []source
	for _, candidate := range w.exports[name] {
		there, here := candidate.stack.Environment, from.Environment
		if mayBe(there.AccountID, here.AccountID) && mayBe(there.Region, here.Region) {
			sources = append(sources, candidate)
		}
	}
	return w.choose(from, sources)
}

func (w *World) addExports(stack *Stack) {
	r := w.Resolver(stack)
	for _, output := range stack.Template.Outputs {
		if output.exportName == nil {
			continue
		}
		at := r.root.key("Outputs").key(output.Name).key("Export").key("Name")
		if name, err := (evaluator{r, true}).text(at, output.exportName); err == nil {
			w.exports[name] = append(w.exports[name], source{stack: stack, value: func() (any, bool) { return w.output(stack, output) }})
		}
	}
}

// inside returns what names lead to in the properties of a resource, of which
// nothing else is resolved: the rest may lead back to what asks.
func (r *Resolver) inside(resource *Resource, names ...string) (any, bool) {
	at := r.root.key(resource.LogicalID).key("Properties")
	return evaluator{r, true}.inside(at, resource.Properties, names)
}

func (e evaluator) inside(at *place, value any, names []string) (any, bool) {
	if object, _ := value.(*Object); len(names) > 0 {
		if inner, found := object.Get(names[0]); found {
			return e.inside(at.key(names[0]), inner, names[1:])
		}
		if _, _, isFunction := object.function(); !isFunction {
			return nil, false
		}
	}
	resolved, err := e.resolve(at, value)
	for _, name := range names {
		if text, isText := resolved.(string); isText && !IsKnown(text) {
			break // whatever is inside is not known either
		}
		fields, _ := resolved.(map[string]any)
		resolved = fields[name]
	}
	_, left := resolved.(noValue)
	return resolved, err == nil && resolved != nil && !left
}
