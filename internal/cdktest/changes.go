package cdktest

import (
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"
)

// Changes are the changes of a stack's resources by a deployment, by construct path.
// Resources are identified by logical id, as in CloudFormation: a new logical id is
// an added and a removed resource.
type Changes struct{ Added, Removed, Updated []string }

// Changes returns the changes of deploying next over t.
func (t *Template) Changes(next *Template) Changes {
	var changes Changes
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		before, after := t.Resources[id], next.Resources[id]
		switch {
		case after == nil:
			changes.Removed = append(changes.Removed, before.Path)
		case !cmp.Equal(before.Attributes, after.Attributes):
			changes.Updated = append(changes.Updated, before.Path)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(next.Resources)) {
		if t.Resources[id] == nil {
			changes.Added = append(changes.Added, next.Resources[id].Path)
		}
	}
	return changes
}

// Exports returns the exported values by name.
func (t *Template) Exports() map[string]any {
	exports := map[string]any{}
	for _, output := range object(t.raw["Outputs"]) {
		if name, ok := get(output, "Export.Name").(string); ok {
			exports[name] = object(output)["Value"]
		}
	}
	return exports
}

// Imports returns the names that a template imports.
func (t *Template) Imports() []string {
	names := map[string]bool{}
	var read func(any)
	read = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, entry := range v {
				read(entry)
			}
		case map[string]any:
			if name, ok := v["Fn::ImportValue"].(string); ok {
				names[name] = true
			}
			for _, entry := range v {
				read(entry)
			}
		}
	}
	read(t.raw)
	return slices.Sorted(maps.Keys(names))
}

// WaitsFor reports whether CloudFormation creates the resource with logical id b
// before a, because a refers to it directly or indirectly.
func (t *Template) WaitsFor(a, b string) bool {
	seen := map[string]bool{}
	var waits func(any) bool
	follow := func(id string) bool {
		if id == b {
			return true
		}
		resource := t.Resources[id]
		if resource == nil || seen[id] {
			return false
		}
		seen[id] = true
		return slices.ContainsFunc(resource.DependsOn, func(id string) bool { return waits(map[string]any{"Ref": id}) }) || waits(resource.Attributes)
	}
	waits = func(value any) bool {
		switch v := value.(type) {
		case []any:
			return slices.ContainsFunc(v, waits)
		case map[string]any:
			for key, inner := range v {
				id, isRef := inner.(string)
				if attribute, ok := inner.([]any); ok && key == "Fn::GetAtt" {
					id, isRef = attribute[0].(string)
				}
				if isRef && (key == "Ref" || key == "Fn::GetAtt") && follow(id) || waits(inner) {
					return true
				}
			}
		}
		return false
	}
	return t.Resources[a] != nil && waits(t.Resources[a].Attributes) || slices.ContainsFunc(t.Resources[a].DependsOn, follow)
}
