package local

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.com/weather-events-api/internal/cfn"
)

// missing is what only whoever serves the templates can tell, and did not.
type missing struct {
	isReported bool
	parameters []missingParameter
	imports    []string
}

type missingParameter struct {
	of        *stack
	parameter *cfn.Parameter
}

// missingParameter returns the ARN of a user pool for a parameter that stands for
// one, and else notes that the parameter has no value, and returns anything, with
// which more that is missing is found.
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

// missingImport returns the ARN of a user pool for an export of no stack here that
// stands for one, and else notes that nobody gives the export.
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

// addMissing reports all that is missing: every parameter in one problem, and every
// import in another.
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
		s.given.Addf("Imports", "no stack here exports %s: serve the one that does too, or give %s (WithImports in Go)",
			strings.Join(s.missing.imports, ", "), strings.Join(flags, " "))
	}
}

// parameterKey is what a value for a parameter is given by: its name, behind that of
// its stack if another stack has a parameter of that name which has a value.
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

// bare matches what a shell takes as it is.
var bare = regexp.MustCompile(`^[\w:/.@%+,-]+$`)

// shellWord quotes a text for a POSIX shell, if it has to be.
func shellWord(text string) string {
	if bare.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
