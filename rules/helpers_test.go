package rules_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/weather-events-api/internal/mark"
	"example.com/weather-events-api/rules"
)

// tree is an object of a template, as JSON is read.
type tree = map[string]any

// system is what is checked together: one template, or the stacks of an assembly.
type system struct {
	t         testing.TB
	templates map[string]tree // by stack
	stacks    []stack         // nil for one template without an assembly
	marked    bool
	later     []edit
}

// stack is one of an assembly that is deployed by itself.
type stack struct {
	name      string
	env       string // aws://account/region
	dependsOn []string
	metadata  tree // of constructs, by their paths
}

const alone = "Main"

// marked is a good system as constructs write it, byHand the same as a person
// writes it. Neither has a finding.
func marked(t testing.TB) *system {
	s := systemOf(t, file(t, "testdata/marked.json"))
	s.marked = true
	return s
}

func byHand(t testing.TB) *system { return systemOf(t, file(t, "testdata/by-hand.yaml")) }

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

// edit changes a system.
type edit func(*system)

type edits []edit

var inStack = regexp.MustCompile(`^([A-Z][A-Za-z]*)/(.*)$`)

// locate returns the object or list that holds what a path leads to, and its
// last step. A path is a logical id and the name of a property, of something in
// it or of a resource attribute; or it begins with a section of the template.
// "Name/" in front names the template.
func (s *system) locate(path string) (at any, last string) {
	name := alone
	if match := inStack.FindStringSubmatch(path); match != nil {
		name, path = match[1], match[2]
	}
	steps := strings.Split(path, ".")
	switch steps[0] {
	case "Conditions", "Description", "Mappings", "Metadata", "Outputs", "Parameters", "Resources":
	default:
		steps = append([]string{"Resources"}, steps...)
		if len(steps) > 2 && !slices.Contains([]string{"Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type"}, steps[2]) {
			steps = slices.Insert(steps, 2, "Properties")
		}
	}
	at = s.templates[name]
	if name == alone && len(steps) > 1 && steps[0] == "Resources" {
		at = s.templateOf(steps[1])
	}
	for _, step := range steps[:len(steps)-1] {
		switch v := at.(type) {
		case tree:
			if v[step] == nil {
				v[step] = tree{}
			}
			at = v[step]
		case []any:
			at = v[number(s.t, step)]
		default:
			s.t.Fatalf("%s leads to nothing", path)
		}
	}
	return at, steps[len(steps)-1]
}

// templateOf returns the template that a resource is in, or was put into.
func (s *system) templateOf(id string) tree {
	for _, template := range s.templates {
		if template["Resources"].(tree)[id] != nil {
			return template
		}
	}
	return s.templates[alone]
}

func number(t testing.TB, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// set gives what a path leads to a value in YAML.
func set(path, value string) edit {
	return func(s *system) {
		switch at, last := s.locate(path); at := at.(type) {
		case tree:
			at[last] = readYAML(s.t, value)
		case []any:
			at[number(s.t, last)] = readYAML(s.t, value)
		}
	}
}

// remove takes away what a path leads to, which is there.
func remove(path string) edit {
	return func(s *system) {
		at, last := s.locate(path)
		object, _ := at.(tree)
		if _, found := object[last]; !found {
			s.t.Fatalf("there is no %s", path)
		}
		delete(object, last)
	}
}

// drop takes away what a path leads to, if it is there.
func drop(path string) edit {
	return func(s *system) {
		at, last := s.locate(path)
		delete(at.(tree), last)
	}
}

// add adds resources in YAML.
func add(resources string) edit { return addTo(alone, resources) }

func addTo(name, resources string) edit {
	return func(s *system) {
		if s.templates[name] == nil {
			s.templates[name] = tree{"Resources": tree{}}
		}
		for id, resource := range readYAML(s.t, resources).(tree) {
			s.templates[name]["Resources"].(tree)[id] = resource
		}
	}
}

// declare adds a scope to the resource server.
func declare(name string) edit {
	return func(s *system) {
		at, last := s.locate("Server.Scopes")
		scopes, _ := at.(tree)[last].([]any)
		at.(tree)[last] = append(scopes, tree{"ScopeName": name, "ScopeDescription": name})
	}
}

// again adds resources that are others under another name.
func again(id, other string, changes ...edit) edit {
	return func(s *system) {
		resources := s.templates[alone]["Resources"].(tree)
		resources[other] = clone(s.t, resources[id])
		for _, change := range changes {
			change(s)
		}
	}
}

func clone(t testing.TB, value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var copied any
	if err := json.Unmarshal(data, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

// all makes several edits one.
func all(several ...edit) edit {
	return func(s *system) {
		for _, change := range several {
			change(s)
		}
	}
}

// afterwards is what is done to the template when the deployment follows the
// rest, as a raw override does.
func afterwards(changes ...edit) edit {
	return func(s *system) { s.later = append(s.later, changes...) }
}

// ifMarked is done to the marked template alone.
func ifMarked(change edit) edit {
	return func(s *system) {
		if s.marked {
			change(s)
		}
	}
}

// in makes the system an assembly of stacks.
func in(stacks ...stack) edit {
	return func(s *system) { s.stacks = stacks }
}

// finish lets the deployment of the good template follow the API, as its
// author or the constructs would, and changes what is changed after that.
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

// source writes the system where rules read it.
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

// write writes an assembly, which may have other artifacts.
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

// line is a finding in short: severity, rule and place.
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
// of which the text behind the place, a part of the message and the remedy, may
// be left out.
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

// onBoth are edits to the two good templates, and what is found in each.
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

// same are edits to the two good templates, in which the same is found.
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

func (s *system) with(changes ...edit) *system {
	all(changes...)(s)
	return s
}

func (s *system) mustFind(lines string) {
	s.t.Helper()
	s.wants(s.check(), lines)
}
