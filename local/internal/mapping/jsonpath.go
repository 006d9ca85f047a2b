package mapping

import (
	"fmt"

	"example.com/weather-events-api/local/internal/velocity"
)

// jsonPath is a compiled JSONPath expression, of the dialect of the Java library
// JsonPath, which the API Gateway developer guide refers to.
//
// Supported are $, .name, ['name'], ['a','b'], [0], [-1], [0,2], [1:3], [*], .*,
// ..name, ..* and filters such as [?(@.a == 'x' && @.b > 1)]. A path without $
// begins at the root.
type jsonPath struct {
	segments []pathSegment
}

// pathSegment picks values out of each value that the path has reached, or,
// where it is deep, out of that value and all that it contains.
type pathSegment struct {
	deep   bool
	picker picker
}

// picker returns the values it picks out of one. It counts those that it looks
// at down from visits, and may end early when none are left.
type picker interface {
	pick(from any, visits *int) []any
	// definite reports whether it picks one value at most.
	definite() bool
}

// maxPathVisits bounds how many values the paths of one rendering may look at.
// The bytes of a path that is compiled while rendering count too.
const maxPathVisits = 3_000_000

var errVisits = fmt.Errorf("the JSONPaths of the template look at more than %d values", maxPathVisits)

// find returns what the path points at. A definite path gives the value, with
// found false if there is none. Others give a list, which may be empty. It counts
// the values it looks at down from visits, and fails when none are left.
func (p *jsonPath) find(document any, visits *int) (value any, found bool, err error) {
	nodes := []any{document}
	for i, segment := range p.segments {
		// The JsonPath library returns several properties at the end of a path
		// as one object.
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

// count returns how many values a value contains.
func count(v any) int {
	switch v := v.(type) {
	case *velocity.List:
		return len(v.Items())
	case *velocity.Map:
		return v.Len()
	}
	return 0
}

// walk visits a value and all that it contains, parents first.
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
