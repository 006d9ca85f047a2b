package cfn

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Limits of what [ReadAssembly] reads. A file may be the template of any number
// of nested stacks.
const (
	maxStacks        = 1000
	maxAssemblyBytes = 64 << 20
	maxAssetKey      = 1024 // bytes, which is the limit of Amazon S3
)

// UnreadError says that a template of an assembly could not be read.
type UnreadError struct {
	// File is the template's file, relative to the assembly.
	File string
	Err  error
}

func (e *UnreadError) Error() string {
	return e.File + ": " + strings.TrimPrefix(e.Err.Error(), e.File+": ")
}

// Unwrap returns the reason.
func (e *UnreadError) Unwrap() error { return e.Err }

// ReadAssembly reads every stack of a cloud assembly, those of CDK stages too,
// and every nested stack whose template is a file asset of it. A template that
// cannot be read is left out, and said in unread. Without a cloud assembly at
// dir, err is a *NoAssemblyError.
func ReadAssembly(dir string) (stacks []*Stack, unread []*UnreadError, err error) {
	err = inAssembly(dir, func(assembly assemblyReader, artifacts []*stackArtifact) error {
		set := stackSet{assembly: assembly}
		read := map[*stackArtifact]*Stack{}
		for _, artifact := range artifacts {
			about := artifact.metadata()
			read[artifact] = set.add(artifact, artifact.templateFile, &Stack{
				ID:           artifact.templateFile,
				paths:        about.logicalIDs(),
				acknowledged: about.acknowledgments(),
			}, artifact.environment)
		}
		for artifact, stack := range read {
			for _, other := range artifact.dependsOn {
				if dependency := read[other]; stack != nil && dependency != nil {
					stack.DependsOn = append(stack.DependsOn, dependency)
				}
			}
		}
		stacks, unread = set.stacks, set.unread
		return nil
	})
	return stacks, unread, err
}

// stackSet are the stacks of an assembly as they are read.
type stackSet struct {
	assembly assemblyReader
	stacks   []*Stack
	unread   []*UnreadError
	bytes    int
}

// add reads the template of a stack, and the stacks that are nested in it. It
// returns nil if the template cannot be read.
func (s *stackSet) add(artifact *stackArtifact, file string, stack *Stack, environment Environment) *Stack {
	template, err := s.template(file, stack)
	if err != nil {
		if !slices.ContainsFunc(s.unread, func(known *UnreadError) bool { return known.File == file }) {
			s.unread = append(s.unread, &UnreadError{file, err})
		}
		return nil
	}
	template.Environment = environment
	stack.Template = template
	s.stacks = append(s.stacks, stack)
	environment.StackName = "" // AWS makes up that of a nested stack
	for _, resource := range template.Resources {
		if nested := artifact.nestedTemplate(resource, path.Dir(file)); nested != "" {
			s.add(artifact, nested, &Stack{
				ID:           stack.ID + "/" + resource.LogicalID,
				Parent:       stack,
				In:           resource,
				paths:        stack.paths, // what is said about nested stacks is said of the outermost
				acknowledged: stack.acknowledged,
			}, environment)
		}
	}
	return stack
}

func (s *stackSet) template(file string, stack *Stack) (*Template, error) {
	for outer := stack.Parent; outer != nil; outer = outer.Parent {
		if outer.Template.Name == file {
			return nil, fmt.Errorf("the stack is nested in itself, by %s", stack.ID)
		}
	}
	if len(s.stacks) >= maxStacks {
		return nil, fmt.Errorf("the assembly holds more than %d stacks", maxStacks)
	}
	if slices.ContainsFunc(s.stacks, func(other *Stack) bool { return other.ID == stack.ID }) {
		return nil, fmt.Errorf("two stacks are deployed from the same file")
	}
	data, err := readFile(s.assembly.root, file, maxTemplateBytes)
	if err != nil {
		return nil, err
	}
	if s.bytes += len(data); s.bytes > maxAssemblyBytes {
		return nil, fmt.Errorf("the templates of the assembly come to more than %d MB", maxAssemblyBytes>>20)
	}
	return ParseTemplate(file, data)
}

// nestedTemplate returns the file of a nested stack's template, "" if it is not
// a file of the assembly: the asset whose key the URL ends in, or what CDK noted.
func (a *stackArtifact) nestedTemplate(resource *Resource, folder string) string {
	if resource.Type != typeStack {
		return ""
	}
	url, _ := resource.Properties.Get("TemplateURL")
	key := strings.TrimRight(fmt.Sprint(Plain(url)), "]") // in whatever function it ends
	key = key[max(0, len(key)-maxAssetKey):]
	for i := range key {
		if i > 0 && !strings.ContainsRune("/ [", rune(key[i-1])) {
			continue
		}
		if file := a.assets[key[i:]]; file != "" {
			return file
		}
	}
	property, _ := resource.Metadata.Get("aws:asset:property")
	file, _ := resource.Metadata.Get("aws:asset:path")
	if name, ok := file.(string); ok && property == "TemplateURL" {
		return path.Join(folder, name)
	}
	return ""
}
