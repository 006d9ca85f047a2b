package rules_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// isAuth and isAPI choose resources by their types.
func isAuth(kind string) bool {
	return strings.HasPrefix(kind, "AWS::Cognito::") || strings.HasPrefix(kind, "AWS::SecretsManager::")
}

// link writes a reference to a resource of another template.
type link func(s *system, from, home string, r reference) any

// split moves resources into another template.
func split(to string, by link, chosen func(kind string) bool) edit {
	return func(s *system) {
		here, there := s.templates[alone]["Resources"].(tree), tree{}
		for id := range here {
			if kind := kindOf(s.templates[alone], id); chosen(kind) && kind != "AWS::CloudFormation::Stack" {
				there[id] = here[id]
				delete(here, id)
			}
		}
		if len(there) == 0 {
			delete(here, to) // there is no such template
			return
		}
		s.templates[to] = tree{"Resources": there}
		for _, section := range []string{"Parameters", "Conditions", "Mappings"} {
			if content, found := s.templates[alone][section]; found {
				s.templates[to][section] = clone(content)
			}
		}
		home := func(id string) string {
			for _, name := range slices.Sorted(maps.Keys(s.templates)) {
				if kindOf(s.templates[name], id) != "" {
					return name
				}
			}
			return ""
		}
		for _, name := range slices.Sorted(maps.Keys(s.templates)) {
			rewrite(s.templates[name], func(id, attribute string) any {
				if at := home(id); at != "" && at != name {
					return by(s, name, at, reference{id: id, attribute: attribute})
				}
				return nil
			})
			for id := range s.templates[name]["Resources"].(tree) {
				s.keepDependencies(name, id, home)
			}
		}
	}
}

// keepDependencies keeps a resource's DependsOn within its own template, and points it to
// the nested stack for a resource that moved there.
func (s *system) keepDependencies(name, id string, home func(string) string) {
	resource := s.templates[name]["Resources"].(tree)[id].(tree)
	ids, isList := resource["DependsOn"].([]any)
	if one, ok := resource["DependsOn"].(string); ok {
		ids, isList = []any{one}, true
	}
	if !isList {
		return
	}
	kept := []any{}
	for _, other := range ids {
		at := home(other.(string))
		switch {
		case at == name || at == "":
			kept = append(kept, other)
		case name == alone && kindOf(s.templates[alone], at) != "":
			kept = append(kept, at)
		}
	}
	resource["DependsOn"] = kept
}

func section(template tree, name string) tree {
	if template[name] == nil {
		template[name] = tree{}
	}
	return template[name].(tree)
}

func (r reference) name() string {
	return r.id + "Z" + regexp.MustCompile(`\W`).ReplaceAllString(r.attribute, "")
}

// exported refers to a resource by an export.
func exported(s *system, _, home string, r reference) any {
	export := home + ":" + r.name()
	section(s.templates[home], "Outputs")[r.name()] = tree{"Value": r.value(), "Export": tree{"Name": export}}
	return tree{"Fn::ImportValue": export}
}

// weak refers to a resource by CDK's weak reference.
func weak(s *system, _, home string, r reference) any {
	section(s.templates[home], "Outputs")[r.name()] = tree{"Value": r.value()}
	return tree{"Fn::GetStackOutput": tree{"StackName": home, "OutputName": r.name()}}
}

// nest moves resources into a stack nested in the first.
func nest(to string, chosen func(kind string) bool) edit {
	return func(s *system) {
		s.templates[alone]["Resources"].(tree)[to] = tree{
			"Type": "AWS::CloudFormation::Stack", "Properties": tree{"TemplateURL": "https://example.org/" + to, "Parameters": tree{}},
			"Metadata": tree{"aws:asset:path": to + ".template.json", "aws:asset:property": "TemplateURL"},
		}
		split(to, nested, chosen)(s)
	}
}

// nested passes a value into a nested stack by a parameter, and out of it by an output.
func nested(s *system, from, home string, r reference) any {
	if home != alone {
		section(s.templates[home], "Outputs")[r.name()] = tree{"Value": r.value()}
		out := reference{id: home, attribute: "Outputs." + r.name()}
		if from == alone {
			return out.value()
		}
		return given(s, from, r.name(), out.value())
	}
	return given(s, from, r.name(), r.value())
}

func given(s *system, to, name string, value any) any {
	section(s.templates[to], "Parameters")[name] = tree{"Type": "String"}
	s.templates[alone]["Resources"].(tree)[to].(tree)["Properties"].(tree)["Parameters"].(tree)[name] = value
	return tree{"Ref": name}
}

func isAPI(kind string) bool { return strings.HasPrefix(kind, "AWS::ApiGateway::") }
