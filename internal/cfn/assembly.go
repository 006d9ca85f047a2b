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
	"path/filepath"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// NoAssemblyError reports that a folder contains no cloud assembly. It wraps
// fs.ErrNotExist.
type NoAssemblyError struct{ Dir string }

func (e *NoAssemblyError) Error() string {
	return fmt.Sprintf("no cloud assembly at %s: run cdk synth first", e.Dir)
}

// Unwrap returns fs.ErrNotExist.
func (e *NoAssemblyError) Unwrap() error { return fs.ErrNotExist }

// inAssembly calls use with the stacks of the cloud assembly in dir.
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

const (
	manifestFile     = "manifest.json"
	maxManifestBytes = 64 << 20
	// maxAssemblies is the maximum number of assemblies, including nested ones.
	maxAssemblies = 1000
)

// stackArtifact is one stack of a cloud assembly.
type stackArtifact struct {
	id, displayName string
	templateFile    string
	environment     Environment
	dependencies    []string // artifact ids
	dependsOn       []*stackArtifact
	assets          map[string]string // files, by the key under which they are uploaded
	metadata        func() metadata
}

// manifest has the parts of a cloud assembly's manifest that we read. Its format is
// https://github.com/cdklabs/cloud-assembly-schema
type manifest struct {
	Artifacts map[string]struct {
		Type         string          `json:"type"`
		Environment  string          `json:"environment"`
		DisplayName  string          `json:"displayName"`
		Metadata     json.RawMessage `json:"metadata"`
		MetadataFile string          `json:"additionalMetadataFile"`
		// Dependencies are the ids of artifacts that are deployed first.
		Dependencies []string `json:"dependencies"`
		Properties   struct {
			TemplateFile  string `json:"templateFile"`
			StackName     string `json:"stackName"`
			DirectoryName string `json:"directoryName"`
			File          string `json:"file"`
		} `json:"properties"`
	} `json:"artifacts"`
}

// errNoManifest reports a folder without a manifest.
var errNoManifest = errors.New("there is no " + manifestFile)

type assemblyReader struct {
	root    *os.Root
	visited map[string]bool
}

// stacks returns the stacks of the assembly in a folder and of the assemblies nested in
// it, such as CDK Stages, sorted by artifact id.
func (r assemblyReader) stacks(folder string) ([]*stackArtifact, error) {
	file := path.Join(folder, manifestFile)
	if r.visited[file] {
		return nil, fmt.Errorf("%s: the cloud assembly is nested in itself", file)
	}
	if len(r.visited) >= maxAssemblies {
		return nil, fmt.Errorf("%s: more than %d cloud assemblies are nested", file, maxAssemblies)
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
		for _, name := range []string{artifact.Properties.TemplateFile, artifact.Properties.DirectoryName} {
			if strings.ContainsFunc(name, unprintable) {
				return nil, fmt.Errorf("%s: artifact %s: a file name must be printable, got %s", file, legible(id), validation.Quote(name))
			}
		}
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

// readAssets adds the file assets in an asset manifest. It ignores a manifest that it
// cannot read, because only nested stacks need one.
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

// parseEnvironment reads aws://account/region. CDK writes unknown-account and
// unknown-region for values that synthesis does not know.
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

// readFile reads a file below root, of at most most bytes.
func readFile(root *os.Root, name string, most int64) ([]byte, error) {
	if info, err := root.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is not a regular file", name)
	}
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

// assets finds the file that a resource refers to, by the key of an asset or by a path
// relative to the template.
type assets struct {
	dir      string // folder of all files, "" if there are none
	folder   string // folder of the template, below dir
	artifact *stackArtifact
}

// Asset returns the file or folder that a property of a resource of the stack refers
// to: the file asset whose key it contains, or a path relative to the template, which
// aws cloudformation package would upload. It returns "" if there is none, or if it is
// outside the folder of the assembly or template.
func (s *Stack) Asset(resource *Resource, property string) string {
	if s.assets.dir == "" {
		return ""
	}
	root, err := os.OpenRoot(s.assets.dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	name := s.assets.name(resource, property)
	if _, err := root.Stat(name); name == "" || err != nil {
		return ""
	}
	return filepath.Join(s.assets.dir, filepath.FromSlash(name))
}

// name returns the name of the file that a property refers to. The file may not exist.
func (a assets) name(resource *Resource, property string) string {
	value, _ := resource.Properties.Get(property)
	switch value := value.(type) {
	case string:
		if !strings.Contains(value, ":") && !path.IsAbs(value) && value != "" {
			return path.Join(a.folder, value)
		}
	case *Object:
		if key, found := value.Get("S3Key"); found {
			if file := a.artifact.asset(key); file != "" {
				return file
			}
		}
	}
	return a.artifact.noted(resource, property, a.folder)
}

// noted returns the file that CDK recorded in Metadata for a property, or "".
func (a *stackArtifact) noted(resource *Resource, property, folder string) string {
	of, _ := resource.Metadata.Get("aws:asset:property")
	file, _ := resource.Metadata.Get("aws:asset:path")
	if name, ok := file.(string); ok && of == property {
		return path.Join(folder, name)
	}
	return ""
}
