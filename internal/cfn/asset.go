package cfn

import (
	"os"
	"path"
	"path/filepath"
	"strings"
)

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
