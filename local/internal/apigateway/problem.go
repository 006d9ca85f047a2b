package apigateway

import (
	"fmt"
	"strings"

	"example.com/weather-events-api/internal/pattern"
)

// Problem is one thing that keeps an API from being served.
type Problem struct {
	// Label is the one that the configuration gave: the logical id.
	Label string
	// Property is spelled as in CloudFormation, such as
	// Integration.IntegrationResponses[0].SelectionPattern.
	Property string
	// Message says what was got and what is allowed.
	Message string
}

// String returns "Label.Property: message".
func (p Problem) String() string {
	return fmt.Sprintf("%s.%s: %s", p.Label, p.Property, p.Message)
}

// ConfigError holds every problem of a configuration.
type ConfigError struct {
	// Problems has at least one entry.
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// problems gathers what a compilation finds.
type problems struct{ found []Problem }

func (p *problems) at(label string) place { return place{all: p, label: label} }

func (p *problems) err() error {
	if len(p.found) == 0 {
		return nil
	}
	return &ConfigError{Problems: p.found}
}

// place is where in the configuration a problem is.
type place struct {
	all             *problems
	label, property string
}

// in returns the place of a property of what is at p.
func (p place) in(property string) place {
	if p.property != "" && !strings.HasPrefix(property, "[") {
		property = "." + property
	}
	p.property += property
	return p
}

// item returns the place of an element of the list at p.
func (p place) item(i int) place { return p.in(fmt.Sprintf("[%d]", i)) }

// key returns the place of an entry of the map at p.
func (p place) key(name string) place { return p.in(fmt.Sprintf("[%q]", name)) }

func (p place) addf(format string, args ...any) {
	p.all.found = append(p.all.found, Problem{p.label, p.property, fmt.Sprintf(format, args...)})
}

// compilePattern compiles an expression that has to match a whole text, as
// API Gateway's have: a pattern for part of a Lambda function's error message
// needs .* around it.
func compilePattern(expression string, at place) *pattern.Pattern {
	whole, err := pattern.CompileWhole(expression)
	if err != nil {
		at.addf("%q is not supported: %s; allowed is the syntax of Go's package regexp (RE2)", expression, err)
		return nil
	}
	return whole
}

// isToken reports whether a text is a token of RFC 9110, as names of headers are.
func isToken(text string) bool {
	for _, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return text != ""
}
