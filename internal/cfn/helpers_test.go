package cfn

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustParse(t *testing.T, text string) *Template {
	t.Helper()
	template, err := ParseTemplate("test.yaml", []byte(text))
	if err != nil {
		t.Fatalf("ParseTemplate: %v", err)
	}
	return template
}

// echo resolves every reference to a value that names the reference.
func echo() Options {
	return Options{
		Ref:    func(r *Resource) (any, error) { return "ref-" + r.LogicalID, nil },
		GetAtt: func(r *Resource, attribute string) (any, error) { return r.LogicalID + "/" + attribute, nil },
	}
}

func mustResolve(t *testing.T, text string, options Options) *Resolver {
	t.Helper()
	resolver, err := NewResolver(mustParse(t, text), options)
	if err != nil {
		t.Fatalf("NewResolver: %v", err)
	}
	return resolver
}

// mustRead returns the reader of resource A's properties.
func mustRead(t *testing.T, text string, options Options) *Properties {
	t.Helper()
	resolver := mustResolve(t, text, options)
	resource, found := resolver.Resource("A")
	if !found {
		t.Fatal("there is no resource A")
	}
	return resolver.Properties(resource)
}

// wantError checks that err contains each of the texts.
func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q\ndoes not say %q", err, text)
		}
	}
}

// resolveAll returns the first error of a template's properties.
func resolveAll(template *Template) error {
	r, err := NewResolver(template, echo())
	if err != nil {
		return err
	}
	for _, resource := range r.Resources() {
		for _, name := range resource.Properties.Names() {
			if _, _, err := r.property(resource, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// stackOf returns a stack called id in an account and Region. A text with properties
// alone becomes resource A of a template.
func stackOf(t *testing.T, id, text string) *Stack {
	t.Helper()
	if strings.HasPrefix(text, "{") {
		text = "Resources: {A: {Type: T, Properties: " + text + "}, B: {Type: T}, P: {Type: AWS::Cognito::UserPool}}"
	}
	template, err := ParseTemplate(id+".template.json", []byte(text))
	if err != nil {
		t.Fatalf("ParseTemplate: %v", err)
	}
	template.Environment = Environment{StackName: id[strings.LastIndex(id, "/")+1:], AccountID: "111122223333", Region: "eu-west-1"}
	return &Stack{ID: id, Template: template}
}

// in nests the stack in another.
func (s *Stack) in(parent *Stack, logicalID string) *Stack {
	s.ID, s.Parent = parent.ID+"/"+logicalID, parent
	s.In, _ = parent.Resource(logicalID)
	s.Environment = parent.Environment
	s.Environment.StackName = ""
	return s
}

// to deploys the stack to another account and Region; "" means unknown.
func (s *Stack) to(accountID, region string) *Stack {
	s.Environment.AccountID, s.Environment.Region = accountID, region
	return s
}

// valueAt returns the value of "STACK RESOURCE.PROPERTY" in a world.
func valueAt(t *testing.T, w *World, where string) any {
	t.Helper()
	id, at, _ := strings.Cut(where, " ")
	logicalID, property, _ := strings.Cut(at, ".")
	for _, stack := range w.Stacks() {
		if resource, found := w.Resolver(stack).Resource(logicalID); found && stack.ID == id {
			return w.Resolver(stack).Value(resource, property)
		}
	}
	t.Fatalf("there is no %s", where)
	return nil
}

// repeat joins the results of make for each number.
func repeat(count int, separator string, make func(i int) string) string {
	var items []string
	for i := range count {
		items = append(items, make(i))
	}
	return strings.Join(items, separator)
}

// shown returns a value as messages show it.
func shown(w *World, value any) string { return w.Show(fmt.Sprint(value)) }

// worldsOf returns the worlds that differ in their resources or in a resource's X.
func worldsOf(t *testing.T, stacks ...*Stack) (worlds []*World) {
	t.Helper()
	outcomes := NewOutcomes(stacks)
	for w := outcomes.Next(); w != nil; w = outcomes.Next() {
		for _, stack := range w.Stacks() {
			for _, resource := range w.Resolver(stack).Resources() {
				w.Resolver(stack).Value(resource, "X")
			}
		}
		worlds = append(worlds, w)
	}
	return worlds
}

const oneResource = `{"Resources":{"A":{"Type":"T"}}}`

// writeFiles writes files by path below a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
