// Package pattern compiles regular expressions that a template or a request
// gives, and counts the work of matching them: one of a few characters can be as
// much work as its repetitions say, and a search for all its matches can read
// the text anew for each.
package pattern

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// maxSize is how many instructions an expression may have: about the characters
// that it is written with, where the repeated ones count as often as they may
// repeat.
const maxSize = 10_000

// Pattern is a compiled expression.
type Pattern struct {
	*regexp.Regexp
	size int
	// looksBehind: what it matches depends on what precedes.
	looksBehind bool
}

// Compile compiles an expression in the syntax of package regexp.
func Compile(expression string) (*Pattern, error) { return compile(expression, expression) }

// CompileWhole compiles an expression that has to match a whole text.
func CompileWhole(expression string) (*Pattern, error) {
	return compile(expression, `\A(?:`+expression+`)\z`)
}

// compile measures the expression by itself, so that it cannot close the group
// around it.
func compile(expression, compiled string) (*Pattern, error) {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	p := &Pattern{}
	if p.size = p.measure(parsed); p.size > maxSize {
		return nil, fmt.Errorf("it is too large: its characters and what it repeats may be %d in all", maxSize)
	}
	p.Regexp, err = regexp.Compile(compiled)
	return p, err
}

// measure returns the size of an expression, or of a part of it.
func (p *Pattern) measure(expression *syntax.Regexp) int {
	size := 0
	for _, sub := range expression.Sub {
		size = min(size+p.measure(sub), maxSize+1)
	}
	switch expression.Op {
	case syntax.OpConcat:
	case syntax.OpLiteral:
		size = len(expression.Rune)
	case syntax.OpRepeat:
		if expression.Min != expression.Max {
			size++ // each may be left out
		}
		size *= max(expression.Min, expression.Max, 1)
	default:
		size++
	}
	switch expression.Op {
	case syntax.OpBeginLine, syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		p.looksBehind = true
	}
	return min(size, maxSize+1)
}

// perStep is how many instructions for each byte of a text are one step of work.
const perStep = 64

// Work is how many steps of work it is at most to match a text once.
func (p *Pattern) Work(text string) int { return 1 + len(text)*p.size/perStep }

// FindAll is FindAllStringSubmatchIndex. Before it works, it calls spend with the
// number of steps, and ends with an error of spend's.
func (p *Pattern) FindAll(text string, n int, spend func(steps int) error) ([][]int, error) {
	if p.looksBehind {
		return p.findFew(text, n, spend)
	}
	var found [][]int
	for at, before := 0, -1; at <= len(text) && (n < 0 || len(found) < n); {
		rest := &reader{text: text[at:], size: p.size, spend: spend}
		match := p.FindReaderSubmatchIndex(rest)
		if err := rest.end(); err != nil {
			return nil, err
		}
		if match == nil {
			break
		}
		for i := range match {
			if match[i] >= 0 {
				match[i] += at
			}
		}
		if match[0] < match[1] || match[0] != before { // no empty match next to another one
			found = append(found, match)
		}
		if before = match[1]; before > at {
			at = before
		} else {
			_, width := utf8.DecodeRuneInString(text[at:])
			at += max(width, 1)
		}
	}
	return found, nil
}

// findFew is for an expression that has to see what precedes, and therefore the
// whole text: each match is work for all of it.
func (p *Pattern) findFew(text string, n int, spend func(steps int) error) ([][]int, error) {
	for limit := 1; ; limit *= 2 {
		if err := spend(limit * p.Work(text)); err != nil {
			return nil, err
		}
		if n >= 0 {
			limit = min(limit, n)
		}
		found := p.FindAllStringSubmatchIndex(text, limit)
		if len(found) < limit || limit == n {
			return found, nil
		}
	}
}

// reader reads a text as long as the work on it may go on.
type reader struct {
	text  string
	at    int
	size  int
	spend func(steps int) error
	// work is what was not spent yet, in instructions.
	work int
	err  error
}

func (r *reader) ReadRune() (rune, int, error) {
	if r.at == len(r.text) || r.err != nil {
		return 0, 0, io.EOF
	}
	if r.work >= 100*perStep {
		r.err = r.spend(r.work / perStep)
		r.work = 0
	}
	c, width := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += width
	r.work += width * r.size
	return c, width, nil
}

// end spends the rest.
func (r *reader) end() error {
	if r.err == nil {
		r.err = r.spend(1 + r.work/perStep)
	}
	return r.err
}

// MatchWildcards reports whether a pattern, in which * is any text and ? any
// character, matches the whole of a text, as ArnLike and the elements of an IAM policy
// do. The work is at most the product of both lengths.
func MatchWildcards(pattern, text string) bool {
	match, star := 0, -1
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, match, p = p, t, p+1
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			match++
			p, t = star+1, match
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
