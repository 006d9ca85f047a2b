package cfn

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// NoAssemblyError says that a folder holds no cloud assembly. It is a
// fs.ErrNotExist to errors.Is.
type NoAssemblyError struct{ Dir string }

func (e *NoAssemblyError) Error() string {
	return fmt.Sprintf("no cloud assembly at %s: run cdk synth first", e.Dir)
}

// Unwrap returns fs.ErrNotExist.
func (e *NoAssemblyError) Unwrap() error { return fs.ErrNotExist }

// LoadAssembly reads a template from a CDK cloud assembly, the folder that cdk
// synth writes. stackName is the CloudFormation name, the display name or the
// artifact id of the stack, also of one in a CDK stage; "" is the only stack.
// Files outside of dir are never read. Without a cloud assembly at dir it
// returns a *NoAssemblyError.
func LoadAssembly(dir, stackName string) (*Template, error) {
	var template *Template
	err := inAssembly(dir, func(assembly assemblyReader, stacks []*stackArtifact) error {
		chosen, err := chooseStack(stacks, stackName)
		if err != nil {
			return fmt.Errorf("cloud assembly at %s: %w", dir, err)
		}
		data, err := readFile(assembly.root, chosen.templateFile, maxTemplateBytes)
		if err != nil {
			return fmt.Errorf("cloud assembly at %s: template of stack %s: %w", dir, legible(chosen.displayName), err)
		}
		template, err = ParseTemplate(path.Base(chosen.templateFile), data)
		if err == nil {
			template.Environment = chosen.environment
		}
		return err
	})
	return template, err
}

// inAssembly calls use with the stacks of the cloud assembly at dir.
func inAssembly(dir string, use func(assemblyReader, []*stackArtifact) error) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &NoAssemblyError{Dir: dir}
	}
	if err != nil {
		return fmt.Errorf("cloud assembly at %s: %w", dir, err)
	}
	defer root.Close()
	assembly := assemblyReader{root: root, visited: map[string]bool{}}
	stacks, err := assembly.stacks(".")
	if errors.Is(err, errNoManifest) {
		return &NoAssemblyError{Dir: dir}
	}
	if err != nil {
		return fmt.Errorf("cloud assembly at %s: %w", dir, err)
	}
	return use(assembly, stacks)
}

func chooseStack(stacks []*stackArtifact, name string) (*stackArtifact, error) {
	if len(stacks) == 0 {
		return nil, errors.New("it holds no stack")
	}
	matching := stacks
	if name != "" {
		matching = slices.DeleteFunc(slices.Clone(stacks), func(s *stackArtifact) bool {
			return name != s.environment.StackName && name != s.id && name != s.displayName
		})
	}
	switch {
	case len(matching) == 1:
		return matching[0], nil
	case len(matching) == 0:
		return nil, fmt.Errorf("there is no stack %s: name one of %s", legible(name), displayNames(stacks))
	case name == "":
		return nil, fmt.Errorf("it holds %d stacks: name one of %s", len(stacks), displayNames(stacks))
	}
	return nil, fmt.Errorf("%d stacks are called %s: name one of %s", len(matching), legible(name), displayNames(matching))
}

func displayNames(stacks []*stackArtifact) string {
	var names []string
	for _, stack := range stacks {
		names = append(names, legible(stack.displayName))
	}
	return strings.Join(names, ", ")
}
