package cfn

import (
	"maps"
	"slices"
	"strings"
)

// Value returns a resolved property of a resource, and nil if it has none: a
// string, json.Number, bool, []any or map[string]any, which the caller must not
// change. It is for a resolver of a [World].
func (r *Resolver) Value(resource *Resource, name string) any {
	value, found, err := r.property(resource, name)
	if err != nil || !found {
		return nil
	}
	return value
}

// Metadata returns the resolved entry of a resource's metadata, and nil if there is none.
func (r *Resolver) Metadata(resource *Resource, key string) any {
	raw, found := resource.Metadata.Get(key)
	if !found {
		return nil
	}
	at := r.root.key(resource.LogicalID).key("Metadata").key(key)
	value, _ := r.once(subject{"Metadata", resource.LogicalID, key}, at, func() (any, error) { return evaluator{r, true}.resolve(at, raw) })
	if _, left := value.(noValue); left {
		return nil
	}
	return value
}

// Ref returns what Ref of a resource answers.
func (r *Resolver) Ref(resource *Resource) string {
	value, _ := evaluator{r, true}.ref(r.root, resource.LogicalID)
	text, _ := scalarText(value)
	return text
}

// EachFunction calls visit with every value of the template that a function or a
// dynamic reference makes, the outermost function of each, and with the path that
// leads to it: of an object that a function makes, with every value in it. Of
// resources and outputs it visits those that the stack has.
func (r *Resolver) EachFunction(visit func(path []any, value any)) {
	for _, top := range r.template.document.list {
		section, _ := top.value.(*Object)
		for _, entry := range section.entries() {
			if (top.name == "Resources" || top.name == "Outputs") && !r.hasEntry(top.name, entry.name) {
				continue
			}
			r.eachFunction([]any{top.name, entry.name}, entry.value, visit)
		}
	}
}

// hasEntry reports whether the stack has a resource or an output.
func (r *Resolver) hasEntry(section, name string) bool {
	if section == "Resources" {
		return r.has(r.resources[name])
	}
	return slices.ContainsFunc(r.template.Outputs, func(output *Output) bool { return output.Name == name && r.hasOutput(output) })
}

// visitMade visits what a function made: of an object, what is in it.
func visitMade(path []any, value any, visit func(path []any, value any)) {
	switch v := value.(type) {
	case noValue:
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			visit(append(slices.Clone(path), name), v[name])
		}
	default:
		visit(slices.Clone(path), value)
	}
}

func (r *Resolver) eachFunction(path []any, value any, visit func(path []any, value any)) {
	switch v := value.(type) {
	case string:
		if isDeployed := path[0] == "Resources" || path[0] == "Outputs"; isDeployed && strings.Contains(v, dynamicOpen) {
			if resolved, err := (evaluator{r, true}).resolve(r.root, v); err == nil {
				visit(slices.Clone(path), resolved)
			}
		}
	case []any:
		for i, item := range v {
			r.eachFunction(append(path, i), item, visit)
		}
	case *Object:
		if _, _, ok := v.function(); ok {
			if resolved, err := (evaluator{r, true}).resolve(r.root, v); err == nil {
				visitMade(path, resolved, visit)
			}
			return
		}
		for _, entry := range v.list {
			r.eachFunction(append(path, entry.name), entry.value, visit)
		}
	}
}
