package cfn

import (
	"regexp"
	"strings"

	"example.com/weather-events-api/internal/validation"
)

// substitute evaluates Fn::Sub, with a string or with a string and variables.
func (e evaluator) substitute(at *place, argument any) (any, error) {
	text, isText := argument.(string)
	variables := map[string]string{}
	if !isText {
		list, err := arguments(at, argument, "string", "variables")
		if err != nil {
			return nil, err
		}
		if text, isText = list[0].(string); !isText {
			return nil, at.item(0).errorf("must be a string, got %s", describe(list[0]))
		}
		object, ok := list[1].(*Object)
		if !ok {
			return nil, at.item(1).errorf("must be an object of variables, got %s", describe(list[1]))
		}
		for _, entry := range object.list {
			if variables[entry.name], err = e.text(at.item(1).key(entry.name), entry.value); err != nil {
				return nil, err
			}
		}
	}
	var made strings.Builder
	err := scanVariables(text, func(literal, name string) error {
		made.WriteString(literal)
		if name == "" {
			return nil
		}
		value, found := variables[name]
		if !found {
			var err error
			if value, err = e.variable(at, name); err != nil {
				return err
			}
		}
		made.WriteString(value)
		return e.spend(at, len(value))
	})
	if err != nil {
		if located, ok := err.(*validation.Error); ok {
			return nil, located
		}
		return nil, at.errorf("%v", err)
	}
	return e.made(at, made.String())
}

// variable resolves the name in ${…}: Name is Ref, Name.Attribute is Fn::GetAtt.
func (e evaluator) variable(at *place, name string) (string, error) {
	id, attribute, isAttribute := strings.Cut(name, ".")
	var value any
	var err error
	if isAttribute {
		value, err = e.attribute(at, id, attribute)
	} else {
		value, err = e.ref(at, name)
	}
	text, ok := scalarText(value)
	if e.world != nil && e.failure == nil && (err != nil || !ok) {
		return e.unknownVariable(at, id, attribute)
	}
	if err != nil {
		return "", err
	}
	if !ok {
		return "", at.errorf("${%s} must be a string, got %s", name, describe(value))
	}
	return text, nil
}

// variableName matches what CloudFormation allows between the braces.
var variableName = regexp.MustCompile(`^[A-Za-z0-9_.:]+$`)

type variableError string

func (name variableError) Error() string {
	return "variable names must be letters, digits, underscores, dots and colons, got ${" +
		strings.Trim(validation.Quote(string(name)), `"`) + "}: write ${!…} for text that is not a variable"
}

// scanVariables calls visit with each literal text and the variable after it, "" at the
// end. It ignores spaces around a variable. ${!text} is the literal ${text}.
func scanVariables(text string, visit func(literal, name string) error) error {
	var literal strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		literal.WriteString(before)
		if !found {
			return visit(literal.String(), "")
		}
		name, after, closed := strings.Cut(rest, "}")
		name = strings.TrimSpace(name)
		switch {
		case closed && strings.HasPrefix(name, "!"):
			literal.WriteString("${" + name[1:] + "}")
		case closed && variableName.MatchString(name):
			if err := visit(literal.String(), name); err != nil {
				return err
			}
			literal.Reset()
		default:
			return variableError(name)
		}
		text = after
	}
}
