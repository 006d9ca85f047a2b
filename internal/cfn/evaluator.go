package cfn

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// evaluator resolves values of a template in one context.
type evaluator struct {
	*Resolver
	// resources reports whether a value may refer to resources. Conditions and mapping
	// keys may not, because CloudFormation evaluates them before it creates resources.
	resources bool
}

// function returns the name and argument of an intrinsic function, if the object is one.
func (o *Object) function() (name string, argument any, ok bool) {
	for _, entry := range o.entries() {
		if isFunction(entry.name) {
			return entry.name, entry.value, true
		}
	}
	return "", nil, false
}

func isFunction(name string) bool { return name == "Ref" || strings.HasPrefix(name, "Fn::") }

// resolve returns value with everything in it resolved: a string, json.Number, bool,
// []any, map[string]any or noValue. An error lists every problem.
func (e evaluator) resolve(at *place, value any) (any, error) {
	switch v := value.(type) {
	case *Object:
		if name, argument, ok := v.function(); ok {
			if e.world != nil {
				return e.callInWorld(at, v)
			}
			if v.Len() > 1 {
				return nil, at.errorf("%s must be the only key of its object", name)
			}
			return e.call(at, name, argument)
		}
		return e.object(at, v)
	case []any:
		return e.list(at, v)
	}
	text, _ := scalarText(value)
	if err := e.spend(at, len(text)); err != nil {
		return nil, err
	}
	if text, isText := value.(string); isText {
		return e.expand(at, text)
	}
	return value, nil
}

func (e evaluator) object(at *place, object *Object) (any, error) {
	var problems validation.Collector
	resolved := make(map[string]any, object.Len())
	for _, entry := range object.list {
		if err := e.spend(at, len(entry.name)); err != nil {
			return nil, err
		}
		value, err := e.resolve(at.key(entry.name), entry.value)
		problems.Merge(err)
		if _, left := value.(noValue); !left {
			resolved[entry.name] = value
		}
	}
	return resolved, problems.Err(e.template.Name)
}

func (e evaluator) list(at *place, list []any) (any, error) {
	var problems validation.Collector
	resolved := make([]any, 0, len(list))
	for i, item := range list {
		if err := e.spend(at, 0); err != nil {
			return nil, err
		}
		value, err := e.resolve(at.item(i), item)
		problems.Merge(err)
		if _, left := value.(noValue); !left {
			resolved = append(resolved, value)
		}
	}
	return resolved, problems.Err(e.template.Name)
}

// spend counts the bytes of a value towards the limit of all values.
func (r *Resolver) spend(at *place, bytes int) error {
	const perValue = 16
	r.resolved += bytes + perValue
	if r.resolved > maxResolvedBytes {
		return r.fail(at, "the resolved values of the template exceed %d MB", maxResolvedBytes>>20)
	}
	if r.links != nil {
		return r.links.spend(r, at, bytes+perValue)
	}
	return nil
}

// text resolves value to a string.
func (e evaluator) text(at *place, value any) (string, error) {
	resolved, err := e.resolve(at, value)
	if err != nil {
		return "", err
	}
	return e.textOf(at, resolved)
}

func (e evaluator) textOf(at *place, resolved any) (string, error) {
	text, ok := scalarText(resolved)
	if !ok {
		return "", at.errorf("must be a string, got %s", describe(resolved))
	}
	return text, nil
}

func (e evaluator) ref(at *place, name string) (any, error) {
	if value, found := e.names[name]; found {
		return value, e.spend(at, sizeOf(value))
	}
	for _, p := range e.template.Parameters {
		if p.Name == name && (e.world != nil || e.isNested() && !p.fromSSM()) {
			return e.once(subject{kind: "Parameters", id: name}, at, func() (any, error) {
				if e.world != nil {
					return e.world.parameter(e.Resolver, p), nil
				}
				return e.given(at, p)
			})
		}
		if p.Name == name {
			return e.once(subject{kind: "Parameters", id: name}, at, func() (any, error) { return e.ofSSM(at, p) })
		}
	}
	resource, err := e.target(at, name)
	if err != nil {
		return nil, err
	}
	return e.once(subject{kind: "Ref", id: name}, at, func() (any, error) {
		if e.options.Ref == nil {
			return nil, at.errorf("Ref of a resource is not supported here: %s", name)
		}
		value, err := e.options.Ref(resource)
		return e.accept(at, "Ref "+name, value, err)
	})
}

// attribute answers Fn::GetAtt.
func (e evaluator) attribute(at *place, logicalID, attribute string) (any, error) {
	resource, err := e.target(at, logicalID)
	if err != nil {
		return nil, err
	}
	key := subject{"Fn::GetAtt", logicalID, attribute}
	return e.once(key, at, func() (any, error) {
		if e.world == nil && e.links != nil && (resource.Type == typeStack || resource.Type == typeExportReader) {
			return e.linked(at, resource, attribute)
		}
		if e.options.GetAtt == nil {
			return nil, at.errorf("Fn::GetAtt is not supported here: %s", key)
		}
		value, err := e.options.GetAtt(resource, attribute)
		return e.accept(at, "Fn::GetAtt "+key.String(), value, err)
	})
}

// target returns the resource with a logical id, or an error if a value may not refer
// to it.
func (e evaluator) target(at *place, logicalID string) (*Resource, error) {
	resource, found := e.Resolver.resources[logicalID]
	switch {
	case !found:
		return nil, at.errorf("there is no resource or parameter %s%s", plain(logicalID), e.didYouMean(logicalID, func() []string {
			known := slices.AppendSeq(slices.Collect(maps.Keys(e.Resolver.resources)), maps.Keys(e.names))
			slices.Sort(known)
			return known
		}))
	case !e.resources:
		return nil, at.errorf("only parameters are allowed here, and %s is a resource", logicalID)
	case !e.isPresent(resource.Condition):
		return nil, at.errorf("refers to %s, which does not exist because its condition %s is false", logicalID, resource.Condition)
	}
	return resource, nil
}

// accept checks the answer of a callback.
func (e evaluator) accept(at *place, what string, value any, err error) (any, error) {
	if err != nil {
		if located, ok := err.(*validation.Error); ok {
			return nil, located
		}
		return nil, at.errorf("%s: %v", what, err)
	}
	if secret, ok := value.(Secret); ok {
		e.hide(string(secret))
		value = string(secret)
	}
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	for _, item := range items {
		if _, ok := scalarText(item); !ok {
			return nil, at.errorf("%s has no value", what)
		}
	}
	return value, nil
}

// sizeOf returns the approximate size of a value in bytes.
func sizeOf(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case json.Number:
		return len(v)
	case []any:
		size := 0
		for _, item := range v {
			size += 16 + sizeOf(item)
		}
		return size
	case map[string]any:
		size := 0
		for name, item := range v {
			size += 16 + len(name) + sizeOf(item)
		}
		return size
	}
	return 0
}
