package rules_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/rules"
)

// tree is an object of a template, as decoded from JSON.
type tree = map[string]any

// system is what one check reads: one template, or an assembly's stacks.
type system struct {
	t         testing.TB
	templates map[string]tree // by stack
	stacks    []stack         // nil for one template without an assembly
	marked    bool
	later     []edit
}

// stack is a separately deployed stack of an assembly.
type stack struct {
	name      string
	env       string // aws://account/region
	dependsOn []string
	metadata  tree // by construct path
}

const alone = "Main"

// marked is a good system as constructs write it, byHand the same system written by hand.
// Neither has a finding.
func marked(t testing.TB) *system {
	return &system{t: t, templates: map[string]tree{alone: good(t, "testdata/marked.json")}, marked: true}
}

func byHand(t testing.TB) *system {
	return &system{t: t, templates: map[string]tree{alone: good(t, "testdata/by-hand.yaml")}}
}

var goods sync.Map // templates by file, each read once

func good(t testing.TB, name string) tree {
	template, known := goods.Load(name)
	if !known {
		template, _ = goods.LoadOrStore(name, readYAML(t, file(t, name)))
	}
	return clone(template).(tree)
}

func systemOf(t testing.TB, text string) *system {
	t.Helper()
	return &system{t: t, templates: map[string]tree{alone: readYAML(t, text).(tree)}}
}

func file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// readYAML reads a value in JSON or YAML, with the short forms of functions.
func readYAML(t testing.TB, text string) any {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil || len(node.Content) == 0 {
		t.Fatalf("%v in %s", err, text)
	}
	return plain(t, node.Content[0])
}

func plain(t testing.TB, node *yaml.Node) (value any) {
	switch node.Kind {
	case yaml.MappingNode:
		object := tree{}
		for i := 0; i < len(node.Content); i += 2 {
			object[node.Content[i].Value] = plain(t, node.Content[i+1])
		}
		value = object
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			list = append(list, plain(t, item))
		}
		value = list
	default:
		value = node.Value
		if node.Tag == "!!bool" || node.Tag == "!!int" || node.Tag == "!!float" {
			if err := node.Decode(&value); err != nil {
				t.Fatal(err)
			}
		}
	}
	name, isShort := strings.CutPrefix(node.Tag, "!")
	switch {
	case !isShort || strings.HasPrefix(name, "!"):
		return value
	case name == "Ref" || name == "Condition":
		return tree{name: value}
	case name == "GetAtt":
		id, attribute, _ := strings.Cut(value.(string), ".")
		value = []any{id, attribute}
	}
	return tree{"Fn::" + name: value}
}

// finish ties the good template's deployment to the API, as its author or the constructs
// would, and then applies the later changes.
func (s *system) finish() {
	for _, template := range s.templates {
		resources := template["Resources"].(tree)
		deployment, found := resources["Deployment"].(tree)
		if !found {
			continue
		}
		parts := []any{}
		follows := tree{}
		for _, id := range slices.Sorted(maps.Keys(resources)) {
			resource, _ := resources[id].(tree)
			kind, _ := resource["Type"].(string)
			if mark.IsDeployed(kind) {
				properties, _ := resource["Properties"].(tree)
				parts = append(parts, id)
				follows[id] = mark.Fingerprint(kind, properties)
			}
		}
		deployment["DependsOn"] = parts
		if s.marked {
			if deployment["Metadata"] == nil {
				deployment["Metadata"] = tree{}
			}
			deployment["Metadata"].(tree)[mark.Key] = tree{mark.Deploys: follows}
		}
	}
	all(s.later...)(s)
	s.later = nil
}

// source writes the system to where the rules read it.
func (s *system) source() rules.Source {
	s.t.Helper()
	if s.stacks == nil {
		return rules.FromTemplate(alone+".template.json", s.encode(s.templates[alone]))
	}
	dir := s.t.TempDir()
	s.write(dir, nil)
	return rules.FromAssembly(dir)
}

func (s *system) encode(value any) []byte {
	data, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

// write writes an assembly, optionally with other artifacts.
func (s *system) write(dir string, artifacts tree) {
	write := func(name string, value any) {
		if err := os.WriteFile(filepath.Join(dir, name), s.encode(value), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	if artifacts == nil {
		artifacts = tree{}
	}
	for _, st := range s.stacks {
		if resources, _ := s.templates[st.name]["Resources"].(tree); len(resources) == 0 {
			continue
		}
		env := cmp.Or(st.env, "aws://unknown-account/unknown-region")
		artifacts[st.name] = tree{
			"type": "aws:cloudformation:stack", "environment": env, "dependencies": st.dependsOn,
			"properties": tree{"templateFile": st.name + ".template.json"}, "metadata": st.metadata,
		}
	}
	for name, template := range s.templates {
		write(name+".template.json", template)
	}
	write("manifest.json", tree{"version": "50.0.0", "artifacts": artifacts})
}

func (s *system) check() []rules.Finding {
	s.t.Helper()
	s.finish()
	findings, err := rules.Check(s.source())
	if err != nil {
		s.t.Fatal(err)
	}
	return findings
}

// line returns a finding in short form: severity, rule and place.
func (s *system) line(f rules.Finding) string {
	place := strings.TrimPrefix(f.LogicalID+"."+f.Property, ".")
	if s.stacks != nil && len(s.templates) > 1 {
		place = strings.TrimSuffix(f.File, ".template.json") + "/" + place
	}
	return fmt.Sprintf("%s %s %s", f.Severity, f.Rule, strings.TrimSuffix(place, "."))
}

// wants compares findings with lines such as
//
//	fatal method-open Get.Properties.AuthorizationType: is open to anyone
//
// The text after the place, a part of the message or the remedy, is optional.
func (s *system) wants(findings []rules.Finding, lines string) {
	s.t.Helper()
	var want []string
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	left := slices.Clone(findings)
	for _, line := range want {
		head, text, _ := strings.Cut(line, ": ")
		i := slices.IndexFunc(left, func(f rules.Finding) bool {
			return s.line(f) == head && strings.Contains(f.Message+": "+f.Remedy, text)
		})
		if i < 0 {
			s.t.Errorf("not found: %s", line)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, f := range left {
		s.t.Errorf("found: %s: %s: %s", s.line(f), f.Message, f.Remedy)
	}
}

// onBoth are edits to the two good templates, with the findings in each.
type onBoth []struct {
	name   string
	edits  edits
	marked string
	byHand string
}

func (cases onBoth) run(t *testing.T) {
	t.Helper()
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Run("marked", func(t *testing.T) { marked(t).with(test.edits...).mustFind(test.marked) })
			t.Run("by hand", func(t *testing.T) { byHand(t).with(test.edits...).mustFind(test.byHand) })
		})
	}
}

// same are edits to the two good templates, with the same findings in both.
type same []struct {
	name  string
	edits edits
	want  string
}

func (cases same) both() (both onBoth) {
	for _, test := range cases {
		both = append(both, onBoth{{test.name, test.edits, test.want, test.want}}...)
	}
	return both
}

func (cases same) run(t *testing.T) {
	t.Helper()
	cases.both().run(t)
}

func (s *system) mustFind(lines string) {
	s.t.Helper()
	s.wants(s.check(), lines)
}
