package velocity

import (
	"fmt"
	"sort"
	"strings"
)

// parser is a recursive-descent parser. VTL has no single set of tokens: the meaning
// of a character depends on whether it is in text, a reference or a directive, so
// each parse_*.go file reads its own.
type parser struct {
	source     string
	offset     int   // of the next byte
	base       int   // offset of source in the template, for strings that are parsed separately
	lines      []int // offsets of the lines of the template
	depth      *int  // nesting depth
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

// inString returns a parser for the content of a double-quoted string at an offset
// of p's source.
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

// enter adds a level of nesting. The caller must call p.leave.
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

// peek returns the byte at n after the next, or 0 past the end.
func (p *parser) peek(n int) byte {
	if p.offset+n >= len(p.source) {
		return 0
	}
	return p.source[p.offset+n]
}

func (p *parser) looking(at string) bool {
	return strings.HasPrefix(p.source[p.offset:], at)
}

// accept skips want if it is next.
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

// skipWhitespace skips blanks and line ends between tokens of directives.
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

// identifier reads the name of a variable, property or method, or "" if there is
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

// terminator is the directive that ends a block: #end, #else or #elseif. Its name is
// empty at the end of the source.
type terminator struct {
	name   string
	offset int
}

// text collects literal text between other constructs.
type text struct {
	body *block
	run  strings.Builder
}

func (t *text) flush() {
	if t.run.Len() > 0 {
		t.body.nodes = append(t.body.nodes, textNode(t.run.String()))
		t.run.Reset()
	}
}

func (t *text) add(n node) {
	t.flush()
	t.body.nodes = append(t.body.nodes, n)
}

// dropBlanks drops a run of blanks, as #set does with the blanks before it.
func (t *text) dropBlanks() {
	if strings.Trim(t.run.String(), " \t") == "" {
		t.run.Reset()
	}
}

// block reads up to and including the directive that ends it.
func (p *parser) block() (*block, terminator, error) {
	if err := p.enter(); err != nil {
		return nil, terminator{}, err
	}
	defer p.leave()

	t := &text{body: &block{}}
	for !p.done() {
		end, err := p.construct(t)
		if err != nil {
			return nil, terminator{}, err
		}
		if end.name != "" {
			t.flush()
			return t.body, end, nil
		}
	}
	t.flush()
	return t.body, terminator{}, nil
}

// construct reads one construct, or text up to the next possible construct.
func (p *parser) construct(t *text) (terminator, error) {
	switch p.source[p.offset] {
	case '\\':
		return p.escape(t)
	case '$':
		return terminator{}, p.referenceInText(t, 0)
	case '#':
		return p.hash(t)
	}
	rest := p.source[p.offset:]
	end := strings.IndexAny(rest, `\$#`)
	if end < 0 {
		end = len(rest)
	}
	t.run.WriteString(rest[:end])
	p.offset += end
	return terminator{}, nil
}

// escape reads backslashes. They are literal unless a reference or directive
// follows. Then each pair is one backslash, and an odd one makes the construct text.
func (p *parser) escape(t *text) (terminator, error) {
	start := p.offset
	for p.peek(0) == '\\' {
		p.offset++
	}
	n := p.offset - start
	if p.peek(0) == '$' {
		return terminator{}, p.referenceInText(t, n)
	}
	if p.peek(0) == '#' {
		offset := p.offset
		name, known := p.directiveName()
		written := p.source[offset:p.offset]
		p.offset = offset
		if known || refused[name] {
			t.run.WriteString(strings.Repeat(`\`, n/2))
			if n%2 == 0 {
				return p.hash(t)
			}
			t.run.WriteString(written)
			p.offset += len(written)
			return terminator{}, nil
		}
	}
	t.run.WriteString(p.source[start:p.offset])
	return terminator{}, nil
}

// referenceInText reads a reference after a number of backslashes, or a literal $.
func (p *parser) referenceInText(t *text, backslashes int) error {
	if !p.atReference() {
		t.run.WriteString(strings.Repeat(`\`, backslashes) + "$")
		p.offset++
		return nil
	}
	ref, err := p.reference(false)
	if err != nil {
		return err
	}
	ref.backslashes = backslashes
	t.add(ref)
	return nil
}

// hash reads what begins with #: a comment, an unparsed block, a directive, or text.
func (p *parser) hash(t *text) (terminator, error) {
	start := p.offset
	switch {
	case p.accept("##"):
		t.flush()
		if end := strings.IndexAny(p.source[p.offset:], "\r\n"); end >= 0 {
			p.offset += end
			p.skipLineEnd()
		} else {
			p.offset = len(p.source)
		}
		return terminator{}, nil
	case p.accept("#*"):
		t.flush()
		return terminator{}, p.skipPast(start, "*#", "comment")
	case p.accept("#[["):
		if err := p.skipPast(start, "]]#", "unparsed block"); err != nil {
			return terminator{}, err
		}
		t.add(textNode(p.source[start+len("#[[") : p.offset-len("]]#")]))
		return terminator{}, nil
	}
	return p.directive(t)
}

func (p *parser) skipPast(start int, end, what string) error {
	i := strings.Index(p.source[p.offset:], end)
	if i < 0 {
		return p.failAt(start, "%s without its end %q", what, end)
	}
	p.offset += i + len(end)
	return nil
}
