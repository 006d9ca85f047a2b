package cdktest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// NewStack returns an empty stack named "Test" in its own app without feature flags:
// what holds there, holds in any app.
func NewStack() awscdk.Stack {
	return awscdk.NewStack(NewApp(nil), jsii.String("Test"), nil)
}

// NewApp returns an app with context. Its templates have the construct path of each
// resource, and it returns failures instead of printing them.
func NewApp(context map[string]any) awscdk.App {
	all := map[string]any{"aws:cdk:enable-path-metadata": true, "@aws-cdk/core:appMode": "inmemory"}
	for key, value := range context {
		all[key] = value
	}
	return awscdk.NewApp(&awscdk.AppProps{Context: &all})
}

// Template is a synthesized template.
type Template struct {
	t         testing.TB
	raw       map[string]any
	Resources map[string]*Resource // by logical id
	Outputs   map[string]any       // values by name
}

type Resource struct {
	LogicalID  string
	Path       string // construct path without the stack and a final "Resource"
	Type       string
	Properties map[string]any
	DependsOn  []string // logical ids
	Attributes map[string]any
}

// Synth synthesizes the app of stack and returns the stack's template.
func Synth(t testing.TB, stack awscdk.Stack) *Template {
	t.Helper()
	assembly := awscdk.Stage_Of(stack).Synth(nil)
	return Parse(t, assembly.GetStackArtifact(stack.ArtifactId()).Template().(map[string]any))
}

// Parse parses a synthesized template.
func Parse(t testing.TB, raw map[string]any) *Template {
	t.Helper()
	template := &Template{t: t, raw: raw, Resources: map[string]*Resource{}, Outputs: map[string]any{}}
	for id, value := range object(raw["Resources"]) {
		attributes := object(value)
		resource := &Resource{
			LogicalID:  id,
			Type:       attributes["Type"].(string),
			Properties: object(attributes["Properties"]),
			Attributes: attributes,
		}
		if path, ok := object(attributes["Metadata"])["aws:cdk:path"].(string); ok {
			_, path, _ = strings.Cut(path, "/")
			for strings.HasSuffix(path, "/Resource") {
				path = strings.TrimSuffix(path, "/Resource")
			}
			resource.Path = path
		}
		for _, dependency := range list(attributes["DependsOn"]) {
			resource.DependsOn = append(resource.DependsOn, dependency.(string))
		}
		template.Resources[id] = resource
	}
	for name, value := range object(raw["Outputs"]) {
		template.Outputs[name] = object(value)["Value"]
	}
	return template
}

// JSON returns the template as CloudFormation receives it.
func (t *Template) JSON() []byte {
	t.t.Helper()
	text, err := json.Marshal(t.raw)
	if err != nil {
		t.t.Fatal(err)
	}
	return text
}

// At returns the resource at a construct path within the stack.
func (t *Template) At(path string) *Resource {
	t.t.Helper()
	var paths []string
	for _, resource := range t.Resources {
		if resource.Path == path {
			return resource
		}
		paths = append(paths, resource.Path)
	}
	slices.Sort(paths)
	t.t.Fatalf("no resource at %q, there are:\n%s", path, strings.Join(paths, "\n"))
	return nil
}

// Add adds a resource.
func (t *Template) Add(logicalID, resourceType string, properties map[string]any) *Resource {
	attributes := map[string]any{"Type": resourceType, "Properties": properties}
	object(t.raw["Resources"])[logicalID] = attributes
	resource := &Resource{LogicalID: logicalID, Type: resourceType, Properties: properties, Attributes: attributes}
	t.Resources[logicalID] = resource
	return resource
}

// Remove removes the resource at a construct path.
func (t *Template) Remove(path string) {
	t.t.Helper()
	id := t.At(path).LogicalID
	delete(object(t.raw["Resources"]), id)
	delete(t.Resources, id)
}

// OfType returns the resources of a type, sorted by path.
func (t *Template) OfType(resourceType string) []*Resource {
	var resources []*Resource
	for _, resource := range t.Resources {
		if resource.Type == resourceType {
			resources = append(resources, resource)
		}
	}
	slices.SortFunc(resources, func(a, b *Resource) int { return strings.Compare(a.Path, b.Path) })
	return resources
}

// Get returns the value at a dotted path within the properties, such as
// "Policies.PasswordPolicy.MinimumLength" or "IntegrationResponses.0.StatusCode", or
// nil.
func (r *Resource) Get(path string) any { return get(r.Properties, path) }

func get(value any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			if len(step) != 1 || int(step[0]-'0') >= len(v) {
				return nil
			}
			value = v[step[0]-'0']
		default:
			return nil
		}
	}
	return value
}

// Ref returns a reference to r, as in a template.
func (r *Resource) Ref() any { return map[string]any{"Ref": r.LogicalID} }

// GetAtt returns a reference to an attribute of r, as in a template.
func (r *Resource) GetAtt(attribute string) any {
	return map[string]any{"Fn::GetAtt": []any{r.LogicalID, attribute}}
}

func object(value any) map[string]any {
	m, _ := value.(map[string]any)
	return m
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}
