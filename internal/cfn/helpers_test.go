package cfn

import (
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

// echo answers every reference with a value that shows what was asked for.
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

// mustRead returns the reader of the properties of resource A.
func mustRead(t *testing.T, text string, options Options) *Properties {
	t.Helper()
	resolver := mustResolve(t, text, options)
	resource, found := resolver.Resource("A")
	if !found {
		t.Fatal("there is no resource A")
	}
	return resolver.Properties(resource)
}

// wantError checks that err says each of the texts.
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
