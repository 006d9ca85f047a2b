// Package pattern compiles regular expressions of templates and requests, and limits
// the work of matching them: a short expression can be expensive through its
// repetitions, and a search for all matches may read the text again for each match.
package pattern

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// maxSize bounds the instructions of an expression: about its number of characters,
// with repeated ones counted as often as they may repeat.
const maxSize = 10_000

// Pattern is a compiled expression.
type Pattern struct {
	*regexp.Regexp
	size int
	// looksBehind: a match depends on the preceding text.
	looksBehind bool
}

// Compile compiles an expression in the syntax of package regexp.
func Compile(expression string) (*Pattern, error) { return compile(expression, expression) }

// CompileWhole compiles an expression that must match the whole text.
func CompileWhole(expression string) (*Pattern, error) {
	return compile(expression, `\A(?:`+expression+`)\z`)
}

// compile measures the expression alone, so that it cannot close the group around
// it.
func compile(expression, compiled string) (*Pattern, error) {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	p := &Pattern{}
	if p.size = p.measure(parsed); p.size > maxSize {
		return nil, fmt.Errorf("it is too large: at most %d characters are allowed, counting repetitions", maxSize)
	}
	p.Regexp, err = regexp.Compile(compiled)
	return p, err
}

// measure returns the size of an expression or a part of it.
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
			size++ // each repetition is optional
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

// perStep is the number of instructions for each byte that make one step.
const perStep = 64

// Work returns the maximum number of steps to match a text once.
func (p *Pattern) Work(text string) int { return 1 + len(text)*p.size/perStep }

// FindAll is FindAllStringSubmatchIndex. It calls spend with the number of steps
// before it does the work, and returns the error of spend.
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
		if match[0] < match[1] || match[0] != before { // no empty match directly after another match
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

// findFew is FindAll for an expression that depends on the preceding text, so every
// match costs work for the whole text.
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

// reader reads a text while spend allows it.
type reader struct {
	text  string
	at    int
	size  int
	spend func(steps int) error
	// work is the number of instructions that are not spent yet.
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

// end spends the remaining work.
func (r *reader) end() error {
	if r.err == nil {
		r.err = r.spend(1 + r.work/perStep)
	}
	return r.err
}

// MatchWildcards reports whether a pattern with * for any text and ? for any
// character matches a whole text, as in ArnLike and in the elements of an IAM
// policy. The work is at most the product of both lengths.
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
