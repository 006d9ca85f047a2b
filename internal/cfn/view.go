package cfn

import (
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

// References returns the logical ids of the resources that a resource names, in
// its properties and in so many words: CloudFormation creates those first.
func (r *Resolver) References(resource *Resource) []string {
	var ids []string
	add := func(_ *place, name string) {
		if _, isResource := r.resources[name]; isResource && !slices.Contains(ids, name) {
			ids = append(ids, name)
		}
	}
	for _, id := range resource.DependsOn {
		add(nil, id)
	}
	r.walk(r.root, resource.Properties, add)
	return ids
}

// EachFunction calls visit with every value of the template that a function
// makes, the outermost function of each, and with the path that leads to it. Of
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
	return slices.ContainsFunc(r.template.Outputs, func(output *Output) bool { return output.Name == name && r.isPresent(output.Condition) })
}

func (r *Resolver) eachFunction(path []any, value any, visit func(path []any, value any)) {
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			r.eachFunction(append(path, i), item, visit)
		}
	case *Object:
		if _, _, ok := v.function(); ok {
			if resolved, err := (evaluator{r, true}).resolve(r.root, v); err == nil {
				visit(slices.Clone(path), resolved)
			}
			return
		}
		for _, entry := range v.list {
			r.eachFunction(append(path, entry.name), entry.value, visit)
		}
	}
}

// Locate returns the line of the value that a path of keys and indexes leads to
// from the top of the template. Where the path leads through a function, the
// line is the function's.
func (t *Template) Locate(path ...any) (line int) {
	line = 1
	var value any = t.document
	for _, step := range path {
		switch v := value.(type) {
		case *Object:
			name, _ := step.(string)
			found := v.find(name)
			if found == nil {
				return line
			}
			line, value = found.line, found.value
		case []any:
			index, _ := step.(int)
			if index < 0 || index >= len(v) {
				return line
			}
			value = v[index]
			if object, ok := value.(*Object); ok {
				line = object.line
			}
		default:
			return line
		}
	}
	return line
}

// Path returns a path of keys and indexes as a message shows it, such as
// Properties.Types[0].
func Path(path ...any) string {
	at := &place{}
	for _, step := range path {
		switch step := step.(type) {
		case string:
			at = at.key(step)
		case int:
			at = at.item(step)
		}
	}
	return strings.TrimPrefix(at.String(), ".")
}

// Plain returns an unresolved value as JSON would be read: objects as
// map[string]any, functions included.
func Plain(value any) any {
	switch v := value.(type) {
	case *Object:
		plain := make(map[string]any, v.Len())
		for _, entry := range v.entries() {
			plain[entry.name] = Plain(entry.value)
		}
		return plain
	case []any:
		plain := make([]any, 0, len(v))
		for _, item := range v {
			plain = append(plain, Plain(item))
		}
		return plain
	}
	return value
}

// NamesParameter reports whether the value that a path of keys and indexes leads
// to is made of a parameter of the template: whoever deploys may give another
// value than its default.
func (r *Resolver) NamesParameter(path ...any) bool {
	var value any = r.template.document
	for _, step := range path {
		object, _ := value.(*Object)
		list, _ := value.([]any)
		name, _ := step.(string)
		index, isIndex := step.(int)
		if _, _, isFunction := object.function(); isFunction {
			break
		}
		if next, found := object.Get(name); found {
			value = next
		} else if isIndex && index < len(list) {
			value = list[index]
		}
	}
	named := false
	r.walk(r.root, value, func(_ *place, name string) {
		named = named || slices.ContainsFunc(r.template.Parameters, func(p *Parameter) bool { return p.Name == name })
	})
	return named
}
