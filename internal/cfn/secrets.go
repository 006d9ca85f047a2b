package cfn

import "slices"

// Secrets calls visit with every value of the stacks that holds a client secret,
// and with the path that leads to it. Of all other values nothing matters to
// which other worlds there are.
func (w *World) Secrets(visit func(stack *Stack, path []any, value any)) {
	for _, stack := range w.stacks {
		r := w.Resolver(stack)
		w.Unasked(func() {
			r.EachFunction(func(path []any, value any) {
				if w.HoldsSecret(value) {
					visit(stack, path, value)
				}
			})
		})
		if stack.Template.conditions.Len() > 0 || len(stack.Template.Parameters) > 0 {
			r.askForSecrets()
		}
	}
}

// askForSecrets notes what decides whether the stack shows a client secret, also
// where this world does not show it.
func (r *Resolver) askForSecrets() {
	for _, resource := range r.template.Resources {
		if resource.Type == typeMetadata {
			continue
		}
		inProperties, inMetadata := r.mayShow(resource.Properties), r.mayShow(resource.Metadata)
		if inProperties || inMetadata {
			r.has(resource)
		}
	}
	for _, output := range r.template.Outputs {
		if inValue, inName := r.mayShow(output.value), r.mayShow(output.exportName); inValue || inName {
			r.hasOutput(output)
		}
	}
}

// mayShow reports whether a value holds a client secret in any branch of what it
// is made of, and notes what decides.
func (r *Resolver) mayShow(value any) bool {
	e := evaluator{r, true}
	shows := false
	switch v := value.(type) {
	case string:
		shows = r.world.HoldsSecret(r.unasked(e, v))
	case []any:
		for _, item := range v {
			shows = r.mayShow(item) || shows
		}
	case *Object:
		for _, entry := range v.entries() {
			shows = r.mayShow(entry.value) || shows
		}
		if name, argument, isFunction := v.function(); isFunction {
			shows = shows || r.world.HoldsSecret(r.unasked(e, v)) || name == "Fn::GetAtt" && isMade(argument)
			if shows {
				r.world.compared(r.world.noting(func() { e.decide(name, v) }))
			}
		}
	}
	return shows
}

// decide resolves what decides about the result of a function.
func (e evaluator) decide(name string, function *Object) {
	if arguments, _ := function.list[0].value.([]any); name == "Fn::If" && len(arguments) > 0 {
		condition, _ := arguments[0].(string)
		e.isPresent(condition)
		return
	}
	_, _ = e.resolve(e.root, function)
}

// unasked resolves a value of which nothing matters yet.
func (r *Resolver) unasked(e evaluator, value any) (resolved any) {
	r.world.Unasked(func() { resolved, _ = e.resolve(r.root, value) })
	return resolved
}

// isMade reports whether functions make the name of an attribute.
func isMade(argument any) bool {
	list, _ := argument.([]any)
	return slices.ContainsFunc(list, func(item any) bool { _, isText := item.(string); return !isText })
}
