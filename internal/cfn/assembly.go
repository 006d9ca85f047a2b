package cfn

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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
	var template *Template
	err := inAssembly(dir, func(assembly assemblyReader, stacks []*stackArtifact) error {
		chosen, err := chooseStack(stacks, stackName)
		if err != nil {
			return fmt.Errorf("cloud assembly at %s: %w", dir, err)
		}
		data, err := readFile(assembly.root, chosen.templateFile, maxTemplateBytes)
		if err != nil {
			return fmt.Errorf("cloud assembly at %s: template of stack %s: %w", dir, chosen.displayName, err)
		}
		template, err = ParseTemplate(path.Base(chosen.templateFile), data)
		if err == nil {
			template.Environment = chosen.environment
		}
		return err
	})
	return template, err
}

// UnreadError says that a template of an assembly could not be read.
type UnreadError struct {
	// File is the template's file, relative to the assembly.
	File string
	Err  error
}

func (e *UnreadError) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *UnreadError) Unwrap() error { return e.Err }

// ReadAssembly reads every stack of a cloud assembly, those of CDK stages too,
// and every nested stack whose template is a file asset of it. A template that
// cannot be read is left out, and said in unread. Without a cloud assembly at
// dir, err is a *NoAssemblyError.
func ReadAssembly(dir string) (stacks []*Stack, unread []*UnreadError, err error) {
	err = inAssembly(dir, func(assembly assemblyReader, artifacts []*stackArtifact) error {
		set := stackSet{assembly: assembly, read: map[*stackArtifact]*Stack{}}
		for _, artifact := range artifacts {
			if stack := set.add(artifact.templateFile, artifact.templateFile, artifact.environment, artifact.assets); stack != nil {
				set.read[artifact] = stack
				about := artifact.metadata()
				stack.paths, stack.acknowledged = about.logicalIDs(), about.acknowledgments()
			}
		}
		for _, stack := range set.stacks { // what is said about nested stacks is said of the outermost
			if stack.Parent != nil {
				stack.paths, stack.acknowledged = stack.Parent.paths, stack.Parent.acknowledged
			}
		}
		for artifact, stack := range set.read {
			for _, other := range artifact.dependsOn {
				if dependency := set.read[other]; dependency != nil {
					stack.DependsOn = append(stack.DependsOn, dependency)
				}
			}
		}
		stacks, unread = set.stacks, set.unread
		return nil
	})
	return stacks, unread, err
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

// stackSet are the stacks of an assembly as they are read.
type stackSet struct {
	assembly assemblyReader
	stacks   []*Stack
	unread   []*UnreadError
	read     map[*stackArtifact]*Stack
	depth    int
}

// maxNested is how deep stacks nest: CloudFormation allows fewer.
const maxNested = 10

// add reads a stack and those nested in it. It returns nil if the template
// cannot be read.
func (s *stackSet) add(id, file string, environment Environment, assets map[string]string) *Stack {
	data, err := readFile(s.assembly.root, file, maxTemplateBytes)
	if err != nil {
		s.unread = append(s.unread, &UnreadError{file, err})
		return nil
	}
	template, err := ParseTemplate(file, data)
	if err != nil {
		s.unread = append(s.unread, &UnreadError{file, err})
		return nil
	}
	template.Environment = environment
	stack := &Stack{ID: id, Template: template}
	s.stacks = append(s.stacks, stack)
	for _, resource := range template.Resources {
		nested := nestedTemplate(resource, path.Dir(file), assets)
		if nested == "" || s.depth >= maxNested {
			continue
		}
		s.depth++
		inner := environment
		inner.StackName = "" // AWS makes it up
		if child := s.add(id+"/"+resource.LogicalID, nested, inner, assets); child != nil {
			child.Parent, child.In = stack, resource
		}
		s.depth--
	}
	return stack
}

// nestedTemplate returns the file of a nested stack's template, "" if it is not
// a file of the assembly.
func nestedTemplate(resource *Resource, folder string, assets map[string]string) string {
	if resource.Type != typeStack {
		return ""
	}
	if property, _ := resource.Metadata.Get("aws:asset:property"); property == "TemplateURL" {
		file, _ := resource.Metadata.Get("aws:asset:path")
		if name, ok := file.(string); ok {
			return path.Join(folder, name)
		}
	}
	url, _ := resource.Properties.Get("TemplateURL")
	text := fmt.Sprint(Plain(url))
	for key, file := range assets {
		if strings.Contains(text, key) {
			return file
		}
	}
	return ""
}

// stackArtifact is one stack of a cloud assembly.
type stackArtifact struct {
	id, displayName string
	templateFile    string
	environment     Environment
	dependencies    []string // artifact ids
	dependsOn       []*stackArtifact
	assets          map[string]string // files by the key that they are uploaded under
	metadata        func() metadata
}

// manifest is what is needed of the cloud assembly's manifest, whose format is
// https://github.com/cdklabs/cloud-assembly-schema
type manifest struct {
	Artifacts map[string]struct {
		Type         string   `json:"type"`
		Environment  string   `json:"environment"`
		DisplayName  string   `json:"displayName"`
		Metadata     metadata `json:"metadata"`
		MetadataFile string   `json:"additionalMetadataFile"`
		// Dependencies are the ids of artifacts that are deployed before.
		Dependencies []string `json:"dependencies"`
		Properties   struct {
			TemplateFile  string `json:"templateFile"`
			StackName     string `json:"stackName"`
			DirectoryName string `json:"directoryName"`
			File          string `json:"file"`
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
func (r assemblyReader) stacks(folder string) ([]*stackArtifact, error) {
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
	var stacks []*stackArtifact
	here := map[string]*stackArtifact{}
	assets := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(content.Artifacts)) {
		artifact := content.Artifacts[id]
		switch artifact.Type {
		case "aws:cloudformation:stack":
			stack := &stackArtifact{
				id:           id,
				displayName:  cmp.Or(artifact.DisplayName, id),
				templateFile: path.Join(folder, artifact.Properties.TemplateFile),
				environment:  parseEnvironment(artifact.Environment),
				dependencies: artifact.Dependencies,
				assets:       assets,
				metadata:     func() metadata { return r.readMetadata(folder, artifact.MetadataFile, artifact.Metadata) },
			}
			stack.environment.StackName = cmp.Or(artifact.Properties.StackName, id)
			here[id] = stack
			stacks = append(stacks, stack)
		case "cdk:asset-manifest":
			r.readAssets(folder, artifact.Properties.File, assets)
		case "cdk:cloud-assembly":
			nested, err := r.stacks(path.Join(folder, artifact.Properties.DirectoryName))
			if err != nil {
				return nil, err
			}
			stacks = append(stacks, nested...)
		}
	}
	for _, stack := range here {
		for _, id := range stack.dependencies {
			if other := here[id]; other != nil {
				stack.dependsOn = append(stack.dependsOn, other)
			}
		}
	}
	slices.SortStableFunc(stacks, func(a, b *stackArtifact) int { return strings.Compare(a.id, b.id) })
	return stacks, nil
}

// readAssets adds the file assets that an asset manifest lists. A manifest that
// cannot be read has none: only nested stacks ask for them.
func (r assemblyReader) readAssets(folder, name string, assets map[string]string) {
	data, err := readFile(r.root, path.Join(folder, name), maxManifestBytes)
	if err != nil {
		return
	}
	var content struct {
		Files map[string]struct {
			Source struct {
				Path string `json:"path"`
			} `json:"source"`
			Destinations map[string]struct {
				ObjectKey string `json:"objectKey"`
			} `json:"destinations"`
		} `json:"files"`
	}
	if json.Unmarshal(data, &content) != nil {
		return
	}
	for _, asset := range content.Files {
		for _, destination := range asset.Destinations {
			if destination.ObjectKey != "" {
				assets[destination.ObjectKey] = path.Join(folder, asset.Source.Path)
			}
		}
	}
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
		return nil, fmt.Errorf("there is no stack %s: name one of %s", plain(name), displayNames(stacks))
	case name == "":
		return nil, fmt.Errorf("it holds %d stacks: name one of %s", len(stacks), displayNames(stacks))
	}
	return nil, fmt.Errorf("%d stacks are called %s: name one of %s", len(matching), plain(name), displayNames(matching))
}

func displayNames(stacks []*stackArtifact) string {
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
