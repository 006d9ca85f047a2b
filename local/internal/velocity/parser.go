package velocity

import (
	"fmt"
	"sort"
	"strings"
)

// parser reads a template by recursive descent. VTL has no one set of tokens:
// what a character means depends on whether it stands in text, in a reference or
// in a directive, so each of the parse_*.go files reads its own.
type parser struct {
	source     string
	offset     int   // of the next byte
	base       int   // of source in the template, for strings read on their own
	lines      []int // offsets in the template at which its lines begin
	depth      *int  // of nesting
	references *[]Reference
}

func newParser(source string) *parser {
	lines := []int{0}
	for i := range len(source) {
		if source[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return &parser{source: source, lines: lines, depth: new(int), references: new([]Reference)}
}

// inString returns a parser for the content of a double-quoted string that
// begins at an offset of p's source.
func (p *parser) inString(content string, offset int) *parser {
	inner := *p
	inner.source, inner.offset, inner.base = content, 0, p.base+offset
	return &inner
}

// template reads the whole source.
func (p *parser) template() (*block, error) {
	body, end, err := p.block()
	if err != nil {
		return nil, err
	}
	if end.name != "" {
		return nil, p.failAt(end.offset, "#%s without the directive that it belongs to", end.name)
	}
	return body, nil
}

// enter counts a level of nesting, to be left by calling p.leave.
func (p *parser) enter() error {
	if *p.depth++; *p.depth > maxDepth {
		return p.fail("nested more than %d levels deep", maxDepth)
	}
	return nil
}

func (p *parser) leave() { *p.depth-- }

func (p *parser) fail(format string, args ...any) error {
	return p.failAt(p.offset, format, args...)
}

func (p *parser) failAt(offset int, format string, args ...any) error {
	at := p.posAt(offset)
	return &SyntaxError{Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...)}
}

func (p *parser) posAt(offset int) pos {
	offset += p.base
	line := sort.SearchInts(p.lines, offset+1)
	return pos{line: line, column: offset - p.lines[line-1] + 1}
}

func (p *parser) done() bool { return p.offset >= len(p.source) }

// peek returns the byte n after the next, 0 past the end.
func (p *parser) peek(n int) byte {
	if p.offset+n >= len(p.source) {
		return 0
	}
	return p.source[p.offset+n]
}

func (p *parser) looking(at string) bool {
	return strings.HasPrefix(p.source[p.offset:], at)
}

// accept skips a piece of source if it is next.
func (p *parser) accept(want string) bool {
	if !p.looking(want) {
		return false
	}
	p.offset += len(want)
	return true
}

func (p *parser) expect(want, after string) error {
	if p.accept(want) {
		return nil
	}
	return p.fail("expected %q %s, got %s", want, after, p.next())
}

// next describes what comes next, for error messages.
func (p *parser) next() string {
	if p.done() {
		return "the end"
	}
	rest := p.source[p.offset:]
	if end := strings.IndexAny(rest, "\r\n"); end > 0 {
		rest = rest[:end]
	}
	const most = 20
	if len(rest) > most {
		return fmt.Sprintf("%q…", rest[:most])
	}
	return fmt.Sprintf("%q", rest)
}

// skipWhitespace skips blanks and line ends, which separate tokens in directives.
func (p *parser) skipWhitespace() {
	for !p.done() && strings.IndexByte(" \t\r\n", p.source[p.offset]) >= 0 {
		p.offset++
	}
}

// skipLineEnd skips the rest of the line and its end if the rest is blank.
func (p *parser) skipLineEnd() {
	rest := strings.TrimLeft(p.source[p.offset:], " \t")
	for _, end := range []string{"\r\n", "\n", "\r"} {
		if strings.HasPrefix(rest, end) {
			p.offset = len(p.source) - len(rest) + len(end)
			return
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// identifier reads the name of a variable, property or method, "" if there is
// none.
func (p *parser) identifier() string {
	if c := p.peek(0); !isLetter(c) && c != '_' {
		return ""
	}
	start := p.offset
	for c := p.peek(0); isLetter(c) || isDigit(c) || c == '_' || c == '-'; c = p.peek(0) {
		p.offset++
	}
	return p.source[start:p.offset]
}
