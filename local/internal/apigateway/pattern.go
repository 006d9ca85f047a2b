package apigateway

import (
	"strings"

	"example.com/weather-events-api/internal/pattern"
)

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
