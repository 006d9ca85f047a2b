package rules_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// edit changes a system.
type edit func(*system)

type edits []edit

var inStack = regexp.MustCompile(`^([A-Z][A-Za-z]*)/(.*)$`)

// locate returns the object or list that holds a path's target, and the path's last step.
// A path is a logical id and a property, part of a property, or a resource attribute; or
// it begins with a section of the template. "Name/" in front names the template.
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

// templateOf returns the template that now holds a resource.
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

// set sets the target of a path to a value in YAML.
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

// remove removes the target of a path; it must exist.
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

// drop removes the target of a path if it exists.
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

// again adds copies of resources under other names.
func again(id, other string, changes ...edit) edit {
	return func(s *system) {
		resources := s.templates[alone]["Resources"].(tree)
		resources[other] = clone(resources[id])
		for _, change := range changes {
			change(s)
		}
	}
}

func clone(value any) any {
	switch v := value.(type) {
	case tree:
		copied := tree{}
		for name, item := range v {
			copied[name] = clone(item)
		}
		return copied
	case []any:
		copied := []any{}
		for _, item := range v {
			copied = append(copied, clone(item))
		}
		return copied
	}
	return value
}

// all combines several edits into one.
func all(several ...edit) edit {
	return func(s *system) {
		for _, change := range several {
			change(s)
		}
	}
}

// afterwards changes the template after the deployment follows the rest, as a raw
// override does.
func afterwards(changes ...edit) edit {
	return func(s *system) { s.later = append(s.later, changes...) }
}

// ifMarked changes only the marked template.
func ifMarked(change edit) edit {
	return func(s *system) {
		if s.marked {
			change(s)
		}
	}
}

// in turns the system into an assembly of stacks.
func in(stacks ...stack) edit {
	return func(s *system) { s.stacks = stacks }
}

func (s *system) with(changes ...edit) *system {
	all(changes...)(s)
	return s
}
