package velocity

import "strings"

// terminator is the directive that ended a block: #end, #else or #elseif; its
// name is empty at the end of the source.
type terminator struct {
	name   string
	offset int
}

// text gathers what a template prints as it is, between its other constructs.
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

// dropBlanks forgets a run of blanks, as #set does with those before it.
func (t *text) dropBlanks() {
	if strings.Trim(t.run.String(), " \t") == "" {
		t.run.Reset()
	}
}

// block reads up to the directive that ends it, which it consumes.
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

// construct reads one construct, or the text up to the next that may be one.
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

// escape reads backslashes. They mean themselves unless a reference or a
// directive follows; then each pair is one backslash, and an odd one makes it
// text.
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

// referenceInText reads a reference after a number of backslashes, or a $ that
// begins none.
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

// hash reads what begins with #: a comment, an unparsed block, a directive, or
// text.
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
