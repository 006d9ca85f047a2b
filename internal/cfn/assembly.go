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

const (
	manifestFile     = "manifest.json"
	maxManifestBytes = 64 << 20
	// maxAssemblies is how many assemblies may be nested in one another.
	maxAssemblies = 1000
)

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
		Type         string          `json:"type"`
		Environment  string          `json:"environment"`
		DisplayName  string          `json:"displayName"`
		Metadata     json.RawMessage `json:"metadata"`
		MetadataFile string          `json:"additionalMetadataFile"`
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

// readFile reads a file below root, of at most so many bytes.
func readFile(root *os.Root, name string, most int64) ([]byte, error) {
	if info, err := root.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no file", name)
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

// assets finds what a resource names by the key of an asset, or by a path from the
// template.
type assets struct {
	dir      string // that everything is in, "" if there are no files
	folder   string // of the template, below dir
	artifact *stackArtifact
}

// Asset returns the file or folder that a property of a resource of the stack names:
// the file asset of the assembly whose key it holds, or a path from the template,
// which aws cloudformation package would upload. It returns "" if there is none, or
// none in the folder of the assembly or template.
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

// name returns the name of what a property names, which may not be there.
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

// noted returns the file that CDK noted for a property, "" if it noted none.
func (a *stackArtifact) noted(resource *Resource, property, folder string) string {
	of, _ := resource.Metadata.Get("aws:asset:property")
	file, _ := resource.Metadata.Get("aws:asset:path")
	if name, ok := file.(string); ok && of == property {
		return path.Join(folder, name)
	}
	return ""
}
