package cfn

import "slices"

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
