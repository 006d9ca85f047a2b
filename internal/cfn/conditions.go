package cfn

import (
	"example.com/weather-events-api/internal/validation"
)

// evaluateConditions evaluates the complete Conditions section, as CloudFormation does
// before it creates anything.
func (r *Resolver) evaluateConditions() error {
	for _, resource := range r.template.Resources {
		r.resources[resource.LogicalID] = resource
	}
	var problems validation.Collector
	for _, name := range r.template.conditions.Names() {
		_, err := evaluator{r, false}.condition(r.root.key("Conditions"), name)
		problems.Merge(err)
	}
	return problems.Err(r.template.Name)
}

// condition evaluates the condition with the given name.
func (e evaluator) condition(at *place, name string) (bool, error) {
	raw, found := e.template.conditions.Get(name)
	if !found {
		return false, at.errorf("there is no condition %s%s", plain(name),
			e.didYouMean(name, e.template.conditions.Names))
	}
	own := e.root.key("Conditions").key(name)
	value, err := e.once(subject{kind: "Conditions", id: name}, at, func() (any, error) {
		met, err := evaluator{e.Resolver, false}.truth(own, raw)
		if err != nil && e.world != nil && e.failure == nil {
			return e.world.either(e.stack, name), nil
		}
		return met, err
	})
	met, _ := value.(bool)
	return met, err
}

// truth evaluates a condition function.
func (e evaluator) truth(at *place, value any) (bool, error) {
	object, _ := value.(*Object)
	if object.Len() != 1 {
		return false, at.errorf("must be a condition function, got %s", describe(value))
	}
	name, argument := object.list[0].name, object.list[0].value
	at = at.key(name)
	switch name {
	case "Condition":
		text, ok := argument.(string)
		if !ok {
			return false, at.errorf("must be the name of a condition, got %s", describe(argument))
		}
		return e.condition(at, text)
	case "Fn::Equals":
		return e.equals(at, argument)
	case "Fn::Not":
		list, err := arguments(at, argument, "condition")
		if err != nil {
			return false, err
		}
		met, err := e.truth(at.item(0), list[0])
		return !met, err
	case "Fn::And", "Fn::Or":
		return e.combine(at, argument, name == "Fn::And")
	}
	return false, at.errorf("must be Condition, Fn::And, Fn::Equals, Fn::Not or Fn::Or")
}

func (e evaluator) equals(at *place, argument any) (bool, error) {
	list, err := arguments(at, argument, "value", "value")
	if err != nil {
		return false, err
	}
	var left, right string
	read := func() {
		if left, err = e.text(at.item(0), list[0]); err == nil {
			right, err = e.text(at.item(1), list[1])
		}
	}
	if e.world == nil {
		read()
		return left == right, err
	}
	e.world.compared(e.world.noting(read))
	if err == nil {
		err = e.world.compare(at, left, right)
	}
	return left == right, err
}

// combine evaluates Fn::And or Fn::Or. It evaluates every condition, so that one does
// not hide a problem in another.
func (e evaluator) combine(at *place, argument any, all bool) (bool, error) {
	list, ok := argument.([]any)
	if !ok || len(list) < 2 || len(list) > 10 {
		return false, at.errorf("must be a list of 2 to 10 conditions, got %s", describeArguments(argument))
	}
	result := all
	for i, item := range list {
		met, err := e.truth(at.item(i), item)
		if err != nil {
			return false, err
		}
		if met != all {
			result = !all
		}
	}
	return result, nil
}

// choose evaluates Fn::If. It does not evaluate the other branch.
func (e evaluator) choose(at *place, argument any) (any, error) {
	list, err := arguments(at, argument, "condition", "value if true", "value if false")
	if err != nil {
		return nil, err
	}
	name, ok := list[0].(string)
	if !ok {
		return nil, at.item(0).errorf("must be the name of a condition, got %s", describe(list[0]))
	}
	met, err := e.condition(at.item(0), name)
	if err != nil {
		return nil, err
	}
	if met {
		return e.resolve(at.item(1), list[1])
	}
	return e.resolve(at.item(2), list[2])
}
