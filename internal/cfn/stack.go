package cfn

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Stack is one of several stacks that are deployed together.
type Stack struct {
	// ID is unique among them: the template file in a cloud assembly. For a nested
	// stack, it is the parent's ID, a slash and the logical id.
	ID string
	// Names are the names of a stack that is not nested: its CloudFormation name, its
	// artifact id and, last, its display name.
	Names []string
	// Template is the stack's template. Its name is its file, relative to the assembly
	// if it belongs to one.
	*Template
	// DependsOn are the stacks that are deployed before this one.
	DependsOn []*Stack
	// Parent is the stack that contains this one, and In is the resource there that
	// creates it. Both are nil for a stack that is not nested.
	Parent *Stack
	In     *Resource

	assets       assets
	isInline     bool                         // whether its template is the TemplateBody of In
	leftOut      []*Resource                  // nested stacks whose template cannot be read
	paths        map[string]string            // construct paths, by logical id
	acknowledged map[string]map[string]string // reasons, by construct path and id
}

// Locate returns the line of the value at a path. For a template that is a string in
// another template, it returns the line of that string.
func (s *Stack) Locate(path ...any) int {
	if s.isInline {
		return s.Parent.Locate("Resources", s.In.LogicalID, "Properties", "TemplateBody")
	}
	return s.Template.Locate(path...)
}

// LeavesOut reports whether a nested stack was left out because its template cannot be
// read, which an [UnreadError] reports.
func (s *Stack) LeavesOut(nested *Resource) bool { return slices.Contains(s.leftOut, nested) }

// Call sets the only name of a stack that is not nested.
func (s *Stack) Call(name string) {
	s.Names, s.Template.Environment.StackName = []string{name}, name
}

// metadata is an assembly's metadata about the constructs of a stack: typed entries, by
// "/" and the construct path.
type metadata map[string][]struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// readMetadata returns the metadata of a stack's artifact, which newer CDK versions
// keep in a separate file. It ignores metadata that it cannot read.
func (r assemblyReader) readMetadata(folder, file string, inline []byte) metadata {
	all := metadata{}
	add := func(data []byte) {
		var read metadata
		if json.Unmarshal(data, &read) == nil {
			for construct, entries := range read {
				all[construct] = append(all[construct], entries...)
			}
		}
	}
	if data, err := readFile(r.root, path.Join(folder, file), maxManifestBytes); err == nil {
		add(data)
	}
	add(inline)
	return all
}

// logicalIDs returns the construct paths of resources, by logical id. If nested stacks
// share a logical id, it returns the first path.
func (m metadata) logicalIDs() map[string]string {
	paths := map[string]string{}
	for _, construct := range slices.Sorted(maps.Keys(m)) {
		for _, entry := range m[construct] {
			var id string
			if entry.Type == "aws:cdk:logicalId" && json.Unmarshal(entry.Data, &id) == nil && paths[id] == "" {
				paths[id] = strings.TrimPrefix(construct, "/")
			}
		}
	}
	return paths
}

// acknowledgments returns the reasons of acknowledged findings, by construct path and id.
func (m metadata) acknowledgments() map[string]map[string]string {
	acknowledged := map[string]map[string]string{}
	for construct, entries := range m {
		for _, entry := range entries {
			var reasons map[string]string
			if entry.Type != "aws:cdk:acknowledged-rules" || json.Unmarshal(entry.Data, &reasons) != nil {
				continue
			}
			at := strings.TrimPrefix(construct, "/")
			if acknowledged[at] == nil {
				acknowledged[at] = map[string]string{}
			}
			for id, reason := range reasons {
				acknowledged[at][id] = reason
			}
		}
	}
	return acknowledged
}

// Acknowledged returns the reason with which a finding was acknowledged on a construct
// or on one around it, and reports whether it was.
func (s *Stack) Acknowledged(constructPath, id string) (reason string, acknowledged bool) {
	for at := constructPath; ; {
		if reason, acknowledged = s.acknowledged[at][id]; acknowledged || at == "" {
			return reason, acknowledged
		}
		at = at[:max(0, strings.LastIndex(at, "/"))]
	}
}

// ConstructPath returns the CDK construct path of a resource, from the template or its
// assembly, or "".
func (s *Stack) ConstructPath(resource *Resource) string {
	if path := resource.ConstructPath(); path != "" {
		return path
	}
	return s.paths[resource.LogicalID]
}

// ChooseStacks returns the stacks with the given names, and their nested stacks, or all
// stacks if there are no names. A name is a CloudFormation name, a display name or an
// artifact id. The error lists unknown and ambiguous names, and needed templates that
// could not be read.
func ChooseStacks(stacks []*Stack, unread []*UnreadError, names []string) ([]*Stack, error) {
	all := slices.DeleteFunc(slices.Clone(stacks), func(s *Stack) bool { return s.Parent != nil })
	for _, failed := range unread {
		for _, stack := range failed.Stacks {
			if stack.Parent == nil {
				all = append(all, stack)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Stack) int { return strings.Compare(a.displayName(), b.displayName()) })
	var problems []error
	chosen := map[*Stack]bool{}
	for _, name := range names {
		found := slices.DeleteFunc(slices.Clone(all), func(s *Stack) bool { return !slices.Contains(s.Names, name) })
		switch len(found) {
		case 0:
			problems = append(problems, fmt.Errorf("there is no stack %s: use one of %s", legible(name), displayNames(all)))
		case 1:
			chosen[found[0]] = true
		default:
			problems = append(problems, fmt.Errorf("%d stacks are called %s: use one of %s", len(found), legible(name), displayNames(found)))
		}
	}
	isChosen := func(s *Stack) bool { return len(names) == 0 || chosen[s.outermost()] }
	for _, failed := range unread {
		if slices.ContainsFunc(failed.Stacks, isChosen) {
			problems = append(problems, failed)
		}
	}
	return slices.DeleteFunc(slices.Clone(stacks), func(s *Stack) bool { return !isChosen(s) }), errors.Join(problems...)
}

// outermost returns the outermost stack around s, or s.
func (s *Stack) outermost() *Stack {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// displayName returns the name that CDK shows.
func (s *Stack) displayName() string { return s.Names[len(s.Names)-1] }

func displayNames(stacks []*Stack) string {
	var names []string
	for _, stack := range stacks {
		names = append(names, legible(stack.displayName()))
	}
	return strings.Join(names, ", ")
}
