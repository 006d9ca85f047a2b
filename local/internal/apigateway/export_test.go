package apigateway

import (
	"fmt"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Work validates a body with a budget and counts the steps itself: the cost of every
// schema that the validator asks, also after the budget is spent. It gives up at twice
// the budget.
func Work(schema, body string, budget int64) (steps int64, err error) {
	var all problems
	model := compileModels(&Config{ID: "abc", Models: []Model{{Label: "M", Name: "M", Schema: schema}}}, &all)["M"]
	if len(all.found) > 0 {
		return 0, fmt.Errorf("%+v", all.found)
	}
	model.meter.budget = budget
	counted := map[*jsonschema.Schema]bool{}
	var count func(*jsonschema.Schema)
	count = func(s *jsonschema.Schema) {
		if counted[s] {
			return
		}
		counted[s] = true
		metered := s.Format
		s.Format = &jsonschema.Format{Name: metered.Name, Validate: func(value any) error {
			left := model.meter.left
			err := metered.Validate(value)
			if steps += model.meter.prices[s]; left >= 0 && err == nil {
				steps += model.meter.work(s, value)
			}
			if steps > 2*budget {
				panic("more than twice the budget")
			}
			return err
		}}
		s.Pattern = countPattern(s.Pattern, &steps)
		properties := map[jsonschema.Regexp]*jsonschema.Schema{}
		for expression, property := range s.PatternProperties {
			properties[countPattern(expression, &steps)] = property
		}
		if s.PatternProperties != nil {
			s.PatternProperties = properties
		}
		same, inner := subschemas(s)
		for _, sub := range append(same, inner...) {
			count(sub)
		}
	}
	count(model.schema)
	defer func() { _ = recover() }() // count panics to give up
	err = validateBody(model, []byte(body))
	return steps, err
}

type countedPattern struct {
	*meteredPattern
	steps *int64
}

func countPattern(expression jsonschema.Regexp, steps *int64) jsonschema.Regexp {
	if expression == nil {
		return nil
	}
	return countedPattern{expression.(*meteredPattern), steps}
}

func (p countedPattern) MatchString(text string) bool {
	if p.meter.left >= int64(p.Work(text)) {
		*p.steps += int64(p.Work(text))
	}
	return p.meteredPattern.MatchString(text)
}

// Remember puts answers of a size, each twice, into the cache of a Lambda authorizer.
// It returns how many the cache keeps, and their bytes.
func Remember(answers, size int) (kept, bytes int) {
	c := newResultCache(time.Hour, nil)
	for i := range 2 * answers {
		c.put(identity{{fmt.Sprint(i % answers)}}.key("prod"), &authorizerResult{size: size})
	}
	return len(c.results), c.size
}
