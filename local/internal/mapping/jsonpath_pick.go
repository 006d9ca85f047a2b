package mapping

import "example.com/weather-events-api/local/internal/velocity"

// pickNames picks properties of an object.
type pickNames []string

func (p pickNames) definite() bool { return len(p) == 1 }

func (p pickNames) pick(from any, visits *int) []any {
	*visits -= len(p)
	object, ok := from.(*velocity.Map)
	if !ok {
		return nil
	}
	var picked []any
	for _, name := range p {
		if value, ok := object.Get(name); ok {
			picked = append(picked, value)
		}
	}
	return picked
}

// project returns an object with the properties alone, nil for another value.
func (p pickNames) project(from any) (any, error) {
	object, ok := from.(*velocity.Map)
	if !ok {
		return nil, nil
	}
	projected := velocity.NewMap()
	for _, name := range p {
		if value, ok := object.Get(name); ok {
			if err := projected.Put(name, value); err != nil {
				return nil, err
			}
		}
	}
	return projected, nil
}

// pickIndexes picks elements of an array; a negative index counts from the end.
type pickIndexes []int

func (p pickIndexes) definite() bool { return len(p) == 1 }

func (p pickIndexes) pick(from any, visits *int) []any {
	*visits -= len(p)
	array, ok := from.(*velocity.List)
	if !ok {
		return nil
	}
	items := array.Items()
	var picked []any
	for _, i := range p {
		if i < 0 {
			i += len(items)
		}
		if i >= 0 && i < len(items) {
			picked = append(picked, items[i])
		}
	}
	return picked
}

// pickSlice picks the elements of an array from one index to before another.
// Negative ones count from the end; a missing one is nil.
type pickSlice struct{ from, to *int }

func (pickSlice) definite() bool { return false }

func (p pickSlice) pick(from any, visits *int) []any {
	*visits -= 1 + count(from)
	array, ok := from.(*velocity.List)
	if !ok {
		return nil
	}
	items := array.Items()
	bound := func(i *int, missing int) int {
		if i == nil {
			return missing
		}
		if *i < 0 {
			return max(*i+len(items), 0)
		}
		return min(*i, len(items))
	}
	first, end := bound(p.from, 0), bound(p.to, len(items))
	if first >= end {
		return nil
	}
	return items[first:end]
}

// pickAll picks every element or property.
type pickAll struct{}

func (pickAll) definite() bool { return false }

func (pickAll) pick(from any, visits *int) []any {
	if *visits -= 1 + count(from); *visits < 0 {
		return nil
	}
	return children(from)
}

// pickFilter picks the elements of an array, or the object itself, that a
// condition holds for.
type pickFilter struct{ condition condition }

func (pickFilter) definite() bool { return false }

func (p pickFilter) pick(from any, visits *int) []any {
	*visits--
	switch from := from.(type) {
	case *velocity.Map:
		if p.condition.holds(from, visits) {
			return []any{from}
		}
	case *velocity.List:
		var picked []any
		for _, item := range from.Items() {
			if *visits--; *visits < 0 {
				return nil
			}
			if p.condition.holds(item, visits) {
				picked = append(picked, item)
			}
		}
		return picked
	}
	return nil
}
