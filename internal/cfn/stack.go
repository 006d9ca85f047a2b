package cfn

// Stack is one stack of several that are deployed together.
type Stack struct {
	// ID is unique among them: the template file in a cloud assembly, and for a
	// nested stack its logical id behind the ID of the stack that it is in.
	ID string
	// Template is what is deployed. Its name is that of its file, relative to the assembly.
	*Template
	// DependsOn are the stacks that are deployed before this one.
	DependsOn []*Stack
	// Parent is the stack that this one is nested in, by the resource In. Both
	// are nil for a stack that is deployed by itself.
	Parent *Stack
	In     *Resource

	paths        map[string]string            // of constructs, by logical id
	acknowledged map[string]map[string]string // reasons, by construct path and id
}
