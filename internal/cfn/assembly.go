package cfn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

const (
	manifestFile     = "manifest.json"
	maxManifestBytes = 64 << 20
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
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NoAssemblyError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("cloud assembly at %s: %w", dir, err)
	}
	defer root.Close()
	assembly := assemblyReader{root: root, visited: map[string]bool{}}
	stacks, err := assembly.stacks(".")
	if errors.Is(err, errNoManifest) {
		return nil, &NoAssemblyError{Dir: dir}
	}
	if err != nil {
		return nil, fmt.Errorf("cloud assembly at %s: %w", dir, err)
	}
	chosen, err := chooseStack(stacks, stackName)
	if err != nil {
		return nil, fmt.Errorf("cloud assembly at %s: %w", dir, err)
	}
	data, err := readFile(root, chosen.templateFile, maxTemplateBytes)
	if err != nil {
		return nil, fmt.Errorf("cloud assembly at %s: template of stack %s: %w", dir, chosen.displayName, err)
	}
	template, err := ParseTemplate(path.Base(chosen.templateFile), data)
	if err != nil {
		return nil, err
	}
	template.Environment = chosen.environment
	return template, nil
}

// stackArtifact is one stack of a cloud assembly.
type stackArtifact struct {
	id, displayName string
	templateFile    string
	environment     Environment
}

// manifest is what is needed of the cloud assembly's manifest, whose format is
// https://github.com/cdklabs/cloud-assembly-schema
type manifest struct {
	Artifacts map[string]struct {
		Type        string `json:"type"`
		Environment string `json:"environment"`
		DisplayName string `json:"displayName"`
		Properties  struct {
			TemplateFile  string `json:"templateFile"`
			StackName     string `json:"stackName"`
			DirectoryName string `json:"directoryName"`
		} `json:"properties"`
	} `json:"artifacts"`
}

// errNoManifest is a folder without manifest.
var errNoManifest = errors.New("there is no " + manifestFile)

type assemblyReader struct {
	root    *os.Root
	visited map[string]bool
}

// stacks returns the stacks of the assembly in a folder and of those nested in
// it, as CDK stages are, sorted by artifact id.
func (r assemblyReader) stacks(folder string) ([]stackArtifact, error) {
	file := path.Join(folder, manifestFile)
	if r.visited[file] {
		return nil, fmt.Errorf("%s: the cloud assembly is nested in itself", file)
	}
	r.visited[file] = true
	data, err := readFile(r.root, file, maxManifestBytes)
	if errors.Is(err, fs.ErrNotExist) && folder == "." {
		return nil, errNoManifest
	}
	if err != nil {
		return nil, err
	}
	var content manifest
	if err := json.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var stacks []stackArtifact
	for id, artifact := range content.Artifacts {
		switch artifact.Type {
		case "aws:cloudformation:stack":
			stack := stackArtifact{
				id:           id,
				displayName:  artifact.DisplayName,
				templateFile: path.Join(folder, artifact.Properties.TemplateFile),
				environment:  parseEnvironment(artifact.Environment),
			}
			stack.environment.StackName = artifact.Properties.StackName
			if stack.environment.StackName == "" {
				stack.environment.StackName = id
			}
			if stack.displayName == "" {
				stack.displayName = id
			}
			stacks = append(stacks, stack)
		case "cdk:cloud-assembly":
			nested, err := r.stacks(path.Join(folder, artifact.Properties.DirectoryName))
			if err != nil {
				return nil, err
			}
			stacks = append(stacks, nested...)
		}
	}
	slices.SortFunc(stacks, func(a, b stackArtifact) int { return strings.Compare(a.id, b.id) })
	return stacks, nil
}

// parseEnvironment reads aws://account/region. What synthesis did not know is
// called unknown-account and unknown-region.
func parseEnvironment(text string) Environment {
	account, region, _ := strings.Cut(strings.TrimPrefix(text, "aws://"), "/")
	known := func(value string) string {
		if strings.HasPrefix(value, "unknown-") {
			return ""
		}
		return value
	}
	return Environment{AccountID: known(account), Region: known(region)}
}

func chooseStack(stacks []stackArtifact, name string) (stackArtifact, error) {
	if len(stacks) == 0 {
		return stackArtifact{}, errors.New("it holds no stack")
	}
	matching := stacks
	if name != "" {
		matching = slices.DeleteFunc(slices.Clone(stacks), func(s stackArtifact) bool {
			return name != s.environment.StackName && name != s.id && name != s.displayName
		})
	}
	switch {
	case len(matching) == 1:
		return matching[0], nil
	case len(matching) == 0:
		return stackArtifact{}, fmt.Errorf("there is no stack %s: name one of %s", plain(name), displayNames(stacks))
	case name == "":
		return stackArtifact{}, fmt.Errorf("it holds %d stacks: name one of %s", len(stacks), displayNames(stacks))
	}
	return stackArtifact{}, fmt.Errorf("%d stacks are called %s: name one of %s", len(matching), plain(name), displayNames(matching))
}

func displayNames(stacks []stackArtifact) string {
	var names []string
	for _, stack := range stacks {
		names = append(names, stack.displayName)
	}
	return strings.Join(names, ", ")
}

// readFile reads a file below root, of at most so many bytes.
func readFile(root *os.Root, name string, most int64) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: may not exceed %d bytes", name, most)
	}
	return data, nil
}
