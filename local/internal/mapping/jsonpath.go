package mapping

import (
	"fmt"

	"example.com/weather-events-api/local/internal/velocity"
)

// jsonPath is a compiled JSONPath expression in the dialect of the Java library
// JsonPath, which the API Gateway developer guide refers to.
//
// Supported are $, .name, ['name'], ['a','b'], [0], [-1], [0,2], [1:3], [*], .*,
// ..name, ..* and filters such as [?(@.a == 'x' && @.b > 1)]. A path without $
// begins at the root.
type jsonPath struct {
	segments []pathSegment
}

// pathSegment picks values from each value that the path has reached. If deep is
// set, it also picks from everything inside it.
type pathSegment struct {
	deep   bool
	picker picker
}

// picker returns the values that it picks from one value. It subtracts the values
// that it visits from visits, and may stop when none are left.
type picker interface {
	pick(from any, visits *int) []any
	// definite reports whether it picks at most one value.
	definite() bool
}

// maxPathVisits bounds the values that the paths of one rendering may visit. The
// bytes of a path that is compiled during rendering count too.
const maxPathVisits = 3_000_000

var errVisits = fmt.Errorf("the JSONPaths of the template visit more than %d values", maxPathVisits)

// find returns what the path points at. A definite path returns the value, with
// found false if there is none. Other paths return a list, which may be empty. find
// subtracts the values that it visits from visits, and fails when none are left.
func (p *jsonPath) find(document any, visits *int) (value any, found bool, err error) {
	nodes := []any{document}
	for i, segment := range p.segments {
		// JsonPath returns several properties at the end of a path as one object.
		if names, ok := segment.picker.(pickNames); ok && !segment.deep && len(names) > 1 && i == len(p.segments)-1 {
			for j := range nodes {
				if *visits -= len(names); *visits < 0 {
					return nil, false, errVisits
				}
				if nodes[j], err = names.project(nodes[j]); err != nil {
					return nil, false, err
				}
			}
			nodes = withoutNil(nodes)
			continue
		}
		if nodes, err = segment.step(nodes, visits); err != nil {
			return nil, false, err
		}
	}
	if p.definite() {
		if len(nodes) == 0 {
			return nil, false, nil
		}
		return nodes[0], true, nil
	}
	return velocity.NewJSONList(nodes...), true, nil
}

// definite reports whether the path points at one value at most.
func (p *jsonPath) definite() bool {
	for i, segment := range p.segments {
		names, isNames := segment.picker.(pickNames)
		projects := isNames && len(names) > 1 && i == len(p.segments)-1
		if segment.deep || !segment.picker.definite() && !projects {
			return false
		}
	}
	return true
}

func (s pathSegment) step(nodes []any, visits *int) ([]any, error) {
	var picked []any
	add := func(from any) error {
		picked = append(picked, s.picker.pick(from, visits)...)
		if *visits < 0 {
			return errVisits
		}
		return nil
	}
	for _, node := range nodes {
		visit := add
		if s.deep {
			visit = func(from any) error { return walk(from, add) }
		}
		if err := visit(node); err != nil {
			return nil, err
		}
	}
	return picked, nil
}

// count returns the number of values in a value.
func count(v any) int {
	switch v := v.(type) {
	case *velocity.List:
		return len(v.Items())
	case *velocity.Map:
		return v.Len()
	}
	return 0
}

// walk visits a value and everything inside it, parents first.
func walk(v any, visit func(any) error) error {
	if err := visit(v); err != nil {
		return err
	}
	for _, child := range children(v) {
		if err := walk(child, visit); err != nil {
			return err
		}
	}
	return nil
}

func children(v any) []any {
	switch v := v.(type) {
	case *velocity.List:
		return v.Items()
	case *velocity.Map:
		var values []any
		for _, value := range v.All() {
			values = append(values, value)
		}
		return values
	}
	return nil
}

func withoutNil(nodes []any) []any {
	kept := nodes[:0]
	for _, node := range nodes {
		if node != nil {
			kept = append(kept, node)
		}
	}
	return kept
}

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

// project returns an object with only these properties, nil for other values.
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

// pickSlice picks the elements from one index up to, but not including, another.
// Negative indexes count from the end; a missing one is nil.
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

// pickFilter picks the elements of an array, or the object itself, that satisfy a
// condition.
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
