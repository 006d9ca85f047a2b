package cfn

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// NoAssemblyError says that a folder holds no cloud assembly. It is a
// fs.ErrNotExist to errors.Is.
type NoAssemblyError struct{ Dir string }

func (e *NoAssemblyError) Error() string {
	return fmt.Sprintf("no cloud assembly at %s: run cdk synth first", e.Dir)
}

// Unwrap returns fs.ErrNotExist.
func (e *NoAssemblyError) Unwrap() error { return fs.ErrNotExist }

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
