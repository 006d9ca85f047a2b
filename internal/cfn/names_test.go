package cfn

import (
	"strings"
	"testing"
	"unicode"
)

// Names of a template are in what is said of them, and no command of a terminal.
func TestErrorsShowNamesWithoutControlCharacters(t *testing.T) {
	const name = `"a\e[2J\u202eb\r\nc"`
	for _, text := range []string{
		"Conditions: {" + name + ": !Equals [a, b]}\nResources: {A: {Type: T, Condition: " + name + "}, B: {Type: T, Properties: {X: !Ref A}}}",
		"Conditions: {" + name + ": !Equals [a]}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Conditions: {" + name + ": !Condition " + name + "}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Conditions: {" + name + ": 1}\nResources: {A: {Type: T, Condition: " + name + "}}",
		"Resources: {A: {Type: T, Condition: " + name + "}}",
		"Resources: {A: {Type: T, Properties: {X: !If [" + name + ", a, b]}}}",
		"Mappings: {" + name + ": 1}\nResources: {A: {Type: T}}",
		"Mappings: {M: {" + name + ": 1}}\nResources: {A: {Type: T}}",
		`Mappings: {M: {"Fn::\e[2J": a}}` + "\nResources: {A: {Type: T}}",
		"Mappings: {M: {a: {" + name + ": {b: c}}}}\nResources: {A: {Type: T}}",
		"Mappings: {" + name + ": {a: {b: c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [" + name + ", " + name + ", b]}}}",
		"Mappings: {M: {a: {b: c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [" + name + ", a, b]}}}",
		"Mappings: {M: {a: {" + name + ": c}}}\nResources: {A: {Type: T, Properties: {X: !FindInMap [M, a, " + name[:len(name)-1] + `d"]}}}`,
	} {
		template, err := ParseTemplate("names", []byte(text))
		if err == nil {
			err = resolveAll(template)
		}
		if err == nil {
			t.Errorf("no error: %s", text)
			continue
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.HasPrefix(line, "c") {
				t.Errorf("%q of %s", line, text)
			}
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
