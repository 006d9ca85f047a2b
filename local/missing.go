package local

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// missing collects the values that only the user can provide, and did not.
type missing struct {
	isReported bool
	parameters []missingParameter
	imports    []string
}

type missingParameter struct {
	of        *stack
	parameter *cfn.Parameter
}

// missingParameter returns the ARN of a stand-in if the parameter names a user pool.
// Otherwise it notes the missing value and returns a placeholder, so that loading goes on
// and finds the other missing values.
func (s *System) missingParameter(of *stack, p *cfn.Parameter) (string, bool) {
	if s.asPool && p.Default != nil {
		return madeUpARN("ssm:" + *p.Default), true
	}
	if s.missing.isReported {
		return "", false
	}
	s.missing.parameters = append(s.missing.parameters, missingParameter{of, p})
	return p.Placeholder(), true
}

// missingImport is missingParameter for an export that no stack has.
func (s *System) missingImport(name string) (string, bool) {
	if s.asPool {
		return madeUpARN(name), true
	}
	if s.missing.isReported {
		return "", false
	}
	if !slices.Contains(s.missing.imports, name) {
		s.missing.imports = append(s.missing.imports, name)
	}
	return "missing", true
}

// addMissing reports all missing parameters in one problem, and all missing imports in
// another.
func (s *System) addMissing() {
	s.missing.isReported = true
	if len(s.missing.parameters) > 0 {
		var names, flags []string
		for _, one := range s.missing.parameters {
			name := one.parameter.Name
			flag := "--parameter " + shellWord(s.parameterKey(one)) + "=VALUE"
			if len(s.stacks) > 1 {
				name += " of " + one.of.name
			}
			if one.parameter.Default != nil {
				name += fmt.Sprintf(" (the SSM parameter %s)", *one.parameter.Default)
			}
			names = append(names, name)
			if !slices.Contains(flags, flag) {
				flags = append(flags, flag)
			}
		}
		s.given.Addf("Parameters", "no value for %s: give %s (WithParameters in Go)", strings.Join(names, ", "), strings.Join(flags, " "))
	}
	if len(s.missing.imports) > 0 {
		var flags []string
		for _, name := range s.missing.imports {
			flags = append(flags, "--import "+shellWord(name)+"=VALUE")
		}
		s.given.Addf("Imports", "no stack here exports %s: also serve the one that does, or give %s (WithImports in Go)",
			strings.Join(s.missing.imports, ", "), strings.Join(flags, " "))
	}
}

// parameterKey returns the key that sets a parameter: its name, or STACK:NAME if another
// stack has a parameter with the name that already has a value.
func (s *System) parameterKey(one missingParameter) string {
	name := one.parameter.Name
	for _, in := range s.stacks {
		for _, p := range in.of.Template.Parameters {
			if p.Name == name && in.of.Parent == nil && !slices.Contains(s.missing.parameters, missingParameter{in, p}) {
				return one.of.name + ":" + name
			}
		}
	}
	return name
}

// bare matches text that a shell reads literally.
var bare = regexp.MustCompile(`^[\w:/.@%+,-]+$`)

// shellWord quotes text for a POSIX shell if needed.
func shellWord(text string) string {
	if bare.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
