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

// Stack is one stack of several that are deployed together.
type Stack struct {
	// ID is unique among them: the template file in a cloud assembly, and for a
	// nested stack its logical id behind the ID of the stack that it is in.
	ID string
	// Names are what a stack that is deployed by itself may be called: its
	// CloudFormation name, the id of its artifact and, last, its display name.
	Names []string
	// Template is what is deployed. Its name is that of its file, relative to the
	// assembly if it is of one.
	*Template
	// DependsOn are the stacks that are deployed before this one.
	DependsOn []*Stack
	// Parent is the stack that this one is nested in, by the resource In. Both
	// are nil for a stack that is deployed by itself.
	Parent *Stack
	In     *Resource

	assets       assets
	isInline     bool                         // its template is the TemplateBody of In
	leftOut      []*Resource                  // nested stacks whose template cannot be read
	paths        map[string]string            // of constructs, by logical id
	acknowledged map[string]map[string]string // reasons, by construct path and id
}

// Locate returns the line of the value that a path leads to, and for a template
// that is a text in another, the line of that text.
func (s *Stack) Locate(path ...any) int {
	if s.isInline {
		return s.Parent.Locate("Resources", s.In.LogicalID, "Properties", "TemplateBody")
	}
	return s.Template.Locate(path...)
}

// LeavesOut reports whether a nested stack was left out, as an [UnreadError] says,
// because its template cannot be read.
func (s *Stack) LeavesOut(nested *Resource) bool { return slices.Contains(s.leftOut, nested) }

// Call gives a stack that is deployed by itself its one name.
func (s *Stack) Call(name string) {
	s.Names, s.Template.Environment.StackName = []string{name}, name
}

// metadata is what an assembly says about the constructs of a stack, by "/" and
// their path: entries with a type.
type metadata map[string][]struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// readMetadata returns the metadata of a stack's artifact, which newer versions
// of CDK keep in a file of its own. Metadata that cannot be read is none.
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

// logicalIDs returns the construct paths of resources by their logical ids.
// Where nested stacks share a logical id, the path is the first of theirs.
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

// acknowledgments returns the reasons for which findings were acknowledged, by
// construct path and by the id of what was acknowledged.
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

// Acknowledged returns the reason for which a finding with an id was
// acknowledged at a construct or above, and whether it was.
func (s *Stack) Acknowledged(constructPath, id string) (reason string, acknowledged bool) {
	for at := constructPath; ; {
		if reason, acknowledged = s.acknowledged[at][id]; acknowledged || at == "" {
			return reason, acknowledged
		}
		at = at[:max(0, strings.LastIndex(at, "/"))]
	}
}

// ConstructPath returns the path of the CDK construct that a resource was
// synthesized from, by the template or by its assembly, or "".
func (s *Stack) ConstructPath(resource *Resource) string {
	if path := resource.ConstructPath(); path != "" {
		return path
	}
	return s.paths[resource.LogicalID]
}

// ChooseStacks returns the stacks that names stand for, and all without a name,
// nested ones behind those they are in: of what [ReadAssembly] read, or of several
// assemblies. A name is the CloudFormation name, the display name or the artifact
// id of a stack. The error says what a name does not stand for, and which of the
// templates that are needed could not be read.
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
			problems = append(problems, fmt.Errorf("there is no stack %s: name one of %s", legible(name), displayNames(all)))
		case 1:
			chosen[found[0]] = true
		default:
			problems = append(problems, fmt.Errorf("%d stacks are called %s: name one of %s", len(found), legible(name), displayNames(found)))
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

// outermost returns the stack that is deployed by itself.
func (s *Stack) outermost() *Stack {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// displayName is the name that CDK shows.
func (s *Stack) displayName() string { return s.Names[len(s.Names)-1] }

func displayNames(stacks []*Stack) string {
	var names []string
	for _, stack := range stacks {
		names = append(names, legible(stack.displayName()))
	}
	return strings.Join(names, ", ")
}
