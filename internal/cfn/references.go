package cfn

import (
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// checkReferences reports references to missing resources, and circular dependencies.
// CloudFormation refuses both, even if nothing else would resolve the value.
func (r *Resolver) checkReferences() error {
	var problems validation.Collector
	dependencies := map[string][]string{}
	check := func(at *place, name string) (resource string) {
		if _, found := r.names[name]; found || r.isUnsetParameter(name) || len(problems.Problems) >= maxProblems {
			return ""
		}
		target, err := evaluator{r, true}.target(at, name)
		if err != nil {
			problems.Merge(err)
			return ""
		}
		return target.LogicalID
	}
	for _, resource := range r.Resources() {
		at := r.root.key(resource.LogicalID)
		depend := func(at *place, name string) {
			if id := check(at, name); id != "" && !slices.Contains(dependencies[resource.LogicalID], id) {
				dependencies[resource.LogicalID] = append(dependencies[resource.LogicalID], id)
			}
		}
		if name, _, ok := resource.Properties.function(); ok {
			problems.Addf(at.key("Properties").String(), "%s instead of all properties is not supported: use it in each property", plain(name))
		}
		r.walk(at.key("Properties"), resource.Properties, depend)
		for _, id := range resource.DependsOn {
			// CloudFormation ignores a dependency on a resource whose condition is false.
			if target, found := r.resources[id]; !found || r.isPresent(target.Condition) {
				depend(at.key("DependsOn"), id)
			}
		}
	}
	for _, output := range r.template.Outputs {
		if r.isPresent(output.Condition) {
			at := r.root.key("Outputs").key(output.Name)
			visit := func(at *place, name string) { check(at, name) }
			r.walk(at.key("Value"), output.value, visit)
			r.walk(at.key("Export").key("Name"), output.exportName, visit)
		}
	}
	if circle := r.circle(dependencies); circle != nil {
		problems.Addf(r.root.key("Resources").String(), "circular dependency: %s", strings.Join(circle, " -> "))
	}
	return problems.Err(r.template.Name)
}

// isUnsetParameter reports whether name is a parameter without a value. That is
// reported where the value is needed.
func (r *Resolver) isUnsetParameter(name string) bool {
	return slices.ContainsFunc(r.template.Parameters, func(p *Parameter) bool { return p.Name == name })
}

// References returns the logical ids that a resource refers to, in its properties and
// in DependsOn: CloudFormation creates those resources first.
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

// NamesParameter reports whether the value at a path of keys and indexes depends on a
// parameter of the template, whose default can be overridden.
func (r *Resolver) NamesParameter(path ...any) bool {
	value, _ := r.template.find(path)
	named := false
	r.walk(r.root, value, func(_ *place, name string) {
		named = named || slices.ContainsFunc(r.template.Parameters, func(p *Parameter) bool { return p.Name == name })
	})
	return named
}

// walk calls visit for every name that value refers to. It skips malformed functions,
// which resolving reports.
func (r *Resolver) walk(at *place, value any, visit func(at *place, name string)) {
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			r.walk(at.item(i), item, visit)
		}
	case *Object:
		if name, argument, ok := v.function(); ok {
			r.walkFunction(at, name, argument, visit)
			return
		}
		for _, entry := range v.entries() {
			r.walk(at.key(entry.name), entry.value, visit)
		}
	}
}

func (r *Resolver) walkFunction(at *place, name string, argument any, visit func(at *place, name string)) {
	inside := at.key(name)
	text, isText := argument.(string)
	list, _ := argument.([]any)
	switch {
	case name == "Ref" && isText:
		visit(at, text)
	case name == "Fn::GetAtt" && isText:
		id, _, _ := strings.Cut(text, ".")
		visit(inside, id)
	case name == "Fn::GetAtt" && len(list) == 2:
		if id, ok := list[0].(string); ok {
			visit(inside, id)
		}
		r.walk(inside.item(1), list[1], visit)
	case name == "Fn::Sub" && isText:
		walkSub(inside, text, nil, visit)
	case name == "Fn::Sub" && len(list) == 2:
		text, _ := list[0].(string)
		variables, _ := list[1].(*Object)
		walkSub(inside, text, variables, visit)
		r.walk(inside.item(1), variables, visit)
	case name == "Fn::If" && len(list) == 3:
		chosen := 2
		if condition, _ := list[0].(string); r.isPresent(condition) {
			chosen = 1
		}
		r.walk(inside.item(chosen), list[chosen], visit)
	default:
		r.walk(inside, argument, visit)
	}
}

func walkSub(at *place, text string, variables *Object, visit func(at *place, name string)) {
	_ = scanVariables(text, func(_, name string) error {
		if _, found := variables.Get(name); !found && name != "" {
			id, _, _ := strings.Cut(name, ".")
			visit(at, id)
		}
		return nil
	})
}

// circle returns a circle of dependencies, whose last resource is its first, or nil.
func (r *Resolver) circle(dependencies map[string][]string) []string {
	done := map[string]bool{}
	var path []string
	var visit func(id string) []string
	visit = func(id string) []string {
		if i := slices.Index(path, id); i >= 0 {
			return append(slices.Clone(path[i:]), id)
		}
		if done[id] {
			return nil
		}
		path = append(path, id)
		for _, next := range dependencies[id] {
			if circle := visit(next); circle != nil {
				return circle
			}
		}
		path = path[:len(path)-1]
		done[id] = true
		return nil
	}
	for _, resource := range r.template.Resources {
		if circle := visit(resource.LogicalID); circle != nil {
			return circle
		}
	}
	return nil
}

// EachFunction calls visit with the path and result of every outermost function and
// dynamic reference in the template. If the result is an object, it calls visit for
// each value in it. It skips resources and outputs whose condition is false.
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

// hasEntry reports whether a resource or output exists in the stack.
func (r *Resolver) hasEntry(section, name string) bool {
	if section == "Resources" {
		return r.has(r.resources[name])
	}
	return slices.ContainsFunc(r.template.Outputs, func(output *Output) bool { return output.Name == name && r.hasOutput(output) })
}

// visitMade visits the result of a function, or the values of a resulting object.
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
